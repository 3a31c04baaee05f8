import Engine
import Ranking

/// Which memories a recall may return, prepared for a scan over the columns of one nexus.
///
/// Says the same as `MemoryEligibility` of the ranking module, on interned labels. Every condition that is set must hold.
struct MemoryFilter {
    private let kinds: Set<MemoryKind>?
    private let from: Int64
    private let to: Int64
    private let moment: Moment
    private let tags: Set<UInt32>?
    private let entities: Set<UInt32>?
    private let view: MemoryColumnsView

    /// When a memory must hold.
    enum Moment {
        /// At this time, as the store knows now.
        case now(Int64)
        /// At this time, as the store knew then.
        case asOf(Int64)
        /// At some time: all that is stored, ended and forgotten memories too.
        case ever
    }

    init(_ request: RecallRequest, kinds: Set<MemoryKind>?, now: Int64, columns: MemoryColumns, view: MemoryColumnsView)
    {
        self.init(
            kinds: kinds, tags: request.tags, entities: request.entities, from: request.from, to: request.to,
            moment: request.asOf.map { .asOf($0.milliseconds) } ?? .now(now), columns: columns, view: view)
    }

    init(
        kinds: Set<MemoryKind>?, tags: [String]?, entities: [String]?, from: Timestamp?, to: Timestamp?,
        moment: Moment, columns: MemoryColumns, view: MemoryColumnsView
    ) {
        self.kinds = kinds
        self.from = from?.milliseconds ?? Int64.min
        self.to = to?.milliseconds ?? Int64.max
        self.moment = moment
        self.tags = tags.map(columns.tagNumbers)
        self.entities = entities.map(columns.entityNumbers)
        self.view = view
    }

    func admits(_ row: MemoryRow) -> Bool {
        guard row.exists, row.createdAt >= from, row.createdAt <= to else { return false }
        switch moment {
        case .now(let time): guard row.holds(at: time) else { return false }
        case .asOf(let time): guard row.held(asOf: time) else { return false }
        case .ever: break
        }
        if let kinds, !kinds.contains(row.kind) { return false }
        if let tags, !Self.meets(view.tagSets[Int(row.tags)], tags) { return false }
        if let entities, !Self.meets(view.entitySets[Int(row.entities)], entities) { return false }
        return true
    }

    private static func meets(_ members: [UInt32], _ wanted: Set<UInt32>) -> Bool {
        members.contains { wanted.contains($0) }
    }
}
