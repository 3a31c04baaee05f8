/// The writer's view of the truth inside one transaction. Valid only in the closure that it is handed to.
public final class WriteSession {
    let connection: Connection

    init(connection: Connection) { self.connection = connection }

    // MARK: Collections and namespaces

    /// Makes a collection.
    ///
    /// - Returns: its id.
    public func createCollection(
        name: String, dimension: Int, metric: String, embedder: String, createdAt: Int64
    ) throws(StorageError) -> Int64 {
        let statement = try connection.statement(
            "INSERT INTO collection (name, dimension, metric, embedder, created_at) VALUES (?,?,?,?,?) RETURNING id")
        statement.bind(1, name)
        statement.bind(2, Int64(dimension))
        statement.bind(3, metric)
        statement.bind(4, embedder)
        statement.bind(5, createdAt)
        return try returned(statement)
    }

    /// The id of a namespace, which is made when it does not exist.
    public func namespace(collection: Int64, name: String) throws(StorageError) -> Int64 {
        let find = try connection.statement("SELECT id FROM namespace WHERE collection_id = ? AND name = ?")
        find.bind(1, collection)
        find.bind(2, name)
        if try find.step() {
            let id = find.int64(0)
            find.reset()
            return id
        }
        let insert = try connection.statement(
            "INSERT INTO namespace (collection_id, name, seq, record_count, next_ordinal) VALUES (?,?,0,0,0) RETURNING id")
        insert.bind(1, collection)
        insert.bind(2, name)
        return try returned(insert)
    }

    /// Takes the next sequence number of a namespace. Gapless, because it commits with what it numbers.
    public func bumpSeq(namespace: Int64) throws(StorageError) -> UInt64 {
        let statement = try connection.statement("UPDATE namespace SET seq = seq + 1 WHERE id = ? RETURNING seq")
        statement.bind(1, namespace)
        return UInt64(bitPattern: try returned(statement))
    }

    // MARK: Records

    public func record(namespace: Int64, key: String) throws(StorageError) -> StoredRecord? {
        let statement = try connection.statement(
            "SELECT \(RecordRows.columns) FROM record WHERE namespace_id = ? AND key = ?")
        statement.bind(1, namespace)
        statement.bind(2, key)
        return try one(statement)
    }

    public func record(namespace: Int64, ordinal: UInt32) throws(StorageError) -> StoredRecord? {
        let statement = try connection.statement("SELECT \(RecordRows.columns) FROM record WHERE id = ?")
        statement.bind(1, RecordRows.id(namespace: namespace, ordinal: ordinal))
        return try one(statement)
    }

    /// True when a record of that key exists; cheaper than reading it.
    public func exists(namespace: Int64, key: String) throws(StorageError) -> Bool {
        let statement = try connection.statement("SELECT 1 FROM record WHERE namespace_id = ? AND key = ?")
        statement.bind(1, namespace)
        statement.bind(2, key)
        defer { statement.reset() }
        return try statement.step()
    }

    /// Inserts a record under the namespace's next ordinal.
    ///
    /// - Returns: the ordinal, which is never used again.
    public func insertRecord(
        _ draft: StoredRecordDraft, namespace: Int64, seq: UInt64
    ) throws(StorageError) -> UInt32 {
        let next = try connection.statement(
            """
            UPDATE namespace SET next_ordinal = next_ordinal + 1, record_count = record_count + 1 WHERE id = ?
            RETURNING next_ordinal
            """)
        next.bind(1, namespace)
        let position = try returned(next) - 1
        guard let ordinal = UInt32(exactly: position), ordinal < UInt32.max else {
            throw StorageError(.full, "the namespace has used all of its 4,294,967,294 ordinals")
        }
        try put(
            "INSERT INTO record (id, namespace_id, key, seq, vector_seq, created_at, updated_at, state, payload, metadata, vector, checksum) VALUES (?1,?12,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
            StoredRecord(
                ordinal: ordinal, key: draft.key, seq: seq, vectorSeq: seq, createdAt: draft.createdAt,
                updatedAt: draft.updatedAt, state: draft.state, payload: draft.payload, metadata: draft.metadata,
                vector: draft.vector),
            namespace: namespace, bindsNamespace: true)
        return ordinal
    }

    /// Replaces a record's row; key, ordinal and creation time stay.
    public func updateRecord(_ record: StoredRecord, namespace: Int64) throws(StorageError) {
        try put(
            "UPDATE record SET key=?2, seq=?3, vector_seq=?4, created_at=?5, updated_at=?6, state=?7, payload=?8, metadata=?9, vector=?10, checksum=?11 WHERE id=?1",
            record, namespace: namespace, bindsNamespace: false)
    }

    /// Removes a record's row.
    public func deleteRecord(namespace: Int64, ordinal: UInt32) throws(StorageError) {
        let statement = try connection.statement("DELETE FROM record WHERE id = ?")
        statement.bind(1, RecordRows.id(namespace: namespace, ordinal: ordinal))
        try statement.run()
        let count = try connection.statement("UPDATE namespace SET record_count = record_count - 1 WHERE id = ?")
        count.bind(1, namespace)
        try count.run()
    }

    private func put(
        _ sql: String, _ record: StoredRecord, namespace: Int64, bindsNamespace: Bool
    ) throws(StorageError) {
        let statement = try connection.statement(sql)
        let id = RecordRows.id(namespace: namespace, ordinal: record.ordinal)
        statement.bind(1, id)
        statement.bind(2, record.key)
        statement.bind(3, Int64(bitPattern: record.seq))
        statement.bind(4, Int64(bitPattern: record.vectorSeq))
        statement.bind(5, record.createdAt)
        statement.bind(6, record.updatedAt)
        statement.bind(7, Int64(record.state))
        let checksum = record.payload.withUnsafeBytes { payload in
            record.metadata.withUnsafeBytes { metadata in
                (record.vector ?? []).withUnsafeBytes { vector in
                    statement.bind(8, payload)
                    statement.bind(9, metadata)
                    if record.vector == nil { statement.bindNull(10) } else { statement.bind(10, vector) }
                    return RecordRows.checksum(
                        id: id,
                        ScannedRecord(
                            ordinal: record.ordinal, key: record.key, seq: record.seq, vectorSeq: record.vectorSeq,
                            createdAt: record.createdAt, updatedAt: record.updatedAt, state: record.state,
                            payload: payload, metadata: metadata, vector: record.vector == nil ? nil : vector))
                }
            }
        }
        statement.bind(11, checksum)
        if bindsNamespace { statement.bind(12, namespace) }
        try statement.run()
    }

    // MARK: Edges

    public func insertEdge(_ edge: StoredEdge, namespace: Int64) throws(StorageError) {
        let statement = try connection.statement(
            "INSERT INTO edge (namespace_id, child, parent, kind, weight, flags, at, seq, checksum) VALUES (?,?,?,?,?,?,?,?,?)")
        statement.bind(1, namespace)
        statement.bind(2, Int64(edge.child))
        statement.bind(3, Int64(edge.parent))
        statement.bind(4, Int64(edge.kind))
        statement.bind(5, edge.weight)
        statement.bind(6, Int64(edge.flags))
        statement.bind(7, edge.at)
        statement.bind(8, Int64(bitPattern: edge.seq))
        statement.bind(9, EdgeRows.checksum(edge, namespace: namespace))
        try statement.run()
    }

    /// Replaces the kind, weight, flags, time and sequence of a stored edge.
    ///
    /// - Parameter reason: why, kept with the row.
    /// - Returns: false when there is no such edge.
    public func updateEdge(_ edge: StoredEdge, namespace: Int64, reason: String?) throws(StorageError) -> Bool {
        let statement = try connection.statement(
            """
            UPDATE edge SET kind = ?3, weight = ?4, flags = ?5, at = ?6, seq = ?7, reason = ?8, checksum = ?9
            WHERE namespace_id = ?10 AND child = ?1 AND parent = ?2 RETURNING id
            """)
        statement.bind(1, Int64(edge.child))
        statement.bind(2, Int64(edge.parent))
        statement.bind(3, Int64(edge.kind))
        statement.bind(4, edge.weight)
        statement.bind(5, Int64(edge.flags))
        statement.bind(6, edge.at)
        statement.bind(7, Int64(bitPattern: edge.seq))
        if let reason { statement.bind(8, reason) } else { statement.bindNull(8) }
        statement.bind(9, EdgeRows.checksum(edge, namespace: namespace))
        statement.bind(10, namespace)
        defer { statement.reset() }
        return try statement.step()
    }

    /// The edge between two nodes, its checksum verified.
    public func edge(namespace: Int64, child: UInt32, parent: UInt32) throws(StorageError) -> StoredEdge? {
        let statement = try connection.statement(
            "SELECT \(EdgeRows.columns) FROM edge WHERE namespace_id = ? AND child = ? AND parent = ?")
        statement.bind(1, namespace)
        statement.bind(2, Int64(child))
        statement.bind(3, Int64(parent))
        defer { statement.reset() }
        return try statement.step() ? EdgeRows.read(statement, namespace: namespace) : nil
    }

    // MARK: Events

    /// Stores an event unless one of the same viewer, target and kind is stored.
    ///
    /// - Returns: true when it is new.
    public func insertEvent(_ event: StoredEvent) throws(StorageError) -> Bool {
        let statement = try connection.statement(
            """
            INSERT INTO event (viewer, target, kind, weight, at, checksum) VALUES (?,?,?,?,?,?)
            ON CONFLICT (viewer, target, kind) DO NOTHING RETURNING id
            """)
        statement.bind(1, event.viewer)
        statement.bind(2, event.target)
        statement.bind(3, event.kind)
        statement.bind(4, event.weight)
        statement.bind(5, event.at)
        statement.bind(6, EventRows.checksum(event))
        defer { statement.reset() }
        return try statement.step()
    }

    /// Removes an event, such as a follow that ended.
    ///
    /// - Returns: true when it was there.
    public func deleteEvent(viewer: String, target: String, kind: String) throws(StorageError) -> Bool {
        let statement = try connection.statement(
            "DELETE FROM event WHERE viewer = ? AND target = ? AND kind = ? RETURNING id")
        statement.bind(1, viewer)
        statement.bind(2, target)
        statement.bind(3, kind)
        defer { statement.reset() }
        return try statement.step()
    }

    // MARK: Helpers

    private func one(_ statement: Statement) throws(StorageError) -> StoredRecord? {
        defer { statement.reset() }
        return try statement.step() ? RecordRows.owned(try RecordRows.read(statement)) : nil
    }

    private func returned(_ statement: Statement) throws(StorageError) -> Int64 {
        defer { statement.reset() }
        guard try statement.step() else { throw StorageError(.misuse, "a statement that returns a row gave none") }
        return statement.int64(0)
    }
}
