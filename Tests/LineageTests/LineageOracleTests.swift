import Lineage
import TestSupport
import Testing

/// Every operation equals the oracle on random graphs with late credits, retractions, states, seals and publishes.
struct LineageOracleTests {
    @Test("all operations equal the oracle", arguments: 0..<15)
    func operations(round: Int) throws {
        let seed = testSeed() &+ UInt64(round)
        var lineage = RandomLineage(seed: seed)
        for _ in 0..<3 {
            for _ in 0..<60 { try lineage.step() }
            if lineage.oracle.nodes.isEmpty { try lineage.append() }
            lineage.graph.publish()
            compare(lineage.graph.snapshot, &lineage, "seed \(seed)")
        }
    }

    @Test("thousands of operations keep the invariants and the reachability", arguments: 0..<3)
    func longRun(round: Int) throws {
        let seed = testSeed() &+ UInt64(round)
        var lineage = RandomLineage(seed: seed)
        for step in 0..<3_000 {
            try lineage.step()
            if step % 500 == 499 { try lineage.graph.checkInvariants() }
        }
        #expect(lineage.lateEdges > 0 && lineage.refusedCycles > 0, "both outcomes occur, seed \(seed)")
        lineage.graph.publish()
        let snapshot = lineage.graph.snapshot
        for _ in 0..<20 {
            let node = lineage.node()
            let ancestors = Set(lineage.oracle.distances(from: node, up: true).keys)
            for a in 0..<UInt32(snapshot.nodeCount) {
                #expect(
                    snapshot.isAncestor(a, of: node) == (a != node && ancestors.contains(a)),
                    "\(a) \(node), seed \(seed)")
            }
        }
    }

    private func compare(_ snapshot: LineageSnapshot, _ lineage: inout RandomLineage, _ seed: String) {
        let oracle = lineage.oracle
        #expect(snapshot.nodeCount == oracle.nodes.count, "\(seed)")
        #expect(snapshot.edgeCount == oracle.edgeCount, "\(seed)")
        #expect(
            snapshot.retractedEdgeCount == oracle.nodes.reduce(0) { $0 + $1.links.count } - oracle.edgeCount, "\(seed)")
        for node in 0..<UInt32(oracle.nodes.count) {
            let expected = oracle.nodes[Int(node)]
            #expect(snapshot.allLinks(of: node) == expected.links, "\(node), \(seed)")
            #expect(snapshot.parents(of: node) == oracle.parents(node), "\(node), \(seed)")
            #expect(snapshot.children(of: node) == oracle.children(node), "\(node), \(seed)")
            #expect(snapshot.state(of: node) == expected.state && snapshot.creator(of: node) == expected.creator)
            #expect(snapshot.createdAt(of: node) == expected.createdAt, "\(node), \(seed)")
            #expect(snapshot.roots(of: node) == oracle.roots(of: node), "\(node), \(seed)")
            #expect(
                Set(snapshot.ancestorNodes(of: node))
                    == Set(oracle.distances(from: node, up: true).keys).subtracting([node]))
            #expect(
                Set(snapshot.descendantNodes(of: node))
                    == Set(oracle.distances(from: node, up: false).keys).subtracting([node]), "\(node), \(seed)")
            #expect(snapshot.siblings(of: node).items == oracle.siblings(of: node), "\(node), \(seed)")
            let newer = oracle.parents(node).map(\.parent).filter {
                oracle.nodes[Int($0)].createdAt > expected.createdAt
            }
            #expect(snapshot.newerParents(of: node) == newer.sorted(), "\(node), \(seed)")
        }
        for _ in 0..<12 { compareWalk(snapshot, &lineage, seed) }
        for _ in 0..<40 { comparePair(snapshot, lineage.node(), lineage.node(), oracle, seed) }
        for _ in 0..<10 {
            let node = lineage.node()
            let generations = lineage.int(2...3)
            let all = oracle.cousins(of: node, generations: generations)
            #expect(snapshot.cousins(of: node, generations: generations).items == all, "\(node), \(seed)")
            let cut = snapshot.cousins(of: node, generations: generations, limit: 2)
            #expect(cut.items == Array(all.prefix(2)) && cut.truncated == (all.count > 2), "\(node), \(seed)")
        }
        comparePopularity(snapshot, oracle, seed)
        let pairs = (0..<30).map { _ in (ancestor: lineage.node(), node: lineage.node()) }
        #expect(
            snapshot.areAncestors(pairs) == pairs.map { oracle.isAncestor($0.ancestor, of: $0.node) }, "\(seed)")
    }

    private func compareWalk(_ snapshot: LineageSnapshot, _ lineage: inout RandomLineage, _ seed: String) {
        var options = WalkOptions()
        if lineage.bool() { options.depthLimit = lineage.int(0...4) }
        if lineage.bool() { options.nodeLimit = lineage.int(0...12) }
        if lineage.bool() { options.kinds = [.remix, .variation, EdgeKind(rawValue: 15)] }
        if lineage.bool() { options.asOf = Int64(lineage.int(0...150)) }
        if lineage.bool() { options.nodeBound = UInt32(lineage.int(0...lineage.oracle.nodes.count)) }
        let node = lineage.node()
        for up in [true, false] {
            let walk =
                up ? snapshot.ancestors(of: node, options: options) : snapshot.descendants(of: node, options: options)
            let expected = lineage.oracle.walk(from: node, up: up, options: options)
            #expect(walk.nodes == expected.nodes, "\(node) up \(up) \(options), \(seed)")
            #expect(walk.truncated == expected.truncated, "\(node) up \(up) \(options), \(seed)")
            let inside = Set(walk.nodes.map(\.node) + [node])
            let edges = inside.sorted().flatMap { child in
                lineage.oracle.nodes[Int(child)].links.filter {
                    inside.contains($0.parent) && lineage.oracle.passes($0, options)
                }.map { LineageEdge(child: child, link: $0) }
            }
            #expect(walk.edges == (walk.nodes.isEmpty ? [] : edges), "\(node) up \(up) \(options), \(seed)")
        }
    }

    private func comparePair(
        _ snapshot: LineageSnapshot, _ a: UInt32, _ b: UInt32, _ oracle: LineageOracle, _ seed: String
    ) {
        #expect(snapshot.isAncestor(a, of: b) == oracle.isAncestor(a, of: b), "\(a) \(b), \(seed)")
        #expect(snapshot.lowestCommonAncestors(a, b) == oracle.lowestCommonAncestors(a, b), "\(a) \(b), \(seed)")
        let distance = oracle.distances(from: b, up: true)[a]
        let path = snapshot.shortestPath(from: a, to: b)
        #expect(path.map { $0.count - 1 } == distance, "\(a) \(b), \(seed)")
        if let path { expectChain(path, from: a, to: b, oracle, seed) }
        let paths = snapshot.shortestPaths(from: a, to: b, count: 7)
        let lengths = oracle.pathLengths(from: a, to: b, count: 7)
        #expect(paths.map { $0.count - 1 } == lengths, "\(a) \(b), \(seed)")
        #expect(Set(paths).count == paths.count, "no path twice, \(seed)")
        for path in paths { expectChain(path, from: a, to: b, oracle, seed) }
    }

    private func expectChain(_ path: [UInt32], from: UInt32, to: UInt32, _ oracle: LineageOracle, _ seed: String) {
        #expect(path.first == from && path.last == to, "\(seed)")
        for (above, below) in zip(path, path.dropFirst()) {
            #expect(oracle.parents(below).contains { $0.parent == above }, "\(path), \(seed)")
        }
    }

    private func comparePopularity(_ snapshot: LineageSnapshot, _ oracle: LineageOracle, _ seed: String) {
        for window in [nil, 20..<90] as [Range<Int64>?] {
            let descendants = oracle.top(5, window) { $0.count }
            #expect(snapshot.topByDescendants(5, window: window) == descendants, "\(seed)")
            let creators = oracle.top(5, window) { Set($0.map { oracle.nodes[Int($0)].creator }).count }
            #expect(snapshot.topByCreators(5, window: window) == creators, "\(seed)")
            #expect(snapshot.likelyTopByDescendants(5, window: window) == descendants, "\(seed)")
            // Fewer works than hashes: the sketches are the sets.
            let estimates = snapshot.estimatedDescendantCounts(sketchSize: 256, window: window).counts
            for node in 0..<UInt32(oracle.nodes.count) {
                let count = oracle.countedDescendants(node, window).count
                #expect(estimates[Int(node)] == Double(count), "\(node), \(seed)")
                #expect(snapshot.descendantCount(of: node, window: window) == count, "\(node), \(seed)")
            }
        }
    }
}
