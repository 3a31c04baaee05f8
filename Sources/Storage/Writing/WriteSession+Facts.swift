extension WriteSession {
    /// Removes a fact about the store as a whole; one that is not there stays so.
    public func removeMeta(_ key: String) throws(StorageError) {
        let statement = try connection.statement("DELETE FROM store_meta WHERE key = ?")
        statement.bind(1, key)
        try statement.run()
    }

    /// All facts whose keys begin with a prefix, by key, their checksums verified.
    public func facts(prefix: String) throws(StorageError) -> [(key: String, value: String)] {
        try FactRows.read(connection, prefix: prefix)
    }
}

extension ReadSnapshot {
    /// All facts about the store whose keys begin with a prefix, by key, their checksums verified.
    public func facts(prefix: String) throws(StorageError) -> [(key: String, value: String)] {
        try FactRows.read(connection, prefix: prefix)
    }
}

/// How facts about the store are read and checked.
enum FactRows {
    static func read(_ connection: Connection, prefix: String) throws(StorageError) -> [(key: String, value: String)] {
        let statement = try connection.statement(
            "SELECT key, value, checksum FROM store_meta WHERE key >= ? ORDER BY key")
        statement.bind(1, prefix)
        defer { statement.reset() }
        var facts: [(key: String, value: String)] = []
        while try statement.step() {
            let key = statement.string(0)
            guard key.utf8.starts(with: prefix.utf8) else { break }
            let value = statement.string(1)
            guard checksum(key, value) == statement.int64(2) else {
                throw StorageError(.corrupt, "the store's \"\(key)\" fails its checksum")
            }
            facts.append((key, value))
        }
        return facts
    }

    static func checksum(_ key: String, _ value: String) -> Int64 {
        var sum = RowChecksum()
        sum.add(key)
        sum.add(value)
        return sum.value
    }
}
