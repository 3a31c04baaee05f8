import Engine
import Platform
import TestSupport
import Testing

struct RecallQualityTests {
    @Test("a fact that answers the question is recalled at any age", arguments: [0, 1, 30, 100, 200, 400])
    func plantedFact(ageDays: Int) async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let question = random.vector(PlatformFixture.dimension)
        // Hundreds of fresh, important memories that are about half as relevant.
        let crowd = (0..<400).map { index in
            MemoryDraft(
                id: "m\(index)", text: "fresh \(index)", vector: random.vector(near: question, spread: 1.2),
                kind: ["event", "chat", "preference"][index % 3],
                importance: Double.random(in: 0.5...1, using: &random))
        }
        _ = try await platform.nexus.add("agent", crowd)
        let planted = MemoryDraft(
            id: "planted", text: "the answer", vector: random.vector(near: question, spread: 0.02), kind: "fact",
            importance: 0.1,
            createdAt: Timestamp(milliseconds: PlatformFixture.start - Int64(ageDays) * PlatformFixture.day))
        _ = try await platform.nexus.add("agent", [planted])
        let answer = try await platform.nexus.recall("agent", RecallRequest(vector: question, k: 10))
        #expect(answer.items.contains { $0.id == "planted" }, "age \(ageDays) days, seed \(seed)")
        await platform.close()
    }

    @Test("the first memory of a store is recalled by a text about it")
    func firstMemory() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open(embedder: .builtIn)
        let empty = try await platform.nexus.recall("agent", RecallRequest(text: "anything", k: 5))
        #expect(empty.items.isEmpty && empty.seq == 0)
        _ = try await platform.nexus.add("agent", [MemoryDraft(text: "Mara paints lighthouses in winter light.")])
        let answer = try await platform.nexus.recall("agent", RecallRequest(text: "Who paints lighthouses?", k: 5))
        #expect(answer.items.count == 1)
        #expect((answer.items.first?.parts.rel ?? 0) > 0.3)
        let other = try await platform.nexus.recall("agent", RecallRequest(text: "quarterly tax deadlines", k: 5))
        #expect(other.items.isEmpty, "what is about something else stays silent")
        await platform.close()
    }

    @Test("no answer of a nexus ever names a memory of another one")
    func isolation() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let platform = try await PlatformFixture().open()
        let center = random.vector(PlatformFixture.dimension)
        let owners = ["a", "b", "a ", "A", "", "a/b", "ab"].filter { !$0.isEmpty }
        var owned: [String: Set<String>] = [:]
        for round in 0..<60 {
            let owner = owners[Int.random(in: 0..<owners.count, using: &random)]
            let drafts = (0..<Int.random(in: 1...6, using: &random)).map { index in
                MemoryDraft(
                    id: "\(owner)#\(round).\(index)", text: "t", vector: random.vector(near: center, spread: 0.3),
                    tags: ["shared"], dedup: Bool.random(using: &random) ? .merge : .none)
            }
            let receipt = try await platform.nexus.add(owner, drafts)
            for item in receipt.value.items {
                #expect(item.id.hasPrefix(owner + "#"), "seed \(seed)")
                #expect(item.similar.allSatisfy { $0.id.hasPrefix(owner + "#") }, "seed \(seed)")
                owned[owner, default: []].insert(item.id)
            }
            let asked = owners[Int.random(in: 0..<owners.count, using: &random)]
            var request = RecallRequest(vector: random.vector(near: center, spread: 0.5), k: 50)
            request.minRelevance = 0
            if Bool.random(using: &random) { request.tags = ["shared"] }
            request.touch = Bool.random(using: &random)
            let recalled = Set(try await platform.nexus.recall(asked, request).items.map(\.id))
            let listed = Set(try platform.nexus.list(asked, cursor: nil, limit: 1_000).items.map(\.id))
            #expect(recalled.isSubset(of: owned[asked] ?? []), "seed \(seed)")
            #expect(listed == owned[asked] ?? [], "seed \(seed)")
            if let foreign = owned.first(where: { $0.key != asked })?.value.first {
                let error = await engineError { _ = try platform.nexus.get(asked, foreign) }
                #expect(error?.code == .notFound, "seed \(seed)")
                #expect(await engineError { _ = try await platform.nexus.delete(asked, foreign) }?.code == .notFound)
            }
        }
        #expect(owned.count == owners.count, "every nexus was written, seed \(seed)")
        await platform.close()
    }
}
