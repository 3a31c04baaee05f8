/// What the labels alone say about "does `a` reach down to `b`?".
enum LabelVerdict {
    case no, yes, unknown
}

extension GraphView {
    /// False when the labels exclude that `a` is an ancestor of `b`. Never false for a true ancestor.
    ///
    /// Negative labels stay right under retraction: levels and blooms only become too large.
    @inline(__always)
    func mayReach(_ a: UnsafePointer<ReachLabel>, _ b: UnsafePointer<ReachLabel>) -> Bool {
        if a.pointee.rank >= b.pointee.rank || a.pointee.level >= b.pointee.level { return false }
        if a.pointee.bloom & ~b.pointee.bloom != 0 { return false }
        if a.pointee.descendsFrom & ~b.pointee.descendsFrom != 0 { return false }
        return !(leadsToIsComplete && b.pointee.leadsTo & ~a.pointee.leadsTo != 0)
    }

    @inline(__always)
    func mayReach(_ a: UInt32, _ b: UInt32) -> Bool { mayReach(reachLabel(a), reachLabel(b)) }

    /// True when `a` is an ancestor-or-self of `b` in the forest of deepest parents. O(log depth).
    @inline(__always)
    func isForestAncestor(_ a: UInt32, _ b: UInt32) -> Bool {
        let depth = treeLabel(a).pointee.depth
        var node = b
        var label = treeLabel(b)
        while label.pointee.depth > depth {
            let jump = label.pointee.jump
            let jumpLabel = treeLabel(jump)
            if jumpLabel.pointee.depth >= depth {
                node = jump
                label = jumpLabel
            } else {
                node = label.pointee.parent
                label = treeLabel(node)
            }
        }
        return node == a
    }

    /// False when a retraction since the labels were made may have cut a path to `b`: positive labels then prove
    /// nothing, and only a search over the edges does.
    @inline(__always)
    func trustsPositives(to b: UInt32) -> Bool {
        if retractedCount == 0 { return true }
        return trustsPositivesSlowly(to: b)
    }

    @inline(never)
    private func trustsPositivesSlowly(to b: UInt32) -> Bool {
        if trustsNoPositive { return false }
        guard let retractedChildren else { return true }
        for index in 0..<retractedCount {
            let child = retractedChildren[index]
            if child == b || mayReach(child, b) { return false }
        }
        return true
    }

    /// How many first children are followed before a search.
    private static var probesMax: Int { 32 }

    /// The answer without a search, if the labels know it.
    @inline(__always)
    func labelVerdict(_ a: UInt32, _ b: UInt32) -> LabelVerdict {
        let labelA = reachLabel(a)
        let labelB = reachLabel(b)
        if !mayReach(labelA, labelB) { return .no }
        guard trustsPositives(to: b) else { return .unknown }
        if labelA.pointee.leadsTo & labelB.pointee.descendsFrom != 0 { return .yes }
        if isForestAncestor(a, b) { return .yes }
        return probeFirstChildren(a, b, labelB)
    }

    /// Follows first children down from `a`: cheap, and often enough for a popular ancestor.
    @inline(__always)
    private func probeFirstChildren(_ a: UInt32, _ b: UInt32, _ labelB: UnsafePointer<ReachLabel>) -> LabelVerdict {
        var node = a
        for _ in 0..<Self.probesMax {
            guard let child = firstChild(node) else { return .unknown }
            if child == b { return .yes }
            let label = reachLabel(child)
            if !mayReach(label, labelB) { return .unknown }
            if label.pointee.leadsTo & labelB.pointee.descendsFrom != 0 || isForestAncestor(child, b) { return .yes }
            node = child
        }
        return .unknown
    }

    /// True when `a` is a proper ancestor of `b`.
    @inline(__always)
    func isAncestor(_ a: UInt32, _ b: UInt32, _ pool: ScratchPool) -> Bool {
        if a == b { return false }
        switch labelVerdict(a, b) {
        case .no: return false
        case .yes: return true
        case .unknown: return searchIsAncestor(a, b, pool)
        }
    }

    @inline(never)
    private func searchIsAncestor(_ a: UInt32, _ b: UInt32, _ pool: ScratchPool) -> Bool {
        let scratch = pool.take(nodeCount: Int(nodeCount))
        defer { pool.giveBack(scratch) }
        return searchIsAncestor(a, b, scratch)
    }

    /// Searches up from `b` and down from `a`, the side with the smaller frontier moving; both sides are pruned by the
    /// labels.
    ///
    /// - Precondition: `mayReach(a, b)` and `a != b`.
    func searchIsAncestor(_ a: UInt32, _ b: UInt32, _ scratch: Scratch) -> Bool {
        let trusts = trustsPositives(to: b)
        let labelA = reachLabel(a)
        let labelB = reachLabel(b)
        let marks = scratch.marks
        // Even marks: reached from b going up. Odd marks: reached from a going down.
        let upMark = scratch.freshMarks(2)
        let downMark = upMark + 1
        let up = scratch.queue
        let down = scratch.heap
        var upHead = 0
        var upTail = 1
        var downHead = 0
        var downTail = 1
        up[0] = b
        marks[Int(b)] = upMark
        down[0] = a
        marks[Int(a)] = downMark
        var isFound = false
        while upHead < upTail, downHead < downTail, !isFound {
            if upTail - upHead <= downTail - downHead {
                let node = up[upHead]
                upHead += 1
                forEachParent(of: node) { parent in
                    let mark = marks[Int(parent)]
                    if mark == downMark {
                        isFound = true
                        return false
                    }
                    if mark == upMark { return true }
                    marks[Int(parent)] = upMark
                    let label = reachLabel(parent)
                    if !mayReach(labelA, label) { return true }
                    if trusts, labelA.pointee.leadsTo & label.pointee.descendsFrom != 0 || isForestAncestor(a, parent) {
                        isFound = true
                        return false
                    }
                    up[upTail] = parent
                    upTail += 1
                    return true
                }
            } else {
                let node = down[downHead]
                downHead += 1
                forEachChild(of: node) { child in
                    let mark = marks[Int(child)]
                    if mark == upMark {
                        isFound = true
                        return false
                    }
                    if mark == downMark { return true }
                    marks[Int(child)] = downMark
                    let label = reachLabel(child)
                    if !mayReach(label, labelB) { return true }
                    if trusts, label.pointee.leadsTo & labelB.pointee.descendsFrom != 0 || isForestAncestor(child, b) {
                        isFound = true
                        return false
                    }
                    down[downTail] = child
                    downTail += 1
                    return true
                }
            }
        }
        return isFound
    }
}
