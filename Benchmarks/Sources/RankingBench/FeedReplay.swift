import Foundation
import Platform
import Ranking

/// Viewers look at a page a day and act by a click model that is known here and to the oracle alone. Each policy lives in a
/// world of its own with the same works and viewers; what its viewers do is what it learns from.
struct FeedReplay {
    private let viewers: Int
    private let days: Int
    private let seed: UInt64
    static let pageSize = 20

    init(_ options: Options) throws {
        viewers = options.int("viewers", 200)
        days = options.int("days", 30)
        seed = options.seed
    }

    func run() async throws {
        let world = ReplayWorld(viewers: viewers, days: days, seed: seed)
        report("feed: \(world.works.count) works, \(viewers) viewers, \(days) days")
        let oracle = try await replay(world, OraclePolicy(world: world))
        try show("oracle", oracle, oracle)
        try show("arcanea", try await replay(world, try await PlatformPolicy(world: world)), oracle)
        try show("hot only", try await replay(world, HotPolicy(world: world)), oracle)
        try show("taste only", try await replay(world, TastePolicy(world: world)), oracle)
        try show("random", try await replay(world, RandomPolicy(world: world, seed: seed)), oracle)
    }

    /// What a policy's pages were worth.
    private struct Outcome {
        /// Expected clicks: the sum of examination times click probability over everything shown, in all and by week.
        var reward = 0.0
        var weeks: [Double] = []
        var impressions = 0
        var byCreator: [Double]
        var explored = 0
        /// Works shown again, and works shown that nearly equal one that the viewer saw.
        var repeats = 0
        var nearCopies = 0
        var pages = 0
        var micros: [Double] = []
    }

    private func replay(_ world: ReplayWorld, _ policy: any FeedPolicy) async throws -> Outcome {
        var outcome = Outcome(byCreator: [Double](repeating: 0, count: world.creatorCount))
        outcome.weeks = [Double](repeating: 0, count: (days + 6) / 7)
        var generator = SplitMix64(seed: seed &+ 77)
        var seen = [Set<Int>](repeating: [], count: viewers)
        for visit in world.visits {
            try await policy.advance(to: visit.time)
            var page: [ShownWork] = []
            outcome.micros.append(
                try await micros {
                    page = try await policy.page(of: visit.viewer, at: visit.time, seen: seen[visit.viewer])
                })
            outcome.pages += 1
            var acts: [ViewerAct] = []
            for (place, shown) in page.prefix(Self.pageSize).enumerated() {
                let examined = ReplayWorld.examination(place)
                let chance = world.chance(visit.viewer, shown.work, at: visit.time)
                outcome.reward += examined * chance
                outcome.weeks[visit.day / 7] += examined * chance
                outcome.impressions += 1
                outcome.byCreator[world.works[shown.work].creator] += 1
                if shown.isExplored { outcome.explored += 1 }
                if seen[visit.viewer].contains(shown.work) { outcome.repeats += 1 }
                let vector = world.works[shown.work].vector
                if seen[visit.viewer].contains(where: { dot(world.works[$0].vector, vector) >= 0.97 }) {
                    outcome.nearCopies += 1
                }
                // One number decides for the same viewer, work and day in every world.
                guard generator.unit() < examined else { continue }
                seen[visit.viewer].insert(shown.work)
                acts.append(ViewerAct(kind: .view, work: shown.work))
                guard generator.unit() < chance else { continue }
                acts.append(ViewerAct(kind: .like, work: shown.work))
                if generator.unit() < 0.25 { acts.append(ViewerAct(kind: .save, work: shown.work)) }
                if generator.unit() < 0.03 { acts.append(ViewerAct(kind: .remix, work: shown.work)) }
            }
            try await policy.observe(acts, of: visit.viewer, at: visit.time)
        }
        try await policy.finish()
        return outcome
    }

    private func show(_ name: String, _ outcome: Outcome, _ oracle: Outcome) throws {
        let regret = zip(outcome.weeks, oracle.weeks).map { rounded(1 - $0 / $1) }
        result([
            "check": "feed replay", "policy": name, "viewers": viewers, "days": days, "pages": outcome.pages,
            "clicksPerPage": rounded(outcome.reward / Double(outcome.pages)),
            "regret": rounded(1 - outcome.reward / oracle.reward),
            "regretByWeek": regret.map { "\($0)" }.joined(separator: " "),
            "creatorGini": rounded(FeedMetrics.gini(outcome.byCreator) ?? 0),
            "explorationShare": rounded(Double(outcome.explored) / Double(max(1, outcome.impressions))),
            "repeatRate": rounded(Double(outcome.repeats) / Double(max(1, outcome.impressions))),
            "nearCopyRate": rounded(Double(outcome.nearCopies) / Double(max(1, outcome.impressions))),
            "medianMicrosPerPage": rounded(quantile(outcome.micros, 0.5)),
        ])
    }
}

/// Works, viewers and the click model of a replay.
struct ReplayWorld: Sendable {
    struct Work: Sendable {
        var vector: [Float]
        var creator: Int
        var createdAt: Int64
        var parents: [Int]
        /// What makes viewers like it beyond their taste, 0…1. Known to nobody but the click model.
        var quality: Double
    }

    struct Visit: Sendable {
        var viewer: Int
        var day: Int
        var time: Int64
    }

    static let start: Int64 = 1_780_272_000_000
    static let hour: Int64 = 3_600_000
    static let dimension = 64
    let creatorCount = 300
    /// In the order of their making.
    let works: [Work]
    let visits: [Visit]
    /// By viewer and work: how near the work is to the viewer's nearest taste, 0…1.
    private let affinity: [[Float]]

    init(viewers: Int, days: Int, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let topics = (0..<40).map { _ in generator.direction(Self.dimension) }
        let specialties = (0..<creatorCount).map { _ in
            (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                Int.random(in: 0..<topics.count, using: &generator)
            }
        }
        // Ten days of works before the first visit, 160 a day.
        var works: [Work] = []
        let span = Int64(days + 10) * 24
        for number in 0..<(160 * (days + 10)) {
            let creator = Int(Double(creatorCount) * pow(generator.unit(), 2))
            let createdAt = Self.start - 240 * Self.hour + span * Self.hour * Int64(number) / Int64(160 * (days + 10))
            var parents: [Int] = []
            var center = topics[specialties[creator].randomElement(using: &generator) ?? 0]
            if number > 50, Int.random(in: 0..<4, using: &generator) == 0 {
                // What is good is remixed more.
                let options = (0..<4).map { _ in Int.random(in: 0..<number, using: &generator) }
                let parent = options.max { works[$0].quality < works[$1].quality } ?? 0
                parents = [parent]
                center = works[parent].vector
            }
            let away = generator.direction(Self.dimension)
            let noise = parents.isEmpty ? 0.7 : 0.35
            let vector = unitVector(center.indices.map { Double(center[$0]) + noise * Double(away[$0]) })
            // Most works are middling, few are good.
            let quality = pow(generator.unit(), 2.5)
            works.append(
                Work(vector: vector, creator: creator, createdAt: createdAt, parents: parents, quality: quality))
        }
        self.works = works
        affinity = (0..<viewers).map { _ in
            let tastes = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                topics[Int.random(in: 0..<topics.count, using: &generator)]
            }
            return works.map { work in Float(max(0, tastes.map { dot($0, work.vector) }.max() ?? 0)) }
        }
        visits = (0..<days).flatMap { day in
            (0..<viewers).map { viewer in
                Visit(
                    viewer: viewer, day: day,
                    time: start(day: day) + Int64(viewer) * 24 * Self.hour / Int64(viewers))
            }
        }
        func start(day: Int) -> Int64 { Self.start + Int64(day) * 24 * Self.hour }
    }

    /// Probability that a viewer looks at a place of a page.
    static func examination(_ place: Int) -> Double { pow(0.95, Double(place)) }

    /// Probability that a viewer who looks at a work likes it: taste, quality, and news.
    func chance(_ viewer: Int, _ work: Int, at time: Int64) -> Double {
        let near = Double(affinity[viewer][work])
        let ageDays = Double(time - works[work].createdAt) / Double(24 * Self.hour)
        return near * near * (0.1 + 0.9 * works[work].quality) * (0.4 + 0.6 * exp2(-ageDays / 5))
    }

    /// Works that exist at a time: the first so many.
    func count(at time: Int64) -> Int {
        var low = 0
        var high = works.count
        while low < high {
            let middle = (low + high) / 2
            if works[middle].createdAt <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
