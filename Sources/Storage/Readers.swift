import Synchronization

/// Read-only connections, lent to one caller at a time. Reads never wait for the writer (WAL).
public final class Readers: Sendable {
    /// Idle connections that are kept; more are opened when more readers come at once.
    private static let idleMax = 8

    private struct Lent: @unchecked Sendable {
        let connection: Connection
    }

    private let path: String
    private let idle = Mutex<[Lent]>([])

    init(path: String) { self.path = path }

    func close() { idle.withLock { $0.removeAll() } }

    private func with<Value>(_ body: (Connection) throws -> Value) throws -> Value {
        let lent: Lent
        if let kept = idle.withLock({ $0.popLast() }) {
            lent = kept
        } else {
            lent = Lent(connection: try Connection(path: path, readOnly: true))
            try Schema.prepare(lent.connection, readOnly: true)
        }
        defer { idle.withLock { if $0.count < Self.idleMax { $0.append(lent) } } }
        return try body(lent.connection)
    }

    // MARK: Collections and namespaces

    public func collection(named name: String) throws -> StoredCollection? {
        try with { connection in
            let statement = try connection.statement(
                "SELECT id, name, dimension, metric, embedder FROM collection WHERE name = ?")
            statement.bind(1, name)
            defer { statement.reset() }
            guard try statement.step() else { return nil }
            return StoredCollection(
                id: statement.int64(0), name: statement.string(1), dimension: Int(statement.int64(2)),
                metric: statement.string(3), embedder: statement.string(4))
        }
    }

    /// All namespaces, by id.
    public func namespaces() throws -> [StoredNamespace] {
        try with { connection in
            let statement = try connection.statement(
                "SELECT id, collection_id, name, seq, record_count, next_ordinal FROM namespace ORDER BY id")
            defer { statement.reset() }
            var rows: [StoredNamespace] = []
            while try statement.step() {
                rows.append(
                    StoredNamespace(
                        id: statement.int64(0), collectionID: statement.int64(1), name: statement.string(2),
                        seq: UInt64(bitPattern: statement.int64(3)), recordCount: Int(statement.int64(4)),
                        nextOrdinal: UInt32(truncatingIfNeeded: statement.int64(5))))
            }
            return rows
        }
    }

    // MARK: Records

    public func record(namespace: Int64, ordinal: UInt32) throws -> StoredRecord? {
        try with { try Self.record($0, RecordRows.id(namespace: namespace, ordinal: ordinal)) }
    }

    /// Records in the order asked; ordinals without a record are left out.
    public func records(namespace: Int64, ordinals: [UInt32]) throws -> [StoredRecord] {
        try with { connection in
            try ordinals.compactMap { try Self.record(connection, RecordRows.id(namespace: namespace, ordinal: $0)) }
        }
    }

    private static func record(_ connection: Connection, _ id: Int64) throws -> StoredRecord? {
        let statement = try connection.statement("SELECT \(RecordRows.columns) FROM record WHERE id = ?")
        statement.bind(1, id)
        defer { statement.reset() }
        return try statement.step() ? RecordRows.owned(try RecordRows.read(statement)) : nil
    }

    /// Visits all records of a namespace in ordinal order, every checksum verified.
    public func scanRecords(namespace: Int64, _ body: (ScannedRecord) throws -> Void) throws {
        try with { connection in
            let statement = try connection.statement(
                "SELECT \(RecordRows.columns) FROM record WHERE id >= ? AND id < ? ORDER BY id")
            statement.bind(1, namespace << 32)
            statement.bind(2, (namespace + 1) << 32)
            defer { statement.reset() }
            while try statement.step() { try body(RecordRows.read(statement)) }
        }
    }

    // MARK: Edges and events

    /// All edges of a namespace in the order of arrival.
    public func edges(namespace: Int64) throws -> [StoredEdge] {
        try with { connection in
            let statement = try connection.statement(
                "SELECT \(EdgeRows.columns) FROM edge WHERE namespace_id = ? ORDER BY id")
            statement.bind(1, namespace)
            defer { statement.reset() }
            var edges: [StoredEdge] = []
            while try statement.step() { edges.append(try EdgeRows.read(statement, namespace: namespace)) }
            return edges
        }
    }

    /// Visits all events in the order of arrival.
    public func scanEvents(_ body: (StoredEvent) throws -> Void) throws {
        try with { connection in
            let statement = try connection.statement("SELECT \(EventRows.columns) FROM event ORDER BY id")
            defer { statement.reset() }
            while try statement.step() { try body(EventRows.read(statement)) }
        }
    }
}
