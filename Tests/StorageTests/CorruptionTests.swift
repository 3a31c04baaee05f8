import Foundation
import TestSupport
import Testing

@testable import Storage

/// Damage of every page of a database: whatever changes what can be read is found by a verification.
///
/// What changed is asked of SQLite itself, without our checksums: every column of every table, and every key through its
/// index.
@Suite struct CorruptionTests {
    private static let records = 48

    /// Every kind of row, some over several pages, in a database without a log.
    private static func fill(_ test: TestStore, round: Int) throws {
        try test.store.commits.runNow { [namespace = test.namespace] session in
            let seq = try session.bumpSeq(namespace: namespace)
            for number in 0..<records {
                let size = number % 8 == 0 ? 20_000 : 300
                var draft = StoredRecordDraft.plain("key-\(round)-\(number)")
                draft.payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) }
                let ordinal = try session.insertRecord(draft, namespace: namespace, seq: seq)
                guard ordinal > 0 else { continue }
                let edge = StoredEdge(
                    child: ordinal, parent: ordinal / 2, kind: 1, weight: 0.5, flags: 0, at: 7, seq: seq)
                try session.insertEdge(edge, namespace: namespace)
            }
            for number in 0..<records {
                let event = StoredEvent(viewer: "v\(round)", target: "t\(number)", kind: "view", weight: 1, at: 3)
                _ = try session.insertEvent(event)
                try session.putAnswer(StoredAnswer(at: 1, status: 201, body: [1, 2]), forKey: "k\(round)-\(number)")
            }
            try session.setMeta("fact", "value \(round)")
        }
    }

    private static func database() throws -> Data {
        let test = try TestStore()
        try fill(test, round: 0)
        test.store.close()
        return try Data(contentsOf: URL(fileURLWithPath: test.database))
    }

    /// What SQLite makes of a database; `nil` when it refuses.
    private static func content(_ path: String) -> [String]? {
        guard let connection = try? Connection(path: path, readOnly: true) else { return nil }
        return try? content(connection)
    }

    private static func content(_ connection: Connection) throws -> [String] {
        let queries = [
            "SELECT * FROM collection NOT INDEXED", "SELECT * FROM namespace NOT INDEXED",
            "SELECT * FROM record NOT INDEXED ORDER BY id", "SELECT * FROM edge NOT INDEXED ORDER BY id",
            "SELECT * FROM event NOT INDEXED ORDER BY id", "SELECT * FROM event_head", "SELECT * FROM store_meta",
            "SELECT * FROM idempotency NOT INDEXED ORDER BY rowid", "PRAGMA application_id", "PRAGMA user_version",
            "SELECT id FROM record INDEXED BY record_key WHERE namespace_id > 0 ORDER BY namespace_id, key",
            "SELECT id FROM edge WHERE namespace_id > 0 ORDER BY namespace_id, child, parent",
            "SELECT id FROM event WHERE viewer >= '' ORDER BY viewer, target, kind",
            "SELECT rowid FROM idempotency INDEXED BY idempotency_at WHERE at > 0 ORDER BY at",
            "SELECT status FROM idempotency WHERE key >= '' ORDER BY key", "SELECT id FROM collection ORDER BY name",
            "SELECT id FROM namespace ORDER BY collection_id, name",
        ]
        return try queries.map { query in
            let statement = try Statement(connection, query)
            var sum = RowChecksum()
            while try statement.step() {
                for column in 0..<statement.columnCount { sum.add(statement.blob(column)) }
            }
            return "\(query): \(sum.value)"
        }
    }

    /// Counts what a run of damages did.
    private struct Tally {
        var tried = 0
        var hit = 0
        var found = 0
    }

    private static func judge(_ bytes: Data, _ whole: [String], _ tally: inout Tally, _ comment: Comment) throws {
        let directory = TemporaryDirectory()
        let path = directory.appending(Schema.fileName)
        try bytes.write(to: URL(fileURLWithPath: path))
        tally.tried += 1
        let isHit = content(path) != whole
        var isFound = true
        do {
            isFound = try StoreVerifier(directory: directory.path, deep: true).run().hasDamagedTruth
        } catch {
            #expect(error is StorageError, comment)
        }
        tally.hit += isHit ? 1 : 0
        tally.found += isHit && isFound ? 1 : 0
        #expect(isFound || !isHit, comment)
    }

    private static func whole(_ bytes: Data) throws -> [String] {
        let directory = TemporaryDirectory()
        try bytes.write(to: URL(fileURLWithPath: directory.appending(Schema.fileName)))
        let report = try StoreVerifier(directory: directory.path, deep: true).run()
        #expect(report.damageCount == 0, "\(report.damages)")
        return try #require(content(directory.appending(Schema.fileName)))
    }

    @Test func aBitInEveryPageIsFound() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let bytes = try Self.database()
        let whole = try Self.whole(bytes)
        var tally = Tally()
        let perPage = Int(ProcessInfo.processInfo.environment["ARCANEA_FLIPS"] ?? "") ?? 4
        for page in 0..<bytes.count / Schema.pageSize {
            for flip in 0..<perPage {
                // Headers and cell pointers stand at the beginning; cells fill a page from its end.
                let end = flip == 0 ? 128 : Schema.pageSize
                let offset = page * Schema.pageSize + Int.random(in: 0..<end, using: &generator)
                let bit = UInt8.random(in: 0..<8, using: &generator)
                var damaged = bytes
                damaged[offset] ^= 1 << bit
                try Self.judge(damaged, whole, &tally, "seed \(seed): bit \(bit) of byte \(offset)")
            }
        }
        print("bits: \(tally.tried) flipped, \(tally.hit) in live data, \(tally.found) of them found")
        #expect(tally.hit > tally.tried / 4, "seed \(seed)")
    }

    @Test func lostSwappedEmptyAndCutPagesAreFound() throws {
        let bytes = try Self.database()
        let whole = try Self.whole(bytes)
        let size = Schema.pageSize
        let pages = bytes.count / size
        func range(_ page: Int) -> Range<Int> { page * size..<(page + 1) * size }
        var tally = Tally()
        for page in 0..<pages {
            var empty = bytes
            empty.replaceSubrange(range(page), with: Data(count: size))
            try Self.judge(empty, whole, &tally, "page \(page) is empty")
            try Self.judge(bytes.prefix(page * size), whole, &tally, "cut before page \(page)")
            let other = (page + 1) % pages
            var swapped = bytes
            swapped.replaceSubrange(range(page), with: bytes[range(other)])
            swapped.replaceSubrange(range(other), with: bytes[range(page)])
            try Self.judge(swapped, whole, &tally, "pages \(page) and \(other) have changed places")
        }
        print("pages: \(tally.tried) lost, swapped or cut, \(tally.hit) of live data, \(tally.found) of them found")
        #expect(tally.hit > tally.tried * 3 / 4)
    }

    /// A write that never reached its page, as from a disk that lied: each page alone as it was before.
    @Test func stalePagesAreFound() throws {
        let test = try TestStore()
        try Self.fill(test, round: 0)
        try test.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
        let old = try Data(contentsOf: URL(fileURLWithPath: test.database))
        try Self.fill(test, round: 1)
        try test.store.commits.runNow { [namespace = test.namespace] session in
            for ordinal in UInt32(0)..<20 where ordinal % 3 == 0 {
                guard var record = try session.record(namespace: namespace, ordinal: ordinal) else { continue }
                record.payload[5] ^= 0xFF
                try session.updateRecord(record, namespace: namespace)
            }
            _ = try session.deleteEvent(viewer: "v0", target: "t3", kind: "view")
            _ = try session.deleteAnswers(before: 1)
        }
        test.store.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: test.database))
        let whole = try Self.whole(bytes)
        var tally = Tally()
        for start in stride(from: 0, to: old.count, by: Schema.pageSize) {
            let page = start..<start + Schema.pageSize
            guard old[page] != bytes[page] else { continue }
            var stale = bytes
            stale.replaceSubrange(page, with: old[page])
            try Self.judge(stale, whole, &tally, "page \(start / Schema.pageSize + 1) is stale")
        }
        print("stale pages: \(tally.tried), \(tally.hit) of live data, \(tally.found) of them found")
        #expect(tally.hit > 5)
    }
}
