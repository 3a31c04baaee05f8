import Testing
import Vectors

@testable import VectorIndex

/// Segments: what is read is what was written, or nothing is.
@Suite struct SegmentTests {
    private static func makeContent(
        _ count: Int, metric: Metric = .squaredEuclidean, dimension: Int = 4
    ) throws -> SegmentContent {
        var source = ClusteredVectors(dimension: dimension, clusters: 4, seed: 61)
        let index = AdaptiveIndex(
            dimension: dimension, metric: metric, parameters: .init(graph: .init(m: 4, efConstruction: 16)))
        for vector in source.next(count) { index.append(vector) }
        for slot in stride(from: 0, to: count, by: 7) { index.remove(UInt32(slot)) }
        try index.sealNow()
        return try #require(index.segmentContent)
    }

    @Test(arguments: [0, 1, 2, 63, 64, 300], Metric.allCases) func roundTrip(count: Int, metric: Metric) throws {
        let content = try Self.makeContent(count, metric: metric)
        let bytes = try content.bytes(sequence: 77, tags: [1, 2, 3])
        #expect(bytes.count == content.byteCount(tags: 3))
        let segment = try Segment(copying: bytes)
        #expect(segment.count == count && segment.nodeCount == content.graph.nodeCount && segment.metric == metric)
        #expect(segment.sequence == 77 && segment.byteCount == bytes.count)
        #expect(try Array(segment.tags()) == [1, 2, 3])
        let sealed = try segment.sealedGraph()
        #expect(sealed.graph.parameters == content.graph.graph.parameters)
        let index = AdaptiveIndex(dimension: 4, metric: metric)
        #expect(index.install(sealed))
        #expect(index.count == count)
        #expect(try #require(index.segmentContent).bytes(sequence: 77, tags: [1, 2, 3]) == bytes)
    }

    /// Vectors so long that their squared lengths leave float32's range have no quantized rows; their links lie apart.
    @Test func segmentsWithoutRowsRoundTrip() throws {
        let index = AdaptiveIndex(dimension: 3, metric: .squaredEuclidean, parameters: .small)
        var random = SplitMix64(seed: 71)
        for _ in 0..<600 { index.append((0..<3).map { _ in Float.random(in: 1e13...1e14, using: &random) }) }
        try index.sealNow()
        let content = try #require(index.segmentContent)
        #expect(content.graph.rows == nil)
        let bytes = try content.bytes()
        let back = try Segment(copying: bytes).sealedGraph()
        #expect(back.rows == nil && back.graph.violations() == [])
        let segment = try Segment(copying: bytes)
        let query: [Float] = [5e13, 5e13, 5e13]
        let found = try query.withUnsafeBufferPointer { try segment.search($0, SearchParameters(k: 5)) }
        #expect(found.neighbors == index.snapshot.search(query, k: 5).neighbors)
    }

    @Test func searchesInASegmentAreTheSame() throws {
        var source = ClusteredVectors(dimension: 9, seed: 62)
        var judged = JudgedIndex(dimension: 9, metric: .cosine)
        judged.append(source.next(1_500))
        try judged.index.sealNow()
        let before = judged.index.snapshot
        let bytes = try #require(judged.index.segmentContent).bytes()
        let segment = try Segment(copying: bytes)
        let queries = source.next(20)
        let filter = SlotBitmap((0..<1_500).filter { $0 % 3 == 0 }.map { UInt32($0) })
        for query in queries {
            for parameters in [
                SearchParameters(k: 10, efSearch: 20), SearchParameters(k: 10, efSearch: 20, filter: filter),
            ] {
                let expected = before.search(query, parameters)
                let found = try query.withUnsafeBufferPointer { try segment.search($0, parameters) }
                #expect(found.neighbors == expected.neighbors && found.counters == expected.counters, "seed 62")
            }
        }
        // Its vectors take the place of the index's own; later ones go on in the index.
        judged.append(source.next(100))
        #expect(judged.index.install(try Segment(copying: bytes).sealedGraph()))
        judged.index.publish()
        #expect(judged.index.view.base?.count == 1_500)
        #expect(judged.recall(queries, efSearch: 20).recall >= 0.95, "seed 62")
        judged.append(source.next(300))
        try judged.index.sealNow()
        #expect(judged.index.sealedGraph?.graph.violations() == [])
        #expect(judged.recall(queries, efSearch: 20).recall >= 0.95, "seed 62")
    }

    /// Blocks are checked when they are touched: few by one search, all by `verify`.
    @Test func searchesReadWhatTheyTouch() throws {
        var source = ClusteredVectors(dimension: 128, seed: 63)
        let index = AdaptiveIndex(dimension: 128, metric: .squaredEuclidean, parameters: .small)
        for vector in source.next(6_000) { index.append(vector) }
        try index.sealNow()
        let bytes = try #require(index.segmentContent).bytes()
        let query = source.next()
        // A damaged block far from the query is not seen; of all blocks that a search touches, each is.
        let blocks = bytes.count / BlockVerifier.blockSize
        var refused = 0
        for block in 0..<blocks {
            var damaged = bytes
            damaged[block * BlockVerifier.blockSize + 5_000] ^= 4
            let segment = try Segment(copying: damaged)
            let answer = Result {
                try query.withUnsafeBufferPointer { try segment.search($0, SearchParameters(k: 5, efSearch: 10)) }
            }
            switch answer {
            case .success(let found):
                #expect(found.neighbors == index.snapshot.search(query, k: 5, efSearch: 10).neighbors, "block \(block)")
            case .failure(let error):
                refused += 1
                #expect((error as? SegmentError)?.code == .checksumMismatch, "block \(block)")
                // The working memory goes to the next search, which would pass over a node that is still marked.
                let isClear = SearchScratch.withScratch { $0.isClear }
                #expect(isClear, "block \(block)")
                // What is damaged stays damaged.
                #expect(throws: SegmentError.self) {
                    try query.withUnsafeBufferPointer { try segment.search($0, SearchParameters(k: 5, efSearch: 10)) }
                }
            }
            #expect(throws: SegmentError.self, "block \(block)") { try segment.verify() }
        }
        #expect(refused > 5 && refused < blocks * 3 / 4, "\(refused) of \(blocks) blocks")
    }

    @Test func everyFlippedBitIsRefused() throws {
        let bytes = try Self.makeContent(40).bytes(tags: [9])
        #expect(bytes.count < 50_000)
        for position in bytes.indices {
            // One bit of each byte, another one each time.
            var damaged = bytes
            damaged[position] ^= 1 << UInt8(position % 8)
            #expect(throws: SegmentError.self, "byte \(position)") { try Segment(copying: damaged).sealedGraph() }
        }
    }

    @Test func everyTruncationAndExtensionIsRefused() throws {
        let bytes = try Self.makeContent(40).bytes()
        for length in Array(0..<200) + Array(stride(from: 200, to: bytes.count, by: 97)) + [bytes.count - 1] {
            #expect(throws: SegmentError.self, "\(length) bytes") { try Segment(copying: Array(bytes[..<length])) }
        }
        let error = #expect(throws: SegmentError.self) { try Segment(copying: bytes + [0]) }
        #expect(error?.code == .wrongLength)
    }

    @Test func wrongContentWithAFittingChecksumIsRefused() throws {
        let content = try Self.makeContent(40)
        let (list, _) = content.graph.graph.list(1, level: 0)
        for (value, what) in [(UInt32(40), "beyond the slots"), (1, "itself"), (0, "a dead slot")] {
            let before = list[0]
            list[0] = value
            let error = #expect(throws: SegmentError.self, "a link to \(what)") {
                try Segment(copying: content.bytes()).sealedGraph()
            }
            #expect(error?.code == .invalidContent)
            list[0] = before
        }
        #expect(throws: Never.self) { try Segment(copying: content.bytes()).sealedGraph() }
    }

    @Test func errorsSayWhatIsWrong() throws {
        let bytes = try Self.makeContent(10).bytes()
        var other = bytes
        other[8] = 9
        #expect(#expect(throws: SegmentError.self) { try Segment(copying: other) }?.code == .unsupportedVersion)
        other = bytes
        other[0] = 0x20
        #expect(#expect(throws: SegmentError.self) { try Segment(copying: other) }?.code == .notASegment)
        other = bytes
        other[bytes.count - 16] ^= 1
        #expect(#expect(throws: SegmentError.self) { try Segment(copying: other) }?.code == .checksumMismatch)
        #expect(#expect(throws: SegmentError.self) { try Segment(copying: []) }?.code == .wrongLength)
    }
}
