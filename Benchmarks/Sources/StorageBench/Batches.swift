import CSQLite
import Foundation
import Storage

/// Batches of rows, one commit each, in turns with a bare loop over SQLite's C interface that stores the same rows in a table
/// with the same columns and the same unique index, at `synchronous=FULL`, without checksums.
struct Batches {
    private static let dimension = 384
    private static let rows = 100
    private static let batches = 60

    let directory: String
    let rounds: Int

    func run() async throws {
        let store = try SQLiteStore.open(directory: directory + "/ours", mode: .readWrite)
        defer { store.close() }
        let namespace = try store.commits.runNow { session in
            let collection = try session.createCollection(
                name: "rows", dimension: Self.dimension, metric: "cosine", embedder: "external", createdAt: 1)
            return try session.namespace(collection: collection, name: "")
        }
        let bare = try BareSQLite(path: directory + "/bare.sqlite")
        let vectors = { (numbers: inout Numbers) in (0..<Self.rows).map { _ in numbers.vector(Self.dimension) } }
        var (ours, theirs, ratios): ([Double], [Double], [Double]) = ([], [], [])
        for round in 0..<rounds {
            var numbers = Numbers(state: UInt64(round))
            let content = (0..<Self.batches).map { _ in vectors(&numbers) }
            @Sendable func key(_ batch: Int, _ row: Int) -> String { "\(round)-\(batch)-\(row)" }
            func runOurs() async throws -> Double {
                let start = ContinuousClock.now
                for (batch, vectors) in content.enumerated() {
                    try await store.commits.submit { session in
                        let seq = try session.bumpSeq(namespace: namespace)
                        for (row, vector) in vectors.enumerated() {
                            let key = key(batch, row)
                            guard
                                try session.insertRecordIfNew(draft(key, vector), namespace: namespace, seq: seq) != nil
                            else { throw BenchError(message: "\(key) is there already") }
                        }
                        return ((), {})
                    }
                }
                return Double(Self.rows * Self.batches) / seconds(since: start)
            }
            func runBare() throws -> Double {
                let start = ContinuousClock.now
                for (batch, vectors) in content.enumerated() {
                    try bare.insert(vectors.enumerated().map { (key(batch, $0), $1) })
                }
                return Double(Self.rows * Self.batches) / seconds(since: start)
            }
            // A B, B A: neither gains from what the other left in the caches.
            let first = round % 2 == 0
            var rate = first ? try await runOurs() : try runBare()
            let second = first ? try runBare() : try await runOurs()
            let bareRate = first ? second : rate
            if !first { rate = second }
            ours.append(rate)
            theirs.append(bareRate)
            ratios.append(rate / bareRate)
        }
        say("| batches of \(Self.rows) × \(Self.dimension), rows/s | median | least | most |")
        say("|---|--:|--:|--:|")
        for (name, rates) in [
            ("ours: checksums, digests, keys checked", ours), ("bare SQLite, synchronous=FULL", theirs),
        ] {
            say(
                "| \(name) | \(decimal(median(rates), 0)) | \(decimal(rates.min()!, 0)) | \(decimal(rates.max()!, 0)) |"
            )
        }
        say(
            "| ours / bare, pairs of \(rounds) rounds | \(decimal(median(ratios), 2)) | \(decimal(ratios.min()!, 2)) "
                + "| \(decimal(ratios.max()!, 2)) |\n")
    }
}

struct BenchError: Error {
    var message: String
}

/// What a program does that calls SQLite itself: prepared statements, one transaction a batch, the log moved every 4,000 pages.
final class BareSQLite {
    private var handle: OpaquePointer?
    private var insert: OpaquePointer?
    private var next: Int64 = 0
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(path: String) throws {
        guard sqlite3_open(path, &handle) == SQLITE_OK else { throw BenchError(message: "cannot open \(path)") }
        try execute(
            """
            PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384;
            CREATE TABLE record (
              id INTEGER PRIMARY KEY, namespace_id INTEGER NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
              vector_seq INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
              state INTEGER NOT NULL, payload BLOB NOT NULL, metadata BLOB NOT NULL, vector BLOB);
            CREATE UNIQUE INDEX record_key ON record (namespace_id, key);
            """)
        let sql = "INSERT INTO record VALUES (?,1,?,1,1,1,1,0,?,?,?)"
        guard sqlite3_prepare_v2(handle, sql, -1, &insert, nil) == SQLITE_OK else {
            throw BenchError(message: "cannot prepare")
        }
    }

    deinit {
        sqlite3_finalize(insert)
        sqlite3_close(handle)
    }

    func insert(_ rows: [(key: String, vector: [Float])]) throws {
        try execute("BEGIN IMMEDIATE")
        for row in rows {
            let draft = draft(row.key, row.vector)
            next += 1
            sqlite3_bind_int64(insert, 1, next)
            sqlite3_bind_text(insert, 2, draft.key, -1, Self.transient)
            sqlite3_bind_blob(insert, 3, draft.payload, Int32(draft.payload.count), Self.transient)
            sqlite3_bind_blob(insert, 4, draft.metadata, Int32(draft.metadata.count), Self.transient)
            let status = row.vector.withUnsafeBytes { bytes in
                sqlite3_bind_blob(insert, 5, bytes.baseAddress, Int32(bytes.count), nil)
                return sqlite3_step(insert)
            }
            sqlite3_reset(insert)
            guard status == SQLITE_DONE else { throw BenchError(message: "insert: \(status)") }
        }
        try execute("COMMIT")
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw BenchError(message: String(cString: sqlite3_errmsg(handle)))
        }
    }
}
