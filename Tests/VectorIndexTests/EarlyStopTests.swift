import Testing
import Vectors

@testable import VectorIndex

/// The rule that ends a walk before its list is worked off.
@Suite struct EarlyStopTests {
    /// Rows of three vectors in four dimensions, of squared length 4.
    private func rows(_ metric: Metric, last: Float = 2) throws -> CodeRows {
        let index = AdaptiveIndex(dimension: 4, metric: metric)
        for vector: [Float] in [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, last]] { index.append(vector) }
        let graph = HNSWGraph(
            parameters: HNSWParameters(m: 16, seed: 1), metric: metric, dimension: 4, capacity: 3)
        for slot in 0..<UInt32(3) { graph.addNode(slot, level: 0) }
        graph.count = 3
        return try #require(CodeRows(graph: graph, view: index.view, threads: 1))
    }

    @Test func nothingIsTooFarUntilEnoughWasFound() throws {
        var stop = try #require(EarlyStop(rank: 3, width: 100, length: 1, rows: try rows(.squaredEuclidean)))
        for distance: Float in [4, 1] {
            stop.visit(distance)
            #expect(!stop.isTooFar(.greatestFiniteMagnitude))
        }
        stop.visit(9)
        // The third nearest is at 9, and a tenth of that may be added.
        #expect(!stop.isTooFar(9.89))
        #expect(stop.isTooFar(9.91))
        stop.visit(2)
        stop.visit(100)
        #expect(!stop.isTooFar(4.39))
        #expect(stop.isTooFar(4.41))
    }

    @Test func theMarginIsAShareOfTheWayToAVectorLikeTheQuery() throws {
        var cosine = try #require(EarlyStop(rank: 1, width: 200, length: 1, rows: try rows(.cosine)))
        cosine.visit(0.5)
        #expect(!cosine.isTooFar(0.59) && cosine.isTooFar(0.61))
        // Length 3 and vectors of length 2: a vector like the query is at -6.
        var product = try #require(EarlyStop(rank: 1, width: 200, length: 3, rows: try rows(.dotProduct)))
        product.visit(-2)
        #expect(!product.isTooFar(-1.25) && product.isTooFar(-1.15))
        // Better than that: a quarter of the way is left.
        product.visit(-20)
        #expect(!product.isTooFar(-19.75) && product.isTooFar(-19.65))
    }

    @Test func thereIsNoRuleForManyOrForUnlikeLengths() throws {
        let rows = try rows(.dotProduct)
        #expect(EarlyStop(rank: 256, width: 400, length: 1, rows: rows) != nil)
        #expect(EarlyStop(rank: 257, width: 400, length: 1, rows: rows) == nil)
        #expect(EarlyStop(rank: 10, width: 100, length: 1, rows: try self.rows(.dotProduct, last: 3)) == nil)
        let unknown = CodeRows(
            metric: .dotProduct, rotation: rows.rotation, layout: rows.layout, count: rows.count, mean: rows.mean,
            commonSquaredLength: 0, memory: rows.row(0), owner: rows, verifier: nil)
        #expect(EarlyStop(rank: 10, width: 100, length: 1, rows: unknown) == nil)
    }

    /// What the rule is for: fewer hops for the same recall. Compared with the walk without it at the shortest list that
    /// finds as much.
    @Test(arguments: [Metric.cosine, .squaredEuclidean]) func itSavesHops(metric: Metric) throws {
        var source = ClusteredVectors(dimension: 48, clusters: 400, spread: 1, seed: 71)
        var judged = JudgedIndex(dimension: 48, metric: metric)
        judged.append(source.next(6_000))
        try judged.index.sealNow()
        let queries = source.next(150)
        let ruled = try walk(judged.index, queries, efSearch: 60, rank: 10)
        let lists = try stride(from: 10, through: 60, by: 5).map {
            try walk(judged.index, queries, efSearch: $0, rank: .max)
        }
        let equal = try #require(lists.first { $0.recall >= ruled.recall }, "seed 71")
        #expect(ruled.hops < 0.95 * equal.hops, "seed 71: recall \(ruled.recall) and \(equal.recall)")
        #expect(ruled.recall > 0.95, "seed 71")
    }

    /// Mean hops of walks over level 0, and the share of the ten nearest among the nodes visited.
    private func walk(
        _ index: AdaptiveIndex, _ queries: [[Float]], efSearch: Int, rank: Int
    ) throws -> (recall: Double, hops: Double) {
        let snapshot = index.snapshot
        let rows = try #require(snapshot.graph?.rows)
        let entry = try #require(snapshot.graph?.graph.entry)
        var found = 0
        var hops = 0
        for query in queries {
            var padded = query + [Float](repeating: 0, count: snapshot.view.stride - query.count)
            if index.metric.normalizesRows {
                query.withUnsafeBufferPointer { source in
                    padded.withUnsafeMutableBufferPointer { Normalization.normalize(source, into: $0.baseAddress!) }
                }
            }
            var nearest: [(Float, UInt32)] = []
            query.withUnsafeBufferPointer { pointer in
                snapshot.distances(to: pointer) { nearest.append(($1, $0)) }
            }
            let truth = Set(nearest.sorted { $0 < $1 }.prefix(10).map(\.1))
            let scratch = SearchScratch()
            let coded = padded.withUnsafeBufferPointer { CodedQuery($0.baseAddress!, for: rows, scratch.codes) }
            var walk = CodeWalk(rows: rows, query: coded, scratch: scratch)
            walk.search(
                from: entry, limit: 2 * efSearch,
                stop: EarlyStop(rank: rank, width: efSearch, length: coded.length, rows: rows))
            found += walk.visited.reduce(0) { $0 + (truth.contains(CandidateKey.slot($1)) ? 1 : 0) }
            hops += walk.hops
        }
        return (Double(found) / Double(10 * queries.count), Double(hops) / Double(queries.count))
    }
}
