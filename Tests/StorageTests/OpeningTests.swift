import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct OpeningTests {
    @Test func theWriterSyncsEveryCommit() throws {
        let test = try TestStore()
        let (synchronous, journal, foreignKeys, pageSize) = try test.store.commits.runNow { session in
            (
                try session.connection.integer("PRAGMA synchronous"),
                try session.connection.text("PRAGMA journal_mode"),
                try session.connection.integer("PRAGMA foreign_keys"),
                try session.connection.integer("PRAGMA page_size")
            )
        }
        #expect(synchronous == 2, "2 is FULL: less loses acknowledged writes when the power goes")
        #expect(journal == "wal")
        #expect(foreignKeys == 1)
        #expect(pageSize == Int64(Schema.pageSize))
    }

    @Test func refusesToRunWithLessThanFullSync() throws {
        let test = try TestStore()
        let connection = try Connection(path: test.database, readOnly: false)
        try connection.execute("PRAGMA synchronous = FULL")
        #expect(storageCode { try Schema.requireDurability(connection) } == nil)
        for weaker in ["OFF", "NORMAL"] {
            try connection.execute("PRAGMA synchronous = \(weaker)")
            #expect(storageCode { try Schema.requireDurability(connection) } == .misuse, "\(weaker)")
        }
    }

    @Test func filesArePrivate() throws {
        let test = try TestStore()
        try test.insert(.plain("a"))
        try test.store.derivedFiles.write("x.graph", seq: 1, count: 1, [1])
        func mode(_ path: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }
        #expect(try mode(test.path) == 0o700)
        let names = try FileManager.default.contentsOfDirectory(atPath: test.path)
        #expect(Set(names).isSuperset(of: ["arcanea.sqlite", "arcanea.sqlite-wal", "lock", "x.graph"]))
        for name in names { #expect(try mode(test.path + "/" + name) == 0o600, "\(name)") }
    }

    @Test func aSecondWriterLearnsWhoHoldsTheDirectory() throws {
        let directory = TemporaryDirectory()
        let path = directory.appending("store")
        let first = try SQLiteStore.open(directory: path, mode: .readWrite, serverURL: "http://127.0.0.1:5080")
        do {
            _ = try SQLiteStore.open(directory: path, mode: .readWrite)
            Issue.record("two writers in one directory")
        } catch {
            #expect(error.code == .locked)
            #expect(error.message.contains("process \(getpid()) serving http://127.0.0.1:5080"), "\(error)")
        }
        let reader = try SQLiteStore.open(directory: path, mode: .readOnly)
        #expect(try reader.readers.namespaces().isEmpty)
        first.close()
        first.close()
        let second = try SQLiteStore.open(directory: path, mode: .readWrite)
        second.close()
    }

    @Test func readersBesideAWriterSeeItsCommits() throws {
        let test = try TestStore()
        let reader = try SQLiteStore.open(directory: test.path, mode: .readOnly)
        try test.insert(.plain("a"))
        #expect(try reader.readers.record(namespace: test.namespace, key: "a")?.ordinal == 0)
        // A snapshot stays what it was when it was first read.
        try reader.readers.read { snapshot in
            #expect(try snapshot.namespaces().first?.recordCount == 1)
            try test.insert(.plain("b"))
            #expect(try snapshot.record(namespace: test.namespace, key: "b") == nil)
            #expect(try snapshot.namespaces().first?.recordCount == 1)
        }
        #expect(try reader.readers.record(namespace: test.namespace, key: "b")?.ordinal == 1)
        reader.close()
        #expect(storageCode { _ = try reader.readers.namespaces() } == .misuse)
    }

    @Test func refusesNewerFormats() throws {
        let test = try TestStore()
        test.store.close()
        try test.tamper("PRAGMA user_version = \(Migrations.newest + 1)")
        for mode in [SQLiteStore.Mode.readWrite, .readOnly] {
            do {
                _ = try SQLiteStore.open(directory: test.path, mode: mode)
                Issue.record("a newer format was opened")
            } catch {
                #expect(error.code == .incompatible)
                #expect(error.message.contains("format \(Migrations.newest + 1)"), "\(error)")
            }
        }
    }

    @Test func leavesForeignFilesAlone() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/" + Schema.fileName
        try Data("plain text, and long enough to be no database header at all".utf8).write(
            to: URL(fileURLWithPath: path))
        #expect(storageCode { _ = try SQLiteStore.open(directory: directory.path, mode: .readWrite) } == .incompatible)

        try FileManager.default.removeItem(atPath: path)
        try Connection(path: path, readOnly: false).execute("CREATE TABLE theirs (x)")
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(storageCode { _ = try SQLiteStore.open(directory: directory.path, mode: .readWrite) } == .incompatible)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test func readingNeedsAStore() {
        let directory = TemporaryDirectory()
        #expect(storageCode { _ = try SQLiteStore.open(directory: directory.path, mode: .readOnly) } == .io)
    }

    @Test func answersAndFactsAreKept() throws {
        var test = try TestStore()
        let answer = StoredAnswer(at: 5, status: 201, body: Array("{}".utf8))
        try test.store.commits.runNow { session in
            try session.putAnswer(answer, forKey: "k")
            try session.putAnswer(StoredAnswer(at: 9, status: 200, body: []), forKey: "later")
            try session.setMeta("name", "one")
            try session.setMeta("name", "two")
        }
        test = try test.reopened()
        let found = try test.store.commits.runNow { session in
            (try session.answer(forKey: "k"), try session.answer(forKey: "other"), try session.meta("name"))
        }
        #expect(found.0 == answer && found.1 == nil && found.2 == "two")
        #expect(try test.store.commits.runNow { try $0.deleteAnswers(before: 9) } == 1)
        #expect(try test.store.commits.runNow { try $0.answer(forKey: "later")?.status } == 200)
        #expect(storageCode { try test.store.commits.runNow { try $0.putAnswer(answer, forKey: "later") } } == .misuse)
    }
}
