extension WriteSession {
    // MARK: Events

    /// Stores an event unless one of the same viewer, target and kind is stored.
    ///
    /// - Returns: true when it is new.
    public func insertEvent(_ event: StoredEvent) throws(StorageError) -> Bool {
        let id = try changeEventHead { $0.nextID }
        let checksum = EventRows.checksum(event, id: id)
        let statement = try connection.statement(
            """
            INSERT INTO event (viewer, target, kind, weight, at, checksum, id) VALUES (?,?,?,?,?,?,?)
            ON CONFLICT (viewer, target, kind) DO NOTHING
            """)
        statement.bind(1, event.viewer)
        statement.bind(2, event.target)
        statement.bind(3, event.kind)
        statement.bind(4, event.weight)
        statement.bind(5, event.at)
        statement.bind(6, checksum)
        statement.bind(7, id)
        try statement.run()
        guard connection.changeCount == 1 else { return false }
        try changeEventHead { head in
            head.nextID += 1
            head.count += 1
            head.digest &+= UInt64(bitPattern: checksum)
        }
        return true
    }

    /// Removes an event, such as a follow that ended.
    ///
    /// - Returns: true when it was there.
    public func deleteEvent(viewer: String, target: String, kind: String) throws(StorageError) -> Bool {
        let statement = try connection.statement(
            "DELETE FROM event WHERE viewer = ? AND target = ? AND kind = ? RETURNING checksum")
        statement.bind(1, viewer)
        statement.bind(2, target)
        statement.bind(3, kind)
        defer { statement.reset() }
        guard try statement.step() else { return false }
        let old = statement.uint64(0)
        try changeEventHead { head in
            head.count -= 1
            head.digest &-= old
        }
        return true
    }

    // MARK: Answers to retried requests

    /// The answer that was stored under an idempotency key, its checksum verified, or `nil`.
    public func answer(forKey key: String) throws(StorageError) -> StoredAnswer? {
        let statement = try connection.statement("SELECT at, status, body, checksum FROM idempotency WHERE key = ?")
        statement.bind(1, key)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let answer = StoredAnswer(
            at: statement.int64(0), status: Int(statement.int64(1)), body: Array(statement.blob(2)))
        guard Self.checksum(answer, key: key) == statement.int64(3) else {
            throw StorageError(.corrupt, "the answer kept for idempotency key \"\(key)\" fails its checksum")
        }
        return answer
    }

    /// Keeps an answer in the transaction of the changes that it acknowledges, so that both survive or neither does.
    ///
    /// - Throws: `misuse` when the key has one.
    public func putAnswer(_ answer: StoredAnswer, forKey key: String) throws(StorageError) {
        let statement = try connection.statement(
            "INSERT INTO idempotency (key, at, status, body, checksum) VALUES (?,?,?,?,?)")
        statement.bind(1, key)
        statement.bind(2, answer.at)
        statement.bind(3, Int64(answer.status))
        answer.body.withUnsafeBytes { statement.bind(4, $0) }
        statement.bind(5, Self.checksum(answer, key: key))
        try statement.run()
    }

    /// Forgets answers given before a time.
    ///
    /// - Returns: how many.
    public func deleteAnswers(before time: Int64) throws(StorageError) -> Int {
        let statement = try connection.statement("DELETE FROM idempotency WHERE at < ?")
        statement.bind(1, time)
        try statement.run()
        return connection.changeCount
    }

    private static func checksum(_ answer: StoredAnswer, key: String) -> Int64 {
        var sum = RowChecksum()
        sum.add(key)
        sum.add(answer.at)
        sum.add(Int64(answer.status))
        answer.body.withUnsafeBytes { sum.add($0) }
        return sum.value
    }

    // MARK: The store's own facts

    /// A fact about the store as a whole, or `nil`.
    public func meta(_ key: String) throws(StorageError) -> String? {
        let statement = try connection.statement("SELECT value, checksum FROM store_meta WHERE key = ?")
        statement.bind(1, key)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        let value = statement.string(0)
        guard Self.checksum(key, value) == statement.int64(1) else {
            throw StorageError(.corrupt, "the store's \"\(key)\" fails its checksum")
        }
        return value
    }

    /// Sets a fact about the store as a whole.
    public func setMeta(_ key: String, _ value: String) throws(StorageError) {
        let statement = try connection.statement(
            """
            INSERT INTO store_meta (key, value, checksum) VALUES (?1,?2,?3)
            ON CONFLICT (key) DO UPDATE SET value = ?2, checksum = ?3
            """)
        statement.bind(1, key)
        statement.bind(2, value)
        statement.bind(3, Self.checksum(key, value))
        try statement.run()
    }

    private static func checksum(_ key: String, _ value: String) -> Int64 {
        var sum = RowChecksum()
        sum.add(key)
        sum.add(value)
        return sum.value
    }
}
