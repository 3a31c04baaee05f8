import Engine
import Foundation
import Platform
import TestSupport
import Testing

/// Recall against the formula written down once more, over all memories, without columns, index or pruning.
struct RecallOracleTests {
    @Test("recall gives what the formula gives over all memories")
    func formula() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let world = MemoryWorld(&random, count: 400)
        for start in stride(from: 0, to: world.drafts.count, by: 100) {
            _ = try await platform.nexus.add("agent", Array(world.drafts[start..<start + 100]))
        }
        for draft in world.drafts.prefix(60) where Bool.random(using: &random) {
            _ = try await platform.nexus.use("agent", try #require(draft.id))
        }
        var found = 0
        for question in 0..<60 {
            let request = world.request(&random)
            let answer = try await platform.nexus.recall("agent", request)
            let memories = try allMemories(platform)
            let expected = RecallOracle(request).recall(
                memories.map { ($0, world.vectors[$0.id] ?? []) }, now: PlatformFixture.start)
            #expect(answer.items.map(\.id) == expected.map(\.id), "question \(question), seed \(seed)")
            for (item, wanted) in zip(answer.items, expected) {
                #expect(abs(item.score - wanted.score) < 1e-5, "\(item.id), question \(question), seed \(seed)")
                #expect(abs(item.parts.rel - wanted.rel) < 1e-5, "\(item.id), seed \(seed)")
                #expect(abs(item.parts.rec - wanted.rec) < 1e-9, "\(item.id), seed \(seed)")
            }
            found += expected.count
        }
        #expect(found > 200, "the questions have answers, seed \(seed)")
        await platform.close()
    }

    private func allMemories(_ platform: ArcaneaPlatform) throws -> [Memory] {
        var memories: [Memory] = []
        var cursor: String?
        repeat {
            let page = try platform.nexus.list("agent", cursor: cursor, limit: 150)
            memories += page.items
            cursor = page.cursor
        } while cursor != nil
        return memories
    }
}

/// Random memories of all kinds, ages and validities, and random questions about them.
struct MemoryWorld {
    let drafts: [MemoryDraft]
    let vectors: [String: [Float]]
    private let centers: [[Float]]

    init(_ random: inout SeededGenerator, count: Int) {
        centers = (0..<8).map { _ in random.vector(PlatformFixture.dimension) }
        let kinds = ["event", "chat", "fact", "preference"]
        var drafts: [MemoryDraft] = []
        var vectors: [String: [Float]] = [:]
        for index in 0..<count {
            let center = centers[Int.random(in: 0..<centers.count, using: &random)]
            var draft = MemoryDraft(
                id: "m\(index)", text: "memory \(index)", vector: random.vector(near: center, spread: 0.8),
                kind: kinds[Int.random(in: 0..<4, using: &random)],
                importance: Double.random(in: 0...1, using: &random),
                entities: (0..<Int.random(in: 0...2, using: &random)).map { _ in
                    "work\(Int.random(in: 0..<6, using: &random))"
                },
                tags: (0..<Int.random(in: 0...3, using: &random)).map { _ in "t\(Int.random(in: 0..<5, using: &random))"
                },
                pinned: Int.random(in: 0..<20, using: &random) == 0,
                createdAt: Timestamp(
                    milliseconds: PlatformFixture.start - Int64.random(in: 0...400, using: &random)
                        * PlatformFixture.day))
            if Bool.random(using: &random) {
                let from = PlatformFixture.start - Int64.random(in: -20...300, using: &random) * PlatformFixture.day
                draft.validFrom = Timestamp(milliseconds: from)
                if Bool.random(using: &random) {
                    draft.validTo = Timestamp(
                        milliseconds: from + Int64.random(in: 0...300, using: &random) * PlatformFixture.day)
                }
            }
            vectors[draft.id ?? ""] = draft.vector
            drafts.append(draft)
        }
        self.drafts = drafts
        self.vectors = vectors
    }

    func request(_ random: inout SeededGenerator) -> RecallRequest {
        let center = centers[Int.random(in: 0..<centers.count, using: &random)]
        var request = RecallRequest(
            vector: random.vector(near: center, spread: 0.6), k: [1, 3, 10, 25][Int.random(in: 0..<4, using: &random)])
        let day = PlatformFixture.day
        if Int.random(in: 0..<3, using: &random) == 0 { request.kinds = ["fact", "event"] }
        if Int.random(in: 0..<3, using: &random) == 0 { request.tags = ["t1", "t3", "unknown"] }
        if Int.random(in: 0..<4, using: &random) == 0 { request.entities = ["work2", "work4"] }
        if Int.random(in: 0..<4, using: &random) == 0 {
            request.from = Timestamp(milliseconds: PlatformFixture.start - 200 * day)
            request.to = Timestamp(milliseconds: PlatformFixture.start - 10 * day)
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            request.asOf = Timestamp(milliseconds: PlatformFixture.start - 100 * day)
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            request.weights = RecallWeightsRequest(relevance: 3, recency: 2, importance: 0.5)
            request.halfLifeDays = ["fact": 40, "preference": 90]
        }
        if Int.random(in: 0..<3, using: &random) == 0 { request.minRelevance = 0.4 }
        return request
    }
}

/// RANKING as plainly as it can be written.
struct RecallOracle {
    struct Scored {
        var id: String
        var rel: Double
        var rec: Double
        var score: Double
        var createdAt: Int64
        var vector: [Float]
    }

    let request: RecallRequest

    init(_ request: RecallRequest) { self.request = request }

    func recall(_ memories: [(memory: Memory, vector: [Float])], now: Int64) -> [Scored] {
        let scored = memories.filter { isEligible($0.memory, now: now) }.map { score($0.memory, $0.vector, now: now) }
            .filter { $0.rel >= request.minRelevance ?? 0.15 }
            .sorted { a, b in
                if a.score != b.score { return a.score > b.score }
                return a.createdAt != b.createdAt ? a.createdAt > b.createdAt : a.id < b.id
            }
        var pool = Array(scored.prefix(4 * (request.k ?? 10)))
        var chosen: [Scored] = []
        while chosen.count < (request.k ?? 10), !pool.isEmpty {
            let values = pool.map { candidate in
                let likeness = chosen.map { max(0, cosine($0.vector, candidate.vector)) }.max() ?? 0
                return 0.8 * candidate.score - 0.2 * likeness
            }
            let best = values.indices.max { values[$0] < values[$1] } ?? 0
            chosen.append(pool.remove(at: best))
        }
        keepMostRelevant(scored, &chosen)
        return chosen
    }

    /// From k = 10 on the most relevant memory has a place.
    private func keepMostRelevant(_ scored: [Scored], _ chosen: inout [Scored]) {
        guard (request.k ?? 10) >= 10, let best = scored.max(by: { $0.rel < $1.rel }) else { return }
        guard !chosen.contains(where: { $0.id == best.id }), chosen.count == (request.k ?? 10) else { return }
        chosen.removeLast()
        chosen.append(best)
    }

    private func isEligible(_ memory: Memory, now: Int64) -> Bool {
        let created = memory.createdAt
        if let kinds = request.kinds, !kinds.contains(memory.kind) { return false }
        if let tags = request.tags, Set(tags).isDisjoint(with: memory.tags) { return false }
        if let entities = request.entities, Set(entities).isDisjoint(with: memory.entities) { return false }
        if let from = request.from, created < from { return false }
        if let to = request.to, created > to { return false }
        let time = request.asOf ?? Timestamp(milliseconds: now)
        if request.asOf != nil, created > time { return false }
        if let from = memory.validFrom, time < from { return false }
        if let to = memory.validTo, time >= to { return false }
        return true
    }

    private func score(_ memory: Memory, _ vector: [Float], now: Int64) -> Scored {
        let rel = min(1, max(0, cosine(request.vector ?? [], vector)))
        let defaults = ["event": 14.0, "chat": 30, "fact": 365]
        let halfLife = memory.pinned ? nil : request.halfLifeDays[memory.kind] ?? defaults[memory.kind]
        let age = max(0, Double(now - max(memory.createdAt, memory.lastUsedAt ?? memory.createdAt).milliseconds))
        let rec =
            halfLife.map { days in
                0.2 + 0.8 * pow(2, -age / (days * 86_400_000 * (1 + log2(1 + Double(memory.uses)))))
            } ?? 1
        let weights = request.weights ?? RecallWeightsRequest(relevance: 0.6, recency: 0.2, importance: 0.2)
        let sum = weights.relevance + weights.recency + weights.importance
        let score =
            (weights.relevance * rel + weights.recency * rec + weights.importance * memory.importance) / sum
            * (memory.pinned ? 1.25 : 1)
        return Scored(
            id: memory.id, rel: rel, rec: rec, score: score, createdAt: memory.createdAt.milliseconds, vector: vector)
    }
}
