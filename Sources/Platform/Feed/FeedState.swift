import Engine
import Ranking
import Synchronization

/// What events said about one work.
struct WorkSignals: Sendable, Equatable {
    var counters = EngagementCounters()
    var popularity = PopularityCounters()
    /// Distinct viewers, whatever their events weigh.
    var viewers: UInt32 = 0
}

/// What events said about all works, at one moment: immutable, cheap to copy.
struct WorkSignalsView: Sendable {
    fileprivate(set) var works = ChunkedArray<WorkSignals>()
    fileprivate(set) var sixHours = TrendingBoard(capacity: FeedState.boardCapacity)
    fileprivate(set) var sevenDays = TrendingBoard(capacity: FeedState.boardCapacity)
    fileprivate(set) var baseline = FeedBaseline()
    /// Sequence at which works last changed other than by events: state, visibility, vector, lineage. What is derived from
    /// works is kept under it.
    fileprivate(set) var worksVersion: UInt64 = 0

    /// The view for a reader of the works at `seq`, which may be older than the last change: what that reader derives is
    /// kept under a number of its own, so that nobody takes it for the present.
    func asSeen(at seq: UInt64) -> WorkSignalsView {
        guard seq < worksVersion else { return self }
        var view = self
        view.worksVersion = seq | 1 << 63
        return view
    }

    func signals(of work: UInt32) -> WorkSignals {
        Int(work) < works.count ? works[Int(work)] : WorkSignals()
    }

    func board(_ halfLife: TrendingHalfLife) -> TrendingBoard {
        switch halfLife {
        case .sixHours: sixHours
        case .sevenDays: sevenDays
        }
    }
}

/// The feed's memory: derived from the stored events alone, applied in the order of their arrival.
///
/// Written on the store's writer queue (and by the loader); read from any thread. Readers copy what they need under a lock
/// that is held for the copy of a few references, or for one event's change.
final class FeedState: Sendable {
    /// Works on each trending board.
    static let boardCapacity = 1_024
    /// Landmark of all forward decay: sums are kept as logarithms, which neither overflow nor need a later one.
    static let landmark: Int64 = 0

    fileprivate struct Works {
        var view = WorkSignalsView()
        var levels = QualityLevels()
        var isBaselineStale = false
    }

    private final class Shard: Sendable {
        let viewers = Mutex<[String: ViewerState]>([:])
    }

    private let works = Mutex(Works())
    private let shards: [Shard] = (0..<64).map { _ in Shard() }

    // MARK: Reading

    var signals: WorkSignalsView {
        works.withLock { works in
            if works.isBaselineStale {
                works.view.baseline = works.levels.baseline
                works.isBaselineStale = false
            }
            return works.view
        }
    }

    /// What is known of a viewer; an empty state for one who never acted.
    func viewer(_ id: String) -> ViewerState {
        shard(id).viewers.withLock { $0[id] } ?? ViewerState()
    }

    /// What limits how much a viewer's next acts weigh.
    func activity(of id: String) -> ViewerActivity {
        shard(id).viewers.withLock { $0[id]?.activity } ?? ViewerActivity()
    }

    var viewerCount: Int {
        shards.reduce(0) { $0 + $1.viewers.withLock { $0.count } }
    }

    /// Viewers that have acted and whose ids begin so, in no order.
    func viewers(prefix: String) -> [ViewerSummary] {
        shards.flatMap { shard in
            shard.viewers.withLock { viewers in
                viewers.lazy.filter { $0.key.hasPrefix(prefix) }
                    .map { ViewerSummary(id: $0.key, works: $0.value.seen.count, follows: $0.value.follows.count) }
            }
        }
    }

    // MARK: Writing

    func apply(_ change: FeedChange) {
        switch change {
        case .engagement(let engagement):
            shard(engagement.viewer).viewers.withLock {
                $0[engagement.viewer, default: ViewerState()].apply(engagement)
            }
            works.withLock { $0.apply(engagement) }
        case .relation(let relation):
            shard(relation.viewer).viewers.withLock { $0[relation.viewer, default: ViewerState()].apply(relation) }
        }
    }

    /// Works changed other than by events: what was derived from them is out of date.
    func noteWorksChanged(seq: UInt64) {
        works.withLock { $0.view.worksVersion = seq }
    }

    /// Keeps a viewer's taste for the next page, unless the viewer acted in the meantime.
    func keep(_ taste: ViewerTaste, viewer id: String) {
        shard(id).viewers.withLock { viewers in
            guard viewers[id]?.version == taste.viewerVersion else { return }
            viewers[id]?.taste = taste
        }
    }

    private func shard(_ viewer: String) -> Shard {
        shards[Int(truncatingIfNeeded: UInt(bitPattern: viewer.hashValue) >> 8) % shards.count]
    }
}

extension FeedState.Works {
    mutating func apply(_ engagement: FeedChange.Engagement) {
        let place = Int(engagement.work)
        while view.works.count <= place { view.works.append(WorkSignals()) }
        let old = view.works[place]
        var new = old
        new.counters[engagement.kind] += engagement.factor
        if engagement.kind == .view { new.viewers += 1 }
        new.popularity.add(
            weight: engagement.kind.trendingWeight * engagement.factor, at: engagement.at, landmark: FeedState.landmark)
        view.works[place] = new
        levels.update(from: old.counters, to: new.counters)
        isBaselineStale = true
        view.sixHours.update(
            engagement.work, from: old.popularity.log2SixHours, to: new.popularity.log2SixHours)
        view.sevenDays.update(
            engagement.work, from: old.popularity.log2SevenDays, to: new.popularity.log2SevenDays)
    }
}
