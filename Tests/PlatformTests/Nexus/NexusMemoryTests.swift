import Engine
import Platform
import TestSupport
import Testing

/// Life of memories: merging, using, deleting, listing, surviving a restart.
struct NexusMemoryTests {
    private static func vector(_ seed: UInt64) -> [Float] {
        var random = SeededGenerator(seed: seed)
        return random.vector(PlatformFixture.dimension)
    }

    @Test("a memory that says the same becomes a use of the old one, with the new text and the labels of both")
    func merge() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let vector = Self.vector(1)
        var nudged = vector
        nudged[0] += 0.01
        let first = MemoryDraft(
            id: "old", text: "likes red", vector: vector, kind: "preference", importance: 0.3, entities: ["a"],
            tags: ["color"])
        _ = try await platform.nexus.add("agent", [first])
        fixture.clock.now += PlatformFixture.day
        let again = MemoryDraft(
            text: "loves red", vector: nudged, kind: "preference", importance: 0.9, entities: ["b"], tags: ["red"],
            dedup: .merge)
        let receipt = try await platform.nexus.add("agent", [again])
        let item = try #require(receipt.value.items.first)
        #expect(item.id == "old" && item.merged)
        #expect(item.similar.map(\.id) == ["old"])
        #expect(item.similar.allSatisfy { $0.cos > 0.999 })
        let memory = try platform.nexus.get("agent", "old")
        #expect(memory.text == "loves red")
        #expect(Set(memory.entities) == ["a", "b"] && Set(memory.tags) == ["color", "red"])
        #expect(memory.uses == 1 && memory.importance == 0.9)
        #expect(memory.lastUsedAt?.milliseconds == fixture.clock.now)
        #expect(memory.createdAt.milliseconds == PlatformFixture.start)

        var other = again
        other.kind = "fact"
        let apart = try await platform.nexus.add("agent", [other])
        #expect(apart.value.items.first?.merged == false, "another kind says something else")
        var plain = again
        plain.dedup = .none
        let kept = try await platform.nexus.add("agent", [plain])
        #expect(kept.value.items.first?.merged == false)
        #expect(kept.value.items.first?.similar.count == 2, "both twins are reported")
        #expect(try platform.nexus.list("agent", cursor: nil, limit: 10).items.count == 3)
        await platform.close()
    }

    @Test("merging also looks at the memories before in the same call")
    func mergeWithinCall() async throws {
        let platform = try await PlatformFixture().open()
        let drafts = (0..<6).map { index in
            MemoryDraft(
                id: "m\(index)", text: "text \(index)", vector: Self.vector(UInt64(index % 2)), kind: "fact",
                dedup: .merge)
        }
        let receipt = try await platform.nexus.add("agent", drafts)
        #expect(receipt.value.items.map(\.id) == ["m0", "m1", "m0", "m1", "m0", "m1"])
        #expect(receipt.value.items.map(\.merged) == [false, false, true, true, true, true])
        #expect(try platform.nexus.get("agent", "m0").uses == 2)
        #expect(try platform.nexus.get("agent", "m0").text == "text 4")
        await platform.close()
    }

    @Test("concurrent adds of the same text merge into one memory")
    func concurrentMerge() async throws {
        let platform = try await PlatformFixture().open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<12 {
                group.addTask {
                    let draft = MemoryDraft(text: "text \(index)", vector: Self.vector(5), kind: "chat", dedup: .merge)
                    _ = try await platform.nexus.add("agent", [draft])
                }
            }
            try await group.waitForAll()
        }
        let memories = try platform.nexus.list("agent", cursor: nil, limit: 100).items
        #expect(memories.count == 1)
        #expect(memories.first?.uses == 11)
        await platform.close()
    }

    @Test("use and touch make a memory new again; recall alone does not")
    func useAndTouch() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let draft = MemoryDraft(
            id: "m", text: "x", vector: Self.vector(3),
            createdAt: Timestamp(milliseconds: PlatformFixture.start - 100 * PlatformFixture.day))
        _ = try await platform.nexus.add("agent", [draft])
        var request = RecallRequest(vector: Self.vector(3), k: 3)
        let before = try #require(try await platform.nexus.recall("agent", request).items.first)
        #expect(before.parts.uses == 0 && before.parts.ageSeconds == 100 * 86_400)
        let same = try #require(try await platform.nexus.recall("agent", request).items.first)
        #expect(same.score == before.score, "reading changes nothing")

        request.touch = true
        let touching = try await platform.nexus.recall("agent", request)
        #expect(touching.items.first?.score == before.score, "the answer shows what was before the touch")
        request.touch = false
        let after = try #require(try await platform.nexus.recall("agent", request).items.first)
        #expect(after.parts.uses == 1 && after.parts.ageSeconds == 0 && after.score > before.score)

        let used = try await platform.nexus.use("agent", "m")
        #expect(used.value.uses == 2)
        #expect(used.seq > touching.seq)
        #expect(await engineError { _ = try await platform.nexus.use("agent", "other") }?.code == .notFound)
        #expect(await engineError { _ = try await platform.nexus.use("nobody", "m") }?.code == .notFound)
        await platform.close()
    }

    @Test("deleted memories are gone from every answer, and their ids are free again")
    func delete() async throws {
        let platform = try await PlatformFixture().open()
        let drafts = (0..<5).map { MemoryDraft(id: "m\($0)", text: "x", vector: Self.vector(UInt64($0))) }
        _ = try await platform.nexus.add("agent", drafts)
        let receipt = try await platform.nexus.delete("agent", "m2")
        #expect(receipt.value.id == "m2" && receipt.seq == 2)
        #expect(await engineError { _ = try platform.nexus.get("agent", "m2") }?.code == .notFound)
        #expect(await engineError { _ = try await platform.nexus.delete("agent", "m2") }?.code == .notFound)
        let recalled = try await platform.nexus.recall("agent", RecallRequest(vector: Self.vector(2), k: 5))
        #expect(!recalled.items.contains { $0.id == "m2" })
        #expect(try platform.nexus.list("agent", cursor: nil, limit: 10).items.map(\.id) == ["m0", "m1", "m3", "m4"])
        _ = try await platform.nexus.add("agent", [MemoryDraft(id: "m2", text: "new", vector: Self.vector(2))])
        #expect(try platform.nexus.get("agent", "m2").text == "new")
        await platform.close()
    }

    @Test("a listing neither repeats nor skips while memories come and go")
    func listing() async throws {
        let platform = try await PlatformFixture().open()
        let drafts = (0..<50).map { MemoryDraft(id: "m\($0)", text: "x", vector: Self.vector(UInt64($0))) }
        _ = try await platform.nexus.add("agent", drafts)
        var ids: [String] = []
        var cursor: String?
        var pages = 0
        repeat {
            let page = try platform.nexus.list("agent", cursor: cursor, limit: 7)
            ids += page.items.map(\.id)
            cursor = page.cursor
            pages += 1
            if pages == 2 {
                _ = try await platform.nexus.delete("agent", "m3")
                _ = try await platform.nexus.delete("agent", "m30")
                _ = try await platform.nexus.add("agent", [MemoryDraft(id: "late", text: "x", vector: Self.vector(99))])
            }
        } while cursor != nil
        #expect(ids == (0..<50).filter { $0 != 30 }.map { "m\($0)" } + ["late"])
        #expect(pages == 8)

        let mine = try #require(try platform.nexus.list("agent", cursor: nil, limit: 1).cursor)
        for cursor in [mine + "A", "", "%%%", String(mine.dropLast())] {
            let error = await engineError { _ = try platform.nexus.list("agent", cursor: cursor, limit: 1) }
            #expect(error?.code == .invalidArgument && error?.field == "cursor", "\(cursor)")
        }
        let foreign = await engineError { _ = try platform.nexus.list("other", cursor: mine, limit: 1) }
        #expect(foreign?.field == "cursor")
        await platform.close()
    }

    @Test("a restart gives the same memories and the same recalls")
    func restart() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let world = MemoryWorld(&random, count: 120)
        _ = try await platform.nexus.add("agent", world.drafts)
        for index in 0..<30 { _ = try await platform.nexus.use("agent", "m\(index * 3)") }
        for index in 0..<10 { _ = try await platform.nexus.delete("agent", "m\(index * 7)") }
        let requests = (0..<20).map { _ in world.request(&random) }
        let before = try await recalls(platform, requests)
        let listed = try platform.nexus.list("agent", cursor: nil, limit: 1_000).items.map(\.text)
        await platform.close()

        let reopened = try await fixture.open()
        #expect(try await recalls(reopened, requests) == before, "seed \(seed)")
        #expect(try reopened.nexus.list("agent", cursor: nil, limit: 1_000).items.map(\.text) == listed)
        await reopened.close()
    }

    private func recalls(_ platform: ArcaneaPlatform, _ requests: [RecallRequest]) async throws -> [[String]] {
        var answers: [[String]] = []
        for request in requests {
            answers.append(
                try await platform.nexus.recall("agent", request).items.map { "\($0.id) \($0.score) \($0.parts)" })
        }
        return answers
    }
}
