import Lineage
import TestSupport
import Testing

/// Drawings against a slow greedy choice, and sketches against exact counts.
struct NeighborhoodTests {
    /// Takes works one by one from lists of all candidates, sorted anew each time.
    private func slow(
        _ oracle: LineageOracle, _ snapshot: LineageSnapshot, _ start: UInt32, _ options: NeighborhoodOptions
    ) -> [UInt32] {
        let masses = snapshot.personalizedPageRank(seeds: [(start, 1)], options: PageRankOptions(epsilon: 1e-5))
        let scores = Dictionary(uniqueKeysWithValues: masses.map { ($0.node, $0.mass) })
        var taken = [start]
        while taken.count < options.nodeLimit {
            let levels = levels(oracle, start, among: Set(taken))
            var candidates: [UInt32: Int] = [:]
            for (node, level) in levels {
                if level <= 0, -level < options.up {
                    for link in oracle.parents(node) where levels[link.parent] == nil {
                        candidates[link.parent] = min(candidates[link.parent] ?? .max, 1 - level)
                    }
                }
                if level >= 0, level < options.down {
                    for child in oracle.children(node) where levels[child] == nil {
                        candidates[child] = min(candidates[child] ?? .max, level + 1)
                    }
                }
            }
            let best = candidates.min {
                (scores[$1.key] ?? 0, $0.value, $0.key) < (scores[$0.key] ?? 0, $1.value, $1.key)
            }
            guard let best else { break }
            taken.append(best.key)
        }
        return taken
    }

    /// Fewest hops from the start over the works taken, up only or down only.
    private func levels(_ oracle: LineageOracle, _ start: UInt32, among taken: Set<UInt32>) -> [UInt32: Int] {
        var levels = [start: 0]
        for sign in [-1, 1] {
            var level = [start]
            var depth = 0
            while !level.isEmpty {
                depth += 1
                let next = level.flatMap { sign < 0 ? oracle.parents($0).map(\.parent) : oracle.children($0) }
                level = Set(next).filter { taken.contains($0) && levels[$0] == nil }.sorted()
                for node in level { levels[node] = sign * depth }
            }
        }
        return levels
    }

    @Test("a drawing is the greedy choice, connected and within its bounds", arguments: 0..<10)
    func drawing(round: Int) throws {
        let seed = testSeed() &+ UInt64(round)
        var lineage = RandomLineage(seed: seed)
        for _ in 0..<120 { try lineage.step() }
        try lineage.append()
        lineage.graph.publish()
        let snapshot = lineage.graph.snapshot
        let oracle = lineage.oracle
        for _ in 0..<8 {
            let start = lineage.node()
            let options = NeighborhoodOptions(
                up: lineage.int(0...4), down: lineage.int(0...4), nodeLimit: lineage.int(1...30))
            let drawing = snapshot.neighborhood(of: start, options: options)
            let place = "\(start) \(options), seed \(seed)"
            #expect(drawing.nodes.map(\.node) == slow(oracle, snapshot, start, options), "\(place)")
            let shown = Set(drawing.nodes.map(\.node))
            let levels = levels(oracle, start, among: shown)
            for node in drawing.nodes {
                #expect(node.level == levels[node.node], "level of \(node), \(place)")
                let parents = oracle.parents(node.node).map(\.parent)
                #expect(node.omittedParents == parents.count { !shown.contains($0) }, "\(node), \(place)")
                #expect(node.omittedChildren == oracle.children(node.node).count { !shown.contains($0) }, "\(place)")
            }
            let edges = shown.sorted().flatMap { child in
                oracle.parents(child).filter { shown.contains($0.parent) }.map { LineageEdge(child: child, link: $0) }
            }
            #expect(drawing.edges == edges, "\(place)")
            let reachable =
                oracle.distances(from: start, up: true).count { $0.value <= options.up }
                + oracle.distances(from: start, up: false).count { $0.value <= options.down } - 1
            #expect(drawing.truncated == (shown.count < reachable), "\(place)")
        }
    }

    @Test("sketches err no more than they say")
    func sketches() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let graph = LineageGraph()
        for node in 0..<3_000 as Range<UInt32> {
            // Few roots, and parents among the newest hundred: many works with most others below them.
            let near = node < 100 ? 0 : node - 100
            let parents = node < 5 ? [] : Set((0..<2).map { _ in UInt32.random(in: near..<node, using: &random) })
            try graph.appendNode(
                parents: parents.sorted().map { ParentLink(parent: $0) }, creator: 0, createdAt: Int64(node))
        }
        graph.publish()
        let exact = graph.snapshot.descendantCounts()
        for size in [32, 128] {
            let estimates = graph.snapshot.estimatedDescendantCounts(sketchSize: size)
            #expect(abs(estimates.relativeError - 1 / Double(size - 2).squareRoot()) < 1e-12)
            var squares = 0.0
            var counted = 0
            for (estimate, count) in zip(estimates.counts, exact) {
                if count < size { #expect(estimate == Double(count), "exact below the size, seed \(seed)") }
                if count >= 500 {
                    let error = (estimate - Double(count)) / Double(count)
                    squares += error * error
                    counted += 1
                }
            }
            #expect(counted > 300, "seed \(seed)")
            // The works share most of what is below them, so their errors are not independent: three times the deviation.
            #expect((squares / Double(counted)).squareRoot() < 3 * estimates.relativeError, "\(size), seed \(seed)")
        }
    }
}
