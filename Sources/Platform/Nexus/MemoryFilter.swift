import Engine
import Ranking

/// Which memories a recall may return, prepared for a scan over the columns of one nexus.
///
/// Says the same as `MemoryEligibility` of the ranking module, on interned labels. Every condition that is set must hold.
struct MemoryFilter {
    private let kinds: Set<MemoryKind>?
    private let from: Int64
    private let to: Int64
    private let asOf: Int64?
    private let now: Int64
    private let tags: Set<UInt32>?
    private let entities: Set<UInt32>?
    private let view: MemoryColumnsView

    init(_ request: RecallRequest, kinds: Set<MemoryKind>?, now: Int64, columns: MemoryColumns, view: MemoryColumnsView)
    {
        self.kinds = kinds
        from = request.from?.milliseconds ?? Int64.min
        to = request.to?.milliseconds ?? Int64.max
        asOf = request.asOf?.milliseconds
        self.now = now
        tags = request.tags.map(columns.tagNumbers)
        entities = request.entities.map(columns.entityNumbers)
        self.view = view
    }

    func admits(_ row: MemoryRow) -> Bool {
        guard row.exists, row.createdAt >= from, row.createdAt <= to else { return false }
        if let asOf {
            guard row.held(asOf: asOf) else { return false }
        } else {
            guard row.holds(at: now) else { return false }
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
