import Foundation
import TestSupport
import Testing

@testable import Storage

/// Bits that change on the disk, rows that vanish or come back: damage is reported, never served.
@Suite struct DamageTests {
    /// Some of every kind of row.
    private static func filledStore() throws -> TestStore {
        let test = try TestStore()
        try test.store.commits.runNow { [namespace = test.namespace] session in
            let seq = try session.bumpSeq(namespace: namespace)
            for key in 0..<8 { _ = try session.insertRecord(.plain("key-\(key)"), namespace: namespace, seq: seq) }
            for child in UInt32(1)..<8 {
                let edge = StoredEdge(child: child, parent: 0, kind: 1, weight: 0.5, flags: 0, at: 7, seq: seq)
                try session.insertEdge(edge, namespace: namespace)
            }
            let late = StoredEdge(child: 3, parent: 0, kind: 1, weight: 0.5, flags: 2, at: 8, seq: seq)
            _ = try session.updateEdge(late, namespace: namespace, reason: "wrong credit")
            for kind in ["view", "save"] {
                _ = try session.insertEvent(StoredEvent(viewer: "v", target: "t", kind: kind, weight: 1, at: 3))
            }
            try session.putAnswer(StoredAnswer(at: 1, status: 201, body: [1, 2]), forKey: "k")
            try session.setMeta("fact", "value")
        }
        return test
    }

    /// Everything that a store can say, as text; throws when any of it is refused.
    private static func readAll(_ store: SQLiteStore, _ namespace: Int64) throws -> String {
        try store.readers.read { snapshot in
            var text = "\(String(describing: try snapshot.collection(named: "works")))\n"
            text += "\(try snapshot.namespaces())\n"
            try snapshot.scanRecords(namespace: namespace) { text += "\(RecordRows.owned($0))\n" }
            text += "\(try snapshot.edges(namespace: namespace))\n"
            text += "\(String(describing: try snapshot.reason(namespace: namespace, child: 3, parent: 0)))\n"
            try snapshot.scanEvents { text += "\($0)\n" }
            return text
        }
    }

    @Test(arguments: [
        "UPDATE record SET payload = CAST('paylOad of key-3' AS BLOB) WHERE key = 'key-3'",
        "UPDATE record SET metadata = CAST('mEtadata' AS BLOB) WHERE key = 'key-3'",
        "UPDATE record SET vector = zeroblob(16) WHERE key = 'key-3'",
        "UPDATE record SET vector = NULL WHERE key = 'key-3'",
        "UPDATE record SET key = 'key-x' WHERE key = 'key-3'",
        "UPDATE record SET seq = seq + 1 WHERE key = 'key-3'",
        "UPDATE record SET vector_seq = vector_seq + 1 WHERE key = 'key-3'",
        "UPDATE record SET created_at = 0 WHERE key = 'key-3'",
        "UPDATE record SET updated_at = 0 WHERE key = 'key-3'",
        "UPDATE record SET state = 1 WHERE key = 'key-3'",
        "UPDATE record SET state = state + 256 WHERE key = 'key-3'",
        "UPDATE record SET checksum = checksum + 1 WHERE key = 'key-3'",
        "UPDATE record SET namespace_id = 99 WHERE key = 'key-3'",
        "UPDATE record SET id = id + 100 WHERE key = 'key-3'",
        "DELETE FROM record WHERE key = 'key-3'",
        "UPDATE edge SET child = 9 WHERE child = 3", "UPDATE edge SET parent = 1 WHERE child = 3",
        "UPDATE edge SET kind = 2 WHERE child = 3", "UPDATE edge SET weight = 0.25 WHERE child = 3",
        "UPDATE edge SET flags = 0 WHERE child = 3", "UPDATE edge SET at = 9 WHERE child = 3",
        "UPDATE edge SET seq = 9 WHERE child = 3", "UPDATE edge SET reason = 'other' WHERE child = 3",
        "UPDATE edge SET id = id + 100 WHERE child = 3", "DELETE FROM edge WHERE child = 3",
        "UPDATE event SET viewer = 'w' WHERE kind = 'save'", "UPDATE event SET target = 'u' WHERE kind = 'save'",
        "UPDATE event SET kind = 'look' WHERE kind = 'save'", "UPDATE event SET weight = 2 WHERE kind = 'save'",
        "UPDATE event SET at = 4 WHERE kind = 'save'", "DELETE FROM event WHERE kind = 'save'",
        "UPDATE event_head SET next_id = 1", "UPDATE event_head SET event_count = 3", "DELETE FROM event_head",
        "UPDATE namespace SET seq = 0", "UPDATE namespace SET next_ordinal = 2", "UPDATE namespace SET name = 'other'",
        "UPDATE namespace SET record_count = 7", "UPDATE namespace SET edge_digest = 0",
        "UPDATE collection SET dimension = 5", "UPDATE collection SET metric = 'cosinf'",
        "UPDATE collection SET embedder = ''",
    ])
    func everyChangedColumnIsNoticed(sql: String) throws {
        let test = try Self.filledStore()
        _ = try Self.readAll(test.store, test.namespace)
        try test.tamper(sql)
        #expect(storageCode { _ = try Self.readAll(test.store, test.namespace) } == .corrupt)
    }

    @Test(arguments: [
        "UPDATE idempotency SET body = x'0103'", "UPDATE idempotency SET status = 200", "UPDATE idempotency SET at = 2",
        "UPDATE store_meta SET value = 'Value'",
    ])
    func changedAnswersAndFactsAreNoticed(sql: String) throws {
        let test = try Self.filledStore()
        func read() throws {
            try test.store.commits.runNow { session in
                _ = try session.answer(forKey: "k")
                _ = try session.meta("fact")
            }
        }
        try read()
        try test.tamper(sql)
        #expect(storageCode { try read() } == .corrupt)
    }

    @Test func theErrorNamesTheRecordAndOthersAreServed() throws {
        let test = try Self.filledStore()
        try test.tamper("UPDATE record SET payload = x'00' WHERE key = 'key-3'")
        do {
            _ = try test.store.readers.record(namespace: test.namespace, ordinal: 3)
            Issue.record("a damaged record was served")
        } catch let error as StorageError {
            #expect(error.code == .corrupt)
            #expect(error.message.contains("\"key-3\""), "\(error)")
        }
        #expect(try test.store.readers.record(namespace: test.namespace, ordinal: 4)?.key == "key-4")
        // The writer reads with the same care.
        let code = storageCode {
            try test.store.commits.runNow { [namespace = test.namespace] session in
                _ = try session.record(namespace: namespace, key: "key-3")
            }
        }
        #expect(code == .corrupt)
    }

    /// What an index does not lead to anymore is missing, not without a reason.
    @Test func reasonsAreOfEdgesThatExist() throws {
        let test = try Self.filledStore()
        #expect(try test.store.readers.read { try $0.reason(namespace: test.namespace, child: 3, parent: 0) } != nil)
        #expect(try test.store.readers.read { try $0.reason(namespace: test.namespace, child: 4, parent: 0) } == nil)
        let code = storageCode {
            _ = try test.store.readers.read { try $0.reason(namespace: test.namespace, child: 3, parent: 1) }
        }
        #expect(code == .corrupt)
    }

    /// A row that was good once: only the digest of all rows can tell.
    @Test func aStaleRowIsNoticedByTheScan() throws {
        let test = try Self.filledStore()
        try test.tamper("CREATE TABLE kept AS SELECT * FROM record WHERE key = 'key-3'")
        try test.store.commits.runNow { [namespace = test.namespace] session in
            guard var record = try session.record(namespace: namespace, key: "key-3") else { return }
            record.payload = Array("a newer payload".utf8)
            try session.updateRecord(record, namespace: namespace)
        }
        _ = try Self.readAll(test.store, test.namespace)
        try test.tamper("DELETE FROM record WHERE key = 'key-3'; INSERT INTO record SELECT * FROM kept")
        #expect(try test.store.readers.record(namespace: test.namespace, ordinal: 3) != nil, "its own checksum is good")
        #expect(storageCode { _ = try test.allRecords() } == .corrupt)
    }

    /// One bit anywhere in the file: what is read is right, or the read is refused.
    @Test func flippedBitsInTheFileAreNeverServed() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let test = try Self.filledStore()
        let expected = try Self.readAll(test.store, test.namespace)
        test.store.close()
        let original = try Data(contentsOf: URL(fileURLWithPath: test.database))
        let scratch = TemporaryDirectory()
        let copy = scratch.path + "/" + Schema.fileName
        var noticed = 0
        for _ in 0..<600 {
            var bytes = original
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
            bytes[position] ^= bit
            try bytes.write(to: URL(fileURLWithPath: copy))
            do {
                let store = try SQLiteStore.open(directory: scratch.path, mode: .readOnly)
                defer { store.close() }
                let found = try Self.readAll(store, test.namespace)
                #expect(found == expected, "seed \(seed): bit \(bit) of byte \(position) was served")
            } catch {
                #expect(error is StorageError, "seed \(seed): byte \(position)")
                noticed += 1
            }
        }
        // Most of a small file is free space; bits in live data must have been among those that were hit.
        #expect(noticed > 0, "seed \(seed)")
    }
}
