import Foundation
import TestSupport
import Testing

@testable import Storage

/// What deletions free is used again and goes back to the disk.
@Suite struct SpaceTests {
    private static let rows = 400

    /// Rows of 3,000 bytes, written and, when asked, removed again.
    private static func fill(_ test: TestStore, round: Int, removes: Bool) throws {
        let namespace = test.namespace
        let ordinals = try test.store.commits.runNow { session in
            let seq = try session.bumpSeq(namespace: namespace)
            return try (0..<rows).map { number in
                var draft = StoredRecordDraft.plain("key-\(round)-\(number)")
                draft.payload = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 3_000)
                return try session.insertRecord(draft, namespace: namespace, seq: seq)
            }
        }
        guard removes else { return }
        try test.store.commits.runNow { session in
            _ = try session.bumpSeq(namespace: namespace)
            // Every eighth stays, so that pages in use lie between those that are free.
            for ordinal in ordinals where ordinal % 8 != 0 || round < 9 {
                try session.deleteRecord(namespace: namespace, ordinal: ordinal)
            }
        }
    }

    private static func space(_ test: TestStore) throws -> DatabaseSpace {
        try test.store.readers.read { try $0.space() }
    }

    @Test func theFileIsBoundedUnderChurn() async throws {
        let test = try TestStore()
        try Self.fill(test, round: 0, removes: true)
        await test.store.commits.checkpoint()
        let first = FileIO.size(test.database)
        for round in 1..<10 { try Self.fill(test, round: round, removes: true) }
        await test.store.commits.checkpoint()
        #expect(FileIO.size(test.database) <= first + first / 10, "\(first) bytes after one round")
        #expect(FileIO.size(test.database + "-wal") == 0)

        // The control: what is not removed makes the file grow.
        let other = try TestStore()
        for round in 0..<10 { try Self.fill(other, round: round, removes: false) }
        await other.store.commits.checkpoint()
        #expect(FileIO.size(other.database) > 5 * first)
    }

    @Test func freePagesGoBackToTheDisk() async throws {
        let test = try TestStore()
        for round in 8..<10 { try Self.fill(test, round: round, removes: true) }
        await test.store.commits.checkpoint()
        let before = try (Self.space(test), test.allRecords())
        #expect(before.0.freeBytes > before.0.bytes / 2 && before.1.count == Self.rows / 8)
        let (first, last) = try await test.store.commits.reclaim()
        #expect(first == before.0 && last.freeBytes == 0 && last.bytes <= first.bytes - first.freeBytes)
        #expect(FileIO.size(test.database) == last.bytes)
        #expect(test.store.commits.counters.reclaimedBytes == first.bytes - last.bytes)
        #expect(try test.allRecords() == before.1)
        #expect(try StoreVerifier(directory: test.path, deep: true).run().damageCount == 0)
        let reopened = try test.reopened()
        #expect(try reopened.allRecords() == before.1)
        // There is nothing left to do.
        let again = try await reopened.store.commits.reclaim()
        #expect(again.before == last && again.after == last)
    }

    /// Without being asked, behind the writes: when a quarter of the pages is free, and 8 MiB.
    @Test func aMostlyEmptyDatabaseShrinksByItself() async throws {
        let directory = TemporaryDirectory()
        var options = SQLiteStore.Options()
        options.checkpointPages = 50
        let store = try SQLiteStore.open(directory: directory.appending("store"), mode: .readWrite, options: options)
        let namespace = try store.commits.runNow { session in
            let collection = try session.createCollection(
                name: "works", dimension: 4, metric: "cosine", embedder: "external", createdAt: 1)
            return try session.namespace(collection: collection, name: "")
        }
        for part in 0..<10 {
            try await store.commits.submit { session in
                let seq = try session.bumpSeq(namespace: namespace)
                for number in 0..<100 {
                    var draft = StoredRecordDraft.plain("key-\(part)-\(number)")
                    draft.payload = [UInt8](repeating: 1, count: 16_000)
                    _ = try session.insertRecord(draft, namespace: namespace, seq: seq)
                }
                return ((), {})
            }
        }
        for part in 0..<10 {
            try await store.commits.submit(grows: false) { session in
                _ = try session.bumpSeq(namespace: namespace)
                for number in 0..<100 {
                    try session.deleteRecord(namespace: namespace, ordinal: UInt32(part * 100 + number))
                }
                return ((), {})
            }
        }
        for number in 0..<CommitQueue.commitsPerLook {
            try await store.commits.submit { session in
                let seq = try session.bumpSeq(namespace: namespace)
                _ = try session.insertRecord(.plain("late-\(number)"), namespace: namespace, seq: seq)
                return ((), {})
            }
        }
        for _ in 0..<2_000 where store.commits.counters.reclaimedBytes < 8 << 20 {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(store.commits.counters.reclaimedBytes >= 8 << 20)
        store.close()
    }

    @Test func aRebuiltDatabaseHoldsTheSame() throws {
        let test = try TestStore()
        for round in 8..<10 { try Self.fill(test, round: round, removes: true) }
        let rows = try test.allRecords()
        let (before, after) = try test.store.rebuild()
        #expect(before.freeBytes > 0 && after.freeBytes == 0 && after.bytes < before.bytes)
        #expect(try test.allRecords() == rows)
        #expect(try test.reopened().allRecords() == rows)
        #expect(FileIO.size(test.database) == after.bytes)
        #expect(try StoreVerifier(directory: test.path, deep: true).run().damageCount == 0)
    }
}
