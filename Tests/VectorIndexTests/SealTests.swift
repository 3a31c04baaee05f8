import Synchronization
import Testing
import Vectors

@testable import VectorIndex

/// Moving vectors into the graph while the index is read and written, and the graph's byte form.
@Suite struct SealTests {
    @Test func readersSeeWholeSnapshotsDuringAppendsAndSeals() async throws {
        var source = ClusteredVectors(dimension: 10, seed: 51)
        let index = AdaptiveIndex(dimension: 10, metric: .squaredEuclidean, parameters: .small)
        for vector in source.next(800) { index.append(vector) }
        index.publish()
        let more = source.next(1_200)
        let queries = source.next(20)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for reader in 0..<2 {
                group.addTask {
                    var rounds = 0
                    var lastCount = 0
                    while lastCount < 2_000, rounds < 100_000 {
                        let snapshot = index.snapshot
                        #expect(snapshot.count >= lastCount, "snapshots only grow")
                        lastCount = snapshot.count
                        let query = queries[(rounds + reader) % queries.count]
                        let found = snapshot.search(query, k: 10).neighbors
                        #expect(found.count == min(10, snapshot.liveCount))
                        for neighbor in found {
                            #expect(snapshot.isLive(neighbor.slot))
                            let exact = DistanceReference.squaredL2(query, snapshot.vector(neighbor.slot))
                            #expect(abs(Double(neighbor.distance) - exact) <= 1e-4 * max(exact, 1))
                        }
                        rounds += 1
                        await Task.yield()
                    }
                    return rounds
                }
            }
            group.addTask {
                for (position, vector) in more.enumerated() {
                    index.append(vector)
                    if position % 3 == 0 { index.remove(UInt32(position)) }
                    if position % 10 == 9 { index.publish() }
                    if index.wantsSeal {
                        index.install(try index.makeSealJob().run(progress: { _ in }, isCancelled: { false }))
                        index.publish()
                    }
                    if position % 50 == 0 { await Task.yield() }
                }
                index.publish()
                return 1
            }
            for try await rounds in group { #expect(rounds >= 1) }
        }
        #expect(index.sealedGraph?.graph.violations() == [])
        #expect(index.snapshot.liveCount == 2_000 - 400)
    }

    @Test func writesDuringASealAreKept() throws {
        var source = ClusteredVectors(dimension: 6, seed: 52)
        var judged = JudgedIndex(dimension: 6, metric: .cosine)
        var random = SplitMix64(seed: 52)
        judged.append(source.next(900))
        let job = judged.index.makeSealJob()
        judged.append(source.next(100))
        judged.removeRandom(300, using: &random)
        let sealed = try job.run(progress: { _ in }, isCancelled: { false })
        #expect(sealed.count == 900 && sealed.nodeCount == 900)
        #expect(judged.index.install(sealed))
        judged.index.publish()
        #expect(judged.index.snapshot.sealedCount == 900)
        #expect(judged.recall(source.next(30), efSearch: 15).recall >= 0.95, "seed 52")
        #expect(judged.index.wantsSeal, "a third of the graph is dead")
    }

    @Test func jobsReportProgressAndStop() throws {
        var source = ClusteredVectors(dimension: 4, seed: 53)
        var judged = JudgedIndex(dimension: 4, metric: .dotProduct)
        judged.append(source.next(3_000))
        let reported = Mutex<[Double]>([])
        _ = try judged.index.makeSealJob().run(
            progress: { share in reported.withLock { $0.append(share) } }, isCancelled: { false })
        let reports = reported.withLock { $0 }
        #expect(reports.last == 1 && reports == reports.sorted() && reports.count > 2)
        let asked = Atomic(0)
        #expect(throws: CancellationError.self) {
            try judged.index.makeSealJob().run(
                progress: { _ in }, isCancelled: { asked.add(1, ordering: .relaxed).newValue > 5 })
        }
        #expect(judged.index.sealedGraph == nil)
    }

    @Test func graphsThatDoNotFitAreRefused() throws {
        var source = ClusteredVectors(dimension: 4, seed: 54)
        var judged = JudgedIndex(dimension: 4, metric: .dotProduct)
        judged.append(source.next(600))
        let graph = try judged.index.makeSealJob().run(progress: { _ in }, isCancelled: { false })
        #expect(!AdaptiveIndex(dimension: 4, metric: .dotProduct).install(graph), "no such slots")
        let other = AdaptiveIndex(dimension: 4, metric: .cosine)
        for vector in source.next(600) { other.append(vector) }
        #expect(!other.install(graph), "another metric")
        #expect(other.sealedGraph == nil)
        #expect(judged.index.install(graph))
    }

    @Test func sealWantedByTailAndByDeadShare() throws {
        let index = AdaptiveIndex(
            dimension: 2, metric: .squaredEuclidean, parameters: .init(graphThreshold: 300, tailLimit: 100))
        for step in 0..<299 { index.append([Float(step), 1]) }
        #expect(!index.wantsSeal)
        index.append([5, 5])
        #expect(index.wantsSeal)
        try index.sealNow()
        #expect(!index.wantsSeal)
        for step in 0..<99 { index.append([Float(step), 2]) }
        #expect(!index.wantsSeal)
        index.append([7, 7])
        #expect(index.wantsSeal)
        try index.sealNow()
        for slot in 0..<UInt32(63) { index.remove(slot) }
        #expect(!index.wantsSeal)
        index.remove(63)
        #expect(index.wantsSeal)
        try index.sealNow()
        #expect(!index.wantsSeal)
    }
}

/// The byte form of a sealed graph.
@Suite struct GraphFileTests {
    private static func makeGraph(_ count: Int, metric: Metric = .squaredEuclidean) throws -> SealedGraph {
        var source = ClusteredVectors(dimension: 4, clusters: 4, seed: 61)
        let index = AdaptiveIndex(
            dimension: 4, metric: metric, parameters: .init(graph: .init(m: 4, efConstruction: 16)))
        for vector in source.next(count) { index.append(vector) }
        for slot in stride(from: 0, to: count, by: 7) { index.remove(UInt32(slot)) }
        return try index.makeSealJob().run(progress: { _ in }, isCancelled: { false })
    }

    private static func read(_ bytes: [UInt8]) throws -> SealedGraph {
        try bytes.withUnsafeBytes { try SealedGraph(deserializing: $0) }
    }

    @Test(arguments: [0, 1, 2, 63, 64, 300]) func roundTrip(count: Int) throws {
        for metric in Metric.allCases {
            let graph = try Self.makeGraph(count, metric: metric)
            let bytes = graph.serialized()
            let back = try Self.read(bytes)
            #expect(back.count == count && back.nodeCount == graph.nodeCount && back.metric == metric)
            #expect(back.graph.parameters == graph.graph.parameters)
            #expect(back.serialized() == bytes)
        }
    }

    @Test func searchAfterReadingIsTheSame() throws {
        var source = ClusteredVectors(dimension: 9, seed: 62)
        var judged = JudgedIndex(dimension: 9, metric: .cosine)
        judged.append(source.next(1_500))
        try judged.index.sealNow()
        let before = judged.index.snapshot
        let graph = try Self.read(try #require(judged.index.sealedGraph).serialized())
        #expect(judged.index.install(graph.withCodes(for: judged.index, threads: 2)))
        judged.index.publish()
        for query in source.next(20) {
            let a = before.search(query, k: 10, efSearch: 20)
            let b = judged.index.snapshot.search(query, k: 10, efSearch: 20)
            #expect(a.neighbors == b.neighbors && a.counters == b.counters)
        }
    }

    @Test func everyFlippedBitIsRefused() throws {
        let bytes = try Self.makeGraph(40).serialized()
        #expect(bytes.count < 4_000)
        for position in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << UInt8(bit)
                #expect(throws: GraphFormatError.self, "byte \(position), bit \(bit)") { try Self.read(damaged) }
            }
        }
    }

    @Test func everyTruncationAndExtensionIsRefused() throws {
        let bytes = try Self.makeGraph(40).serialized()
        for length in bytes.indices {
            #expect(throws: GraphFormatError.self, "\(length) bytes") { try Self.read(Array(bytes[..<length])) }
        }
        let error = #expect(throws: GraphFormatError.self) { try Self.read(bytes + [0]) }
        #expect(error?.code == .wrongLength)
    }

    @Test func wrongContentWithAFittingChecksumIsRefused() throws {
        let graph = try Self.makeGraph(40)
        let (list, _) = graph.graph.list(1, level: 0)
        for (value, what) in [(UInt32(40), "beyond the slots"), (1, "itself"), (0, "a dead slot")] {
            let before = list[0]
            list[0] = value
            let error = #expect(throws: GraphFormatError.self, "a link to \(what)") {
                try Self.read(graph.serialized())
            }
            #expect(error?.code == .invalidContent)
            list[0] = before
        }
        #expect(throws: Never.self) { try Self.read(graph.serialized()) }
    }

    @Test func errorsSayWhatIsWrong() throws {
        let bytes = try Self.makeGraph(10).serialized()
        var other = bytes
        other[8] = 9
        #expect(#expect(throws: GraphFormatError.self) { try Self.read(other) }?.code == .unsupportedVersion)
        other = bytes
        other[0] = 0x20
        #expect(#expect(throws: GraphFormatError.self) { try Self.read(other) }?.code == .notAGraph)
        other = bytes
        other[bytes.count - 1] ^= 1
        #expect(#expect(throws: GraphFormatError.self) { try Self.read(other) }?.code == .checksumMismatch)
        #expect(#expect(throws: GraphFormatError.self) { try Self.read([]) }?.code == .wrongLength)
    }
}
