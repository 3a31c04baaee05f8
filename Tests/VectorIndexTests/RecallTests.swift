import Testing
import Vectors

@testable import VectorIndex

/// The graph against the exact index, for every metric.
@Suite struct RecallTests {
    @Test(arguments: Metric.allCases) func graphFindsTheTrueNeighbors(metric: Metric) throws {
        var source = ClusteredVectors(dimension: 24, seed: 21)
        var judged = JudgedIndex(dimension: 24, metric: metric)
        judged.append(source.next(3_000))
        try judged.index.sealNow()
        judged.append(source.next(150))
        let queries = source.next(60)
        let (recall, plans) = judged.recall(queries, efSearch: 30)
        #expect(plans == [.graph])
        #expect(recall >= 0.95, "\(metric), seed 21")
        let (wide, _) = judged.recall(queries, efSearch: 45)
        #expect(wide >= recall - 0.01, "a longer list finds no less, seed 21")
    }

    @Test(arguments: Metric.allCases) func returnedDistancesAreExact(metric: Metric) throws {
        var source = ClusteredVectors(dimension: 33, seed: 22)
        var judged = JudgedIndex(dimension: 33, metric: metric)
        let vectors = source.next(1_500)
        judged.append(vectors)
        try judged.index.sealNow()
        let snapshot = judged.index.snapshot
        for query in source.next(10) {
            let found = snapshot.search(query, k: 20, efSearch: 20).neighbors
            #expect(found.count == 20)
            for neighbor in found {
                let exact = DistanceReference.distance(metric, query, vectors[Int(neighbor.slot)])
                #expect(abs(Double(neighbor.distance) - exact) <= 1e-4 * max(1, abs(exact)), "\(metric), seed 22")
            }
            let order = found.map { CandidateKey.make(distance: $0.distance, slot: $0.slot) }
            #expect(order == order.sorted())
        }
    }

    @Test func recallHoldsWhileVectorsComeAndGo() throws {
        var random = SplitMix64(seed: 23)
        var source = ClusteredVectors(dimension: 20, seed: 23)
        var judged = JudgedIndex(dimension: 20, metric: .squaredEuclidean)
        judged.append(source.next(2_500))
        try judged.index.sealNow()
        let queries = source.next(50)
        let fresh = judged.recall(queries, efSearch: 20).recall
        for cycle in 1...4 {
            judged.removeRandom(500, using: &random)
            let afterRemoval = judged.recall(queries, efSearch: 20)
            judged.append(source.next(500))
            try judged.index.sealNow()
            let graph = try #require(judged.index.sealedGraph?.graph)
            #expect(graph.violations().isEmpty, "cycle \(cycle), seed 23")
            #expect(graph.nodeCount == 2_500, "dead nodes leave the graph, cycle \(cycle)")
            #expect(afterRemoval.recall >= 0.93, "cycle \(cycle), seed 23")
            let sealed = judged.recall(queries, efSearch: 20)
            #expect(sealed.recall >= fresh - 0.03, "cycle \(cycle), fresh \(fresh), seed 23")
        }
    }

    @Test func sameSeedSameGraph() throws {
        func build() throws -> [UInt8] {
            var source = ClusteredVectors(dimension: 12, seed: 24)
            var random = SplitMix64(seed: 24)
            var judged = JudgedIndex(dimension: 12, metric: .cosine)
            judged.append(source.next(900))
            try judged.index.sealNow()
            judged.removeRandom(200, using: &random)
            judged.append(source.next(300))
            try judged.index.sealNow()
            return try #require(judged.index.segmentContent).bytes()
        }
        #expect(try build() == build())
    }

    @Test func everyNodeIsReachable() throws {
        var source = ClusteredVectors(dimension: 16, clusters: 8, spread: 0.05, seed: 25)
        var judged = JudgedIndex(dimension: 16, metric: .squaredEuclidean)
        judged.append(source.next(2_000))
        try judged.index.sealNow()
        let graph = try #require(judged.index.sealedGraph?.graph)
        #expect(graph.violations() == [])
        #expect(graph.reachableCount() >= 1_990, "seed 25")
    }
}
