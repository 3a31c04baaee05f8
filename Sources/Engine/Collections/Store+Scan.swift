public import Lineage
import Storage

extension Store {
    /// Visits all records of a collection as they are at one moment, namespace by namespace, in the order of ordinals. Writes
    /// go on meanwhile and are not seen.
    ///
    /// - Parameter namespace: only this one, when given.
    /// - Throws: `notFound` when the collection is not there; `dataLoss` when rows are damaged; what `body` throws.
    public func scan(
        _ collection: String, namespace: String? = nil, _ body: (_ namespace: String, Record) throws -> Void
    ) throws {
        try translating {
            try database.readers.read { reader in
                guard let stored = try reader.collections().first(where: { $0.name == collection }) else {
                    throw EngineError.notFound("collection", collection)
                }
                for found in try reader.namespaces()
                where found.collectionID == stored.id && (namespace == nil || found.name == namespace) {
                    try reader.scanRecords(namespace: found.id) { row in
                        try body(
                            found.name,
                            Record(
                                ordinal: row.ordinal, key: row.key, seq: row.seq, createdAt: row.createdAt,
                                updatedAt: row.updatedAt, state: row.state, payload: Array(row.payload),
                                metadata: try MetadataCoding.decode(row.metadata),
                                vector: row.vector.map { bytes in Array(bytes.bindMemory(to: Float.self)) }))
                    }
                }
            }
        }
    }
}

// MARK: - The order of arrival

/// A credit on record, with its place in the order of arrival.
public struct ArrivedEdge: Sendable {
    /// From 0, gapless, never changed: what came later has a larger one.
    public var place: Int
    public var child: UInt32
    public var link: ParentLink
    /// Sequence of its last change.
    public var seq: UInt64
}

extension Store {
    /// Credits of a namespace in the order of arrival, from the truth. It may be ahead of a snapshot by writes that are
    /// about to be published.
    ///
    /// - Parameter place: of the first one.
    /// - Complexity: O(log n + limit).
    public func edges(of namespace: Namespace, from place: Int, limit: Int) throws -> [ArrivedEdge] {
        try translating {
            try database.readers.read { reader in
                try reader.edges(namespace: namespace.id, from: place, limit: limit).map { place, edge in
                    ArrivedEdge(place: place, child: edge.child, link: edge.link, seq: edge.seq)
                }
            }
        }
    }

    /// Credits on record, retracted ones included: the place of the next one.
    public func edgeCount(of namespace: Namespace) throws -> Int {
        try translating { try database.readers.read { try $0.namespace(namespace.id)?.edgeCount ?? 0 } }
    }
}
