import Engine
import Ranking

extension FeedService {
    /// Takes what viewers did, all or nothing.
    ///
    /// One event per viewer, target and kind counts; a repeated one is a duplicate and changes nothing, so a batch may be
    /// sent again. Events of a realm on its own works weigh a quarter, and those beyond 600 of one viewer in an hour nothing.
    ///
    /// - Throws: `invalidArgument` or `notFound` naming the field, such as `events[3].essenceId`. Nothing is changed then.
    public func ingest(_ events: [FeedEvent]) async throws -> WriteReceipt<EventReceipt> {
        let timer = AnswerTimer()
        let received = clock()
        try ArgumentCheck.check(events.count, "events", Limits.eventCount)
        let snapshot = works?.snapshot
        let facts = essences.factsView()
        let checked = try events.enumerated().map { index, event in
            try check(event, path: "events[\(index)].", snapshot: snapshot, facts: facts, now: received)
        }
        let (receipt, seq) = try await store.write { [self] transaction in
            let namespace = try transaction.namespace(Self.collection, "")
            let changes = try store(checked, transaction)
            let receipt = EventReceipt(accepted: changes.count, duplicates: checked.count - changes.count)
            guard !changes.isEmpty else { return (receipt, namespace.snapshot.seq) }
            transaction.afterCommit { [state] in
                for change in changes { state.apply(change) }
            }
            // Events are part of what a page reflects, so they get a sequence of the works.
            return (receipt, try transaction.seq(namespace))
        }
        return WriteReceipt(value: receipt, seq: seq, tookMicros: timer.micros)
    }

    /// Writes the events that were not stored before.
    ///
    /// - Returns: what they change in memory, in their order.
    private func store(_ events: [CheckedEvent], _ transaction: StoreTransaction) throws -> [FeedChange] {
        var changes: [FeedChange] = []
        for event in events {
            switch event.action {
            case .relation(let kind, let isOn, let realmId):
                let isNew =
                    isOn
                    ? try transaction.insertEvent(
                        EngineEvent(
                            viewer: event.viewer, target: realmId, kind: kind.rawValue, weight: 1, at: event.at))
                    : try transaction.deleteEvent(viewer: event.viewer, target: realmId, kind: kind.rawValue)
                guard isNew else { continue }
                changes.append(
                    .relation(
                        FeedChange.Relation(viewer: event.viewer, realmId: realmId, kind: kind, isOn: isOn)))
            case .engagement(let kind, let work, let id, let isOwn):
                let engagement = FeedChange.Engagement(
                    viewer: event.viewer, work: work, kind: kind, factor: 1, isOwn: isOwn, at: event.at)
                if let change = try store(engagement, of: id, transaction) { changes.append(.engagement(change)) }
            }
        }
        return changes
    }

    /// Writes what a viewer did to a work, weighed by what the viewer did before; `nil` when it was stored already.
    ///
    /// - Parameter engagement: its factor is what the act itself weighs.
    func store(
        _ engagement: FeedChange.Engagement, of id: String, _ transaction: StoreTransaction
    ) throws -> FeedChange.Engagement? {
        // Memory learns of this transaction's acts after the commit: until then a copy of it counts them.
        try transaction.withNote(PendingActivity()) { pending in
            let viewer = engagement.viewer
            var activity = pending.viewers[viewer] ?? state.activity(of: viewer)
            var stored = engagement
            stored.factor *= policy.weight(
                sameRealm: engagement.isOwn, eventsThisHour: activity.eventsInHour(of: engagement.at),
                repeatedVariation: engagement.isOwn && engagement.kind == .remix
                    && activity.hasOwnRemix(onDayOf: engagement.at))
            let event = EngineEvent(
                viewer: viewer, target: id, kind: engagement.kind.rawValue, weight: stored.factor, at: engagement.at)
            guard try transaction.insertEvent(event) else { return nil }
            activity.count(stored)
            pending.viewers[viewer] = activity
            return stored
        }
    }

    /// Activity of the viewers that acted in a transaction.
    private struct PendingActivity {
        var viewers: [String: ViewerActivity] = [:]
    }

    /// An event whose names are resolved.
    private struct CheckedEvent: Sendable {
        enum Action: Sendable {
            case engagement(EngagementKind, work: UInt32, id: String, isOwn: Bool)
            case relation(RelationKind, isOn: Bool, realmId: String)
        }
        var viewer: String
        var action: Action
        var at: Int64
    }

    private func check(
        _ event: FeedEvent, path: String, snapshot: NamespaceSnapshot?, facts: any EssenceFactsView, now: Int64
    ) throws -> CheckedEvent {
        guard let kind = FeedEventKind(name: event.kind) else {
            let limit = FeedEventKind.names.joined(separator: ", ")
            throw EngineError.invalid(
                path + "kind", "\(path)kind must be one of \(limit), got \"\(event.kind)\"", limit: limit)
        }
        try Identifiers.check(event.viewerId, field: path + "viewerId")
        try ArgumentCheck.check(event.at, path + "at")
        let at = event.at?.milliseconds ?? now
        guard at <= now + Self.clockSkewMs else {
            throw EngineError.invalid(
                path + "at", "\(path)at lies \((at - now) / 1_000) s ahead of the server's clock",
                limit: "at most \(Self.clockSkewMs / 1_000) s ahead")
        }
        return CheckedEvent(
            viewer: event.viewerId,
            action: try action(event, kind, path: path, snapshot: snapshot, facts: facts), at: min(at, now))
    }

    private func action(
        _ event: FeedEvent, _ kind: FeedEventKind, path: String, snapshot: NamespaceSnapshot?,
        facts: any EssenceFactsView
    ) throws -> CheckedEvent.Action {
        switch kind {
        case .engagement(let kind):
            guard let id = event.essenceId else {
                throw EngineError.invalid(path + "essenceId", "\(path)essenceId is required", limit: "an essence")
            }
            guard let work = snapshot?.ordinal(ofKey: id) else {
                throw EngineError.notFound("essence", id, field: path + "essenceId")
            }
            let isOwn = essences.realmId(of: facts.facts(of: work).realm) == event.viewerId
            return .engagement(kind, work: work, id: id, isOwn: isOwn)
        case .relation(let kind, let isOn):
            guard let realmId = event.realmId else {
                throw EngineError.invalid(path + "realmId", "\(path)realmId is required", limit: "a realm")
            }
            try ArgumentCheck.check(bytesOf: realmId, path + "realmId", Limits.idBytes)
            guard realmId != event.viewerId else {
                throw EngineError.invalid(
                    path + "realmId", "\(path)realmId must be another realm than the viewer", limit: "another realm")
            }
            return .relation(kind, isOn: isOn, realmId: realmId)
        }
    }
}

// MARK: - Trending

extension FeedService {
    /// What gathers events fastest: works by their sum of event weights, halved every six hours or seven days.
    ///
    /// - Parameters:
    ///   - limit: 1…1000.
    ///   - time: the moment that sums are decayed to; the present when `nil`. The order does not depend on it.
    public func trending(
        window: TrendingWindow, limit: Int, now time: Timestamp? = nil
    ) throws -> Listing<TrendingItem> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(limit, "limit", Limits.batchCount)
        try ArgumentCheck.check(time, "now")
        guard let snapshot = works?.snapshot else { return Listing(items: [], seq: 0, tookMicros: timer.micros) }
        let facts = essences.factsView()
        let signals = state.signals
        let halfLife = TrendingHalfLife(window)
        let now = time?.milliseconds ?? clock()
        let ordinals = trendingWorks(halfLife, limit: limit, signals) { work in
            Int(work) < snapshot.rows.count && facts.facts(of: work).isPublic
        }
        let titles = try essences.titles(of: ordinals)
        let items = ordinals.map { work in
            let popularity = signals.signals(of: work).popularity
            let known = facts.facts(of: work)
            return TrendingItem(
                id: snapshot.rows[Int(work)].key,
                score: popularity.value(halfLife, at: now, landmark: FeedState.landmark),
                parts: TrendingParts(
                    halfLifeSeconds: halfLife.milliseconds / 1_000, events: popularity.events),
                title: titles[work], realmId: essences.realmId(of: known.realm),
                createdAt: Timestamp(milliseconds: known.createdAt))
        }
        return Listing(items: items, seq: snapshot.seq, tookMicros: timer.micros)
    }

    /// The best `limit` works of a list that may be shown, best first.
    func trendingWorks(
        _ halfLife: TrendingHalfLife, limit: Int, _ signals: WorkSignalsView, isShown: (UInt32) -> Bool
    ) -> [UInt32] {
        let board = signals.board(halfLife)
        let listed = board.entries.lazy.map(\.work).filter(isShown).prefix(limit)
        if board.isComplete || listed.count == limit { return Array(listed) }
        // Too many of the board may not be shown: look at all works.
        var sums: [(ordinal: UInt32, log2Sum: Double)] = []
        func visit(_ work: Int, _ signals: WorkSignals) {
            if isShown(UInt32(work)) { sums.append((UInt32(work), signals.popularity.log2Sum(halfLife))) }
        }
        signals.works.enumerate(visit)
        return trendingTop(sums, limit: limit).map(\.ordinal)
    }
}

extension TrendingHalfLife {
    init(_ window: TrendingWindow) {
        switch window {
        case .sixHours: self = .sixHours
        case .sevenDays: self = .sevenDays
        }
    }
}
