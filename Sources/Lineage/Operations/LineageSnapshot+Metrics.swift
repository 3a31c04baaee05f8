/// Measures of a work's place in the lineage and of what grew from it.
public struct LineageMetrics: Sendable, Equatable {
    public var parents: Int
    /// Parents that were created after the work: allowed, because clocks differ and works are imported, and worth a look.
    public var newerParents: Int
    public var children: Int
    public var liveChildren: Int
    public var ancestors: Int
    public var roots: Int
    public var descendants: Int
    public var liveDescendants: Int
    /// Distinct creators of live descendants.
    public var distinctCreators: Int
    /// Longest chain of hops below the work.
    public var depth: Int
    /// Median of the fewest hops down to the descendants; 0 when there are none.
    public var medianHops: Int
    /// Most descendants at one distance.
    public var breadth: Int
}

extension LineageSnapshot {
    /// Measures one work. Nodes in every state count as descendants; the live ones are also counted apart.
    ///
    /// - Complexity: O(ancestors + descendants · log).
    public func metrics(of node: UInt32) -> LineageMetrics {
        var metrics = LineageMetrics(
            parents: parents(of: node).count, newerParents: newerParents(of: node).count, children: 0,
            liveChildren: liveChildCount(of: node),
            ancestors: ancestorNodes(of: node).count, roots: roots(of: node).count, descendants: 0, liveDescendants: 0,
            distinctCreators: 0, depth: 0, medianHops: 0, breadth: 0)
        let walk = descendants(of: node, options: WalkOptions(includesEdges: false))
        metrics.descendants = walk.nodes.count
        metrics.children = walk.nodes.prefix { $0.depth == 1 }.count
        if !walk.nodes.isEmpty { metrics.medianHops = walk.nodes[(walk.nodes.count - 1) / 2].depth }
        let live = walk.nodes.filter { state(of: $0.node) == .live }
        metrics.liveDescendants = live.count
        let creators = live.map { creator(of: $0.node) }.sorted()
        metrics.distinctCreators = zip(creators, creators.dropFirst()).count { $0 != $1 } + (creators.isEmpty ? 0 : 1)
        var breadths: [Int] = []
        for visit in walk.nodes {
            while breadths.count < visit.depth { breadths.append(0) }
            breadths[visit.depth - 1] += 1
        }
        metrics.breadth = breadths.max() ?? 0
        metrics.depth = longestChain(below: node, walk.nodes.map(\.node))
        return metrics
    }

    /// The parents over followed edges that were created after the work, ascending.
    public func newerParents(of node: UInt32) -> [UInt32] {
        let createdAt = createdAt(of: node)
        return parents(of: node).map(\.parent).filter { self.createdAt(of: $0) > createdAt }.sorted()
    }

    /// Longest path from a node to any of its descendants, in one sweep along the ranks.
    private func longestChain(below node: UInt32, _ descendants: [UInt32]) -> Int {
        withScratch { scratch in
            let mark = scratch.freshMarks(1)
            scratch.marks[Int(node)] = mark
            scratch.depths[Int(node)] = 0
            var longest: UInt32 = 0
            for descendant in descendants.sorted(by: { view.rank($0) < view.rank($1) }) {
                var depth: UInt32 = 0
                view.forEachParent(of: descendant) { parent in
                    if scratch.marks[Int(parent)] == mark { depth = max(depth, scratch.depths[Int(parent)] + 1) }
                    return true
                }
                scratch.marks[Int(descendant)] = mark
                scratch.depths[Int(descendant)] = depth
                longest = max(longest, depth)
            }
            return Int(longest)
        }
    }
}
