/// What is wrong with a graph that fails its self-check.
public struct LineageInvariantError: Error, CustomStringConvertible {
    public var description: String
}

extension LineageGraph {
    /// Checks everything that the structure promises itself: both directions agree, counts are right, every label says
    /// only what is true. For tests and for verification of a store.
    ///
    /// - Complexity: O(nodes + edges).
    public func checkInvariants() throws(LineageInvariantError) {
        let view = core.view
        let count = view.nodeCount
        var parentEdges: [UInt64] = []
        var recorded = 0
        for node in 0..<count {
            view.forEachLink(of: node) { link in
                recorded += 1
                if !link.flags.contains(.retracted) {
                    parentEdges.append(UInt64(link.parent) << 32 | UInt64(node))
                }
                return true
            }
        }
        var childEdges: [UInt64] = []
        for node in 0..<count {
            view.forEachChild(of: node) { child in
                childEdges.append(UInt64(node) << 32 | UInt64(child))
                return true
            }
        }
        parentEdges.sort()
        childEdges.sort()
        try expect(parentEdges == childEdges, "parents lists and children lists hold different edges")
        try expect(parentEdges.count == edgeCount, "\(parentEdges.count) edges, counted as \(edgeCount)")
        try expect(
            recorded == edgeCount + retractedEdgeCount, "\(recorded) edges on record, counted as \(edgeCount)")
        try checkLabels(view)
    }

    private func checkLabels(_ view: GraphView) throws(LineageInvariantError) {
        var isRankUsed = [Bool](repeating: false, count: Int(view.nodeCount))
        for node in 0..<view.nodeCount {
            let rank = view.rank(node)
            try expect(rank < view.nodeCount && !isRankUsed[Int(rank)], "rank of #\(node) is not its own")
            isRankUsed[Int(rank)] = true
            var isOrdered = true
            view.forEachParent(of: node) { parent in
                if view.rank(parent) >= rank { isOrdered = false }
                return isOrdered
            }
            try expect(isOrdered, "rank of #\(node) contradicts a parent's")
            switch view.labels {
            case .full:
                try checkInherited(view, node) { view.fullLabel($0).pointee }
                try checkLeadsTo(view, node)
            case .lite: try checkInherited(view, node) { view.liteLabel($0).pointee }
            case .none: continue
            }
            try checkForest(view, node)
        }
    }

    private func checkInherited<Label: InheritedLabel>(
        _ view: GraphView, _ node: UInt32, _ read: (UInt32) -> Label
    ) throws(LineageInvariantError) {
        let label = read(node)
        try expect(!Label(root: node).exceeds(label), "the label of #\(node) lacks its own bit")
        var isRight = true
        view.forEachParent(of: node) { parent in
            isRight = !read(parent).exceeds(label)
            return isRight
        }
        try expect(isRight, "the label of #\(node) contradicts a parent's")
    }

    private func checkLeadsTo(_ view: GraphView, _ node: UInt32) throws(LineageInvariantError) {
        var isRight = true
        view.forEachParent(of: node) { parent in
            isRight = view.fullLabel(node).leadsTo & ~view.fullLabel(parent).leadsTo == 0
            return isRight
        }
        try expect(isRight || !view.leadsToIsComplete, "the supports below #\(node) contradict a parent's")
    }

    private func checkForest(_ view: GraphView, _ node: UInt32) throws(LineageInvariantError) {
        let label = view.forestLabel(node).pointee
        var isRight = true
        view.forEachParent(of: node) { parent in
            isRight = view.forestLabel(parent).pointee.level < label.level
            return isRight
        }
        try expect(isRight || !view.levelsAreComplete, "the level of #\(node) contradicts a parent's")
        let isRoot = label.parent == node
        let levelAbove = view.forestLabel(label.parent).pointee.level
        try expect(isRoot ? label.level == 0 : label.level == levelAbove + 1, "forest level of #\(node)")
        if !isRoot, view.trustsPositives(to: node) {
            let isParent = view.link(child: node, parent: label.parent)?.flags.contains(.retracted) == false
            try expect(isParent, "the forest parent of #\(node) is no parent")
        }
    }

    private func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws(LineageInvariantError) {
        if !condition { throw LineageInvariantError(description: message()) }
    }
}
