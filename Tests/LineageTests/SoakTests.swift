import Foundation
import Lineage
import TestSupport
import Testing

/// Long random histories: append, late credit, retraction, reinstatement, takedown, publish, seal, background seal and
/// reopening, each outcome and every few hundred operations the whole graph compared with the oracle.
///
/// `Tools/lineage-soak` runs many: `ARCANEA_SOAK_SEEDS` histories of `ARCANEA_SOAK_OPERATIONS` operations.
struct SoakTests {
    private static func setting(_ name: String, _ standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }

    private static let operations = setting("ARCANEA_SOAK_OPERATIONS", 1_500)
    private static let histories = setting("ARCANEA_SOAK_SEEDS", 2)

    @Test("long random histories equal the oracle", arguments: 0..<histories)
    func history(round: Int) throws {
        let seed = testSeed() &+ UInt64(round)
        var lineage = RandomLineage(seed: seed)
        let checkpoint = max(250, Self.operations / 8)
        for step in 1...Self.operations {
            try lineage.step()
            if step % checkpoint == 0 {
                try lineage.graph.checkInvariants()
                lineage.graph.publish()
                try Self.compare(&lineage, "seed \(seed), step \(step)")
            }
        }
        #expect(lineage.lateEdges > 0 && lineage.refusedCycles > 0, "both outcomes occur, seed \(seed)")
        #expect(lineage.adoptedSeals > 0 && lineage.reopenings > 0, "bases changed in each way, seed \(seed)")
    }

    private static func compare(_ lineage: inout RandomLineage, _ place: String) throws {
        let snapshot = lineage.graph.snapshot
        let oracle = lineage.oracle
        try #require(snapshot.nodeCount == oracle.nodes.count, "\(place)")
        #expect(snapshot.edgeCount == oracle.edgeCount, "\(place)")
        var children = [[UInt32]](repeating: [], count: oracle.nodes.count)
        for node in 0..<UInt32(oracle.nodes.count) {
            let expected = oracle.nodes[Int(node)]
            #expect(snapshot.allLinks(of: node) == expected.links, "links of \(node), \(place)")
            #expect(snapshot.state(of: node) == expected.state, "state of \(node), \(place)")
            #expect(snapshot.createdAt(of: node) == expected.createdAt, "time of \(node), \(place)")
            for link in oracle.parents(node) { children[Int(link.parent)].append(node) }
        }
        for (node, expected) in children.enumerated() {
            #expect(snapshot.children(of: UInt32(node)) == expected, "children of \(node), \(place)")
        }
        for _ in 0..<8 {
            let node = lineage.node()
            let above = oracle.ancestorsOrSelf(of: node)
            let ancestors = above.indices.filter { above[$0] && $0 != node }.map { UInt32($0) }
            #expect(snapshot.ancestorNodes(of: node).sorted() == ancestors, "ancestors of \(node), \(place)")
            let roots = above.indices.filter { above[$0] && oracle.parents(UInt32($0)).isEmpty }.map { UInt32($0) }
            #expect(snapshot.roots(of: node) == roots, "roots of \(node), \(place)")
            for a in above.indices where a % 3 == 0 {
                let isAncestor = snapshot.isAncestor(UInt32(a), of: node)
                #expect(isAncestor == (above[a] && a != node), "\(a) above \(node), \(place)")
            }
            let shares = snapshot.attribution(of: node, options: AttributionOptions(epsilon: 0)).shares
            #expect(shares.reduce(0) { $0 + $1.ppm } == 1_000_000, "shares of \(node), \(place)")
        }
    }
}
