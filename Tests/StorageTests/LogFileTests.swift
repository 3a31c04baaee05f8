import Foundation
import TestSupport
import Testing

@testable import Storage

/// The log of a store that was not closed: what a crash cut off is dropped, what was damaged later is refused.
@Suite struct LogFileTests {
    private static let commits = 12

    /// The files of a store with some commits in its log, and the place of the first frame of the last commit.
    private static func image() throws -> (database: Data, log: Data, namespace: Int64, lastCommit: Int) {
        let test = try TestStore()
        try test.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
        var before = 0
        func log() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: test.database + "-wal")) }
        for number in 0..<commits {
            before = number == 0 ? 0 : try log().count
            try test.insert(.plain("key-\(number)"))
        }
        return (try Data(contentsOf: URL(fileURLWithPath: test.database)), try log(), test.namespace, before)
    }

    private static func write(_ image: (database: Data, log: Data), to directory: TemporaryDirectory) throws {
        try image.database.write(to: URL(fileURLWithPath: directory.appending(Schema.fileName)))
        try image.log.write(to: URL(fileURLWithPath: directory.appending(Schema.fileName + "-wal")))
    }

    private static func count(_ directory: TemporaryDirectory, _ namespace: Int64) throws -> Int {
        let store = try SQLiteStore.open(directory: directory.path, mode: .readWrite)
        defer { store.close() }
        var count = 0
        try store.readers.scanRecords(namespace: namespace) { _ in count += 1 }
        return count
    }

    @Test func aDamagedFrameBeforeTheLastCommitIsRefused() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let (database, log, namespace, lastCommit) = try Self.image()
        var refused = 0
        let frame = 24 + Schema.pageSize
        for start in stride(from: 32, to: log.count, by: frame) {
            // Page number, size after the commit, salts, sums, content.
            let offsets = [0, 4, 8, 12, 16, 20].map { $0 + Int.random(in: 0..<4, using: &generator) }
            for offset in offsets + [Int.random(in: 24..<frame, using: &generator)] {
                var damaged = log
                damaged[start + offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                let directory = TemporaryDirectory()
                try Self.write((database, damaged), to: directory)
                let comment: Comment = "seed \(seed), byte \(offset) of the frame at \(start)"
                let report = try StoreVerifier(directory: directory.path, deep: false).run()
                do {
                    let found = try Self.count(directory, namespace)
                    #expect(start >= lastCommit && found >= Self.commits - 1, comment)
                } catch let error as StorageError {
                    #expect(error.code == .corrupt && error.message.contains("frame"), comment)
                    #expect(report.hasDamagedTruth, comment)
                    refused += 1
                }
            }
        }
        #expect(refused > 50, "seed \(seed)")
    }

    @Test func aDamagedHeaderIsRefused() throws {
        let (database, log, namespace, _) = try Self.image()
        for byte in 0..<32 {
            var damaged = log
            damaged[byte] ^= 0x10
            let directory = TemporaryDirectory()
            try Self.write((database, damaged), to: directory)
            #expect(storageCode { _ = try Self.count(directory, namespace) } == .corrupt, "byte \(byte)")
        }
    }

    /// What the error suggests gives the commits before the damage.
    @Test func cuttingADamagedLogOpensWhatIsBeforeIt() throws {
        let (database, log, namespace, _) = try Self.image()
        var damaged = log
        damaged[log.count / 2] ^= 1
        let found = damaged.withUnsafeBytes { LogFile.damage(in: $0) }
        let damage = try #require(found)
        #expect(damage.commits > 1)
        let directory = TemporaryDirectory()
        try Self.write((database, damaged.prefix(damage.intactBytes)), to: directory)
        #expect(try Self.count(directory, namespace) == Self.commits - damage.commits)
    }

    /// Logs that a crash may leave are none of its business.
    @Test func unfinishedLogsAreNotDamage() throws {
        let (_, log, _, lastCommit) = try Self.image()
        func isWhole(_ log: Data) -> Bool { log.withUnsafeBytes { LogFile.damage(in: $0) == nil } }
        #expect(isWhole(log))
        #expect(isWhole(Data()))
        #expect(isWhole(Data(count: 32)))
        #expect(isWhole(Data(count: 40_000)))
        for length in stride(from: 0, to: log.count, by: 997) { #expect(isWhole(log.prefix(length)), "\(length)") }
        for start in stride(from: lastCommit, to: log.count, by: 512) {
            var torn = log
            torn.replaceSubrange(start..<min(start + 512, log.count), with: Data(count: min(512, log.count - start)))
            #expect(isWhole(torn), "sector at \(start)")
        }
        // A frame's head may lie in two sectors, of which one is old; and an old page may fit to the sum by chance.
        for start in stride(from: lastCommit, to: log.count, by: 24 + Schema.pageSize) {
            for bit in Array(0..<32) + Array(64..<128) {
                var torn = log
                torn[start + bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(isWhole(torn), "bit \(bit) of the frame at \(start)")
            }
        }
    }
}
