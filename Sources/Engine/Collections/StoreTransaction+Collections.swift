import Storage
import Vectors

/// Collections and namespaces that come and go while the store is open.
extension StoreTransaction {
    /// Makes a collection. Writes find it once the transaction has been applied.
    ///
    /// - Throws: `alreadyExists` when the name is taken.
    public func createCollection(_ specification: CollectionSpecification) throws {
        precondition(!specification.hasLineage, "collections with lineage are named when the store is opened")
        guard try !session.collections().contains(where: { $0.name == specification.name }) else {
            throw EngineError(.alreadyExists, "collection \"\(specification.name)\" exists already")
        }
        let id = try session.createCollection(
            name: specification.name, dimension: specification.dimension, metric: specification.metric.rawValue,
            embedder: specification.embedder, createdAt: now)
        effects.append { [store] in store.register(specification, id: id) }
    }

    /// Takes a collection out of reach, with all of its namespaces; ``Store/purgeDropped()`` removes their rows.
    ///
    /// - Precondition: the transaction is a barrier, so that no write of an earlier one is still to be applied.
    /// - Throws: `notFound`.
    public func dropCollection(_ name: String) throws {
        precondition(isBarrier, "a collection is dropped by a barrier transaction")
        guard let stored = try session.collections().first(where: { $0.name == name }) else {
            throw EngineError.notFound("collection", name)
        }
        _ = try session.dropCollection(stored.id)
        effects.append { [store] in store.unregister(collection: name) }
    }

    /// Takes a namespace out of reach; its name is free again.
    ///
    /// - Precondition: the transaction is a barrier.
    public func dropNamespace(_ namespace: Namespace) throws {
        precondition(isBarrier, "a namespace is dropped by a barrier transaction")
        try session.dropNamespace(namespace.id)
        effects.append { [store] in store.unregister(namespace) }
    }

    /// Puts an empty namespace in the place of one, whose sequence it continues.
    ///
    /// - Precondition: the transaction is a barrier.
    /// - Complexity: O(1), however many records there were.
    public func replaceByEmpty(_ namespace: Namespace) throws -> Namespace {
        let seq = try seq(namespace)
        touched[namespace.id] = nil
        try dropNamespace(namespace)
        guard let collection = store.collectionID(namespace.collection.name) else {
            throw EngineError.notFound("collection", namespace.collection.name)
        }
        let id = try session.namespace(collection: collection, name: namespace.name)
        try session.continueSeq(namespace: id, after: seq)
        let fresh = Namespace(
            id: id, collection: namespace.collection, name: namespace.name,
            indexMode: store.configuration.storage.indexMode)
        touched[id] = (fresh, seq)
        effects.append { [store] in store.register(fresh) }
        return fresh
    }

    // MARK: Facts

    /// A fact about the store as a whole, or `nil`.
    public func fact(_ key: String) throws -> String? { try session.meta(key) }

    /// Sets a fact about the store as a whole.
    public func setFact(_ key: String, _ value: String) throws { try session.setMeta(key, value) }

    /// Removes a fact; one that is not there stays so.
    public func removeFact(_ key: String) throws { try session.removeMeta(key) }

    /// All facts whose keys begin with a prefix, by key.
    public func facts(prefix: String) throws -> [(key: String, value: String)] { try session.facts(prefix: prefix) }
}

// MARK: - Records

extension StoreTransaction {
    /// Inserts a record, or puts it in the place of the one with its key, whole.
    ///
    /// - Precondition: the collection has no lineage.
    /// - Returns: the record's ordinal, and whether it is new.
    public func upsert(_ draft: RecordDraft, in namespace: Namespace) throws -> (ordinal: UInt32, isNew: Bool) {
        precondition(!namespace.collection.hasLineage, "works are never overwritten")
        // Most records are new: one search of the index of keys tells.
        if let ordinal = try insertIfNew(draft, in: namespace) { return (ordinal, true) }
        guard let ordinal = try session.ordinal(namespace: namespace.id, key: draft.key) else {
            throw EngineError(.dataLoss, "the index of keys knows \"\(draft.key)\" and no record has it")
        }
        let change = RecordChange(
            payload: draft.payload, metadata: draft.metadata,
            vector: draft.vector.map(VectorChange.replace) ?? .remove, state: draft.state)
        _ = try update(ordinal, in: namespace, change)
        return (ordinal, false)
    }

    /// The ordinal of a key as of this transaction, or `nil`.
    public func ordinal(_ key: String, in namespace: Namespace) throws -> UInt32? {
        try session.ordinal(namespace: namespace.id, key: key)
    }

    /// Removes a record.
    ///
    /// - Returns: false when there was none of that ordinal.
    public func remove(_ ordinal: UInt32, in namespace: Namespace) throws -> Bool {
        precondition(!namespace.collection.hasLineage, "a work is taken down, never deleted: its lineage survives")
        guard let bytes = try session.takeRecord(namespace: namespace.id, ordinal: ordinal) else { return false }
        let metadata = try bytes.withUnsafeBytes { try MetadataCoding.decode($0) }
        _ = try seq(namespace)
        let writer = namespace.writer
        effects.append { writer.delete(ordinal: ordinal, metadata: metadata) }
        return true
    }
}
