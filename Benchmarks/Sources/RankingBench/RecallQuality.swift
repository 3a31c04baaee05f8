import Foundation
import Platform
import Ranking
import TextEmbedding

/// Recall of a large nexus against the formula over all its memories; planted facts of every age; isolation.
struct RecallQuality {
    private let data: String
    private let memories: Int
    private let seed: UInt64
    private static let day: Int64 = 86_400_000
    private static let now: Int64 = 1_790_000_000_000

    init(_ options: Options) throws {
        data = try options.text("data")
        memories = options.int("memories", 60_000)
        seed = options.seed
    }

    func run() async throws {
        let set = try WordNet(data)
        let sentences = try set.queries().sentences
        let scratch = try Scratch()
        let platform = try await ArcaneaPlatform.open(
            PlatformConfiguration(directory: scratch.path + "/store", clock: { Self.now }))
        var generator = SplitMix64(seed: seed)
        var world: [(draft: MemoryDraft, signals: MemorySignals, vector: [Float])] = []
        for number in 0..<min(memories, set.works.count) {
            let kind = MemoryKind.allCases[Int.random(in: 0..<4, using: &generator)]
            let createdAt = Self.now - Int64(generator.unit() * generator.unit() * 400) * Self.day
            let text = set.works[number].text
            let draft = MemoryDraft(
                id: "m\(number)", text: text, kind: kind.rawValue, importance: rounded(generator.unit()),
                pinned: Int.random(in: 0..<100, using: &generator) == 0,
                createdAt: Timestamp(milliseconds: createdAt))
            let signals = MemorySignals(
                ordinal: UInt32(number), cosine: 0, createdAt: createdAt, importance: draft.importance, kind: kind,
                pinned: draft.pinned)
            world.append((draft, signals, TextEmbedder.builtIn.embed(text)))
        }
        for start in stride(from: 0, to: world.count, by: 1_000) {
            _ = try await platform.nexus.add("agent", world[start..<min(start + 1_000, world.count)].map(\.draft))
        }
        await platform.waitForIndexes()
        try await againstTheFormula(platform, world, Array(sentences.prefix(300)))
        try await planted(platform, world.map(\.vector), sentences)
        try await isolation(platform, set, sentences, &generator)
        await platform.close()
    }

    private func againstTheFormula(
        _ platform: ArcaneaPlatform, _ world: [(draft: MemoryDraft, signals: MemorySignals, vector: [Float])],
        _ sentences: [String]
    ) async throws {
        // As shipped with the built-in model.
        let scorer = try RecallScorer(calibration: try CosineCalibration(c0: 0.064, c1: 0.985), now: Self.now)
        var wanted = 0
        var found = 0
        var plans: [String: Int] = [:]
        var compared = 0
        var times: [Double] = []
        for sentence in sentences {
            let query = TextEmbedder.builtIn.embed(sentence)
            let candidates = world.map { entry in
                var signals = entry.signals
                signals.cosine = dot(query, entry.vector)
                return signals
            }
            let exact = scorer.select(candidates, k: 10) { dot(world[Int($0)].vector, world[Int($1)].vector) }
            var request = RecallRequest(text: sentence, k: 10)
            request.explain = true
            let answer = try await platform.nexus.recall("agent", request)
            times.append(Double(answer.tookMicros))
            plans[answer.explain?.plan ?? "", default: 0] += 1
            compared += answer.explain?.distanceComputations ?? 0
            wanted += exact.count
            found += Set(exact.map { "m\($0.ordinal)" }).intersection(answer.items.map(\.id)).count
        }
        result([
            "check": "recall@10 against the formula over all memories", "memories": world.count,
            "questions": sentences.count,
            "plans": plans.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: "; "),
            "meanComparisons": compared / sentences.count, "medianMicros": quantile(times, 0.5),
            "recall": rounded(Double(found) / Double(wanted)),
        ])
    }

    /// Facts of every age among the noise of the large nexus, each asked for by a question that it answers best: the most
    /// relevant memory must be among the ten, however old it is.
    private func planted(_ platform: ArcaneaPlatform, _ others: [[Float]], _ sentences: [String]) async throws {
        let ages = Array(stride(from: 0, through: 400, by: 2))
        let facts = ages.enumerated().map { index, age in
            MemoryDraft(
                id: "planted-\(age)", text: sentences[5_000 + index], kind: "fact", importance: 0,
                createdAt: Timestamp(milliseconds: Self.now - Int64(age) * Self.day))
        }
        _ = try await platform.nexus.add("agent", facts)
        let vectors = facts.map { TextEmbedder.builtIn.embed($0.text ?? "") }
        var asked = 0
        var lost: [Int] = []
        var worst = 0
        for (index, age) in ages.enumerated() {
            // The question drops two words, so that it is not the text itself.
            let words = sentences[5_000 + index].split(separator: " ")
            let question = words.count > 4 ? words.dropLast(2).joined(separator: " ") : sentences[5_000 + index]
            let query = TextEmbedder.builtIn.embed(question)
            let own = dot(query, vectors[index])
            let isNearest =
                !vectors.indices.contains { $0 != index && dot(query, vectors[$0]) >= own }
                && !others.contains { dot(query, $0) >= own }
            guard isNearest else { continue }
            asked += 1
            let ids = try await platform.nexus.recall("agent", RecallRequest(text: question, k: 10)).items.map(\.id)
            if let place = ids.firstIndex(of: "planted-\(age)") {
                worst = max(worst, place + 1)
            } else {
                lost.append(age)
            }
        }
        result([
            "check": "planted facts aged 0 to 400 days, importance 0", "facts": ages.count, "asked": asked,
            "lost": lost.count, "worstPlace": worst,
        ])
    }

    /// Agents that remember the same texts under ids of their own: every answer names its own ids only.
    private func isolation(
        _ platform: ArcaneaPlatform, _ set: WordNet, _ sentences: [String], _ generator: inout SplitMix64
    ) async throws {
        let agents = 50
        for agent in 0..<agents {
            let drafts = (0..<200).map { number in
                MemoryDraft(id: "a\(agent)-\(number)", text: set.works[number * 7].text)
            }
            _ = try await platform.nexus.add("agent\(agent)", drafts)
        }
        var foreign = 0
        var items = 0
        for _ in 0..<100 {
            let questions = (0..<100).map { _ -> RecallBatch.Question in
                let agent = Int.random(in: 0..<agents + 1, using: &generator)
                var request = RecallRequest(
                    text: sentences[Int.random(in: 0..<sentences.count, using: &generator)],
                    k: Int.random(in: 1...50, using: &generator))
                request.minRelevance = 0
                return RecallBatch.Question(nexusId: agent == agents ? "agent" : "agent\(agent)", request: request)
            }
            for answer in try await platform.nexus.recall(RecallBatch(questions)).items {
                let prefix = answer.nexusId == "agent" ? nil : "a\(answer.nexusId.dropFirst(5))-"
                items += answer.items.count
                foreign += answer.items.count { hit in
                    let isForeign = prefix.map { !hit.id.hasPrefix($0) } ?? hit.id.hasPrefix("a")
                    return isForeign || hit.memory.nexusId != answer.nexusId
                }
            }
        }
        result(["check": "isolation", "agents": agents + 1, "recalls": 10_000, "items": items, "foreign": foreign])
    }
}
