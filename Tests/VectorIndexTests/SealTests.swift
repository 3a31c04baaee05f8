import Synchronization
import Testing
import Vectors

@testable import VectorIndex

/// Moving vectors into the graph while the index is read and written.
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
