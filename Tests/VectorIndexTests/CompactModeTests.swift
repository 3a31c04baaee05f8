import Synchronization
import Testing
import Vectors

@testable import VectorIndex

/// Graphs whose rows hold no neighbors' codes.
@Suite struct CompactModeTests {
    private static let compact: AdaptiveParameters = {
        var parameters = AdaptiveParameters.small
        parameters.mode = .compact
        return parameters
    }()

    private func sealed(
        _ vectors: [[Float]], _ metric: Metric, parameters: AdaptiveParameters = compact
    ) throws -> JudgedIndex {
        var judged = JudgedIndex(dimension: vectors[0].count, metric: metric, parameters: parameters)
        judged.append(vectors)
        try judged.index.sealNow()
        return judged
    }

    @Test(arguments: Metric.allCases, [7, 64, 100]) func findsTheTrueNeighbors(metric: Metric, dimension: Int) throws {
        var source = ClusteredVectors(dimension: dimension, seed: 101)
        var judged = try sealed(source.next(2_600), metric)
        let rows = try #require(judged.index.sealedGraph?.rows)
        let padded = (dimension + 63) & ~63
        #expect(rows.layout.stride == padded + 16 + 24 * 4 && judged.index.sealedGraph?.mode == .compact)
        #expect(judged.index.sealedGraph?.graph.violations() == [])
        let queries = source.next(40)
        #expect(judged.recall(queries, efSearch: 80).recall >= 0.95, "seed 101")
        // Insertions, removals, and the copying of rows whose links did not change.
        var random = SplitMix64(seed: 101)
        judged.append(source.next(150))
        judged.removeRandom(300, using: &random)
        #expect(judged.recall(queries, efSearch: 80).recall >= 0.95, "seed 101")
        try judged.index.sealNow()
        #expect(judged.index.sealedGraph?.graph.violations() == [])
        #expect(judged.recall(queries, efSearch: 80).recall >= 0.95, "seed 101")
        let filter = SlotBitmap((0..<UInt32(2_750)).filter { $0 % 3 != 0 })
        #expect(judged.recall(queries, efSearch: 80, filter: filter).recall >= 0.95, "seed 101")
    }

    /// The counters say what a search touched: few vectors, no matter how many hops.
    @Test func vectorsAreTouchedAtTheEndOnly() throws {
        var source = ClusteredVectors(dimension: 100, seed: 102)
        let judged = try sealed(source.next(2_600), .squaredEuclidean)
        for query in source.next(10) {
            let counters = judged.index.snapshot.search(query, k: 10, efSearch: 40).counters
            #expect(counters.plan == .graph && counters.efSearch == 40)
            #expect(counters.distanceComputations <= 18, "k and 8 more")
            #expect(counters.hops > 5 && counters.codeEvaluations > counters.hops)
            #expect(counters.codeBytes == counters.codeEvaluations * (128 + 16) + counters.hops * 24 * 4)
        }
    }

    /// The table is measured along compact rows, and holds what it promises.
    @Test func recallIsCalibrated() throws {
        var source = ClusteredVectors(dimension: 24, seed: 103)
        let judged = try sealed(source.next(6_000), .squaredEuclidean)
        let table = try #require(judged.index.sealedGraph?.recall)
        #expect(table.entries.count > 2)
        let queries = source.next(100)
        for target in [0.9, 0.95, 0.99] {
            let recall = judged.recall(queries, targetRecall: target).recall
            #expect(recall >= target - 0.02, "seed 103, target \(target)")
        }
    }

    /// A held-out node is not found, though the walk is along its neighbors.
    @Test func heldOutNodesAreLeftOut() throws {
        var source = ClusteredVectors(dimension: 12, seed: 104)
        let judged = try sealed(source.next(2_600), .squaredEuclidean)
        let snapshot = judged.index.snapshot
        for slot in stride(from: UInt32(0), to: 2_600, by: 97) {
            var parameters = SearchParameters(k: 5, efSearch: 60)
            #expect(snapshot.search(snapshot.vector(slot), parameters).neighbors.first?.slot == slot)
            parameters.heldOut = slot
            let found = snapshot.search(snapshot.vector(slot), parameters).neighbors
            #expect(found.count == 5 && !found.contains { $0.slot == slot }, "seed 104")
        }
    }

    @Test(arguments: Metric.allCases) func filesAreReopened(metric: Metric) throws {
        var source = ClusteredVectors(dimension: 24, seed: 105)
        let judged = try sealed(source.next(2_600), metric)
        let index = judged.index
        let before = index.snapshot
        let content = try #require(index.segmentContent)
        let bytes = try content.bytes(sequence: 3)
        #expect(bytes.count == content.byteCount(tags: 0))
        let segment = try Segment(copying: bytes)
        #expect(segment.mode == .compact && segment.originals == .float16)
        #expect(segment.vectorBytes.count >= 2_600 * 64 && segment.vectorBytes.lowerBound % 4_096 == 0)
        // In memory the vectors are float32 until the file takes their place.
        #expect(index.view.halves == 0)
        let timesGivenBack = Mutex(0)
        #expect(index.install(try segment.sealedGraph { timesGivenBack.withLock { $0 += 1 } }))
        index.publish()
        #expect(index.view.halves == 2_600)
        #expect(try #require(index.segmentContent).bytes(sequence: 3) == bytes)
        for query in source.next(20) {
            let expected = before.search(query, k: 10, efSearch: 60)
            let found = index.snapshot.search(query, k: 10, efSearch: 60)
            #expect(recall(found.neighbors, exact: expected.neighbors) >= 0.9)
            #expect(found.counters == expected.counters)
            let touched = try query.withUnsafeBufferPointer {
                try segment.search($0, SearchParameters(k: 10, efSearch: 60))
            }
            #expect(touched.neighbors == found.neighbors)
        }
        // 20 searches of 18 vectors each, given back every 16.
        #expect(timesGivenBack.withLock { $0 } == 1 + 20)
        for position in stride(from: 0, to: bytes.count, by: 10_007) {
            var damaged = bytes
            damaged[position] ^= 1 << UInt8(position % 8)
            #expect(throws: SegmentError.self, "byte \(position)") { try Segment(copying: damaged).sealedGraph() }
        }
    }

    /// A graph of another mode is searched as it is; the next seal makes it over without linking anything anew.
    @Test(arguments: IndexMode.allCases) func graphsAreMadeOver(from mode: IndexMode) throws {
        let other: IndexMode = mode == .fast ? .compact : .fast
        var parameters = AdaptiveParameters.small
        parameters.mode = mode
        var source = ClusteredVectors(dimension: 24, seed: 106)
        let vectors = source.next(4_200)
        let queries = source.next(30)
        let old = try sealed(vectors, .squaredEuclidean, parameters: parameters)
        let bytes = try #require(old.index.segmentContent).bytes()
        parameters.mode = other
        let index = AdaptiveIndex(dimension: 24, metric: .squaredEuclidean, parameters: parameters)
        #expect(index.install(try Segment(copying: bytes).sealedGraph()))
        index.publish()
        #expect(index.sealedGraph?.mode == mode && index.wantsSeal)
        for query in queries {
            #expect(index.snapshot.search(query, k: 5).counters.plan == .graph)
        }
        let before = try #require(index.sealedGraph)
        try index.sealNow()
        let after = try #require(index.sealedGraph)
        #expect(after.mode == other && !index.wantsSeal)
        #expect(after.recall != nil && after.recall != before.recall, "measured again")
        for slot in 0..<UInt32(4_200) {
            #expect(
                after.graph.neighbors(slot, level: 0).elementsEqual(before.graph.neighbors(slot, level: 0)), "\(slot)")
        }
        var sum = 0.0
        for query in queries {
            let exact = old.oracle.search(query, SearchParameters(k: 10)).neighbors
            sum += recall(index.snapshot.search(query, k: 10).neighbors, exact: exact)
        }
        #expect(sum / 30 >= 0.93, "seed 106")
    }

    /// Flags that do not go together are refused.
    @Test func compactWithoutRowsIsNoSegment() throws {
        var source = ClusteredVectors(dimension: 4, seed: 107)
        let judged = try sealed(source.next(600), .cosine)
        let bytes = try #require(judged.index.segmentContent).bytes()
        #expect(bytes[84] == 3)
        for flags: UInt8 in [2, 8, 0x83] {
            var other = bytes
            other[84] = flags
            #expect(throws: SegmentError.self) { try Segment(copying: other) }
        }
    }
}
