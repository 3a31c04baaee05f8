import Engine
import Lineage
import StrictJSON

/// Tells realms what happens to their works: new remixes, and new works that look like remixes without saying so.
///
/// Events are no rows of their own: they are read from the credits and works on record, each of which has a place that
/// never changes. A listener that comes back with its last place is told everything since, once, however long it was away
/// and whether or not the service was restarted.
public final class RealmEventService: Sendable {
    /// Credits read, and works looked at, for one page.
    private static let creditsInPage = 512
    private static let worksInPage = 64
    /// Works that are looked at for a listener that comes back: a millisecond each.
    static let worksToCatchUp = 10_000

    private let store: Store
    private let lineage: LineageService
    private let suspicions: SuspicionLog
    private let recent = RecentCredits()
    private let bell: ChangeBell

    init(lineage: LineageService, bell: ChangeBell) {
        store = lineage.store
        self.lineage = lineage
        self.bell = bell
        suspicions = SuspicionLog(lineage: lineage)
    }

    /// Some events, and where to go on.
    public struct Page: Sendable {
        public var events: [RealmEvent]
        /// Behind everything that was read for the page, whether or not it made an event.
        public var position: RealmEventPosition
        /// Whether that was all there is now.
        public var isLast: Bool
    }

    /// Wakes a listener after each change, until the continuation is finished or the stream is dropped.
    public func changes() -> (wakes: AsyncStream<Void>, wake: AsyncStream<Void>.Continuation) { bell.listen() }

    /// Listeners at this moment.
    public var listenerCount: Int { bell.listenerCount }

    /// The place behind everything that has happened.
    public func now() throws -> RealmEventPosition {
        guard let works = lineage.essences.works else { return RealmEventPosition(credits: 0, works: 0) }
        let snapshot = works.snapshot
        let known = try recent.page(from: .max, limit: 0, of: works, seq: snapshot.seq, in: store).known
        return RealmEventPosition(credits: known, works: snapshot.rows.count)
    }

    /// What happened after a place: remixes in the order in which they were credited, then suspicions in the order in which
    /// the works were made.
    ///
    /// - Throws: `dataLoss` when rows are damaged.
    public func page(
        after position: RealmEventPosition, for subscription: RealmEventSubscription
    ) async throws -> Page {
        var page = Page(events: [], position: position, isLast: true)
        guard let works = lineage.essences.works else { return page }
        try addRemixes(to: &page, subscription, works)
        try await addSuspicions(to: &page, subscription, works.snapshot)
        return page
    }

    // MARK: Remixes

    private func addRemixes(
        to page: inout Page, _ subscription: RealmEventSubscription, _ works: Namespace
    ) throws {
        let (edges, known) = try recent.page(
            from: page.position.credits, limit: Self.creditsInPage, of: works, seq: works.snapshot.seq, in: store)
        // Taken afterwards: it shows all that any listener has made known.
        let snapshot = works.snapshot
        guard let graph = snapshot.lineage else { return }
        guard page.position.credits <= known else {
            page.position.credits = known
            return try resync(.remix, "the store has fewer credits than before", &page, subscription)
        }
        guard subscription.kinds.contains(.remix) else {
            page.position.credits = known
            return
        }
        let rows = lineage.columns.rows
        let realm = subscription.realmId.map { lineage.columns.realmNumber(of: $0) }
        let told = edges.filter { edge in
            // The truth may be ahead of the snapshot by a credit whose retraction is known already.
            guard Int(max(edge.child, edge.link.parent)) < snapshot.rows.count else { return false }
            let (maker, owner) = (rows[Int(edge.child)].realm, rows[Int(edge.link.parent)].realm)
            guard realm == nil || realm == owner, subscription.includesOwn || maker != owner else { return false }
            return graph.link(child: edge.child, parent: edge.link.parent)?.flags.contains(.retracted) == false
        }
        let view = LineageService.View(snapshot: snapshot, lineage: graph)
        let shown = try lineage.works(told.flatMap { [$0.link.parent, $0.child] }, view)
        for (index, edge) in told.enumerated() {
            page.position.credits = edge.place + 1
            let data = RemixEventData(
                realmId: lineage.columns.realmId(of: rows[Int(edge.link.parent)].realm), parent: shown[2 * index],
                work: shown[2 * index + 1], kind: edge.link.kind.name, weight: Double(edge.link.weight),
                flags: edge.link.flags.names, at: Timestamp(milliseconds: edge.link.at), seq: edge.seq)
            page.events.append(
                RealmEvent(kind: .remix, data: try JSONOutput.encode(data), position: page.position))
        }
        page.position.credits = edges.last.map { $0.place + 1 } ?? known
        page.isLast = page.position.credits >= known
    }

    // MARK: Suspicions

    private func addSuspicions(
        to page: inout Page, _ subscription: RealmEventSubscription, _ snapshot: NamespaceSnapshot
    ) async throws {
        let count = snapshot.rows.count
        guard page.position.works <= count else {
            page.position.works = count
            return try resync(.uncredited, "the store has fewer works than before", &page, subscription)
        }
        guard subscription.kinds.contains(.uncredited) else {
            page.position.works = count
            return
        }
        guard count - page.position.works <= Self.worksToCatchUp else {
            page.position.works = count
            let reason = "more than \(Self.worksToCatchUp) works were made meanwhile: ask for their uncredited remixes"
            return try resync(.uncredited, reason, &page, subscription)
        }
        let rows = lineage.columns.rows
        for work in page.position.works..<min(count, page.position.works + Self.worksInPage) {
            page.position.works = work + 1
            // What nobody else may find is nobody else's business.
            guard Self.isListed(rows[work]), let graph = snapshot.lineage else { continue }
            let ordinal = UInt32(work)
            let view = LineageService.View(snapshot: snapshot, lineage: graph)
            let items = try await suspicions.hits(of: ordinal, id: snapshot.rows[work].key).filter { hit in
                guard subscription.realmId == nil || hit.realmId == subscription.realmId else { return false }
                // Much may have become of it since the work was looked at.
                guard let source = try? lineage.node(hit.id, view), Self.isListed(rows[Int(source)]) else {
                    return false
                }
                return lineage.reviews.decision(ordinal, source) == nil
            }
            guard !items.isEmpty else { continue }
            let data = UncreditedEventData(
                realmId: subscription.realmId, work: try lineage.works([ordinal], view)[0], items: items)
            page.events.append(
                RealmEvent(kind: .uncredited, data: try JSONOutput.encode(data), position: page.position))
        }
        page.isLast = page.isLast && page.position.works >= count
    }

    private static func isListed(_ row: EssenceRow) -> Bool { row.state == .live && row.visibility == .public }

    private func resync(
        _ kind: RealmEvent.Kind, _ reason: String, _ page: inout Page, _ subscription: RealmEventSubscription
    ) throws {
        guard subscription.kinds.contains(kind) else { return }
        let data = try JSONOutput.encode(ResyncEventData(kind: kind, reason: reason))
        page.events.append(RealmEvent(kind: .resync, data: data, position: page.position))
    }
}
