import Engine
import Lineage
import Ranking

/// One request for a page, with everything that it reads: taken once, unchanged while the page is built.
struct FeedQuestion {
    let snapshot: NamespaceSnapshot
    let facts: any EssenceFactsView
    let signals: WorkSignalsView
    let viewer: ViewerState
    /// The viewer's own number as a creator, when it made a work.
    let ownRealm: UInt32?
    let followed: [UInt32]
    let blocked: Set<UInt32>
    /// Works named as touched recently by the request, newest first.
    let recent: [UInt32]
    let tastes: [Taste]
    let now: Int64
    let seed: UInt64
    let served: [FeedCursor.Served]
    private let hidden: Set<UInt32>

    /// A direction of the viewer's taste.
    enum Taste {
        /// A work that stands for it.
        case work(UInt32)
        /// A vector of the caller.
        case vector([Float])
    }

    init(
        snapshot: NamespaceSnapshot, facts: any EssenceFactsView, signals: WorkSignalsView, viewer: ViewerState,
        ownRealm: UInt32?, followed: [UInt32], blocked: Set<UInt32>, recent: [UInt32], tastes: [Taste], now: Int64,
        seed: UInt64, served: [FeedCursor.Served]
    ) {
        self.snapshot = snapshot
        self.facts = facts
        self.signals = signals
        self.viewer = viewer
        self.ownRealm = ownRealm
        self.followed = followed
        self.blocked = blocked
        self.recent = recent
        self.tastes = tastes
        self.now = now
        self.seed = seed
        self.served = served
        hidden = Set(served.map(\.work)).union(recent)
    }

    /// Works of the snapshot; the columns may hold later ones already.
    var workCount: Int { min(snapshot.rows.count, facts.count) }

    /// Works that must not be on the page: seen, shown on an earlier page, the viewer's own, of a blocked realm, taken down
    /// or not public.
    func isExcluded(_ work: UInt32) -> Bool {
        guard Int(work) < workCount, snapshot.rows[Int(work)].exists else { return true }
        let known = facts.facts(of: work)
        return !known.isPublic || known.realm == ownRealm || blocked.contains(known.realm)
            || viewer.seen.contains(work) || hidden.contains(work)
    }

    /// What the viewer touched, newest first, as far as `limit`: of the request first, then of the events.
    func touched(_ limit: Int) -> [Interaction] {
        let named = recent.map { Interaction(work: $0, kind: .like, factor: 1, at: now) }
        return Array((named + viewer.latest.filter { Int($0.work) < workCount }).prefix(limit))
    }
}
