import Foundation
import Lineage
import Platform
import Ranking
import TextEmbedding

/// Medians of calls inside one process: all of WordNet, 200,000 memories in 2,000 nexuses, and viewers with a history.
/// Questions come with their vectors, so that embedding a text is not part of them.
struct SpeedCheck {
    private let data: String
    private let only: String
    private let calls: Int
    private let seed: UInt64
    private static let now: Int64 = 1_790_000_000_000
    private static let day: Int64 = 86_400_000
    private static let nexuses = 2_000
    private static let smallNexuses = 800

    init(_ options: Options) throws {
        data = try options.text("data")
        only = (try? options.text("only")) ?? ""
        calls = options.int("calls", 1_000)
        seed = options.seed
    }

    func run() async throws {
        let set = try WordNet(data)
        let texts = set.works.map { TextEmbedder.builtIn.embed($0.text) }
        let questions = try set.queries().sentences.prefix(calls).map { TextEmbedder.builtIn.embed($0) }
        let scratch = try Scratch()
        let platform = try await ArcaneaPlatform.open(
            PlatformConfiguration(directory: scratch.path + "/store", clock: { Self.now }))
        var generator = SplitMix64(seed: seed)
        report("speed: storing \(set.works.count) works")
        try await store(set, texts, platform)
        if wants("recall") {
            report("speed: storing 200,000 memories in \(Self.nexuses) nexuses")
            try await remember(set, texts, platform, &generator)
        }
        await platform.waitForIndexes()
        if wants("recall") { try await recall(platform, questions) }
        if wants("lineage") { try await lineage(platform, set, &generator) }
        if wants("feed") { try await feed(platform, set, &generator) }
        await platform.close()
        if wants("events") { try await events() }
    }

    private func wants(_ part: String) -> Bool { only.isEmpty || only == part }

    // MARK: The world

    private func store(_ set: WordNet, _ vectors: [[Float]], _ platform: ArcaneaPlatform) async throws {
        let age = Self.day / 1_000
        for start in stride(from: 0, to: set.works.count, by: 1_000) {
            let drafts = set.works[start..<min(start + 1_000, set.works.count)].map { work in
                EssenceDraft(
                    id: "w\(work.id)", realmId: "realm\(work.id % 1_999)", title: "work \(work.id)",
                    vector: vectors[work.id], remixFrom: work.parents.map { RemixSource(essenceId: "w\($0)") },
                    createdAt: Timestamp(milliseconds: Self.now - Int64(set.works.count - work.id) * age))
            }
            _ = try await platform.essences.createBatch(drafts)
        }
    }

    /// One nexus of 20,000, 800 of 100, and the rest of 200,000 memories spread over the others.
    private func remember(
        _ set: WordNet, _ vectors: [[Float]], _ platform: ArcaneaPlatform, _ generator: inout SplitMix64
    ) async throws {
        let others = Self.nexuses - Self.smallNexuses - 1
        for nexus in 0..<Self.nexuses {
            let count: Int
            switch nexus {
            case 0: count = 20_000
            case 1...Self.smallNexuses: count = 100
            default: count = 100_000 / others + (nexus - Self.smallNexuses <= 100_000 % others ? 1 : 0)
            }
            for start in stride(from: 0, to: count, by: 1_000) {
                let drafts = (start..<min(start + 1_000, count)).map { number in
                    let work = nexus == 0 ? number * 5 : Int.random(in: 0..<vectors.count, using: &generator)
                    return MemoryDraft(
                        id: "m\(number)", text: set.works[work].text, vector: vectors[work],
                        kind: ["chat", "event", "fact", "preference"][number % 4], importance: generator.unit(),
                        createdAt: Timestamp(
                            milliseconds: Self.now - Int64(generator.unit() * 400) * Self.day))
                }
                _ = try await platform.nexus.add("nexus\(nexus)", drafts)
            }
        }
    }

    // MARK: Parts

    private func recall(_ platform: ArcaneaPlatform, _ questions: [[Float]]) async throws {
        try await measure("recall, 10 of 100 memories", limit: 150, rounds: calls) { round in
            let request = RecallRequest(vector: questions[round % questions.count], k: 10)
            let nexus = "nexus\(1 + round % Self.smallNexuses)"
            return try await platform.nexus.recall(nexus, request).items.count
        }
        try await measure("recall, 10 of 20,000 memories", limit: 1_000, rounds: calls) { round in
            let request = RecallRequest(vector: questions[round % questions.count], k: 10)
            return try await platform.nexus.recall("nexus0", request).items.count
        }
    }

    private func lineage(
        _ platform: ArcaneaPlatform, _ set: WordNet, _ generator: inout SplitMix64
    ) async throws {
        let works = (0..<calls).map { _ in Int.random(in: 0..<set.works.count, using: &generator) }
        try await measure("related, 10", limit: 1_500, rounds: calls) { round in
            try platform.lineage.related("w\(works[round])", limit: 10).items.count
        }
        try await measure("uncredited, 10", limit: 1_000, rounds: calls) { round in
            try platform.lineage.uncredited("w\(works[round])", limit: 10, threshold: nil).items.count
        }
        let graph = LineageGraph()
        for work in set.works {
            try graph.appendNode(
                parents: work.parents.map { ParentLink(parent: UInt32($0), weight: 1) },
                creator: UInt32(work.id % 1_999), createdAt: Int64(work.id), state: .live)
        }
        graph.publish()
        let snapshot = graph.snapshot
        for (name, group) in [
            ("work", AttributionOptions.Group.work), ("creator", .creator), ("root", .root),
        ] {
            let options = AttributionOptions(epsilon: group == .root ? 0 : 1e-4, group: group)
            try await measure("attribution by \(name), shares", limit: 10, rounds: calls * 10) { round in
                snapshot.attribution(of: UInt32(works[round % works.count]), options: options).shares.count
            }
        }
        try await measure("attribution by work, titles read from the store", limit: nil, rounds: calls) { round in
            try platform.lineage.attribution("w\(works[round])", by: .work).items.count
        }
    }

    private func feed(_ platform: ArcaneaPlatform, _ set: WordNet, _ generator: inout SplitMix64) async throws {
        // Two hundred viewers, each with a hundred acts of the last weeks on works of a few neighborhoods.
        for viewer in 0..<200 {
            let centers = (0..<3).map { _ in Int.random(in: 0..<set.works.count - 200, using: &generator) }
            let events = (0..<100).map { number in
                FeedEvent(
                    kind: ["view", "like", "save", "view"][number % 4], viewerId: "viewer\(viewer)",
                    essenceId: "w\(centers[number % 3] + Int.random(in: 0..<200, using: &generator))",
                    at: Timestamp(milliseconds: Self.now - Int64(generator.unit() * 20) * Self.day))
            }
            _ = try await platform.feed.ingest(events)
        }
        let pools = (0..<8).map { _ in
            Set((0..<1_000).map { _ in Int.random(in: 0..<set.works.count, using: &generator) }).sorted()
                .map { "w\($0)" }
        }
        for (name, limit, isOwn) in [
            ("feed, 20 of the caller's 1,000", 4_000.0 as Double?, true),
            ("feed, 20 of all sources", nil, false),
        ] {
            for diversity in FeedDiversity.allCases {
                try await measure("\(name), \(diversity)", limit: limit, rounds: min(calls, 400)) { round in
                    var request = FeedRequest(viewerId: "viewer\(round % 200)", k: 20)
                    request.diversity = diversity
                    if isOwn { request.candidates = pools[round % pools.count] }
                    return try platform.feed.rank(request).items.count
                }
            }
        }
    }

    /// Events of a small store: durable in batches of 10,000, and as memory takes them when the store opens again.
    private func events() async throws {
        let scratch = try Scratch()
        let batches = 40
        let configuration = PlatformConfiguration(
            directory: scratch.path + "/store", embedder: .external(dimension: 8), clock: { Self.now })
        var generator = SplitMix64(seed: seed)
        var platform = try await ArcaneaPlatform.open(configuration)
        let drafts = (0..<1_000).map { number in
            EssenceDraft(
                id: "w\(number)", realmId: "realm\(number % 97)", title: "work \(number)",
                vector: generator.direction(8))
        }
        _ = try await platform.essences.createBatch(drafts)
        await platform.close()
        let emptyOpen = try await micros { platform = try await ArcaneaPlatform.open(configuration) }
        var accepted = 0
        var times: [Double] = []
        for _ in 0..<batches {
            let events = (0..<10_000).map { _ in
                FeedEvent(
                    kind: ["view", "view", "like", "save"][Int.random(in: 0..<4, using: &generator)],
                    viewerId: "viewer\(Int.random(in: 0..<5_000, using: &generator))",
                    essenceId: "w\(Int.random(in: 0..<1_000, using: &generator))",
                    at: Timestamp(milliseconds: Self.now - Int64(generator.unit() * 20 * 86_400_000)))
            }
            times.append(try await micros { accepted += try await platform.feed.ingest(events).value.accepted })
        }
        await platform.close()
        let fullOpen = try await micros { platform = try await ArcaneaPlatform.open(configuration) }
        await platform.close()
        result([
            "check": "speed", "call": "events, durable in batches of 10,000", "accepted": accepted,
            "perSecond": Int(1e10 / quantile(times, 0.5)), "atLeast": 10_000,
        ])
        result([
            "check": "speed", "call": "events, read back and applied in memory when the store opens",
            "events": accepted, "perSecond": Int(Double(accepted) * 1e6 / (fullOpen - emptyOpen)),
            "atLeast": 100_000,
        ])
    }

    // MARK: Measuring

    private func measure(
        _ name: String, limit: Double?, rounds: Int, _ call: (Int) async throws -> Int
    ) async throws {
        var items = 0
        for round in 0..<min(100, rounds) { items += try await call(round) }
        items = 0
        var times: [Double] = []
        for round in 0..<rounds {
            times.append(try await micros { items += try await call(round) })
        }
        result([
            "check": "speed", "call": name, "calls": rounds, "itemsPerCall": rounded(Double(items) / Double(rounds)),
            "medianMicros": rounded(quantile(times, 0.5)), "p95Micros": rounded(quantile(times, 0.95)),
            "atMost": limit.map { "\(Int($0))" } ?? "-",
        ])
    }
}
