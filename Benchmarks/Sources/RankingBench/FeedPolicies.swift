import Foundation
import Platform
import Ranking
import Synchronization

/// A work on a page.
struct ShownWork {
    var work: Int
    var isExplored = false
}

struct ViewerAct {
    var kind: EngagementKind
    var work: Int
}

/// Something that fills pages and learns from what viewers do.
protocol FeedPolicy: AnyObject {
    func advance(to time: Int64) async throws
    func page(of viewer: Int, at time: Int64, seen: Set<Int>) async throws -> [ShownWork]
    func observe(_ acts: [ViewerAct], of viewer: Int, at time: Int64) async throws
    func finish() async throws
}

extension FeedPolicy {
    func advance(to time: Int64) async throws {}
    func observe(_ acts: [ViewerAct], of viewer: Int, at time: Int64) async throws {}
    func finish() async throws {}

    /// The unseen works with the largest values.
    func best(of count: Int, seen: Set<Int>, _ value: (Int) -> Double) -> [ShownWork] {
        (0..<count).filter { !seen.contains($0) }.map { (work: $0, value: value($0)) }
            .sorted { ($0.value, $1.work) > ($1.value, $0.work) }
            .prefix(FeedReplay.pageSize).map { ShownWork(work: $0.work) }
    }
}

/// Knows the click model.
final class OraclePolicy: FeedPolicy {
    private let world: ReplayWorld

    init(world: ReplayWorld) { self.world = world }

    func page(of viewer: Int, at time: Int64, seen: Set<Int>) -> [ShownWork] {
        best(of: world.count(at: time), seen: seen) { world.chance(viewer, $0, at: time) }
    }
}

/// Whatever comes.
final class RandomPolicy: FeedPolicy {
    private let world: ReplayWorld
    private var generator: SplitMix64

    init(world: ReplayWorld, seed: UInt64) {
        self.world = world
        generator = SplitMix64(seed: seed)
    }

    func page(of viewer: Int, at time: Int64, seen: Set<Int>) -> [ShownWork] {
        (0..<world.count(at: time)).filter { !seen.contains($0) }.shuffled(using: &generator)
            .prefix(FeedReplay.pageSize).map { ShownWork(work: $0) }
    }
}

/// log10 of the likes plus age in steps of 12.5 hours: a well-known site's order of hot posts.
final class HotPolicy: FeedPolicy {
    private let world: ReplayWorld
    private var likes: [Double]

    init(world: ReplayWorld) {
        self.world = world
        likes = [Double](repeating: 0, count: world.works.count)
    }

    func page(of viewer: Int, at time: Int64, seen: Set<Int>) -> [ShownWork] {
        best(of: world.count(at: time), seen: seen) { work in
            log10(max(1, likes[work])) + Double(world.works[work].createdAt - ReplayWorld.start) / 45_000_000
        }
    }

    func observe(_ acts: [ViewerAct], of viewer: Int, at time: Int64) {
        for act in acts where act.kind == .like { likes[act.work] += 1 }
    }
}

/// The works nearest to what the viewer liked, by the same medoids as ours; random ones until there is a like.
final class TastePolicy: FeedPolicy {
    private let world: ReplayWorld
    private var acts: [Int: [(act: ViewerAct, time: Int64)]] = [:]
    private var generator = SplitMix64(seed: 5)

    init(world: ReplayWorld) { self.world = world }

    func page(of viewer: Int, at time: Int64, seen: Set<Int>) -> [ShownWork] {
        let count = world.count(at: time)
        let liked = acts[viewer] ?? []
        let tastes = TasteMedoids()
        let medoids = tastes.medoids(
            weights: liked.map { tastes.weight(kind: $0.act.kind, at: $0.time, now: time) }
        ) { i, j in max(0, dot(world.works[liked[i].act.work].vector, world.works[liked[j].act.work].vector)) }
        guard !medoids.isEmpty else {
            return (0..<count).filter { !seen.contains($0) }.shuffled(using: &generator)
                .prefix(FeedReplay.pageSize).map { ShownWork(work: $0) }
        }
        let vectors = medoids.map { world.works[liked[$0.index].act.work].vector }
        return best(of: count, seen: seen) { work in
            vectors.map { dot($0, world.works[work].vector) }.max() ?? 0
        }
    }

    func observe(_ acts: [ViewerAct], of viewer: Int, at time: Int64) {
        self.acts[viewer, default: []] += acts.filter { $0.kind != .view }.map { ($0, time) }
    }
}

/// The feed as the platform serves it.
final class PlatformPolicy: FeedPolicy {
    private final class Clock: Sendable {
        private let time = Mutex<Int64>(ReplayWorld.start)
        var now: Int64 {
            get { time.withLock { $0 } }
            set { time.withLock { $0 = newValue } }
        }
    }

    private let world: ReplayWorld
    private let clock = Clock()
    private let scratch: Scratch
    private let platform: ArcaneaPlatform
    private var made = 0

    init(world: ReplayWorld) async throws {
        self.world = world
        scratch = try Scratch()
        platform = try await ArcaneaPlatform.open(
            PlatformConfiguration(
                directory: scratch.path + "/store", embedder: .external(dimension: ReplayWorld.dimension),
                clock: { [clock] in clock.now }))
        try await advance(to: ReplayWorld.start)
        _ = try await platform.lineage.calibrate()
    }

    func advance(to time: Int64) async throws {
        clock.now = time
        let drafts = (made..<world.count(at: time)).map { number in
            let work = world.works[number]
            return EssenceDraft(
                id: "w\(number)", realmId: "creator\(work.creator)", title: "work \(number)", vector: work.vector,
                remixFrom: work.parents.map { RemixSource(essenceId: "w\($0)") },
                createdAt: Timestamp(milliseconds: work.createdAt))
        }
        for start in stride(from: 0, to: drafts.count, by: 1_000) {
            _ = try await platform.essences.createBatch(Array(drafts[start..<min(start + 1_000, drafts.count)]))
        }
        made += drafts.count
    }

    func page(of viewer: Int, at time: Int64, seen: Set<Int>) throws -> [ShownWork] {
        let request = FeedRequest(viewerId: "viewer\(viewer)", k: FeedReplay.pageSize)
        return try platform.feed.rank(request).items.map {
            ShownWork(work: Int($0.id.dropFirst()) ?? 0, isExplored: $0.slot == "exploration")
        }
    }

    func observe(_ acts: [ViewerAct], of viewer: Int, at time: Int64) async throws {
        guard !acts.isEmpty else { return }
        _ = try await platform.feed.ingest(
            acts.map {
                FeedEvent(kind: $0.kind.rawValue, viewerId: "viewer\(viewer)", essenceId: "w\($0.work)")
            })
    }

    func finish() async { await platform.close() }
}
