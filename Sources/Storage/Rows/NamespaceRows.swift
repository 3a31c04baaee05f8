/// How collection and namespace rows are read and checked.
enum CollectionRows {
    static let columns = "id, name, dimension, metric, embedder, created_at, checksum"

    /// - Throws: `corrupt`, naming the collection.
    static func read(_ statement: Statement) throws(StorageError) -> StoredCollection {
        let collection = StoredCollection(
            id: statement.int64(0), name: statement.string(1), dimension: Int(statement.int64(2)),
            metric: statement.string(3), embedder: statement.string(4), createdAt: statement.int64(5))
        guard checksum(collection) == statement.int64(6) else {
            throw StorageError(.corrupt, "collection \"\(collection.name)\" fails its checksum")
        }
        return collection
    }

    /// Without the id, which a new collection gets only when it is stored.
    static func checksum(_ collection: StoredCollection) -> Int64 {
        RowChecksum.of(
            [Int64(collection.dimension), collection.createdAt],
            texts: [collection.name, collection.metric, collection.embedder])
    }
}

enum NamespaceRows {
    static let columns = "id, collection_id, name, seq, record_count, next_ordinal, checksum"

    /// - Throws: `corrupt`, naming the namespace.
    static func read(_ statement: Statement) throws(StorageError) -> StoredNamespace {
        let namespace = StoredNamespace(
            id: statement.int64(0), collectionID: statement.int64(1), name: statement.string(2),
            seq: statement.uint64(3), recordCount: Int(statement.int64(4)),
            nextOrdinal: UInt32(truncatingIfNeeded: statement.int64(5)))
        guard checksum(namespace) == statement.int64(6), Int64(namespace.nextOrdinal) == statement.int64(5) else {
            throw StorageError(.corrupt, "namespace \"\(namespace.name)\" (\(namespace.id)) fails its checksum")
        }
        return namespace
    }

    /// Without the id, which a new namespace gets only when it is stored.
    static func checksum(_ namespace: StoredNamespace) -> Int64 {
        RowChecksum.of(
            [
                namespace.collectionID, Int64(bitPattern: namespace.seq), Int64(namespace.recordCount),
                Int64(namespace.nextOrdinal),
            ],
            texts: [namespace.name])
    }
}
