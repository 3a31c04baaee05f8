/// How collections and namespaces go: out of reach at once, their rows a few at a time.
///
/// Deleting a million rows takes seconds that no other write should wait for. A namespace therefore moves to a collection
/// that nobody reads; its rows are removed in small transactions afterwards, and the moved head row tells an opening store
/// what is left to do.
extension WriteSession {
    /// Name of the collection to which dropped namespaces move.
    public static let droppedCollection = "\u{1}dropped"

    /// The collections, by id.
    public func collections() throws(StorageError) -> [StoredCollection] {
        try CollectionRows.readAll(connection)
    }

    /// Takes a namespace out of its collection. Its name is free at once.
    ///
    /// - Throws: `misuse` when there is no such namespace.
    public func dropNamespace(_ id: Int64) throws(StorageError) {
        let dropped = try droppedCollectionID()
        try changeHeadNow(id) { head in
            head.collectionID = dropped
            head.name = String(id)
        }
        // Files are named after the id, and one that is being written may outlive its rows: ids are never used again.
        let next = (try meta(Self.nextNamespaceKey).flatMap { Int64($0) }) ?? 1
        if id >= next { try setMeta(Self.nextNamespaceKey, String(id + 1)) }
    }

    /// Removes a collection's row and takes its namespaces out of reach.
    ///
    /// - Returns: the ids of its namespaces.
    public func dropCollection(_ id: Int64) throws(StorageError) -> [Int64] {
        let find = try connection.statement("SELECT id FROM namespace WHERE collection_id = ? ORDER BY id")
        find.bind(1, id)
        var namespaces: [Int64] = []
        while try find.step() { namespaces.append(find.int64(0)) }
        find.reset()
        for namespace in namespaces { try dropNamespace(namespace) }
        let remove = try connection.statement("DELETE FROM collection WHERE id = ?")
        remove.bind(1, id)
        try remove.run()
        return namespaces
    }

    /// Sets the sequence of a namespace that has none yet, so that one which takes another's place counts on.
    public func continueSeq(namespace: Int64, after seq: UInt64) throws(StorageError) {
        try changeHead(namespace) { $0.seq = max($0.seq, seq) }
    }

    /// Removes some rows of a dropped namespace, and with the last of them the namespace itself.
    ///
    /// - Returns: false when nothing is left.
    /// - Complexity: O(limit · log rows).
    public func purge(namespace: Int64, limit: Int) throws(StorageError) -> Bool {
        let records = try removed("record", namespace, limit)
        try changeHead(namespace) { head in
            head.recordCount -= records.count
            head.recordDigest &-= records.digest
        }
        guard records.count < limit else { return true }
        let edges = try removed("edge", namespace, limit)
        try changeHead(namespace) { head in
            head.edgeCount -= edges.count
            head.edgeDigest &-= edges.digest
        }
        guard edges.count < limit else { return true }
        forgetHead(namespace)
        let statement = try connection.statement("DELETE FROM namespace WHERE id = ?")
        statement.bind(1, namespace)
        try statement.run()
        return false
    }

    private func removed(
        _ table: String, _ namespace: Int64, _ limit: Int
    ) throws(StorageError) -> (count: Int, digest: UInt64) {
        let statement = try connection.statement(
            """
            DELETE FROM \(table) WHERE id IN (SELECT id FROM \(table) WHERE id >= ? AND id < ? ORDER BY id LIMIT ?)
            RETURNING checksum
            """)
        statement.bind(1, namespace << 32)
        statement.bind(2, (namespace + 1) << 32)
        statement.bind(3, Int64(limit))
        defer { statement.reset() }
        var count = 0
        var digest: UInt64 = 0
        while try statement.step() {
            count += 1
            digest &+= statement.uint64(0)
        }
        return (count, digest)
    }

    private func droppedCollectionID() throws(StorageError) -> Int64 {
        if let found = try collections().first(where: { $0.name == Self.droppedCollection }) { return found.id }
        return try createCollection(
            name: Self.droppedCollection, dimension: 1, metric: "cosine", embedder: "none", createdAt: 0)
    }

    static let nextNamespaceKey = "namespace.next"

    /// The id of the next namespace: above all that are in use and all that were dropped.
    func nextNamespaceID() throws(StorageError) -> Int64 {
        let find = try connection.statement("SELECT coalesce(max(id), 0) + 1 FROM namespace")
        defer { find.reset() }
        guard try find.step() else { throw StorageError(.misuse, "a maximum gave no row") }
        let floor = (try meta(Self.nextNamespaceKey).flatMap { Int64($0) }) ?? 1
        return max(find.int64(0), floor)
    }
}

extension ReadSnapshot {
    /// All collections, by id.
    public func collections() throws(StorageError) -> [StoredCollection] {
        try CollectionRows.readAll(connection)
    }

    /// Records of a namespace from an ordinal on, in the order of ordinals.
    ///
    /// - Complexity: O(log n + limit).
    public func records(namespace: Int64, from ordinal: UInt32, limit: Int) throws(StorageError) -> [StoredRecord] {
        let statement = try connection.statement(
            "SELECT \(RecordRows.columns) FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?")
        statement.bind(1, RecordRows.id(namespace: namespace, ordinal: ordinal))
        statement.bind(2, (namespace + 1) << 32)
        statement.bind(3, Int64(limit))
        defer { statement.reset() }
        var records: [StoredRecord] = []
        while try statement.step() { records.append(RecordRows.owned(try RecordRows.read(statement))) }
        return records
    }
}

extension CollectionRows {
    static func readAll(_ connection: Connection) throws(StorageError) -> [StoredCollection] {
        let statement = try connection.statement("SELECT \(columns) FROM collection NOT INDEXED ORDER BY id")
        defer { statement.reset() }
        var collections: [StoredCollection] = []
        while try statement.step() { collections.append(try read(statement)) }
        return collections
    }
}

extension ReadSnapshot {
    /// Ids of the namespaces whose rows are still to be removed.
    public func droppedNamespaces() throws(StorageError) -> [Int64] {
        guard let dropped = try collections().first(where: { $0.name == WriteSession.droppedCollection }) else {
            return []
        }
        return try namespaces().filter { $0.collectionID == dropped.id }.map(\.id)
    }
}
