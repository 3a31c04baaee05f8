import Engine
import Lineage
import Ranking

/// Where works come from, what grew from them, and who shares in them.
///
/// Works that were taken down keep their place in every answer, as tombstones; the ids and realms of redacted ones are
/// withheld. Retracted credits are not followed.
public final class LineageService: Sendable {
    let store: Store
    let columns: EssenceColumns
    let essences: EssenceService
    let observers: [any EssenceObserver]
    let learned: LearnedCalibration
    /// Whether cosines mean what the works say: where the embedding model is not known.
    let learnsRelevance: Bool
    let reviews: ReviewDirectory
    let calibrations: CalibrationDirectory
    /// Quality of works in 0…1, from the feed's counters.
    let quality: @Sendable ([UInt32]) -> [Double]
    let feed: FeedService
    let clock: @Sendable () -> Int64

    /// What cosines of works mean.
    var calibration: CosineCalibration { learned.value }

    init(
        essences: EssenceService, observers: [any EssenceObserver], calibration: LearnedCalibration,
        learnsRelevance: Bool, reviews: ReviewDirectory, calibrations: CalibrationDirectory, metrics: FeedService,
        quality: @escaping @Sendable ([UInt32]) -> [Double]
    ) {
        self.essences = essences
        store = essences.store
        columns = essences.columns
        clock = essences.clock
        self.observers = observers
        learned = calibration
        self.learnsRelevance = learnsRelevance
        self.reviews = reviews
        self.calibrations = calibrations
        feed = metrics
        self.quality = quality
    }

    /// One question's view: the snapshot, its lineage, and how works are shown.
    struct View {
        let snapshot: NamespaceSnapshot
        let lineage: LineageSnapshot
        let timer = AnswerTimer()
    }

    /// - Throws: `notFound` when there is no work at all.
    func view() throws -> View {
        guard let snapshot = essences.snapshot, let lineage = snapshot.lineage else {
            throw EngineError(.notFound, "the store has no works yet")
        }
        return View(snapshot: snapshot, lineage: lineage)
    }

    func node(_ id: String, _ view: View, field: String = "id") throws -> UInt32 {
        try essences.ordinal(id, in: view.snapshot, field: field)
    }

    /// Works as lineage answers show them, in the order given; titles come from the truth.
    ///
    /// - Parameter showsPrivate: whether private works are named, for the owner's exports. Answers about other works tell
    ///   nothing of them but their place.
    func works(_ nodes: [UInt32], _ view: View, showsPrivate: Bool = false) throws -> [LineageWork] {
        guard let namespace = store.namespace(EssenceService.collection, EssenceService.namespace) else { return [] }
        var payloads: [UInt32: EssencePayload] = [:]
        payloads.reserveCapacity(nodes.count)
        for record in try store.records(nodes, in: namespace) {
            payloads[record.ordinal] = try EssencePayload(decoding: record.payload, key: record.key)
        }
        return nodes.map { node in
            let identity = WorkIdentity(of: node, in: view.snapshot)
            let isLive = identity.state == .live
            let payload = payloads[node]
            let isShown = isLive && (showsPrivate || payload?.visibility != .private)
            return LineageWork(
                id: identity.id, realmId: identity.state == .redacted ? nil : payload?.realmId,
                kind: isShown ? payload?.kind : nil, title: isShown ? payload?.title : nil,
                createdAt: Timestamp(milliseconds: view.snapshot.rows[Int(node)].createdAt),
                tombstone: isLive ? nil : identity.state,
                visibility: isLive && payload?.visibility != .public ? payload?.visibility : nil)
        }
    }

    func id(_ node: UInt32, _ view: View) -> String { WorkIdentity(of: node, in: view.snapshot).id }

    func link(_ edge: LineageEdge, _ view: View) -> LineageLink {
        LineageLink(
            child: id(edge.child, view), parent: id(edge.parent, view), kind: edge.kind.name,
            weight: Double(edge.weight), flags: edge.flags.names, at: Timestamp(milliseconds: edge.at))
    }
}
