/// How record rows are read and checked, for the writer's connection and for the readers'.
enum RecordRows {
    static let columns = """
        id, key, seq, vector_seq, created_at, updated_at, state, payload, metadata, vector, checksum, namespace_id
        """

    static func id(namespace: Int64, ordinal: UInt32) -> Int64 { namespace << 32 | Int64(ordinal) }

    /// The row that a statement stands on, its checksum verified.
    ///
    /// - Throws: `corrupt`, naming the record.
    static func read(_ statement: Statement) throws(StorageError) -> ScannedRecord {
        let id = statement.int64(0)
        let key = statement.blob(1)
        let state = statement.int64(6)
        let row = ScannedRecord(
            ordinal: UInt32(truncatingIfNeeded: id), key: String(decoding: key, as: UTF8.self),
            seq: statement.uint64(2), vectorSeq: statement.uint64(3), createdAt: statement.int64(4),
            updatedAt: statement.int64(5), state: UInt8(truncatingIfNeeded: state), payload: statement.blob(7),
            metadata: statement.blob(8), vector: statement.isNull(9) ? nil : statement.blob(9))
        guard checksum(id: id, key: key, state: state, row) == statement.int64(10), id >> 32 == statement.int64(11)
        else {
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

    private static func floats(_ bytes: UnsafeRawBufferPointer) -> [Float] {
        let count = bytes.count / MemoryLayout<Float>.size
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * MemoryLayout<Float>.size)]))
            initialized = count
        }
    }

    /// - Parameters:
    ///   - key: as it is stored, so that bytes which are not UTF-8 are seen.
    ///   - state: as it is stored, whole.
    static func checksum(id: Int64, key: UnsafeRawBufferPointer, state: Int64, _ row: ScannedRecord) -> Int64 {
        var sum = RowChecksum()
        sum.add(id)
        sum.add(row.seq)
        sum.add(row.vectorSeq)
        sum.add(row.createdAt)
        sum.add(row.updatedAt)
        sum.add(state)
        sum.add(key)
        sum.add(row.payload)
        sum.add(row.metadata)
        sum.add(Int64(row.vector == nil ? 0 : 1))
        if let vector = row.vector { sum.add(vector) }
        return sum.value
    }
}
