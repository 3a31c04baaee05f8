import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct BackupTests {
    private static func rows(_ directory: String, _ namespace: Int64) throws -> [StoredRecord] {
        let store = try SQLiteStore.open(directory: directory, mode: .readWrite)
        defer { store.close() }
        var rows: [StoredRecord] = []
        try store.readers.scanRecords(namespace: namespace) { rows.append(RecordRows.owned($0)) }
        _ = try store.readers.edges(namespace: namespace)
        return rows
    }

    @Test func comesBackAsItWas() throws {
        let test = try TestStore()
        for number in 0..<30 { try test.insert(.plain("key-\(number)")) }
        try test.store.derivedFiles.write("lineage-1.edges", seq: 30, count: 0, [1, 2, 3])
        let (backup, restored) = (test.directory.appending("backup"), test.directory.appending("restored"))
        let made = try StoreBackup(directory: test.path, target: backup).run(now: 5)
        #expect(made.namespaces.map(\.seq) == [30] && made.namespaces.map(\.records) == [30])
        #expect(made.files.map(\.name) == ["arcanea.sqlite", "lineage-1.edges"])
        #expect(try BackupManifest.read(from: backup).namespaces == made.namespaces)

        // What happens later is not in it.
        try test.insert(.plain("later"))
        try test.store.derivedFiles.write("lineage-1.edges", seq: 31, count: 0, [9])
        try StoreRestore(backup: backup, directory: restored).run()
        #expect(try Self.rows(restored, test.namespace) == Array(test.allRecords().prefix(30)))
        #expect(try DerivedFiles(directory: restored).read("lineage-1.edges") { Array($0) } == [1, 2, 3])
        #expect(try StoreVerifier(directory: restored, deep: true).run().damageCount == 0)
        for folder in [backup, restored] {
            #expect(try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int == 0o700)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let mode = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.posixPermissions]
                #expect(mode as? Int == 0o600, "\(name)")
            }
        }
    }

    /// Backups under a writer hold whole requests, and what was acknowledged before they began.
    @Test func isOneMomentOfAStoreThatIsWrittenTo() async throws {
        let test = try TestStore()
        let perRequest = 5
        let acknowledged = Journal<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var number = 0
                while !Task.isCancelled {
                    let first = number * perRequest
                    try await test.store.commits.submit { session in
                        let seq = try session.bumpSeq(namespace: test.namespace)
                        for place in first..<first + perRequest {
                            var draft = StoredRecordDraft.plain("key-\(place)")
                            draft.payload = [UInt8](repeating: UInt8(truncatingIfNeeded: place), count: 3_000)
                            _ = try session.insertRecord(draft, namespace: test.namespace, seq: seq)
                        }
                        return ((), {})
                    }
                    acknowledged.append(number)
                    number += 1
                }
            }
            defer { group.cancelAll() }
            for round in 0..<6 {
                let before = acknowledged.entries.count
                let backup = test.directory.appending("backup-\(round)")
                let manifest = try StoreBackup(directory: test.path, target: backup).run(now: 1)
                let after = acknowledged.entries.count + 1
                let rows = try Self.rows(backup, test.namespace)
                let head = try #require(manifest.namespaces.first)
                #expect(rows.count == head.records && rows.count == Int(head.seq) * perRequest)
                #expect((before...after).contains(Int(head.seq)))
                #expect(rows.map(\.key) == (0..<rows.count).map { "key-\($0)" })
            }
        }
    }

    @Test func nothingIsOverwritten() throws {
        let test = try TestStore()
        let backup = test.directory.appending("backup")
        try StoreBackup(directory: test.path, target: backup).run(now: 1)
        #expect(storageCode { try StoreBackup(directory: test.path, target: backup).run(now: 1) } == .occupied)
        #expect(storageCode { try StoreRestore(backup: backup, directory: test.path).run() } == .occupied)
        // An empty directory is as good as none.
        let empty = test.directory.appending("empty")
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
        try StoreRestore(backup: backup, directory: empty).run()
        #expect(try Self.rows(empty, test.namespace).isEmpty)
        let names = try FileManager.default.contentsOfDirectory(atPath: test.directory.path)
        #expect(names.allSatisfy { !$0.contains("partial") }, "\(names)")
    }

    @Test func damageIsFoundBeforeAStoreIsMade() throws {
        let test = try TestStore()
        for number in 0..<10 { try test.insert(.plain("key-\(number)")) }
        try test.store.derivedFiles.write("lineage-1.edges", seq: 3, count: 0, [1, 2, 3])
        let (backup, restored) = (test.directory.appending("backup"), test.directory.appending("restored"))
        try StoreBackup(directory: test.path, target: backup).run(now: 1)
        for name in ["arcanea.sqlite", "lineage-1.edges", BackupManifest.fileName] {
            let url = URL(fileURLWithPath: backup + "/" + name)
            let whole = try Data(contentsOf: url)
            for position in stride(from: 0, to: whole.count, by: max(1, whole.count / 25)) {
                var damaged = whole
                damaged[position] ^= 0x04
                try FileManager.default.removeItem(at: url)
                try damaged.write(to: url)
                let code = storageCode { try StoreRestore(backup: backup, directory: restored).run() }
                #expect(code == .corrupt || code == .incompatible, "byte \(position) of \(name)")
                try damaged.prefix(position).write(to: url)
                let cut = storageCode { try StoreRestore(backup: backup, directory: restored).run() }
                #expect(cut == .corrupt || cut == .incompatible, "\(name) cut to \(position)")
            }
            try FileManager.default.removeItem(at: url)
            #expect(storageCode { try StoreRestore(backup: backup, directory: restored).run() } != nil, "no \(name)")
            try whole.write(to: url)
        }
        #expect(!FileManager.default.fileExists(atPath: restored))
        try StoreRestore(backup: backup, directory: restored).run()
        #expect(try Self.rows(restored, test.namespace).count == 10)
    }

    @Test(arguments: [
        "../x.edges", "/etc/x.edges", "a/b.segment", "x.txt", ".edges", "manifest.json", "..segment/x.edges",
    ])
    func namesThatLeaveTheDirectoryAreRefused(name: String) throws {
        let directory = TemporaryDirectory()
        let manifest = BackupManifest(
            createdAt: 1, source: "s", namespaces: [],
            files: [BackupManifest.File(name: name, bytes: 0, xxh64: "ef46db3751d8e999")])
        try Data(manifest.encoded()).write(to: URL(fileURLWithPath: directory.appending(BackupManifest.fileName)))
        #expect(storageCode { _ = try BackupManifest.read(from: directory.path) } == .corrupt)
    }

    @Test func aDamagedStoreIsNotBackedUpUnasked() throws {
        let test = try TestStore()
        for number in 0..<10 { try test.insert(.plain("key-\(number)")) }
        try test.tamper("UPDATE record SET payload = x'00' WHERE key = 'key-3'")
        let backup = test.directory.appending("backup")
        #expect(storageCode { try StoreBackup(directory: test.path, target: backup).run(now: 1) } == .corrupt)
        #expect(!FileManager.default.fileExists(atPath: backup))
        try StoreBackup(directory: test.path, target: backup, allowsDamage: true).run(now: 1)
        let report = try StoreVerifier(directory: backup, deep: false).run()
        #expect(report.damages.contains { $0.problem.contains("\"key-3\"") }, "\(report.damages)")
    }

    /// Known sums of the algorithm, and agreement with the sum of a buffer in one piece.
    @Test func fileDigestsAreXXH64() throws {
        let directory = TemporaryDirectory()
        func digest(_ bytes: [UInt8]) throws -> String {
            try Data(bytes).write(to: URL(fileURLWithPath: directory.appending("f")))
            return try FileDigest.of(directory.appending("f")).digest
        }
        #expect(try digest([]) == "ef46db3751d8e999")
        #expect(try digest(Array("abc".utf8)) == "44bc2cf5ad770999")
        for size in [31, 32, 33, 100, 1 << 20, (1 << 20) + 5] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let whole = bytes.withUnsafeBytes { XXH64.hash($0, seed: 0) }
            #expect(try UInt64(digest(bytes), radix: 16) == whole, "\(size)")
        }
    }
}
