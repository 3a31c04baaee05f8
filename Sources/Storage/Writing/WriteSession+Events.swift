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
        try AnswerRows.find(key, connection)
    }

    /// Keeps another answer under a key that has one, or the first.
    public func replaceAnswer(_ answer: StoredAnswer, forKey key: String) throws(StorageError) {
        let statement = try connection.statement("DELETE FROM idempotency WHERE key = ? RETURNING checksum")
        statement.bind(1, key)
        if try statement.step() {
            let old = statement.uint64(0)
            try changeAnswersHead { head in
                head.count -= 1
                head.digest &-= old
            }
        }
        statement.reset()
        try putAnswer(answer, forKey: key)
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
        let checksum = AnswerRows.checksum(answer, key: key)
        statement.bind(5, checksum)
        try statement.run()
        try changeAnswersHead { head in
            head.count += 1
            head.digest &+= UInt64(bitPattern: checksum)
        }
    }

    /// Forgets answers given before a time.
    ///
    /// - Returns: how many.
    public func deleteAnswers(before time: Int64) throws(StorageError) -> Int {
        let statement = try connection.statement("DELETE FROM idempotency WHERE at < ? RETURNING checksum")
        statement.bind(1, time)
        defer { statement.reset() }
        var gone = AnswersHead()
        while try statement.step() {
            gone.count += 1
            gone.digest &+= statement.uint64(0)
        }
        guard gone.count > 0 else { return 0 }
        try changeAnswersHead { head in
            head.count -= gone.count
            head.digest &-= gone.digest
        }
        return gone.count
    }

    // MARK: The store's own facts

    /// A fact about the store as a whole, or `nil`.
    public func meta(_ key: String) throws(StorageError) -> String? {
        let statement = try connection.statement("SELECT value, checksum FROM store_meta WHERE key = ?")
        statement.bind(1, key)
        defer { statement.reset() }
        return try statement.step() ? StoredFact.read(statement, key: key) : nil
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
        statement.bind(3, StoredFact.checksum(key, value))
        try statement.run()
    }
}
