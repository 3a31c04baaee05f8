import Engine
import Platform
import TestSupport
import Testing

/// Memories that are given a time to live: no recall finds them after it, and soon nothing is left of them.
struct MemoryExpiryTests {
    private static func vector(_ place: Int) -> [Float] {
        (0..<PlatformFixture.dimension).map { $0 == place ? 1 : 0.1 }
    }

    private static func draft(_ id: String, _ place: Int, expiresIn time: Int64?) -> MemoryDraft {
        MemoryDraft(
            id: id, text: "the secret word of \(id) is heliotrope", vector: vector(place), kind: "fact",
            expiresAt: time.map { Timestamp(milliseconds: PlatformFixture.start + $0) })
    }

    private func recalled(_ platform: ArcaneaPlatform) async throws -> Set<String> {
        var request = RecallRequest(vector: Self.vector(0), k: 100)
        request.minRelevance = 0
        return Set(try await platform.nexus.recall("agent", request).items.map(\.id))
    }

    /// Waits for the deletion in the background.
    private func waitForCount(_ platform: ArcaneaPlatform, _ count: Int) async throws {
        for _ in 0..<2_000 where platform.nexus.memoryCount != count { try await Task.sleep(for: .milliseconds(10)) }
        #expect(platform.nexus.memoryCount == count)
    }

    @Test("what has expired is not recalled from that moment on, and is deleted soon, also after a restart")
    func expire() async throws {
        let fixture = PlatformFixture()
        var platform = try await fixture.open()
        let hour = PlatformFixture.hour
        _ = try await platform.nexus.add(
            "agent",
            [
                Self.draft("stays", 0, expiresIn: nil), Self.draft("soon", 1, expiresIn: hour),
                Self.draft("later", 2, expiresIn: 2 * hour), Self.draft("last", 3, expiresIn: 3 * hour),
            ])
        #expect(try platform.nexus.get("agent", "soon").expiresAt?.milliseconds == PlatformFixture.start + hour)
        fixture.clock.now += hour - 1
        #expect(try await recalled(platform) == ["stays", "soon", "later", "last"])
        fixture.clock.now += 1
        #expect(try await recalled(platform) == ["stays", "later", "last"])
        try await waitForCount(platform, 3)
        #expect(await engineError { _ = try platform.nexus.get("agent", "soon") }?.code == .notFound)

        await platform.close()
        platform = try await fixture.open()
        #expect(try await recalled(platform) == ["stays", "later", "last"])
        await platform.close()
        // It expires while no process runs.
        fixture.clock.now += hour
        platform = try await fixture.open()
        #expect(try await recalled(platform) == ["stays", "last"])
        try await waitForCount(platform, 2)
        fixture.clock.now += hour
        try await waitForCount(platform, 1)
        await platform.close()
        platform = try await fixture.open()
        // The last ordinals have no memory any more: whatever looks at all of them must know.
        var request = ForgetRequest(mode: .hard, confirmCount: 1)
        request.ids = ["stays"]
        let forgotten = try await platform.nexus.forget("agent", request)
        #expect(forgotten.value.forgotten == 1)
        await platform.close()
        for (name, bytes) in fixture.files() {
            #expect(!String(decoding: bytes, as: UTF8.self).contains("secret word of soon"), "\(name)")
        }
    }

    @Test("a memory that is merged with one that stays, stays; of two that expire the later time counts")
    func merge() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let hour = PlatformFixture.hour
        func merged(_ id: String, _ place: Int, expiresIn time: Int64?) -> MemoryDraft {
            var draft = Self.draft(id, place, expiresIn: time)
            draft.dedup = .merge
            return draft
        }
        _ = try await platform.nexus.add("agent", [Self.draft("a", 1, expiresIn: hour)])
        _ = try await platform.nexus.add("agent", [merged("a2", 1, expiresIn: nil)])
        _ = try await platform.nexus.add("agent", [Self.draft("b", 5, expiresIn: hour)])
        _ = try await platform.nexus.add("agent", [merged("b2", 5, expiresIn: 2 * hour)])
        #expect(try platform.nexus.get("agent", "a").expiresAt == nil)
        #expect(try platform.nexus.get("agent", "b").expiresAt?.milliseconds == PlatformFixture.start + 2 * hour)
        fixture.clock.now += 2 * hour - 1
        try await Task.sleep(for: .milliseconds(1_200))
        #expect(platform.nexus.memoryCount == 2)
        fixture.clock.now += 1
        try await waitForCount(platform, 1)
        #expect(try platform.nexus.get("agent", "a").id == "a")
        await platform.close()
    }
}
