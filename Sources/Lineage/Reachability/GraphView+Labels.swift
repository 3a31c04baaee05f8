/// What the labels alone say about "does `a` reach down to `b`?".
extension GraphView {
    /// False when the labels exclude that `a` is an ancestor of `b`. Never false for a true ancestor.
    ///
    /// Negative labels stay right under retraction: blooms only become too large, and levels stay ordered.
    @inline(__always)
    func mayReach(_ a: UInt32, _ b: UInt32) -> Bool {
        if labels != .full { return mayReachWithoutSupports(a, b) }
        let labelA = reachLabel(a)
        let labelB = reachLabel(b)
        if labelA.pointee.rank >= labelB.pointee.rank { return false }
        if levelsAreComplete, labelA.pointee.level >= labelB.pointee.level { return false }
        if labelA.pointee.bloom.exceeds(labelB.pointee.bloom) { return false }
        let supportsA = supportLabel(a)
        let supportsB = supportLabel(b)
        if supportsA.pointee.descendsFrom & ~supportsB.pointee.descendsFrom != 0 { return false }
        return !(leadsToIsComplete && supportsB.pointee.leadsTo & ~supportsA.pointee.leadsTo != 0)
    }

    @inline(__always)
    private func mayReachWithoutSupports(_ a: UInt32, _ b: UInt32) -> Bool {
        if labels == .none { return rank(a) < rank(b) }
        let labelA = liteLabel(a)
        let labelB = liteLabel(b)
        if labelA.pointee.rank >= labelB.pointee.rank { return false }
        if levelsAreComplete, labelA.pointee.level >= labelB.pointee.level { return false }
        return !labelA.pointee.bloom.exceeds(labelB.pointee.bloom)
    }

    /// True when the labels prove that `a` is an ancestor-or-self of `b`. Only where ``trustsPositives(to:)``.
    @inline(__always)
    func surelyReaches(_ a: UInt32, _ b: UInt32) -> Bool {
        switch labels {
        case .full:
            return supportLabel(a).pointee.leadsTo & supportLabel(b).pointee.descendsFrom != 0
                || isForestAncestor(a, b) { reachLabel($0) }
        case .lite: return isForestAncestor(a, b) { liteLabel($0) }
        case .none: return false
        }
    }

    /// True when `a` is an ancestor-or-self of `b` in the forest of deepest parents. O(log depth).
    @inline(__always)
    private func isForestAncestor<Label: ForestLabel>(
        _ a: UInt32, _ b: UInt32, _ read: (UInt32) -> UnsafePointer<Label>
    ) -> Bool {
        let level = read(a).pointee.level
        var node = b
        var label = read(b)
        while label.pointee.level > level {
            let jump = label.pointee.jump
            let jumpLabel = read(jump)
            if jumpLabel.pointee.level >= level {
                node = jump
                label = jumpLabel
            } else {
                node = label.pointee.parent
                label = read(node)
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
