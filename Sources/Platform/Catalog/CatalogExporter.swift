import Engine
import Lineage
import StrictJSON

/// Writes works and memories as JSON Lines that an import reads again: works in the order of their creation in the store,
/// except that parents always stand before children; late credits stand in the child's `remixFrom` like any other.
public struct CatalogExporter: Sendable {
    let platform: ArcaneaPlatform
    let includeVectors: Bool

    /// - Parameter includeVectors: write each vector, so that an import does not embed again.
    public init(platform: ArcaneaPlatform, includeVectors: Bool = false) {
        self.platform = platform
        self.includeVectors = includeVectors
    }

    private static let pageSize = 500

    /// Writes all works that are live. A work whose parent was taken down names it no longer; one that was credited late
    /// to a younger work stands behind it.
    ///
    /// - Parameter body: gets one line at a time, without its end.
    /// - Returns: the number of works.
    public func exportEssences(
        progress: (Double) -> Void = { _ in }, _ body: ([UInt8]) throws -> Void
    ) throws -> Int {
        guard let namespace = platform.store.namespace(EssenceService.collection, EssenceService.namespace) else {
            return 0
        }
        let snapshot = namespace.snapshot
        let order = Self.parentsFirst(in: snapshot)
        let live = NodeState.live.rawValue
        var count = 0
        try forEachPage(order.count) { page in
            for record in try platform.store.records(page.map { order[Int($0)] }, in: namespace)
            where record.state == live {
                var essence = try platform.essences.essence(record, in: snapshot, includeVector: includeVectors)
                let links = snapshot.lineage?.parents(of: record.ordinal) ?? []
                essence.remixFrom = zip(links, essence.remixFrom).compactMap { link, source in
                    snapshot.rows[Int(link.parent)].state == live ? source : nil
                }
                try body(JSONOutput.encode(EssenceLine(essence)))
                count += 1
            }
            progress(Double((page.last ?? 0) + 1) / Double(max(1, order.count)))
        }
        return count
    }

    /// All works, each behind its parents: the order of creation, but for works that were credited late to younger ones.
    ///
    /// O(works + credits).
    private static func parentsFirst(in snapshot: NamespaceSnapshot) -> [UInt32] {
        let count = UInt32(snapshot.rows.count)
        guard let lineage = snapshot.lineage else { return Array(0..<count) }
        var order: [UInt32] = []
        order.reserveCapacity(Int(count))
        var isListed = [Bool](repeating: false, count: Int(count))
        // A stack of its own: chains of credits can be deeper than the thread's.
        var waiting: [UInt32] = []
        for node in 0..<count {
            waiting.append(node)
            while let next = waiting.last {
                if isListed[Int(next)] {
                    waiting.removeLast()
                    continue
                }
                let missing = lineage.parents(of: next).map(\.parent).filter { !isListed[Int($0)] }
                if missing.isEmpty {
                    waiting.removeLast()
                    isListed[Int(next)] = true
                    order.append(next)
                } else {
                    // Credits have no cycle, so this ends.
                    waiting += missing.reversed()
                }
            }
        }
        return order
    }

    /// Writes all memories of all nexuses, those that ended too. Forgotten ones are left out: an import would revive them.
    public func exportMemories(_ body: ([UInt8]) throws -> Void) throws -> Int {
        var count = 0
        for namespace in platform.store.namespaces(MemoryDirectory.collection) {
            try forEachPage(namespace.snapshot.rows.count) { ordinals in
                for record in try platform.store.records(ordinals, in: namespace) {
                    var memory = try Memory(record, nexusId: namespace.name)
                    guard memory.forgottenAt == nil else { continue }
                    if includeVectors { memory.vector = record.vector }
                    try body(JSONOutput.encode(MemoryExportLine(memory)))
                    count += 1
                }
            }
        }
        return count
    }

    private func forEachPage(_ count: Int, _ body: ([UInt32]) throws -> Void) throws {
        for start in stride(from: 0, to: count, by: Self.pageSize) {
            try body((start..<min(count, start + Self.pageSize)).map { UInt32($0) })
        }
    }
}

/// A work with the fields of the create call.
private struct EssenceLine: Encodable {
    struct Source: Encodable {
        var essenceId: String
        var kind: String
        var weight: Double
    }

    var id: String
    var realmId: String?
    var nexusId: String?
    var kind: String?
    var title: String?
    var text: String?
    var spark: Spark?
    var shadow: Shadow?
    var remixFrom: [Source]
    var createdAt: Timestamp
    var tags: [String]
    var metadata: JSONValue?
    var visibility: Visibility
    var vector: [Float]?

    init(_ essence: Essence) {
        id = essence.id
        realmId = essence.realmId
        nexusId = essence.nexusId
        kind = essence.kind
        title = essence.title
        text = essence.text
        spark = essence.spark
        shadow = essence.shadow
        remixFrom = essence.remixFrom.map { Source(essenceId: $0.essenceId, kind: $0.kind, weight: $0.weight) }
        createdAt = essence.createdAt
        tags = essence.tags
        metadata = essence.metadata
        visibility = essence.visibility
        vector = essence.vector
    }
}

/// A memory with the fields of the create call.
private struct MemoryExportLine: Encodable {
    var nexusId: String
    var id: String
    var text: String?
    var kind: String
    var importance: Double
    var entities: [String]
    var tags: [String]
    var pinned: Bool
    var createdAt: Timestamp
    var validFrom: Timestamp?
    var validTo: Timestamp?
    var expiresAt: Timestamp?
    var metadata: JSONValue?
    var vector: [Float]?

    init(_ memory: Memory) {
        nexusId = memory.nexusId
        id = memory.id
        text = memory.text
        kind = memory.kind
        importance = memory.importance
        entities = memory.entities
        tags = memory.tags
        pinned = memory.pinned
        createdAt = memory.createdAt
        validFrom = memory.validFrom
        validTo = memory.validTo
        expiresAt = memory.expiresAt
        metadata = memory.metadata
        vector = memory.vector
    }
}
