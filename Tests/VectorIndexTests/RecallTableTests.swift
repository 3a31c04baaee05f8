import Testing
import Vectors

@testable import VectorIndex

/// The table of recall per `efSearch`, and searches that ask for a recall.
@Suite struct RecallTableTests {
    enum Shape: CaseIterable { case uniform, clusters, hardClusters }

    private func source(_ shape: Shape, seed: UInt64) -> (dimension: Int, vectors: ClusteredVectors) {
        switch shape {
        case .uniform: (8, ClusteredVectors(dimension: 8, clusters: 1, spread: 2, seed: seed))
        case .clusters: (24, ClusteredVectors(dimension: 24, seed: seed))
        case .hardClusters: (48, ClusteredVectors(dimension: 48, clusters: 200, spread: 0.9, seed: seed))
        }
    }

    @Test(arguments: Shape.allCases) func wantedRecallIsReachedOnQueriesFromElsewhere(shape: Shape) throws {
        var (dimension, source) = source(shape, seed: 91)
        var judged = JudgedIndex(dimension: dimension, metric: .squaredEuclidean)
        judged.append(source.next(6_000))
        try judged.index.sealNow()
        let table = try #require(judged.index.sealedGraph?.recall)
        #expect(table.changes == 0)
        let queries = source.next(150)
        for target in [0.8, 0.95, 0.99] {
            let (recall, plans) = judged.recall(queries, targetRecall: target)
            // 1,500 neighbors are looked for: what is found scatters by a point.
            #expect(recall >= target - 0.02, "\(shape), target \(target), seed 91")
            #expect(plans == [.graph])
        }
        let lengths = [0.5, 0.8, 0.9, 0.95, 0.99, 1].compactMap { table.efSearch(reaching: $0, k: 10) }
        #expect(lengths == lengths.sorted() && lengths.count == 6)
        let longer = [1, 10, 30, 100, 200].compactMap { table.efSearch(reaching: 0.95, k: $0) }
        #expect(longer == longer.sorted() && longer.count == 5)
    }

    @Test func aGraphThatChangedMuchIsMeasuredAgain() throws {
        var random = SplitMix64(seed: 92)
        var source = ClusteredVectors(dimension: 16, seed: 92)
        var judged = JudgedIndex(dimension: 16, metric: .cosine)
        judged.append(source.next(5_000))
        try judged.index.sealNow()
        #expect(judged.index.sealedGraph?.recall?.changes == 0)
        judged.removeRandom(250, using: &random)
        judged.append(source.next(250))
        try judged.index.sealNow()
        #expect(judged.index.sealedGraph?.recall?.changes == 500, "250 nodes left, 250 came")
        let content = try #require(judged.index.segmentContent)
        #expect(try Segment(copying: content.bytes()).sealedGraph().recall == judged.index.sealedGraph?.recall)
        judged.append(source.next(300))
        try judged.index.sealNow()
        #expect(judged.index.sealedGraph?.recall?.changes == 0, "a sixth has changed: measured again")
        #expect(judged.recall(source.next(100), targetRecall: 0.95).recall >= 0.93, "seed 92")
    }

    @Test func lengthsBetweenAndBeyondTheMeasuredOnes() throws {
        func entry(_ efSearch: Int, _ recall: Double, _ wide: Double = 0) -> RecallTable.Entry {
            RecallTable.Entry(efSearch: efSearch, recallAt10: recall, recallAt100: wide)
        }
        let table = RecallTable(entries: [entry(10, 0.8), entry(40, 0.95), entry(160, 0.9875, 0.9), entry(640, 0.988)])
        #expect(table.efSearch(reaching: 0.1, k: 10) == 10)
        #expect(
            table.efSearch(reaching: 0.9, k: 10).map { (20...21).contains($0) } == true,
            "half of 0.2 is missed: half way, by logarithms")
        #expect(table.efSearch(reaching: 0.95, k: 10) == 40)
        #expect(table.efSearch(reaching: 0.999, k: 10).map { $0 <= 160 } == true, "longer lists gain nothing")
        #expect(RecallTable(entries: []).efSearch(reaching: 0.9, k: 10) == nil)
    }

    @Test func queriesFromElsewhereMissMore() {
        #expect(RecallTable.unseen(1) == 1)
        #expect(RecallTable.unseen(0) == 0)
        #expect((0.89...0.91).contains(RecallTable.unseen(0.955)))
        for step in 1..<100 {
            let recall = Double(step) / 100
            #expect(
                RecallTable.unseen(recall) < recall && RecallTable.unseen(recall) > RecallTable.unseen(recall - 0.01))
        }
    }

    @Test func smallGraphsHaveNoTable() throws {
        var source = ClusteredVectors(dimension: 16, seed: 93)
        var judged = JudgedIndex(dimension: 16, metric: .cosine)
        judged.append(source.next(2_100))
        try judged.index.sealNow()
        #expect(judged.index.sealedGraph?.recall == nil, "10 queries would tell nothing")
        #expect(judged.recall(source.next(30)).recall >= 0.95, "seed 93")
    }
}

/// Several queries at once against one by one.
@Suite struct BatchSearchTests {
    @Test(arguments: Metric.allCases) func batchesEqualSingleSearches(metric: Metric) throws {
        var random = SplitMix64(seed: 94)
        var source = ClusteredVectors(dimension: 19, seed: 94)
        var judged = JudgedIndex(dimension: 19, metric: metric, parameters: AdaptiveParameters(graphThreshold: 100_000))
        judged.append(source.next(1_300))
        // Equal rows and huge ones: what a product rounds away must not decide.
        let twin = source.next()
        judged.append([twin, twin, twin.map { $0 * 1e15 }, twin.map { $0 * 1e-15 }, twin.map { $0 * -1e18 }])
        judged.removeRandom(200, using: &random)
        var filter = SlotBitmap()
        for slot in 0..<UInt32(1_305) where slot % 3 == 0 { filter.insert(slot) }
        let queries = source.next(70) + [twin, twin.map { $0 * 1e18 }]
        for k in [0, 1, 10, 1_400] {
            for mask in [nil, filter] {
                let parameters = SearchParameters(k: k, filter: mask)
                let batch = queries.flatMap { $0 }.withUnsafeBufferPointer {
                    judged.index.snapshot.search(batch: $0, parameters)
                }
                #expect(batch.count == queries.count)
                for (query, result) in zip(queries, batch) {
                    let alone = judged.index.snapshot.search(query, parameters)
                    #expect(
                        result.neighbors.map(\.distance) == alone.neighbors.map(\.distance),
                        "\(metric), k \(k), seed 94")
                    #expect(
                        Set(result.neighbors.map(\.slot)) == Set(alone.neighbors.map(\.slot)),
                        "\(metric), k \(k), seed 94")
                    #expect(result.counters.plan == alone.counters.plan)
                }
            }
        }
    }

    @Test func batchesWalkAGraph() throws {
        var source = ClusteredVectors(dimension: 16, seed: 95)
        var judged = JudgedIndex(dimension: 16, metric: .cosine)
        judged.append(source.next(2_500))
        try judged.index.sealNow()
        let queries = source.next(5)
        let batch = queries.flatMap { $0 }.withUnsafeBufferPointer {
            judged.index.snapshot.search(batch: $0, SearchParameters(k: 7, efSearch: 20))
        }
        #expect(
            batch.map(\.neighbors) == queries.map { judged.index.snapshot.search($0, k: 7, efSearch: 20).neighbors })
        #expect(batch.allSatisfy { $0.counters.plan == .graph })
    }
}
