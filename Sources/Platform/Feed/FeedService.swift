import Engine
import Ranking
import Synchronization

/// What a viewer should see next, and what viewers did.
///
/// A viewer is a realm. Events are stored once per viewer, target and kind; all counters and tastes are memory derived from
/// them, so that a restart gives the same feed.
public final class FeedService: Sendable {
    let store: Store
    let essences: any EssenceDirectory
    let learned: LearnedCalibration
    let dimension: Int
    let clock: @Sendable () -> Int64
    let state = FeedState()
    let families = FamilyTree()
    let policy = EngagementPolicy()

    /// Name of the collection of works.
    static let collection = "essences"
    /// Events may be dated this far ahead of the server's clock; they count as happening now.
    public static let clockSkewMs: Int64 = 5 * 60_000

    /// - Parameters:
    ///   - events: collected while the store was loading; drained here.
    ///   - calibration: cosine to relevance, of the embedding model of the works.
    ///   - dimension: of the works' vectors.
    ///   - clock: milliseconds since 1970 UTC.
    init(
        store: Store, essences: any EssenceDirectory, events: FeedEventLog, calibration: LearnedCalibration,
        dimension: Int, clock: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.essences = essences
        learned = calibration
        self.dimension = dimension
        self.clock = clock
        let snapshot = works?.snapshot
        let facts = essences.factsView()
        events.drain { event in
            guard
                let change = Self.change(
                    event, snapshot,
                    isOwn: { [essences] in essences.realmId(of: facts.facts(of: $0).realm) == event.viewer })
            else { return }
            state.apply(change)
        }
    }

    /// What cosines of works mean.
    var calibration: CosineCalibration { learned.value }

    /// Viewers that have acted.
    public var viewerCount: Int { state.viewerCount }

    /// Viewers that have acted, in the order of their ids.
    ///
    /// - Parameters:
    ///   - prefix: beginning of the ids.
    ///   - limit: 1…1000.
    /// - Complexity: O(viewers).
    public func viewers(prefix: String?, limit: Int) throws -> Listing<ViewerSummary> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(limit, "limit", Limits.batchCount)
        let found = state.viewers(prefix: prefix ?? "").sorted { $0.id < $1.id }
        return Listing(
            items: Array(found.prefix(limit)), seq: works?.snapshot.seq ?? 0, tookMicros: timer.micros)
    }

    /// The namespace of all works, `nil` before the first.
    var works: Namespace? { store.namespace(Self.collection, "") }

    /// What a stored event changes; `nil` for kinds and works that this program does not know.
    private static func change(
        _ event: EngineEvent, _ snapshot: NamespaceSnapshot?, isOwn: (UInt32) -> Bool
    ) -> FeedChange? {
        switch FeedEventKind(name: event.kind) {
        case .engagement(let kind):
            guard let work = snapshot?.ordinal(ofKey: event.target) else { return nil }
            return .engagement(
                FeedChange.Engagement(
                    viewer: event.viewer, work: work, kind: kind, factor: event.weight,
                    isOwn: kind == .remix && isOwn(work), at: event.at))
        case .relation(let kind, let isOn):
            return .relation(
                FeedChange.Relation(viewer: event.viewer, realmId: event.target, kind: kind, isOn: isOn))
        case nil:
            return nil
        }
    }
}

// MARK: - Events from essences

extension FeedService: EssenceObserver {
    /// A work made from others is a remix of each of them by its realm.
    func essenceCreated(_ essence: CreatedEssence, in transaction: StoreTransaction) throws {
        var changes: [FeedChange] = []
        // Works may be dated ahead or back; their remixes count when they were made, and never ahead of now.
        let at = min(essence.createdAt, transaction.now)
        for parent in essence.parents {
            let engagement = FeedChange.Engagement(
                viewer: essence.realmId, work: parent.ordinal, kind: .remix,
                factor: parent.kind == "inspiredBy" ? Self.inspirationFactor : 1,
                isOwn: parent.realmId == essence.realmId, at: at)
            if let change = try store(engagement, of: parent.id, transaction) { changes.append(.engagement(change)) }
        }
        let stored = changes
        guard !stored.isEmpty else { return }
        transaction.afterCommit { [state] in
            for change in stored { state.apply(change) }
        }
    }

    /// An inspiration counts as a quarter of a remix, as it does in attribution.
    private static let inspirationFactor = 0.25

    func essencesChanged(in transaction: StoreTransaction) {
        // A transaction that cannot number its change cannot commit it either.
        guard let works = try? transaction.namespace(Self.collection, ""), let seq = try? transaction.seq(works) else {
            return
        }
        transaction.afterCommit { [state] in state.noteWorksChanged(seq: seq) }
    }
}
