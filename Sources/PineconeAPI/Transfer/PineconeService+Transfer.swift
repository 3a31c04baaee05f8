import Engine

/// Whole indexes on their way in and out.
extension PineconeService {
    /// Visits all records of an index at one moment, in the order of creation within a namespace.
    ///
    /// - Parameter namespace: only this one, when given.
    /// - Throws: `notFound` for the index; what `body` throws.
    public func scan(
        _ indexName: String, namespace: String? = nil, _ body: (_ namespace: String, FetchedRecord) throws -> Void
    ) throws {
        let index = try vectorIndex(indexName)
        try store.scan(index.collection, namespace: try namespace.map(NamespaceName.checked)) { name, record in
            try body(name, try FetchedRecord(record))
        }
    }

    /// Records of an index, of one namespace when it is given.
    public func recordCount(_ indexName: String, namespace: String? = nil) throws -> Int {
        let index = try vectorIndex(indexName)
        let name = try namespace.map(NamespaceName.checked)
        return store.namespaces(index.collection).filter { name == nil || $0.name == name }
            .reduce(0) { $0 + $1.snapshot.recordCount }
    }

    /// Those of some ids that are there.
    public func known(_ ids: [String], namespace name: String, in indexName: String) throws -> Set<String> {
        guard let snapshot = namespace(try NamespaceName.checked(name), of: try vectorIndex(indexName))?.snapshot else {
            return []
        }
        return Set(ids.filter { snapshot.ordinal(ofKey: $0) != nil })
    }

    // MARK: Checkpoints

    private static let checkpointPrefix = "pinecone.import."

    /// Where an import stopped, or `nil` when it has not begun or was completed.
    ///
    /// - Parameter key: names index, namespace and source.
    public func importCheckpoint(_ key: String) throws -> String? {
        try store.facts(prefix: Self.checkpointPrefix + key).first { $0.key == Self.checkpointPrefix + key }?.value
    }

    /// Notes, durably, where an import stands; `nil` when it is complete.
    public func setImportCheckpoint(_ key: String, _ value: String?) async throws {
        try await store.write { transaction in
            if let value {
                try transaction.setFact(Self.checkpointPrefix + key, value)
            } else {
                try transaction.removeFact(Self.checkpointPrefix + key)
            }
        }
    }
}
