import Engine
import Platform
import TestSupport
import Testing

/// Readers while others write: answers stay whole.
struct ConcurrentUseTests {
    @Test("pages and recalls stay whole while works, events and memories arrive")
    func readersAndWriters() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let world = FeedWorld(&random, count: 300)
        try await world.create(in: platform)
        let question = random.vector(PlatformFixture.dimension)
        let batches = (0..<30).map { _ in
            world.events(&random, count: 30, viewers: FeedWorld.realms + ["guest"])
        }
        let vectors = (0..<120).map { _ in random.vector(near: question, spread: 0.7) }

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for events in batches { _ = try await platform.feed.ingest(events) }
            }
            group.addTask {
                for (index, vector) in vectors.enumerated() {
                    let draft = EssenceDraft(
                        id: "late\(index)", realmId: "realm\(index % 8)", title: "Late \(index)", vector: vector,
                        remixFrom: [RemixSource(essenceId: "w\(250 + index % 50)", kind: "remix", weight: 1)])
                    // Some parents are private to another realm: those remixes are refused.
                    _ = await engineError { _ = try await platform.essences.create(draft) }
                }
            }
            group.addTask {
                for (index, vector) in vectors.enumerated() {
                    _ = try await platform.nexus.add(
                        "agent", [MemoryDraft(id: "m\(index)", text: "x", vector: vector, tags: ["t\(index)"])])
                    if index % 5 == 4 { _ = try await platform.nexus.delete("agent", "m\(index - 2)") }
                }
            }
            for reader in 0..<2 {
                group.addTask {
                    for round in 0..<40 {
                        let viewer = reader == 0 ? "guest" : FeedWorld.realms[round % 8]
                        let page = try platform.feed.rank(FeedRequest(viewerId: viewer, k: 20))
                        #expect(Set(page.items.map(\.id)).count == page.items.count, "seed \(seed)")
                        #expect(page.items.allSatisfy { $0.realmId != viewer && $0.title != nil }, "seed \(seed)")
                        var request = RecallRequest(vector: question, k: 10)
                        request.touch = round % 4 == 0
                        let hits = try await platform.nexus.recall("agent", request).items
                        #expect(Set(hits.map(\.id)).count == hits.count, "seed \(seed)")
                        #expect(hits.allSatisfy { $0.memory.nexusId == "agent" && $0.id == $0.memory.id })
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try platform.nexus.list("agent", cursor: nil, limit: 1_000).items.count == 96, "seed \(seed)")
        await platform.close()
    }
}
