import Foundation
import TestSupport
import Testing

@testable import Storage

/// Below the floor only what makes room is done; a real full disk is the business of `Tools/disk-full-test`.
@Suite struct DiskFloorTests {
    private static func store(_ directory: TemporaryDirectory, floor: DiskFloor) throws -> (SQLiteStore, Int64) {
        var options = SQLiteStore.Options()
        options.floor = floor
        options.reserveSize = 1 << 20
        let store = try SQLiteStore.open(directory: directory.appending("store"), mode: .readWrite, options: options)
        let known = try store.readers.collection(named: "works")
        let namespace = try store.commits.runNow { session in
            let collection =
                try known?.id
                ?? session.createCollection(
                    name: "works", dimension: 4, metric: "cosine", embedder: "external", createdAt: 1)
            return try session.namespace(collection: collection, name: "")
        }
        return (store, namespace)
    }

    private static func insert(_ store: SQLiteStore, _ namespace: Int64, _ key: String, grows: Bool = true) async throws
    {
        try await store.commits.submit(grows: grows) { session in
            let seq = try session.bumpSeq(namespace: namespace)
            _ = try session.insertRecord(.plain(key), namespace: namespace, seq: seq)
            return ((), {})
        }
    }

    private static func code(_ body: () async throws -> Void) async -> StorageError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? StorageError)?.code
        }
    }

    @Test func growingWritesEndAtTheFloorAndOthersGoOn() async throws {
        let directory = TemporaryDirectory()
        var (store, namespace) = try Self.store(directory, floor: .none)
        try await Self.insert(store, namespace, "a")
        store.close()
        // No disk is that empty.
        (store, namespace) = try Self.store(directory, floor: .share(0.999_999))
        #expect(store.space?.acceptsWrites == false)
        #expect(await Self.code { try await Self.insert(store, namespace, "b") } == .full)
        try await Self.insert(store, namespace, "c", grows: false)
        #expect(storageCode { try store.derivedFiles.write("lineage-1.edges", seq: 1, count: 1, [1]) } == .full)
        var keys: [String] = []
        try store.readers.scanRecords(namespace: namespace) { keys.append($0.key) }
        #expect(keys == ["a", "c"])

        // Some of both that share a commit: each gets its own answer.
        let answers = await withTaskGroup(of: (Int, StorageError.Code?).self) { [store, namespace] group in
            for number in 0..<40 {
                group.addTask {
                    (
                        number,
                        await Self.code {
                            try await Self.insert(store, namespace, "n\(number)", grows: number % 2 == 0)
                        }
                    )
                }
            }
            return await group.reduce(into: [Int: StorageError.Code?]()) { $0[$1.0] = $1.1 }
        }
        for number in 0..<40 { #expect(answers[number] == (number % 2 == 0 ? .full : .some(nil)), "\(number)") }
        #expect(try store.readers.namespaces().first?.recordCount == 22)
        store.close()
    }

    @Test func theReserveIsThereWhenThereIsRoom() throws {
        let directory = TemporaryDirectory()
        var (store, _) = try Self.store(directory, floor: .share(0.999_999))
        let reserve = directory.appending("store/" + DiskGuard.reserveName)
        #expect(!FileManager.default.fileExists(atPath: reserve))
        store.close()
        (store, _) = try Self.store(directory, floor: .none)
        #expect(FileIO.size(reserve) == 1 << 20)
        store.close()
    }

    @Test func floorsAreAShareOrASize() {
        #expect(DiskFloor.automatic.bytes(ofTotal: 1_000 << 30) == 1 << 30)
        #expect(DiskFloor.automatic.bytes(ofTotal: 100 << 20) == 5 << 20)
        #expect(DiskFloor.share(0.03).bytes(ofTotal: 1_000) == 30)
        #expect(DiskFloor.bytes(7).bytes(ofTotal: 1_000) == 7)
    }
}
