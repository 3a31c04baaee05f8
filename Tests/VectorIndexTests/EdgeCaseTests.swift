import Testing
import Vectors

@testable import VectorIndex

/// Small, degenerate and extreme inputs: right answers, no trap.
@Suite struct EdgeCaseTests {
    @Test(arguments: Metric.allCases) func tinyIndexes(metric: Metric) throws {
        for count in 0...6 {
            var source = ClusteredVectors(dimension: 5, seed: 31)
            var judged = JudgedIndex(dimension: 5, metric: metric, parameters: .init(graphThreshold: 1, tailLimit: 1))
            judged.append(source.next(count))
            let query = source.next()
            for sealed in [false, true] {
                if sealed { try judged.index.sealNow() }
                for k in [0, 1, 2, 10] {
                    let parameters = SearchParameters(k: k)
                    let found = judged.index.snapshot.search(query, parameters)
                    #expect(found.neighbors == judged.oracle.search(query, parameters).neighbors, "\(count) vectors")
                    #expect(found.neighbors.count == min(k, count))
                }
            }
        }
    }

    @Test(arguments: Metric.allCases) func equalVectors(metric: Metric) throws {
        var judged = JudgedIndex(dimension: 7, metric: metric)
        let vector: [Float] = [1, -2, 3, 0, 0.5, 1, 9]
        judged.append(Array(repeating: vector, count: 1_500))
        try judged.index.sealNow()
        judged.append(Array(repeating: vector, count: 20))
        let graph = try #require(judged.index.sealedGraph?.graph)
        #expect(graph.violations() == [])
        for k in [1, 10, 100, 1_520, 2_000] {
            let found = judged.index.snapshot.search(vector, k: k).neighbors
            #expect(found.count == min(k, 1_520))
            #expect(Set(found.map(\.slot)).count == found.count)
            #expect(Set(found.map(\.distance)).count == 1)
        }
    }

    @Test func crowdOfCopiesDoesNotHideTheRest() throws {
        var source = ClusteredVectors(dimension: 8, seed: 32)
        var judged = JudgedIndex(dimension: 8, metric: .squaredEuclidean)
        let crowd = source.next()
        judged.append(Array(repeating: crowd, count: 800))
        judged.append(source.next(1_200))
        judged.append(Array(repeating: crowd, count: 200))
        try judged.index.sealNow()
        #expect(judged.recall(source.next(40), efSearch: 30).recall >= 0.95, "seed 32")
        #expect(judged.recall([crowd], efSearch: 30).recall == 1)
    }

    @Test(arguments: [1, 2, 15, 16, 17, 1_000, 20_000]) func dimensions(dimension: Int) throws {
        var source = ClusteredVectors(dimension: dimension, clusters: 3, seed: 33)
        var judged = JudgedIndex(
            dimension: dimension, metric: .cosine, parameters: .init(graphThreshold: 1, tailLimit: 1))
        judged.append(source.next(dimension > 5_000 ? 8 : 60))
        try judged.index.sealNow()
        judged.append(source.next(3))
        #expect(judged.recall(source.next(5), k: 3, efSearch: 100).recall == 1)
    }

    @Test func hugeAndTinyNorms() throws {
        var source = ClusteredVectors(dimension: 6, seed: 34)
        var judged = JudgedIndex(dimension: 6, metric: .cosine)
        let vectors = source.next(900).enumerated().map { index, vector in
            let scale: Float = [1e-38, 1e-20, 1, 1e20, 1e37][index % 5]
            return vector.map { $0 * scale }
        }
        judged.append(vectors)
        try judged.index.sealNow()
        #expect(judged.recall(source.next(20), efSearch: 20).recall >= 0.95, "seed 34")
        for slot in 0..<UInt32(900) {
            let row = judged.index.snapshot.vector(slot)
            #expect(abs(DistanceReference.dot(row, row) - 1) < 1e-3, "row \(slot) has length 1")
        }
        let l2 = AdaptiveIndex(dimension: 2, metric: .squaredEuclidean, parameters: .init(graphThreshold: 1))
        for index in 0..<50 { l2.append([Float(index) * 1e37, -1e38]) }
        try l2.sealNow()
        #expect(l2.snapshot.search([3e38, 3e38], k: 10).neighbors.count == 10)
    }

    @Test func zeroVectorsUnderCosine() throws {
        let index = AdaptiveIndex(dimension: 3, metric: .cosine)
        index.append([0, 0, 0])
        index.append([1, 0, 0])
        index.publish()
        let found = index.snapshot.search([2, 0, 0], k: 2).neighbors
        #expect(found.map(\.slot) == [1, 0])
        #expect(found.map(\.distance) == [0, 1])
        #expect(index.snapshot.cosine(0, 1) == 0)
    }

    @Test func everythingRemoved() throws {
        var source = ClusteredVectors(dimension: 4, seed: 35)
        var judged = JudgedIndex(dimension: 4, metric: .dotProduct)
        judged.append(source.next(700))
        try judged.index.sealNow()
        for slot in 0..<UInt32(700) { judged.index.remove(slot) }
        judged.index.remove(3)
        judged.index.publish()
        #expect(judged.index.snapshot.liveCount == 0)
        let nothing = judged.index.snapshot.search([1, 2, 3, 4], k: 5)
        #expect(nothing.neighbors.isEmpty && nothing.counters.plan == .empty)
        #expect(judged.index.wantsSeal)
        try judged.index.sealNow()
        #expect(judged.index.sealedGraph?.nodeCount == 0)
        #expect(judged.index.sealedGraph?.graph.violations() == [])
        judged.append(source.next(300))
        #expect(judged.index.snapshot.search([1, 2, 3, 4], k: 5).neighbors.map(\.slot).min() ?? 0 >= 700)
        try judged.index.sealNow()
        #expect(judged.index.snapshot.search([1, 2, 3, 4], k: 500).neighbors.count == 300)
    }

    @Test func metricScoresRoundTrip() {
        for metric in Metric.allCases {
            for value: Float in [-3, 0, 0.25, 1, 7] {
                #expect(metric.distance(fromScore: metric.score(fromDistance: value)) == value)
            }
        }
    }
}
