import Dispatch
import Storage

/// What an archive holds.
public struct ArchiveSummary: Sendable, Equatable {
    public var namespaceCount = 0
    public var recordCount = 0
    /// Bytes of keys, payloads, metadata and vectors.
    public var byteCount = 0

    public init(namespaceCount: Int = 0, recordCount: Int = 0, byteCount: Int = 0) {
        self.namespaceCount = namespaceCount
        self.recordCount = recordCount
        self.byteCount = byteCount
    }
}

/// Copies of collections at one moment, as rows that no search reads.
///
/// An archive lies in the truth like everything else: its rows have checksums, a copy of the data directory holds it, and
/// removing it is the dropping of a collection. It has no indexes and takes no memory.
extension Store {
    static func isArchive(_ collection: String) -> Bool { collection.hasPrefix(archivePrefix) }

    private static let archivePrefix = "\u{1}archive/"
    /// Rows of one transaction: a few milliseconds of writing, between those of others.
    private static let archiveChunk = 500

    /// Copies a collection as it is at one moment. Writes go on meanwhile; those that come after the moment are not in it.
    ///
    /// - Parameters:
    ///   - id: names the archive; nothing may have that name.
    ///   - isCancelled: asked now and then; when true the copy ends with `CancellationError`.
    ///   - didBegin: called once the moment has come.
    /// - Throws: also when rows are damaged. What was copied so far is to be removed with ``removeArchive(_:)``.
    public func archive(
        _ collection: String, as id: String, isCancelled: @escaping @Sendable () -> Bool,
        didBegin: @escaping @Sendable () -> Void
    ) async throws -> ArchiveSummary {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: the copy holds a view of the store and waits for the disk.
            DispatchQueue.global(qos: .utility).async { [self] in
                continuation.resume(
                    with: Result {
                        try translating {
                            try database.readers.read { reader in
                                try copy(collection, id, from: reader, isCancelled, didBegin)
                            }
                        }
                    })
            }
        }
    }

    private func copy(
        _ collection: String, _ id: String, from reader: ReadSnapshot, _ isCancelled: () -> Bool, _ didBegin: () -> Void
    ) throws -> ArchiveSummary {
        let stored = try reader.collections().first { $0.name == collection }
        let namespaces = try reader.namespaces().filter { $0.collectionID == stored?.id }
        didBegin()
        guard let stored else { throw EngineError.notFound("collection", collection) }
        let now = configuration.clock()
        let archive = try database.commits.runNow { session in
            try session.createCollection(
                name: Self.archivePrefix + id, dimension: stored.dimension, metric: stored.metric,
                embedder: stored.embedder, createdAt: now)
        }
        var summary = ArchiveSummary()
        for namespace in namespaces {
            let copy = try database.commits.runNow { try $0.namespace(collection: archive, name: namespace.name) }
            var chunk: [StoredRecordDraft] = []
            try reader.scanRecords(namespace: namespace.id) { row in
                chunk.append(StoredRecordDraft(row))
                summary.recordCount += 1
                summary.byteCount +=
                    row.key.utf8.count + row.payload.count + row.metadata.count + (row.vector?.count ?? 0)
                guard chunk.count == Self.archiveChunk else { return }
                if isCancelled() { throw CancellationError() }
                try insert(chunk, into: copy)
                chunk.removeAll(keepingCapacity: true)
            }
            try insert(chunk, into: copy)
            summary.namespaceCount += 1
        }
        return summary
    }

    private func insert(_ drafts: [StoredRecordDraft], into namespace: Int64) throws {
        guard !drafts.isEmpty else { return }
        try database.commits.runNow { session in
            for draft in drafts { _ = try session.insertRecord(draft, namespace: namespace, seq: 1) }
        }
    }

    /// Namespaces of an archive by name, each with the number that ``archivedRecords(namespace:from:limit:)`` takes.
    public func archivedNamespaces(_ id: String) throws -> [(name: String, number: Int64)] {
        try translating {
            try database.readers.read { reader in
                guard let archive = try reader.collections().first(where: { $0.name == Self.archivePrefix + id })
                else { throw EngineError.notFound("archive", id) }
                return try reader.namespaces().filter { $0.collectionID == archive.id }.map { ($0.name, $0.id) }
            }
        }
    }

    /// Records of an archived namespace from an ordinal on, in the order of ordinals.
    public func archivedRecords(namespace: Int64, from ordinal: UInt32, limit: Int) throws -> [Record] {
        try translating {
            try database.readers.read { reader in
                try reader.records(namespace: namespace, from: ordinal, limit: limit).map { try Record($0) }
            }
        }
    }

    /// Takes an archive out of reach; ``purgeDropped()`` removes its rows. One that is not there stays so.
    public func removeArchive(_ id: String) async throws {
        try await write(barrier: true) { transaction in
            let name = Self.archivePrefix + id
            guard let archive = try transaction.session.collections().first(where: { $0.name == name }) else { return }
            _ = try transaction.session.dropCollection(archive.id)
        }
    }
}

extension StoredRecordDraft {
    fileprivate init(_ row: ScannedRecord) {
        self.init(
            key: row.key, createdAt: row.createdAt, updatedAt: row.updatedAt, state: row.state,
            payload: Array(row.payload), metadata: Array(row.metadata),
            vector: row.vector.map { bytes in Array(bytes.bindMemory(to: Float.self)) })
    }
}
