/// How record rows are read and checked, for the writer's connection and for the readers'.
enum RecordRows {
    static let columns = "id, key, seq, vector_seq, created_at, updated_at, state, payload, metadata, vector, checksum"

    static func id(namespace: Int64, ordinal: UInt32) -> Int64 { namespace << 32 | Int64(ordinal) }

    /// The row that a statement stands on, its checksum verified.
    ///
    /// - Throws: `corrupt`, naming the record.
    static func read(_ statement: Statement) throws(StorageError) -> ScannedRecord {
        let id = statement.int64(0)
        let row = ScannedRecord(
            ordinal: UInt32(truncatingIfNeeded: id), key: statement.string(1),
            seq: UInt64(bitPattern: statement.int64(2)), vectorSeq: UInt64(bitPattern: statement.int64(3)),
            createdAt: statement.int64(4), updatedAt: statement.int64(5),
            state: UInt8(truncatingIfNeeded: statement.int64(6)), payload: statement.blob(7),
            metadata: statement.blob(8), vector: statement.isNull(9) ? nil : statement.blob(9))
        guard checksum(id: id, row) == statement.int64(10) else {
            throw StorageError(
                .corrupt, "record \"\(row.key)\" (#\(row.ordinal) of namespace \(id >> 32)) fails its checksum")
        }
        return row
    }

    static func owned(_ row: ScannedRecord) -> StoredRecord {
        StoredRecord(
            ordinal: row.ordinal, key: row.key, seq: row.seq, vectorSeq: row.vectorSeq, createdAt: row.createdAt,
            updatedAt: row.updatedAt, state: row.state, payload: Array(row.payload), metadata: Array(row.metadata),
            vector: row.vector.map(floats))
    }

    static func floats(_ bytes: UnsafeRawBufferPointer) -> [Float] {
        [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 4 * 4)]))
            count = bytes.count / 4
        }
    }

    static func checksum(id: Int64, _ row: ScannedRecord) -> Int64 {
        var sum = RowChecksum()
        sum.add(id)
        sum.add(row.key)
        sum.add(Int64(bitPattern: row.seq))
        sum.add(Int64(bitPattern: row.vectorSeq))
        sum.add(row.createdAt)
        sum.add(row.updatedAt)
        sum.add(Int64(row.state))
        sum.add(row.payload)
        sum.add(row.metadata)
        sum.add(Int64(row.vector == nil ? 0 : 1))
        if let vector = row.vector { sum.add(vector) }
        return Int64(sum.value)
    }
}
