import Engine

/// Indexes, namespaces and records as users of Pinecone know them, over one store.
///
/// Each index is a collection of the engine, each of its namespaces a namespace of the engine. Every write is durable and
/// visible to all reads when its answer goes out.
public final class PineconeService: Sendable {
    let store: Store
    let catalog: IndexCatalog
    let sparses: SparseDirectory
    let models: InferenceModels
    let clock: @Sendable () -> Int64
    /// Removal of dropped rows, backups and restores, one after the other.
    let background = BackgroundWork()

    init(
        store: Store, catalog: IndexCatalog, sparses: SparseDirectory, models: InferenceModels,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.catalog = catalog
        self.sparses = sparses
        self.models = models
        self.clock = clock
    }

    /// Ends work in the background; what is left goes on after the next opening.
    public func close() async { await background.stop() }

    /// An index that is there.
    ///
    /// - Throws: `notFound`.
    func index(_ name: String) throws -> PineconeIndex {
        guard let index = catalog.index(named: name) else {
            throw EngineError(.notFound, "Resource \(name.prefix(64)) not found: there is no index of that name")
        }
        return index
    }

    /// An index of vectors.
    ///
    /// - Throws: `notFound`; `invalidArgument` for one of documents.
    func vectorIndex(_ name: String) throws -> PineconeIndex {
        let index = try index(name)
        guard index.documentFields == nil else {
            throw EngineError.refused(
                "index", "index \(name) was made with named fields: it holds documents, not vectors",
                limit: "an index of vectors")
        }
        guard index.state == .ready else {
            throw EngineError.refused("index", "index \(name) is not ready: \(index.state.rawValue)", limit: "Ready")
        }
        return index
    }

    /// A namespace that was written to or created, or `nil`.
    func namespace(_ name: String, of index: PineconeIndex) -> Namespace? {
        store.namespace(index.collection, name)
    }

    /// Goes on with what the last process left unfinished.
    func takeUp() {
        for backup in catalog.backups where backup.status == .initializing {
            background.add { [self] in try await giveUp(backup) }
        }
        for job in catalog.jobs where job.status == .running { resume(job) }
        removeDropped()
    }

    func removeDropped() {
        background.add { [store] in try await store.purgeDropped() }
    }
}

/// An answer with the sequence of the namespace that it is about.
public struct Sequenced<Value: Sendable>: Sendable {
    public var value: Value
    /// Of a write: the sequence it got. Of a read: the last one that it saw. `nil` when there is no namespace.
    public var lsn: UInt64?
}
