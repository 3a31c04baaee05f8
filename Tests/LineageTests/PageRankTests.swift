import Lineage
import TestSupport
import Testing

struct PageRankTests {
    /// The stationary masses, by iterating the definition until nothing moves.
    private func slow(_ oracle: LineageOracle, seed: UInt32, _ options: PageRankOptions) -> [Double] {
        let count = oracle.nodes.count
        let steps: [[(UInt32, Double)]] = (0..<UInt32(count)).map { node in
            let children = oracle.children(node)
            let down = children.isEmpty ? 0 : 1 / Double(children.count).squareRoot()
            let all = oracle.parents(node).map { ($0.parent, options.upWeight) } + children.map { ($0, down) }
            let total = all.reduce(0) { $0 + $1.1 }
            return all.map { ($0.0, $0.1 / total) }
        }
        var residue = [Double](repeating: 0, count: count)
        residue[Int(seed)] = 1
        var mass = [Double](repeating: 0, count: count)
        for _ in 0..<400 {
            var next = [Double](repeating: 0, count: count)
            for node in 0..<count where residue[node] > 0 {
                mass[node] += steps[node].isEmpty ? residue[node] : options.restart * residue[node]
                for (neighbor, share) in steps[node] {
                    next[Int(neighbor)] += (1 - options.restart) * residue[node] * share
                }
            }
            residue = next
        }
        return mass
    }

    @Test("forward push comes as near to the exact masses as epsilon says", arguments: 0..<8)
    func accuracy(round: Int) throws {
        let seed = testSeed() &+ UInt64(round)
        var lineage = RandomLineage(seed: seed)
        for _ in 0..<120 { try lineage.step() }
        try lineage.append()
        lineage.graph.publish()
        let snapshot = lineage.graph.snapshot
        for _ in 0..<5 {
            let node = lineage.node()
            let options = PageRankOptions(epsilon: 1e-6)
            let exact = slow(lineage.oracle, seed: node, options)
            let pushed = snapshot.personalizedPageRank(seeds: [(node, 2.5)], options: options)
            // What is left in the residues is at most epsilon per edge end.
            let bound = options.epsilon * Double(2 * snapshot.edgeCount + snapshot.nodeCount)
            for item in pushed {
                #expect(item.mass <= exact[Int(item.node)] + 1e-9, "\(item), seed \(seed)")
                #expect(exact[Int(item.node)] - item.mass <= bound, "\(item), seed \(seed)")
            }
            #expect(abs(pushed.reduce(0) { $0 + $1.mass } - exact.reduce(0, +)) <= bound, "seed \(seed)")
            #expect(pushed == pushed.sorted { ($1.mass, $0.node) < ($0.mass, $1.node) }, "seed \(seed)")
            let again = snapshot.personalizedPageRank(seeds: [(node, 2.5)], options: options, limit: 3)
            #expect(again == Array(pushed.prefix(3)), "same input, same output, seed \(seed)")
        }
    }

    @Test("a work without relatives keeps all mass")
    func alone() throws {
        let graph = LineageGraph()
        try graph.appendNode(parents: [], creator: 0, createdAt: 0)
        graph.publish()
        #expect(graph.snapshot.personalizedPageRank(seeds: [(0, 1)]) == [WalkMass(node: 0, mass: 1)])
    }
}
