/// The writer's view of the truth inside one transaction. Valid only in the closure that it is handed to.
///
/// Reads see the changes of this request and of earlier requests of the same group commit.
public final class WriteSession {
    let connection: Connection
    private var heads = Heads()

    /// Head rows that the running transaction has looked at. They are changed here and stored once, before the commit,
    /// not once per record.
    private struct Heads {
        var namespaces: [Int64: Head] = [:]
        var events: EventHead?
        var eventsChanged = false
        /// Only when it was changed.
        var answers: AnswersHead?
    }

    private struct Head {
        var namespace: StoredNamespace
        var isChanged = false
    }

    init(connection: Connection) { self.connection = connection }

    // MARK: Collections and namespaces

    /// Makes a collection.
    ///
    /// - Returns: its id.
    /// - Throws: `misuse` when the name is taken.
    public func createCollection(
        name: String, dimension: Int, metric: String, embedder: String, createdAt: Int64
    ) throws(StorageError) -> Int64 {
        let statement = try connection.statement(
            """
            INSERT INTO collection (name, dimension, metric, embedder, created_at, checksum) VALUES (?,?,?,?,?,?)
            RETURNING id
            """)
        statement.bind(1, name)
        statement.bind(2, Int64(dimension))
        statement.bind(3, metric)
        statement.bind(4, embedder)
        statement.bind(5, createdAt)
        statement.bind(
            6,
            CollectionRows.checksum(
                StoredCollection(
                    id: 0, name: name, dimension: dimension, metric: metric, embedder: embedder, createdAt: createdAt)))
        return try returned(statement)
    }

    /// The id of a namespace, which is made when it does not exist.
    public func namespace(collection: Int64, name: String) throws(StorageError) -> Int64 {
        let find = try connection.statement("SELECT id FROM namespace WHERE collection_id = ? AND name = ?")
        find.bind(1, collection)
        find.bind(2, name)
        if try find.step() {
            defer { find.reset() }
            return find.int64(0)
        }
        let fresh = StoredNamespace(
            id: 0, collectionID: collection, name: name, seq: 0, nextOrdinal: 0, recordCount: 0, recordDigest: 0,
            edgeCount: 0, edgeDigest: 0)
        let insert = try connection.statement(
            """
            INSERT INTO namespace (collection_id, name, seq, next_ordinal, record_count, record_digest, edge_count,
              edge_digest, checksum, id) VALUES (?,?,0,0,0,0,0,0,?,?) RETURNING id
            """)
        insert.bind(1, collection)
        insert.bind(2, name)
        insert.bind(3, NamespaceRows.checksum(fresh))
        insert.bind(4, try nextNamespaceID())
        return try returned(insert)
    }

    /// Takes the next sequence number of a namespace. Gapless, because it commits with what it numbers.
    public func bumpSeq(namespace: Int64) throws(StorageError) -> UInt64 {
        try changeHead(namespace) { head in
            head.seq += 1
            return head.seq
        }
    }

    // MARK: Head rows

    /// A namespace's head row as of this transaction.
    func head(_ id: Int64) throws(StorageError) -> StoredNamespace {
        if let known = heads.namespaces[id] { return known.namespace }
        let head = Head(namespace: try storedHead(id))
        heads.namespaces[id] = head
        return head.namespace
    }

    /// Changes a namespace's head row, in memory until the commit.
    func changeHead<Value>(_ id: Int64, _ change: (inout StoredNamespace) -> Value) throws(StorageError) -> Value {
        var head: Head
        if let known = heads.namespaces[id] { head = known } else { head = Head(namespace: try storedHead(id)) }
        defer { heads.namespaces[id] = head }
        head.isChanged = true
        return change(&head.namespace)
    }

    /// Changes a namespace's head row and stores it at once, for changes that later look-ups must see.
    func changeHeadNow(_ id: Int64, _ change: (inout StoredNamespace) -> Void) throws(StorageError) {
        let head = try changeHead(id) { head in
            change(&head)
            return head
        }
        try store(head)
    }

    /// Forgets what is known about a head row that is about to be removed.
    func forgetHead(_ id: Int64) { heads.namespaces[id] = nil }

    /// Changes the head row of the events, in memory until the commit.
    func changeEventHead<Value>(_ change: (inout EventHead) -> Value) throws(StorageError) -> Value {
        var head: EventHead
        if let known = heads.events { head = known } else { head = try storedEventHead() }
        defer { heads.events = head }
        heads.eventsChanged = true
        return change(&head)
    }

    /// Changes the head of the kept answers, in memory until the commit.
    func changeAnswersHead(_ change: (inout AnswersHead) -> Void) throws(StorageError) {
        var head: AnswersHead
        if let known = heads.answers { head = known } else { head = try AnswersHead(fact: meta(AnswersHead.fact)) }
        change(&head)
        heads.answers = head
    }

    private func storedHead(_ id: Int64) throws(StorageError) -> StoredNamespace {
        let statement = try connection.statement("SELECT \(NamespaceRows.columns) FROM namespace WHERE id = ?")
        statement.bind(1, id)
        defer { statement.reset() }
        guard try statement.step() else { throw StorageError(.misuse, "there is no namespace \(id)") }
        return try NamespaceRows.read(statement)
    }

    private func storedEventHead() throws(StorageError) -> EventHead {
        let statement = try connection.statement("SELECT \(EventHead.columns) FROM event_head")
        defer { statement.reset() }
        return try statement.step() ? EventHead(statement) : EventHead()
    }

    private func store(_ head: StoredNamespace) throws(StorageError) {
        let statement = try connection.statement(
            """
            UPDATE namespace SET seq = ?, next_ordinal = ?, record_count = ?, record_digest = ?, edge_count = ?,
              edge_digest = ?, checksum = ?, collection_id = ?, name = ? WHERE id = ?
            """)
        statement.bind(1, head.seq)
        statement.bind(2, Int64(head.nextOrdinal))
        statement.bind(3, Int64(head.recordCount))
        statement.bind(4, head.recordDigest)
        statement.bind(5, Int64(head.edgeCount))
        statement.bind(6, head.edgeDigest)
        statement.bind(7, NamespaceRows.checksum(head))
        statement.bind(8, head.collectionID)
        statement.bind(9, head.name)
        statement.bind(10, head.id)
        try statement.run()
    }

    private func storeHeads() throws(StorageError) {
        for head in heads.namespaces.values where head.isChanged { try store(head.namespace) }
        guard heads.eventsChanged, let events = heads.events else { return }
        let statement = try connection.statement(
            """
            INSERT INTO event_head (id, next_id, event_count, event_digest, checksum) VALUES (1,?1,?2,?3,?4)
            ON CONFLICT (id) DO UPDATE SET next_id = ?1, event_count = ?2, event_digest = ?3, checksum = ?4
            """)
        statement.bind(1, events.nextID)
        statement.bind(2, Int64(events.count))
        statement.bind(3, events.digest)
        statement.bind(4, events.checksum)
        try statement.run()
    }

    // MARK: Helpers

    /// The first column of the row that a statement with `RETURNING` gives.
    func returned(_ statement: Statement) throws(StorageError) -> Int64 {
        defer { statement.reset() }
        guard try statement.step() else { throw StorageError(.misuse, "a statement that returns a row gave none") }
        return statement.int64(0)
    }

    /// The stored checksum of a row, or `nil` when there is none: what a change takes out of the digest.
    func storedChecksum(_ table: String, id: Int64) throws(StorageError) -> UInt64? {
        let statement = try connection.statement("SELECT checksum FROM \(table) WHERE id = ?")
        statement.bind(1, id)
        defer { statement.reset() }
        return try statement.step() ? statement.uint64(0) : nil
    }
}

// MARK: - Transactions

extension WriteSession {
    func begin() throws(StorageError) {
        heads = Heads()
        try connection.statement("BEGIN IMMEDIATE").run()
    }

    func commit() throws(StorageError) {
        try storeHeads()
        if let answers = heads.answers { try setMeta(AnswersHead.fact, answers.text) }
        try connection.statement("COMMIT").run()
    }

    /// Undoes the transaction, unless SQLite has done so already.
    func rollback() {
        heads = Heads()
        // A failure leaves the transaction open, and the next `begin` reports it.
        if connection.isInTransaction { try? connection.execute("ROLLBACK") }
    }

    /// Runs a request's changes so that they can be undone without those of the requests before it.
    ///
    /// - Throws: `RequestRefused` with what `body` threw, when only its own changes are undone; any other error means
    ///   that the transaction is lost.
    func savepoint(_ body: (WriteSession) throws -> Void) throws {
        let before = heads
        try connection.statement("SAVEPOINT request").run()
        do {
            try body(self)
        } catch {
            // A full disk or an I/O error may have made SQLite undo the whole transaction.
            guard connection.isInTransaction else { throw error }
            try connection.statement("ROLLBACK TO request").run()
            try connection.statement("RELEASE request").run()
            heads = before
            throw RequestRefused(reason: error)
        }
        try connection.statement("RELEASE request").run()
    }

    /// As ``savepoint(_:)`` for the only request of a transaction, which is rolled back when it is refused: a savepoint makes
    /// SQLite keep a copy of every page that changes.
    func lone(_ body: (WriteSession) throws -> Void) throws {
        do {
            try body(self)
        } catch {
            guard connection.isInTransaction else { throw error }
            throw RequestRefused(reason: error)
        }
    }
}

/// A request failed; the transaction that it was part of goes on.
struct RequestRefused: Error {
    let reason: any Error
}
