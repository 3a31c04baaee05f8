extension WriteSession {
    /// The record of a key, its checksum verified, or `nil`.
    public func record(namespace: Int64, key: String) throws(StorageError) -> StoredRecord? {
        let statement = try connection.statement(
            "SELECT \(RecordRows.columns) FROM record WHERE namespace_id = ? AND key = ?")
        statement.bind(1, namespace)
        statement.bind(2, key)
        return try one(statement)
    }

    /// The record of an ordinal, its checksum verified, or `nil`.
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
    /// - Throws: `misuse` when the key is taken, `full` when the ordinals or the disk are used up.
    public func insertRecord(
        _ draft: StoredRecordDraft, namespace: Int64, seq: UInt64
    ) throws(StorageError) -> UInt32 {
        guard let ordinal = try insertRecordIfNew(draft, namespace: namespace, seq: seq) else {
            throw StorageError(.misuse, "there is a record \"\(draft.key)\" in namespace \(namespace) already")
        }
        return ordinal
    }

    /// Inserts a record unless its key is taken: one search of the index of keys, where asking first would make two.
    ///
    /// - Returns: the ordinal, which is never used again; `nil` when the key is taken, and nothing was changed.
    /// - Throws: `full` when the ordinals or the disk are used up.
    public func insertRecordIfNew(
        _ draft: StoredRecordDraft, namespace: Int64, seq: UInt64
    ) throws(StorageError) -> UInt32? {
        let ordinal = try head(namespace).nextOrdinal
        guard ordinal < UInt32.max - 1 else {
            throw StorageError(.full, "the namespace has used all of its \(UInt32.max - 1) ordinals")
        }
        let statement = try connection.statement(
            """
            INSERT INTO record (id, key, seq, vector_seq, created_at, updated_at, state, payload, metadata, vector,
              checksum, namespace_id) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (namespace_id, key) DO NOTHING
            """)
        statement.bind(12, namespace)
        let checksum = try run(
            statement,
            StoredRecord(
                ordinal: ordinal, key: draft.key, seq: seq, vectorSeq: seq, createdAt: draft.createdAt,
                updatedAt: draft.updatedAt, state: draft.state, payload: draft.payload, metadata: draft.metadata,
                vector: draft.vector),
            namespace: namespace)
        guard connection.changeCount == 1 else { return nil }
        try changeHead(namespace) { head in
            head.nextOrdinal += 1
            head.recordCount += 1
            head.recordDigest &+= checksum
        }
        return ordinal
    }

    /// Replaces a record's row.
    ///
    /// - Throws: `misuse` when there is none of that ordinal.
    public func updateRecord(_ record: StoredRecord, namespace: Int64) throws(StorageError) {
        let old = try existing(namespace, record.ordinal)
        let statement = try connection.statement(
            """
            UPDATE record SET key=?2, seq=?3, vector_seq=?4, created_at=?5, updated_at=?6, state=?7, payload=?8,
              metadata=?9, vector=?10, checksum=?11 WHERE id=?1
            """)
        let new = try run(statement, record, namespace: namespace)
        try changeHead(namespace) { $0.recordDigest = $0.recordDigest &- old &+ new }
    }

    /// Removes a record's row.
    ///
    /// - Throws: `misuse` when there is none of that ordinal.
    public func deleteRecord(namespace: Int64, ordinal: UInt32) throws(StorageError) {
        let old = try existing(namespace, ordinal)
        let statement = try connection.statement("DELETE FROM record WHERE id = ?")
        statement.bind(1, RecordRows.id(namespace: namespace, ordinal: ordinal))
        try statement.run()
        try changeHead(namespace) { head in
            head.recordCount -= 1
            head.recordDigest &-= old
        }
    }

    private func existing(_ namespace: Int64, _ ordinal: UInt32) throws(StorageError) -> UInt64 {
        guard let old = try storedChecksum("record", id: RecordRows.id(namespace: namespace, ordinal: ordinal)) else {
            throw StorageError(.misuse, "namespace \(namespace) has no record #\(ordinal)")
        }
        return old
    }

    /// Binds a record to positions 1…11 and runs the statement. Payload, metadata and vector are not copied.
    ///
    /// - Returns: the row's checksum.
    private func run(_ statement: Statement, _ record: StoredRecord, namespace: Int64) throws(StorageError) -> UInt64 {
        let id = RecordRows.id(namespace: namespace, ordinal: record.ordinal)
        var key = record.key
        statement.bind(1, id)
        statement.bind(2, record.key)
        statement.bind(3, record.seq)
        statement.bind(4, record.vectorSeq)
        statement.bind(5, record.createdAt)
        statement.bind(6, record.updatedAt)
        statement.bind(7, Int64(record.state))
        let result: Result<UInt64, StorageError> = key.withUTF8 { key in
            record.payload.withUnsafeBytes { payload in
                record.metadata.withUnsafeBytes { metadata in
                    (record.vector ?? []).withUnsafeBytes { vector in
                        statement.bindBorrowed(8, payload)
                        statement.bindBorrowed(9, metadata)
                        if record.vector == nil { statement.bindNull(10) } else { statement.bindBorrowed(10, vector) }
                        let row = ScannedRecord(
                            ordinal: record.ordinal, key: record.key, seq: record.seq, vectorSeq: record.vectorSeq,
                            createdAt: record.createdAt, updatedAt: record.updatedAt, state: record.state,
                            payload: payload, metadata: metadata, vector: record.vector == nil ? nil : vector)
                        let checksum = RecordRows.checksum(
                            id: id, key: UnsafeRawBufferPointer(key), state: Int64(record.state), row)
                        statement.bind(11, checksum)
                        do throws(StorageError) {
                            try statement.run()
                            return .success(UInt64(bitPattern: checksum))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
            }
        }
        return try result.get()
    }

    private func one(_ statement: Statement) throws(StorageError) -> StoredRecord? {
        defer { statement.reset() }
        return try statement.step() ? RecordRows.owned(try RecordRows.read(statement)) : nil
    }
}
