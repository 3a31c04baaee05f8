/// A consistent view of the store, lent by ``Readers/read(_:)``. Every row's checksum is verified when it is read.
///
/// All methods throw `corrupt`, naming the row, rather than return a damaged one. Not thread-safe.
public final class ReadSnapshot {
    let connection: Connection

    init(connection: Connection) { self.connection = connection }

    // MARK: Collections and namespaces

    public func collection(named name: String) throws(StorageError) -> StoredCollection? {
        // The few rows are all read and verified: a damaged name in an index would look like a collection that is not
        // there, and it would be made a second time.
        let statement = try connection.statement("SELECT \(CollectionRows.columns) FROM collection NOT INDEXED")
        defer { statement.reset() }
        while try statement.step() {
            let collection = try CollectionRows.read(statement)
            if collection.name == name { return collection }
        }
        return nil
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
    /// - Throws: also `corrupt`, after the last one, when they are not those that the namespace's head row sums up: lost,
    ///   stale and resurrected rows have good checksums.
    public func scanRecords(namespace: Int64, _ body: (ScannedRecord) throws -> Void) throws {
        let statement = try connection.statement(
            "SELECT \(RecordRows.columns) FROM record WHERE id >= ? AND id < ? ORDER BY id")
        statement.bind(1, namespace << 32)
        statement.bind(2, (namespace + 1) << 32)
        defer { statement.reset() }
        var tally = Tally()
        while try statement.step() {
            try tally.add(id: statement.int64(0), checksum: statement.uint64(10))
            try body(RecordRows.read(statement))
        }
        let head = try self.namespace(namespace)
        try tally.require(head?.recordCount ?? 0, head?.recordDigest ?? 0, "records of namespace \(namespace)")
    }

    // MARK: Edges and events

    /// All edges of a namespace in the order of arrival.
    ///
    /// - Throws: also `corrupt` when they are not those that the namespace's head row sums up.
    public func edges(namespace: Int64) throws(StorageError) -> [StoredEdge] {
        let statement = try connection.statement(
            "SELECT \(EdgeRows.columns) FROM edge WHERE id >= ? AND id < ? ORDER BY id")
        statement.bind(1, namespace << 32)
        statement.bind(2, (namespace + 1) << 32)
        defer { statement.reset() }
        let head = try self.namespace(namespace)
        var edges: [StoredEdge] = []
        edges.reserveCapacity(head?.edgeCount ?? 0)
        var tally = Tally()
        while try statement.step() {
            edges.append(try EdgeRows.read(statement, namespace: namespace))
            try tally.add(id: statement.int64(9), checksum: statement.uint64(7))
        }
        try tally.require(head?.edgeCount ?? 0, head?.edgeDigest ?? 0, "edges of namespace \(namespace)")
        return edges
    }

    /// Edges of a namespace by their places in the order of arrival, which never change.
    ///
    /// - Parameter place: of the first one, from 0.
    /// - Complexity: O(log n + limit).
    public func edges(
        namespace: Int64, from place: Int, limit: Int
    ) throws(StorageError) -> [(place: Int, edge: StoredEdge)] {
        let statement = try connection.statement(
            "SELECT \(EdgeRows.columns) FROM edge WHERE id >= ? AND id < ? ORDER BY id LIMIT ?")
        statement.bind(1, EdgeRows.id(namespace: namespace, place: place))
        statement.bind(2, (namespace + 1) << 32)
        statement.bind(3, Int64(limit))
        defer { statement.reset() }
        var edges: [(place: Int, edge: StoredEdge)] = []
        while try statement.step() {
            let edge = try EdgeRows.read(statement, namespace: namespace)
            edges.append((Int(statement.int64(9) & 0xFFFF_FFFF), edge))
        }
        return edges
    }

    /// Why an edge was changed last, as the change said; `nil` when it gave no reason.
    ///
    /// - Throws: also `corrupt` when there is no such edge: callers know the edges from ``edges(namespace:)``, and one that
    ///   its index does not lead to anymore must not look like one without a reason.
    public func reason(namespace: Int64, child: UInt32, parent: UInt32) throws(StorageError) -> String? {
        let statement = try connection.statement(
            "SELECT \(EdgeRows.columns) FROM edge WHERE namespace_id = ? AND child = ? AND parent = ?")
        statement.bind(1, namespace)
        statement.bind(2, Int64(child))
        statement.bind(3, Int64(parent))
        defer { statement.reset() }
        guard try statement.step() else {
            throw StorageError(.corrupt, "the edge \(child) from \(parent) of namespace \(namespace) cannot be found")
        }
        _ = try EdgeRows.read(statement, namespace: namespace)
        return statement.isNull(8) ? nil : statement.string(8)
    }

    /// The answer that was stored under an idempotency key, its checksum verified, or `nil`.
    public func answer(forKey key: String) throws(StorageError) -> StoredAnswer? {
        try AnswerRows.find(key, connection)
    }

    /// Visits all events in the order of arrival.
    ///
    /// - Throws: also `corrupt`, after the last one, when they are not those that were stored.
    public func scanEvents(_ body: (StoredEvent) throws -> Void) throws {
        let statement = try connection.statement("SELECT \(EventRows.columns) FROM event ORDER BY id")
        defer { statement.reset() }
        var tally = Tally()
        while try statement.step() {
            try tally.add(id: statement.int64(6), checksum: statement.uint64(5))
            try body(EventRows.read(statement))
        }
        let find = try connection.statement("SELECT \(EventHead.columns) FROM event_head")
        defer { find.reset() }
        let head = try find.step() ? EventHead(find) : EventHead()
        try tally.require(head.count, head.digest, "events")
    }
}

/// What a scan has seen, to be compared with a head row.
struct Tally {
    private var count = 0
    private var digest: UInt64 = 0
    private var lastID = Int64.min

    /// - Throws: `corrupt` when rows come out of order, as from pages that changed places.
    mutating func add(id: Int64, checksum: UInt64) throws(StorageError) {
        count += 1
        digest &+= checksum
        guard id > lastID else { throw StorageError(.corrupt, "row \(id) comes after row \(lastID)") }
        lastID = id
    }

    func require(_ expectedCount: Int, _ expectedDigest: UInt64, _ what: String) throws(StorageError) {
        guard count == expectedCount, digest == expectedDigest else {
            throw StorageError(
                .corrupt,
                "the \(what) are not those that were stored: \(count) where \(expectedCount) are counted"
                    + (count == expectedCount ? ", with another digest" : ""))
        }
    }
}

private func max<Value>(_ a: Value, _ b: Value, by precedes: (Value, Value) -> Bool) -> Value { precedes(a, b) ? b : a }
