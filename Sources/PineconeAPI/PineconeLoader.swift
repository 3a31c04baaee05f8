public import Engine

/// Takes what a store holds of the Pinecone surface while it opens.
public struct PineconeLoader: Sendable {
    let catalog = IndexCatalog()
    let sparses = SparseDirectory()

    public init() {}

    /// Whether a collection belongs to this surface.
    public func owns(_ collection: CollectionSpecification) -> Bool {
        collection.name.hasPrefix(PineconeIndex.collectionPrefix)
    }

    /// Called once per record of an owned collection, in ordinal order within a namespace.
    public func didLoad(_ record: LoadedRecord, in namespace: Namespace) throws {
        try sparses.load(record, in: namespace)
    }

    /// Reads the catalog and hands out the service.
    ///
    /// - Throws: `dataLoss` when a description cannot be read.
    public func finish(
        _ store: Store, models: InferenceModels, isWritable: Bool, clock: @escaping @Sendable () -> Int64
    ) throws -> PineconeService {
        for fact in try store.facts(prefix: PineconeIndex.factPrefix) {
            catalog.set(try PineconeIndex(decoding: fact.value))
        }
        for fact in try store.facts(prefix: NamespaceSchema.factPrefix) {
            let schema = try NamespaceSchema(decoding: fact.value)
            catalog.setFilterableFields(schema.fields, of: schema.index, namespace: schema.namespace)
        }
        for fact in try store.facts(prefix: PineconeBackup.factPrefix) {
            catalog.set(try PineconeBackup(decoding: fact.value))
        }
        for fact in try store.facts(prefix: RestoreJob.factPrefix) {
            catalog.set(try RestoreJob(decoding: fact.value))
        }
        sparses.publish()
        let service = PineconeService(
            store: store, catalog: catalog, sparses: sparses, models: models, clock: clock)
        if isWritable { service.takeUp() }
        return service
    }
}
