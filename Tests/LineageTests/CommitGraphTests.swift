import Lineage
import TestSupport
import Testing

/// Every walk over a real commit graph equals breadth-first search. Skipped where the benchmark data is not there.
struct CommitGraphTests {
    @Test(
        "all operations equal breadth-first search on a commit graph",
        .enabled(if: CommitGraph.file("git") != nil, "needs the benchmark data: ARCANEA_BENCH_DATA/dag/git.npz"))
    func operations() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let commits = try CommitGraph(npz: try #require(CommitGraph.file("git")))
        let snapshot = try commits.lineage().snapshot
        #expect(snapshot.nodeCount == commits.parents.count)
        #expect(snapshot.edgeCount == commits.parents.reduce(0) { $0 + $1.count })
        let nodes = UInt32(commits.parents.count)
        for _ in 0..<25 {
            let node = UInt32.random(in: 0..<nodes, using: &random)
            let up = commits.distances(from: node, up: true)
            let ancestors = Self.reached(up, without: node)
            #expect(snapshot.ancestorNodes(of: node).sorted() == ancestors, "\(node), seed \(seed)")
            let near = commits.distances(from: node, up: true, depthLimit: 5)
            let walk = snapshot.ancestors(of: node, options: WalkOptions(depthLimit: 5))
            #expect(walk.nodes.map(\.node).sorted() == Self.reached(near, without: node), "\(node), seed \(seed)")
            #expect(walk.nodes.allSatisfy { Int($0.depth) == Int(near[Int($0.node)]) }, "\(node), seed \(seed)")
            let roots = (ancestors + [node]).filter { commits.parents[Int($0)].isEmpty }
            #expect(snapshot.roots(of: node).sorted() == roots.sorted(), "\(node), seed \(seed)")
            let down = commits.distances(from: node, up: false)
            #expect(
                snapshot.descendantNodes(of: node).sorted() == Self.reached(down, without: node),
                "\(node), seed \(seed)")
            let siblings = Set(commits.parents[Int(node)].flatMap { commits.children[Int($0)] }).subtracting([node])
            #expect(Set(snapshot.siblings(of: node).items.map(\.node)) == siblings, "\(node), seed \(seed)")
            for _ in 0..<20 { compare(node, UInt32.random(in: 0..<nodes, using: &random), up, commits, snapshot, seed) }
        }
    }

    /// Everything that is asked about two nodes; `up` holds the distances to the first one's ancestors.
    private func compare(
        _ node: UInt32, _ other: UInt32, _ up: [Int32], _ commits: CommitGraph, _ snapshot: LineageSnapshot,
        _ seed: UInt64
    ) {
        let isAncestor = other != node && up[Int(other)] >= 0
        #expect(snapshot.isAncestor(other, of: node) == isAncestor, "\(other) \(node), seed \(seed)")
        let path = snapshot.shortestPath(from: other, to: node)
        #expect(path.map { $0.count - 1 } == (up[Int(other)] >= 0 ? Int(up[Int(other)]) : nil), "seed \(seed)")
        for (parent, child) in zip(path ?? [], path?.dropFirst() ?? []) {
            #expect(commits.parents[Int(child)].contains(parent), "every step of a path is an edge, seed \(seed)")
        }
        let otherUp = commits.distances(from: other, up: true)
        let common = up.indices.filter { up[$0] >= 0 && otherUp[$0] >= 0 }
        let covered = Set(common.flatMap { commits.parents[$0] })
        let lowest = common.map { UInt32($0) }.filter { !covered.contains($0) }
        #expect(
            snapshot.lowestCommonAncestors(node, other).sorted() == lowest, "\(node) \(other), seed \(seed)")
    }

    private static func reached(_ distances: [Int32], without start: UInt32) -> [UInt32] {
        distances.indices.filter { distances[$0] >= 0 && $0 != Int(start) }.map { UInt32($0) }
    }
}
