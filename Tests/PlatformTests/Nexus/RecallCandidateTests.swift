import Engine
import Ranking
import TestSupport
import Testing

@testable import Platform

/// Recall in a large nexus looks at some candidates only: they must be the ones that matter.
struct RecallCandidateTests {
    @Test("candidates instead of all memories give the formula's own top ten")
    func recallOfCandidates() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let world = MemoryWorld(&random, count: 3_000)
        for start in stride(from: 0, to: world.drafts.count, by: 500) {
            _ = try await platform.nexus.add("agent", Array(world.drafts[start..<start + 500]))
        }
        for index in 0..<40 { _ = try await platform.nexus.delete("agent", "m\(index * 50)") }
        let candidates = NexusService(
            store: platform.nexus.store, memories: platform.nexus.memories, embedder: platform.nexus.embedder,
            calibration: platform.nexus.learned,
            candidatePolicy: RecallCandidatePolicy(exactScanMax: 0, scanShare: 0.9),
            clock: platform.nexus.clock)
        var wanted = 0
        var found = 0
        var scans = 0
        for _ in 0..<60 {
            var request = world.request(&random)
            request.k = 10
            request.explain = true
            let exact = try await platform.nexus.recall("agent", request)
            let fast = try await candidates.recall("agent", request)
            #expect(exact.explain?.plan == "scan")
            if fast.explain?.plan == "scan" { scans += 1 }
            wanted += exact.items.count
            found += Set(exact.items.map(\.id)).intersection(fast.items.map(\.id)).count
            for item in fast.items {
                let same = exact.items.first { $0.id == item.id }
                #expect(same == nil || abs((same?.score ?? 0) - item.score) < 1e-9, "seed \(seed)")
            }
        }
        #expect(wanted > 300, "the questions have answers, seed \(seed)")
        #expect(scans < 60, "some questions need a part of the memories only, seed \(seed)")
        #expect(Double(found) >= 0.98 * Double(wanted), "\(found) of \(wanted), seed \(seed)")
        await platform.close()
    }

    @Test("the newest and the most important memories are candidates however far away they are")
    func newestAndImportant() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let platform = try await PlatformFixture().open()
        let question = random.vector(PlatformFixture.dimension)
        let old = Timestamp(milliseconds: PlatformFixture.start - 300 * PlatformFixture.day)
        let crowd = (0..<600).map { index in
            MemoryDraft(
                id: "m\(index)", text: "x", vector: random.vector(near: question, spread: 0.5), importance: 0,
                createdAt: old)
        }
        let far = question.enumerated().map { $0.offset % 2 == 0 ? $0.element : -$0.element }
        let special = [
            MemoryDraft(id: "new", text: "x", vector: far, importance: 0),
            MemoryDraft(id: "important", text: "x", vector: far, importance: 1, createdAt: old),
        ]
        _ = try await platform.nexus.add("agent", special + crowd)
        let candidates = NexusService(
            store: platform.nexus.store, memories: platform.nexus.memories, embedder: platform.nexus.embedder,
            calibration: platform.nexus.learned,
            candidatePolicy: RecallCandidatePolicy(exactScanMax: 0, scanShare: 0.9),
            clock: platform.nexus.clock)
        var request = RecallRequest(vector: question, k: 5)
        request.minRelevance = 0
        request.weights = RecallWeightsRequest(relevance: 0, recency: 1, importance: 1.5)
        let ids = try await candidates.recall("agent", request).items.map(\.id)
        #expect(Set(ids.prefix(2)) == ["new", "important"], "seed \(seed)")
        await platform.close()
    }
}
