import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct CheckpointTests {
    private static func size(_ path: String) -> Int { FileIO.size(path) }

    /// Without a reader the log is begun anew; with one it keeps what that needs.
    @Test func theLogStaysShort() throws {
        let directory = TemporaryDirectory()
        let path = directory.appending("store")
        var options = SQLiteStore.Options()
        options.checkpointPages = 20
        let store = try SQLiteStore.open(directory: path, mode: .readWrite, options: options)
        defer { store.close() }
        let namespace = try store.commits.runNow { session in
            let collection = try session.createCollection(
                name: "works", dimension: 4, metric: "cosine", embedder: "external", createdAt: 1)
            return try session.namespace(collection: collection, name: "")
        }
        func insert(_ number: Int) throws {
            try store.commits.runNow { session in
                let seq = try session.bumpSeq(namespace: namespace)
                _ = try session.insertRecord(.plain("key-\(number)"), namespace: namespace, seq: seq)
            }
        }
        let log = path + "/" + Schema.fileName + "-wal"
        for number in 0..<200 { try insert(number) }
        let bound = 40 * (Schema.pageSize + 24)
        #expect(Self.size(log) < bound, "\(Self.size(log))")
        try store.readers.read { snapshot in
            #expect(try snapshot.namespaces().first?.recordCount == 200)
            for number in 200..<400 { try insert(number) }
            #expect(Self.size(log) > bound, "the reader's moment must be kept")
            #expect(try snapshot.namespaces().first?.recordCount == 200)
        }
        let long = Self.size(log)
        for number in 400..<600 { try insert(number) }
        #expect(Self.size(log) < long + bound, "the file is used anew")
        var count = 0
        try store.readers.scanRecords(namespace: namespace) { _ in count += 1 }
        #expect(count == 600)
    }

    @Test func aWriterThatStartsRemovesUnfinishedFiles() throws {
        let test = try TestStore()
        test.store.close()
        let path = test.path + "/lineage-1.edges.new"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        _ = try test.reopened()
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
