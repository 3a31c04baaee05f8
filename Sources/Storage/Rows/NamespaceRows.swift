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
        var sum = RowChecksum()
        sum.add(collection.name)
        sum.add(Int64(collection.dimension))
        sum.add(collection.metric)
        sum.add(collection.embedder)
        sum.add(collection.createdAt)
        return sum.value
    }
}

enum NamespaceRows {
    static let columns = """
        id, collection_id, name, seq, next_ordinal, record_count, record_digest, edge_count, edge_digest, checksum
        """

    /// - Throws: `corrupt`, naming the namespace.
    static func read(_ statement: Statement) throws(StorageError) -> StoredNamespace {
        let namespace = StoredNamespace(
            id: statement.int64(0), collectionID: statement.int64(1), name: statement.string(2),
            seq: statement.uint64(3), nextOrdinal: UInt32(truncatingIfNeeded: statement.int64(4)),
            recordCount: Int(statement.int64(5)), recordDigest: statement.uint64(6),
            edgeCount: Int(statement.int64(7)), edgeDigest: statement.uint64(8))
        guard checksum(namespace) == statement.int64(9), Int64(namespace.nextOrdinal) == statement.int64(4) else {
            throw StorageError(.corrupt, "namespace \"\(namespace.name)\" (\(namespace.id)) fails its checksum")
        }
        return namespace
    }

    /// Without the id, which a new namespace gets only when it is stored.
    static func checksum(_ namespace: StoredNamespace) -> Int64 {
        var sum = RowChecksum()
        sum.add(namespace.collectionID)
        sum.add(namespace.name)
        sum.add(namespace.seq)
        sum.add(Int64(namespace.nextOrdinal))
        sum.add(Int64(namespace.recordCount))
        sum.add(namespace.recordDigest)
        sum.add(Int64(namespace.edgeCount))
        sum.add(namespace.edgeDigest)
        return sum.value
    }
}

/// The head of all events: how many there are, and the sum of their checksums.
struct EventHead: Equatable {
    static let columns = "next_id, event_count, event_digest, checksum"

    var nextID: Int64 = 1
    var count = 0
    var digest: UInt64 = 0

    /// The row that a statement stands on, its checksum verified.
    init(_ statement: Statement) throws(StorageError) {
        nextID = statement.int64(0)
        count = Int(statement.int64(1))
        digest = statement.uint64(2)
        guard checksum == statement.int64(3) else {
            throw StorageError(.corrupt, "the head row of the events fails its checksum")
        }
    }

    init() {}

    var checksum: Int64 {
        var sum = RowChecksum()
        sum.add(nextID)
        sum.add(Int64(count))
        sum.add(digest)
        return sum.value
    }
}
