import Storage
import Vectors

extension Store {
    /// The collections that were made while the store was open.
    ///
    /// - Parameter names: those that the configuration names already.
    static func runtimeCollections(
        _ reader: ReadSnapshot, besides names: Set<String>
    ) throws -> [(specification: CollectionSpecification, id: Int64)] {
        try reader.collections().compactMap { stored in
            guard !names.contains(stored.name), stored.name != WriteSession.droppedCollection,
                !Self.isArchive(stored.name)
            else { return nil }
            guard let metric = Metric(rawValue: stored.metric) else {
                throw EngineError(
                    .failedPrecondition,
                    "collection \"\(stored.name)\" has metric \(stored.metric), which this program does not know")
            }
            let specification = CollectionSpecification(
                name: stored.name, dimension: stored.dimension, metric: metric, embedder: stored.embedder,
                hasLineage: false)
            return (specification, stored.id)
        }
    }

    /// All facts about the store whose keys begin with a prefix, by key.
    public func facts(prefix: String) throws -> [(key: String, value: String)] {
        try translating { try database.readers.read { try $0.facts(prefix: prefix) } }
    }

    /// Keys of a namespace in the order of their UTF-8 bytes, a page at a time.
    ///
    /// - Parameters:
    ///   - prefix: only keys that begin with it.
    ///   - after: only keys beyond it: the last of the page before.
    /// - Complexity: O(log n + limit).
    public func keys(in namespace: Namespace, prefix: String = "", after: String? = nil, limit: Int) throws -> [String]
    {
        try translating {
            try database.readers.keys(namespace: namespace.id, prefix: prefix, after: after, limit: limit)
        }
    }

    /// Records of a namespace from an ordinal on, in the order of ordinals.
    public func records(from ordinal: UInt32, limit: Int, in namespace: Namespace) throws -> [Record] {
        try translating {
            try database.readers.read { reader in
                try reader.records(namespace: namespace.id, from: ordinal, limit: limit).map { try Record($0) }
            }
        }
    }

    // MARK: Dropped namespaces

    /// Rows of one transaction of a purge: a few milliseconds of writing.
    private static let purgeChunk = 1_000

    /// Removes the rows of everything that was dropped, in small transactions between other writes, and the files of its
    /// indexes. Call it after a drop, and once after opening.
    ///
    /// - Throws: the first error; what is left is purged by the next call, or after the next opening.
    public func purgeDropped() async throws {
        guard configuration.mode == .readWrite else { return }
        let dropped = try translating { try database.readers.read { try $0.droppedNamespaces() } }
        for id in dropped {
            var hasMore = true
            while hasMore {
                try Task.checkCancellation()
                hasMore = try await write { transaction in
                    try transaction.session.purge(namespace: id, limit: Self.purgeChunk)
                }
            }
            // Derived files: one that cannot be removed now only takes room.
            try? database.derivedFiles.remove(IndexSegment.name(namespace: id))
        }
    }
}
