import Foundation
import TestSupport
import Testing

@testable import Storage

/// What a dead process leaves on the disk: its database file and some beginning of its write-ahead log.
@Suite struct CrashImageTests {
    private static let perCommit = 3

    private static func copy(_ source: String, to target: String, logLength: Int? = nil) throws {
        try? FileManager.default.removeItem(atPath: target)
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in [Schema.fileName, Schema.fileName + "-wal"] {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: source + "/" + name))
            if name.hasSuffix("-wal"), let logLength { bytes = bytes.prefix(logLength) }
            try bytes.write(to: URL(fileURLWithPath: target + "/" + name))
        }
    }

    /// The number of whole commits in an image; fails when any of them is there in part, or the order has a hole.
    private static func commits(in directory: String, _ namespace: Int64, _ comment: Comment) throws -> Int {
        let store = try SQLiteStore.open(directory: directory, mode: .readWrite)
        defer { store.close() }
        var keys: [String] = []
        try store.readers.scanRecords(namespace: namespace) { keys.append($0.key) }
        let edges = try store.readers.edges(namespace: namespace)
        let head = try store.readers.namespaces().first
        let count = keys.count / perCommit
        #expect(keys == (0..<count * perCommit).map { "key-\($0)" }, comment)
        #expect(edges.count == count, comment)
        #expect(head.map { Int($0.seq) } ?? 0 == count, comment)
        return count
    }

    private static func commit(_ test: TestStore, _ number: Int) async throws {
        try await test.store.commits.submit { session in
            let seq = try session.bumpSeq(namespace: test.namespace)
            var last: UInt32 = 0
            for place in 0..<perCommit {
                let draft = StoredRecordDraft.plain("key-\(number * perCommit + place)")
                last = try session.insertRecord(draft, namespace: test.namespace, seq: seq)
            }
            let edge = StoredEdge(child: last, parent: 0, kind: 0, weight: 1, flags: 0, at: 0, seq: seq)
            try session.insertEdge(edge, namespace: test.namespace)
            return ((), {})
        }
    }

    @Test func everyAcknowledgedCommitIsInTheImageOfItsMoment() async throws {
        let test = try TestStore()
        let image = test.directory.appending("image")
        for number in 0..<30 {
            try await Self.commit(test, number)
            try Self.copy(test.path, to: image)
            #expect(try Self.commits(in: image, test.namespace, "after commit \(number)") == number + 1)
        }
    }

    /// A log that ends anywhere, also in the middle of a frame, holds the commits that fit and no part of the next.
    @Test func aTornLogHoldsWholeCommitsOnly() async throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let test = try TestStore()
        let image = test.directory.appending("image")
        // The tables and the namespace reach the database file, so that only commits are in the log.
        try test.store.commits.runNow { _ in }
        try test.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
        for number in 0..<25 { try await Self.commit(test, number) }
        let length = try Data(contentsOf: URL(fileURLWithPath: test.database + "-wal")).count
        var seen: Set<Int> = []
        var last = 0
        let cuts = (0..<80).map { _ in Int.random(in: 0...length, using: &generator) }.sorted()
        for cut in cuts {
            try Self.copy(test.path, to: image, logLength: cut)
            let found = try Self.commits(in: image, test.namespace, "seed \(seed), cut at \(cut) of \(length)")
            #expect(found >= last, "seed \(seed): a longer log holds no fewer commits")
            last = found
            seen.insert(found)
        }
        try Self.copy(test.path, to: image)
        #expect(try Self.commits(in: image, test.namespace, "whole log") == 25)
        #expect(seen.count > 5, "seed \(seed): the cuts must have hit many different commits")
    }
}
