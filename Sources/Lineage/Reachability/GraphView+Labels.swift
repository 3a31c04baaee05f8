import Synchronization

/// What the labels alone say about "does `a` reach down to `b`?".
extension GraphView {
    enum Verdict { case no, yes, open }

    /// What the labels know. `yes` says that `a` is an ancestor-or-self of `b`, `no` that it is no proper ancestor.
    ///
    /// Negative labels stay right under retraction: filters only become too large, and levels stay ordered.
    ///
    /// - Parameter trustsPositives: ``trustsPositives(to:)`` of `b` or of a node below it; asked only when it matters.
    @inline(__always)
    func verdict(_ a: UInt32, _ b: UInt32, trustsPositives: () -> Bool) -> Verdict {
        if rank(a) >= rank(b) { return .no }
        if labels == .none { return .open }
        var trusts: Bool?
        if labels == .full {
            let labelA = fullLabel(a)
            let labelB = fullLabel(b)
            if isExcluded(labelA, labelB) { return .no }
            if labelA.leadsTo & labelB.descendsFrom != 0, hasNotGrown {
                if trustsPositives() { return .yes }
                trusts = false
            }
        } else if liteLabel(a).exceeds(liteLabel(b)) {
            return .no
        }
        let forestA = forestLabel(a)
        let forestB = forestLabel(b)
        if forestA.pointee.level >= forestB.pointee.level { return levelsAreComplete ? .no : .open }
        if isForestAncestor(a, forestA.pointee.level, b), trusts ?? trustsPositives() { return .yes }
        return .open
    }

    /// False when the labels exclude that `a` is an ancestor of `b`. Never false for a true ancestor.
    @inline(__always)
    func mayReach(_ a: UInt32, _ b: UInt32) -> Bool {
        if rank(a) >= rank(b) { return false }
        switch labels {
        case .none: return true
        case .lite: if liteLabel(a).exceeds(liteLabel(b)) { return false }
        case .full: if isExcluded(fullLabel(a), fullLabel(b)) { return false }
        }
        return !levelsAreComplete || forestLabel(a).pointee.level < forestLabel(b).pointee.level
    }

    @inline(__always)
    private func isExcluded(_ labelA: UnsafePointer<FullLabel>, _ labelB: UnsafePointer<FullLabel>) -> Bool {
        labelA.exceeds(labelB) || (leadsToIsComplete && labelB.leadsTo & ~labelA.leadsTo != 0)
    }

    /// False when the labels say something about edges that this view may not have. Only right about labels that were read
    /// before.
    @inline(__always)
    private var hasNotGrown: Bool { growth.pointee.load(ordering: .relaxed) == growthSeen }

    /// True when `a` is an ancestor-or-self of `b` in the forest of deepest parents. O(log depth).
    @inline(__always)
    private func isForestAncestor(_ a: UInt32, _ level: UInt32, _ b: UInt32) -> Bool {
        var node = b
        var label = forestLabel(b)
        while label.pointee.level > level {
            let jump = label.pointee.jump
            let jumpLabel = forestLabel(jump)
            if jumpLabel.pointee.level >= level {
                node = jump
                label = jumpLabel
            } else {
                node = label.pointee.parent
                label = forestLabel(node)
            }
        }
        return node == a
    }

    /// False when a retraction since the labels were made may have cut a path to `b`: positive labels then prove
    /// nothing, and only a search over the edges does.
    @inline(__always)
    static func trustsPositives(_ view: UnsafePointer<GraphView>, to b: UInt32) -> Bool {
        view.pointee.retractedCount == 0 || trustsPositivesSlowly(view, to: b)
    }

    @inline(never)
    private static func trustsPositivesSlowly(_ view: UnsafePointer<GraphView>, to b: UInt32) -> Bool {
        if view.pointee.trustsNoPositive { return false }
        guard let retractedChildren = view.pointee.retractedChildren else { return true }
        for index in 0..<view.pointee.retractedCount {
            let child = retractedChildren[index]
            if child == b || view.pointee.mayReach(child, b) { return false }
        }
        return true
    }

    func trustsPositives(to b: UInt32) -> Bool {
        withUnsafePointer(to: self) { Self.trustsPositives($0, to: b) }
    }
}
