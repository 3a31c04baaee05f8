/// The two look-ups that a batch of records needs, each one statement.
extension WriteSession {
    /// The ordinal of a key, or `nil`.
    public func ordinal(namespace: Int64, key: String) throws(StorageError) -> UInt32? {
        let statement = try connection.statement("SELECT id FROM record WHERE namespace_id = ? AND key = ?")
        statement.bind(1, namespace)
        statement.bind(2, key)
        defer { statement.reset() }
        return try statement.step() ? UInt32(truncatingIfNeeded: statement.int64(0)) : nil
    }

    /// Removes a record's row.
    ///
    /// - Returns: its metadata, or `nil` when there was no such row.
    public func takeRecord(namespace: Int64, ordinal: UInt32) throws(StorageError) -> [UInt8]? {
        let statement = try connection.statement("DELETE FROM record WHERE id = ? RETURNING checksum, metadata")
        statement.bind(1, RecordRows.id(namespace: namespace, ordinal: ordinal))
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let checksum = statement.uint64(0)
        let metadata = Array(statement.blob(1))
        try changeHead(namespace) { head in
            head.recordCount -= 1
            head.recordDigest &-= checksum
        }
        return metadata
    }
}
