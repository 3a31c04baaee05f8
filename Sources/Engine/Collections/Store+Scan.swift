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
