import Foundation
import Synchronization
import TestSupport

@testable import Storage

/// A store in a directory of its own, with one collection and one namespace.
struct TestStore {
    let directory: TemporaryDirectory
    let store: SQLiteStore
    let collection: Int64
    let namespace: Int64

    var path: String { directory.appending("store") }
    var database: String { path + "/" + Schema.fileName }

    init(_ directory: TemporaryDirectory = TemporaryDirectory()) throws {
        self.directory = directory
        store = try SQLiteStore.open(directory: directory.appending("store"), mode: .readWrite)
        let known = try store.readers.collection(named: "works")
        (collection, namespace) = try store.commits.runNow { session in
            let collection =
                try known?.id
                ?? session.createCollection(
                    name: "works", dimension: 4, metric: "cosine", embedder: "external", createdAt: 1)
            return (collection, try session.namespace(collection: collection, name: ""))
        }
    }

    /// Closes the store and opens it again.
    func reopened() throws -> TestStore {
        store.close()
        return try TestStore(directory)
    }

    /// Changes the file behind the store's back.
    func tamper(_ sql: String) throws {
        let connection = try Connection(path: database, readOnly: false)
        try connection.execute(sql)
    }

    /// Inserts one record in a commit of its own.
    @discardableResult
    func insert(_ draft: StoredRecordDraft) throws -> UInt32 {
        try store.commits.runNow { [namespace] session in
            try session.insertRecord(draft, namespace: namespace, seq: session.bumpSeq(namespace: namespace))
        }
    }

    func allRecords() throws -> [StoredRecord] {
        var rows: [StoredRecord] = []
        try store.readers.scanRecords(namespace: namespace) { rows.append(RecordRows.owned($0)) }
        return rows
    }
}

extension StoredRecordDraft {
    static func random(key: String, using generator: inout SeededGenerator) -> StoredRecordDraft {
        func bytes(_ most: Int) -> [UInt8] {
            (0..<Int.random(in: 0...most, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        return StoredRecordDraft(
            key: key, createdAt: Int64.random(in: 0...1_000, using: &generator),
            updatedAt: Int64.random(in: 0...1_000, using: &generator),
            state: UInt8.random(in: 0...3, using: &generator), payload: bytes(200), metadata: bytes(40),
            vector: Bool.random(using: &generator) ? generator.vector(4) : nil)
    }

    static func plain(_ key: String) -> StoredRecordDraft {
        StoredRecordDraft(
            key: key, createdAt: 1, updatedAt: 2, state: 0, payload: Array("payload of \(key)".utf8),
            metadata: Array("metadata".utf8), vector: [1, 2, 3, 4])
    }
}

/// The code of the storage error that a closure throws; `nil` when it throws none.
func storageCode(_ body: () throws -> Void) -> StorageError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? StorageError)?.code
    }
}

/// What happened, in order, told from several threads.
final class Journal<Entry: Sendable>: Sendable {
    private let log = Mutex<[Entry]>([])

    var entries: [Entry] { log.withLock { $0 } }

    func append(_ entry: Entry) { log.withLock { $0.append(entry) } }
}
