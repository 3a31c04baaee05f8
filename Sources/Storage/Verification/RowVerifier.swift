/// Reads every row of a snapshot, goes on after a damaged one, and compares what it saw with the head rows.
struct RowVerifier {
    private let snapshot: ReadSnapshot
    private let total: Int
    private var done = 0
    private(set) var report: VerificationReport
    private let progress: (Double) -> Void
    /// Told of the bytes of each row before the next one is read; may wait.
    private let pace: (Int) throws -> Void

    init(
        _ snapshot: ReadSnapshot, report: VerificationReport, progress: @escaping (Double) -> Void,
        pace: @escaping (Int) throws -> Void = { _ in }
    ) throws {
        self.snapshot = snapshot
        self.report = report
        self.progress = progress
        self.pace = pace
        // Counted, not believed: the head rows themselves may be damaged.
        let tables = ["record", "edge", "event"]
        total = max(1, tables.reduce(0) { $0 + ((try? snapshot.count($1)) ?? 0) })
    }

    mutating func run() throws {
        let collections = try collections()
        let namespaces = try namespaces(of: collections)
        try strays("record")
        try strays("edge")
        for namespace in namespaces {
            try records(namespace)
            try edges(namespace)
        }
        try events()
        try answersAndFacts()
        progress(1)
    }

    private mutating func tick() {
        done += 1
        if done % 1_000 == 0 { progress(min(1, Double(done) / Double(total))) }
    }

    /// Visits the rows of a query; what cannot be read is a damage of `what`.
    private mutating func scan(
        _ what: String, _ sql: String, bind: (Statement) -> Void = { _ in },
        _ body: (inout RowVerifier, Statement) throws -> Void
    ) throws {
        do throws(StorageError) {
            let statement = try snapshot.connection.statement(sql)
            bind(statement)
            defer { statement.reset() }
            while try statement.step() {
                do {
                    try body(&self, statement)
                } catch let error as StorageError where error.code == .corrupt {
                    report.add(Damage(.truth, what, error.message))
                } catch let error as StorageError {
                    throw error
                } catch {
                    throw StorageError(.misuse, "\(error)")
                }
                tick()
            }
        } catch {
            // The operating system's refusals are not damage of ours, but the rows cannot be had all the same.
            guard error.code == .corrupt || error.code == .io else { throw error }
            report.add(Damage(.truth, what, "rows cannot be read: \(error.description)"))
        }
    }

    // MARK: Tables

    private mutating func collections() throws -> Set<Int64> {
        var known: Set<Int64> = []
        try scan("collections", "SELECT \(CollectionRows.columns) FROM collection NOT INDEXED") { _, statement in
            known.insert(statement.int64(0))
            _ = try CollectionRows.read(statement)
        }
        return known
    }

    private mutating func namespaces(of collections: Set<Int64>) throws -> [StoredNamespace] {
        var known: [StoredNamespace] = []
        try scan("namespaces", "SELECT \(NamespaceRows.columns) FROM namespace NOT INDEXED ORDER BY id") {
            verifier, statement in
            let namespace = try NamespaceRows.read(statement)
            if !collections.contains(namespace.collectionID) {
                verifier.report.add(
                    Damage(.truth, "namespace \(namespace.id)", "its collection \(namespace.collectionID) is missing"))
            }
            known.append(namespace)
        }
        return known
    }

    /// Rows that no namespace leads to.
    private mutating func strays(_ table: String) throws {
        let sql = """
            SELECT min(id), count(*) FROM \(table) NOT INDEXED
            WHERE id >> 32 NOT IN (SELECT id FROM namespace NOT INDEXED)
            """
        try scan("table \(table)", sql) { verifier, statement in
            let count = statement.int64(1)
            guard count > 0 else { return }
            verifier.report.add(
                Damage(.truth, "table \(table)", "\(count) rows of no namespace, the first is \(statement.int64(0))"))
        }
    }

    private mutating func records(_ namespace: StoredNamespace) throws {
        var tally = Tally()
        let what = "records of namespace \(namespace.id)"
        try scan(what, "SELECT \(RecordRows.columns) FROM record WHERE id >= ? AND id < ? ORDER BY id") { statement in
            statement.bind(1, namespace.id << 32)
            statement.bind(2, (namespace.id + 1) << 32)
        } _: { verifier, statement in
            verifier.report.records += 1
            try tally.add(id: statement.int64(0), checksum: statement.uint64(10))
            let row = try RecordRows.read(statement)
            try verifier.pace(row.payload.count + row.metadata.count + (row.vector?.count ?? 0) + row.key.utf8.count)
        }
        compare(tally, namespace.recordCount, namespace.recordDigest, what)
    }

    private mutating func edges(_ namespace: StoredNamespace) throws {
        var tally = Tally()
        let what = "edges of namespace \(namespace.id)"
        try scan(what, "SELECT \(EdgeRows.columns) FROM edge NOT INDEXED WHERE id >= ? AND id < ? ORDER BY id") {
            statement in
            statement.bind(1, namespace.id << 32)
            statement.bind(2, (namespace.id + 1) << 32)
        } _: { verifier, statement in
            verifier.report.edges += 1
            try tally.add(id: statement.int64(9), checksum: statement.uint64(7))
            _ = try EdgeRows.read(statement, namespace: namespace.id)
            try verifier.pace(64)
        }
        compare(tally, namespace.edgeCount, namespace.edgeDigest, what)
    }

    private mutating func events() throws {
        var tally = Tally()
        try scan("events", "SELECT \(EventRows.columns) FROM event NOT INDEXED ORDER BY id") { verifier, statement in
            verifier.report.events += 1
            try tally.add(id: statement.int64(6), checksum: statement.uint64(5))
            _ = try EventRows.read(statement)
            try verifier.pace(128)
        }
        var head = EventHead()
        try scan("events", "SELECT \(EventHead.columns) FROM event_head") { _, statement in
            head = try EventHead(statement)
        }
        compare(tally, head.count, head.digest, "events")
    }

    private mutating func answersAndFacts() throws {
        var head = AnswersHead()
        try scan("facts", "SELECT value, checksum, key FROM store_meta") { _, statement in
            let key = statement.string(2)
            let value = try StoredFact.read(statement, key: key)
            if key == AnswersHead.fact { head = try AnswersHead(fact: value) }
        }
        var tally = Tally()
        try scan(
            "kept answers", "SELECT at, status, body, checksum, key, rowid FROM idempotency NOT INDEXED ORDER BY rowid"
        ) {
            _, statement in
            try tally.add(id: statement.int64(5), checksum: statement.uint64(3))
            _ = try AnswerRows.read(statement, key: statement.string(4))
        }
        compare(tally, head.count, head.digest, "kept answers")
    }

    private mutating func compare(_ tally: Tally, _ count: Int, _ digest: UInt64, _ what: String) {
        do throws(StorageError) {
            try tally.require(count, digest, what)
        } catch {
            report.add(Damage(.truth, what, error.message))
        }
    }
}

extension ReadSnapshot {
    func count(_ table: String) throws(StorageError) -> Int {
        Int(try connection.integer("SELECT count(*) FROM \(table)"))
    }

    /// SQLite's own check of its structure; with `deep` of its indexes against their tables as well.
    func structureDamages(deep: Bool) throws -> [Damage] {
        var damages: [Damage] = []
        do throws(StorageError) {
            let statement = try connection.statement("PRAGMA \(deep ? "integrity_check" : "quick_check")(100)")
            defer { statement.reset() }
            while try statement.step() {
                let text = statement.string(0)
                if text != "ok" { damages.append(Damage(.truth, Schema.fileName, text)) }
            }
        } catch {
            guard error.code == .corrupt || error.code == .io else { throw error }
            damages.append(Damage(.truth, Schema.fileName, error.description))
        }
        return damages
    }
}
