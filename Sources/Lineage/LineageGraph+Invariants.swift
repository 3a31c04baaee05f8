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
            let label = view.reachLabel(node).pointee
            try expect(label.rank < view.nodeCount && !isRankUsed[Int(label.rank)], "rank of #\(node) is not its own")
            isRankUsed[Int(label.rank)] = true
            try expect(!Bloom(of: node).exceeds(label.bloom), "the bloom of #\(node) lacks its own bit")
            let supports = view.supportLabel(node).pointee
            var problem: String?
            view.forEachParent(of: node) { parent in
                let above = view.reachLabel(parent).pointee
                let aboveSupports = view.supportLabel(parent).pointee
                if above.rank >= label.rank {
                    problem = "rank"
                } else if view.levelsAreComplete, above.level >= label.level {
                    problem = "level"
                } else if above.bloom.exceeds(label.bloom) {
                    problem = "bloom"
                } else if aboveSupports.descendsFrom & ~supports.descendsFrom != 0 {
                    problem = "descendsFrom"
                } else if view.leadsToIsComplete, supports.leadsTo & ~aboveSupports.leadsTo != 0 {
                    problem = "leadsTo"
                }
                return problem == nil
            }
            if let problem { throw LineageInvariantError(description: "\(problem) of #\(node) contradicts a parent's") }
            let above = view.reachLabel(label.parent).pointee
            try expect(
                label.parent == node ? label.level == 0 : label.level == above.level + 1, "forest level of #\(node)")
            if label.parent != node, view.trustsPositives(to: node) {
                try expect(
                    view.link(child: node, parent: label.parent)?.flags.contains(.retracted) == false,
                    "the forest parent of #\(node) is no parent")
            }
        }
    }

    private func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws(LineageInvariantError) {
        if !condition { throw LineageInvariantError(description: message()) }
    }
}
