/// The is-ancestor question, where the labels leave it open.
extension GraphView {
    /// True when `a` is a proper ancestor of `b`.
    ///
    /// Works on the view where it lies: copying it would cost more than most answers.
    @inline(__always)
    static func isAncestor(_ view: UnsafePointer<GraphView>, _ a: UInt32, _ b: UInt32, _ pool: ScratchPool) -> Bool {
        if a == b { return false }
        switch view.pointee.verdict(a, b, trustsPositives: { trustsPositives(view, to: b) }) {
        case .no: return false
        case .yes: return true
        case .open: return search(view, a, b, pool)
        }
    }

    @inline(never)
    private static func search(
        _ view: UnsafePointer<GraphView>, _ a: UInt32, _ b: UInt32, _ pool: ScratchPool
    ) -> Bool {
        view.pointee.searchIsAncestor(a, b, pool)
    }

    func isAncestor(_ a: UInt32, _ b: UInt32, _ pool: ScratchPool) -> Bool {
        withUnsafePointer(to: self) { Self.isAncestor($0, a, b, pool) }
    }

    @inline(never)
    private func searchIsAncestor(_ a: UInt32, _ b: UInt32, _ pool: ScratchPool) -> Bool {
        if labels != .none, trustsPositives(to: b), probeFirstChildren(a, b) { return true }
        if let answer = searchNearby(a, b) { return answer }
        return pool.withScratch(nodeCount: Int(nodeCount)) { searchIsAncestor(a, b, $0) }
    }

    /// How many first children are followed before a search.
    private static var probesMax: Int { 32 }

    /// Follows first children down from `a`: cheap, and often enough when `a` has much below it.
    private func probeFirstChildren(_ a: UInt32, _ b: UInt32) -> Bool {
        var node = a
        for _ in 0..<Self.probesMax {
            var first: UInt32?
            forEachChild(of: node) { child in
                first = child
                return false
            }
            guard let child = first else { return false }
            if child == b { return true }
            switch verdict(child, b, trustsPositives: { true }) {
            case .no: return false
            case .yes: return true
            case .open: node = child
            }
        }
        return false
    }

    /// Most nodes of the search that needs no work space of its own.
    private static var nearbyMax: Int { 24 }

    /// Searches up from `b` among few nodes: the rule when the labels leave a question open. `nil` when there are more.
    private func searchNearby(_ a: UInt32, _ b: UInt32) -> Bool? {
        let trusts = trustsPositives(to: b)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.nearbyMax) { nodes in
            nodes[0] = b
            var head = 0
            var tail = 1
            var answer: Bool? = false
            while head < tail, answer == false {
                forEachParent(of: nodes[head]) { parent in
                    if parent == a {
                        answer = true
                        return false
                    }
                    switch verdict(a, parent, trustsPositives: { trusts }) {
                    case .no: return true
                    case .yes:
                        answer = true
                        return false
                    case .open: break
                    }
                    for index in 0..<tail where nodes[index] == parent { return true }
                    if tail == Self.nearbyMax {
                        answer = nil
                        return false
                    }
                    nodes[tail] = parent
                    tail += 1
                    return true
                }
                head += 1
            }
            return answer
        }
    }

    /// Searches up from `b` and down from `a`, the side with the smaller frontier moving; both sides are pruned by the
    /// labels.
    ///
    /// - Precondition: `mayReach(a, b)` and `a != b`.
    func searchIsAncestor(_ a: UInt32, _ b: UInt32, _ scratch: Scratch) -> Bool {
        let trusts = trustsPositives(to: b)
        let marks = scratch.marks
        // Even marks: reached from b going up. Odd marks: reached from a going down.
        let upMark = scratch.freshMarks(2)
        let downMark = upMark + 1
        let up = scratch.queue
        let down = scratch.otherQueue
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
                    switch verdict(a, parent, trustsPositives: { trusts }) {
                    case .no: return true
                    case .yes:
                        isFound = true
                        return false
                    case .open: break
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
                    switch verdict(child, b, trustsPositives: { trusts }) {
                    case .no: return true
                    case .yes:
                        isFound = true
                        return false
                    case .open: break
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
