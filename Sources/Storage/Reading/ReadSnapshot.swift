/// A consistent view of the store, lent by ``Readers/read(_:)``. Every row's checksum is verified when it is read.
///
/// All methods throw `corrupt`, naming the row, rather than return a damaged one. Not thread-safe.
public final class ReadSnapshot {
    private let connection: Connection

    init(connection: Connection) { self.connection = connection }

    // MARK: Collections and namespaces

    public func collection(named name: String) throws(StorageError) -> StoredCollection? {
        let statement = try connection.statement("SELECT \(CollectionRows.columns) FROM collection WHERE name = ?")
        statement.bind(1, name)
        defer { statement.reset() }
        return try statement.step() ? CollectionRows.read(statement) : nil
    }

    /// All namespaces, by id.
    public func namespaces() throws(StorageError) -> [StoredNamespace] {
        let statement = try connection.statement("SELECT \(NamespaceRows.columns) FROM namespace ORDER BY id")
        defer { statement.reset() }
        var rows: [StoredNamespace] = []
        while try statement.step() { rows.append(try NamespaceRows.read(statement)) }
        return rows
    }

    /// The namespace's head row, or `nil`.
    public func namespace(_ id: Int64) throws(StorageError) -> StoredNamespace? {
        let statement = try connection.statement("SELECT \(NamespaceRows.columns) FROM namespace WHERE id = ?")
        statement.bind(1, id)
        defer { statement.reset() }
        return try statement.step() ? NamespaceRows.read(statement) : nil
    }

    // MARK: Records

    public func record(namespace: Int64, ordinal: UInt32) throws(StorageError) -> StoredRecord? {
        let statement = try connection.statement("SELECT \(RecordRows.columns) FROM record WHERE id = ?")
        statement.bind(1, RecordRows.id(namespace: namespace, ordinal: ordinal))
        defer { statement.reset() }
        return try statement.step() ? RecordRows.owned(try RecordRows.read(statement)) : nil
    }

    public func record(namespace: Int64, key: String) throws(StorageError) -> StoredRecord? {
        let statement = try connection.statement(
            "SELECT \(RecordRows.columns) FROM record WHERE namespace_id = ? AND key = ?")
        statement.bind(1, namespace)
        statement.bind(2, key)
        defer { statement.reset() }
        return try statement.step() ? RecordRows.owned(try RecordRows.read(statement)) : nil
    }

    /// Records in the order asked; ordinals without a record are left out.
    public func records(namespace: Int64, ordinals: [UInt32]) throws(StorageError) -> [StoredRecord] {
        var records: [StoredRecord] = []
        records.reserveCapacity(ordinals.count)
        for ordinal in ordinals {
            if let record = try record(namespace: namespace, ordinal: ordinal) { records.append(record) }
        }
        return records
    }

    /// Keys in the order of their UTF-8 bytes, a page at a time.
    ///
    /// - Parameters:
    ///   - prefix: only keys that begin with it.
    ///   - after: only keys beyond it: the last of the page before.
    /// - Complexity: O(log n + limit).
    public func keys(
        namespace: Int64, prefix: String = "", after: String? = nil, limit: Int
    ) throws(StorageError) -> [String] {
        // Two bounds, of which the stricter decides; the scan ends at the first key without the prefix.
        let statement = try connection.statement(
            """
            SELECT key FROM record WHERE namespace_id = ? AND key >= ? AND (?3 IS NULL OR key > ?3) ORDER BY key
            """)
        statement.bind(1, namespace)
        statement.bind(2, max(prefix, after ?? "", by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }))
        if let after { statement.bind(3, after) } else { statement.bindNull(3) }
        defer { statement.reset() }
        var keys: [String] = []
        while keys.count < limit, try statement.step() {
            let key = statement.string(0)
            guard key.utf8.starts(with: prefix.utf8) else { break }
            keys.append(key)
        }
        return keys
    }

    /// Visits all records of a namespace in ordinal order.
    ///
    /// - Throws: also `corrupt` when there are not as many as the namespace's head row says: lost and resurrected rows
    ///   have good checksums.
    public func scanRecords(namespace: Int64, _ body: (ScannedRecord) throws -> Void) throws {
        let statement = try connection.statement(
            "SELECT \(RecordRows.columns) FROM record WHERE id >= ? AND id < ? ORDER BY id")
        statement.bind(1, namespace << 32)
        statement.bind(2, (namespace + 1) << 32)
        defer { statement.reset() }
        var count = 0
        while try statement.step() {
            try body(RecordRows.read(statement))
            count += 1
        }
        let expected = try self.namespace(namespace)?.recordCount ?? 0
        guard count == expected else {
            throw StorageError(
                .corrupt, "namespace \(namespace) holds \(count) records where its head row counts \(expected)")
        }
    }

    // MARK: Edges and events

    /// All edges of a namespace in the order of arrival.
    public func edges(namespace: Int64) throws(StorageError) -> [StoredEdge] {
        let statement = try connection.statement(
            "SELECT \(EdgeRows.columns) FROM edge WHERE namespace_id = ? ORDER BY id")
        statement.bind(1, namespace)
        defer { statement.reset() }
        var edges: [StoredEdge] = []
        while try statement.step() { edges.append(try EdgeRows.read(statement, namespace: namespace)) }
        return edges
    }

    /// Why an edge was changed last, as the change said.
    public func reason(namespace: Int64, child: UInt32, parent: UInt32) throws(StorageError) -> String? {
        let statement = try connection.statement(
            "SELECT \(EdgeRows.columns) FROM edge WHERE namespace_id = ? AND child = ? AND parent = ?")
        statement.bind(1, namespace)
        statement.bind(2, Int64(child))
        statement.bind(3, Int64(parent))
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        _ = try EdgeRows.read(statement, namespace: namespace)
        return statement.isNull(8) ? nil : statement.string(8)
    }

    /// Visits all events in the order of arrival.
    public func scanEvents(_ body: (StoredEvent) throws -> Void) throws {
        let statement = try connection.statement("SELECT \(EventRows.columns) FROM event ORDER BY id")
        defer { statement.reset() }
        while try statement.step() { try body(EventRows.read(statement)) }
    }
}

private func max<Value>(_ a: Value, _ b: Value, by precedes: (Value, Value) -> Bool) -> Value { precedes(a, b) ? b : a }
