public import Engine
import Lineage
public import PineconeAPI
import Ranking
import TextEmbedding
import VectorIndex
import Vectors

/// How a platform is opened.
public struct PlatformConfiguration: Sendable {
    /// Where vectors come from, chosen when the store is made.
    public enum Embedder: Sendable, Equatable {
        /// The model inside the program: every call that takes a vector also takes a text.
        case builtIn
        /// Vectors come with the calls.
        case external(dimension: Int)
    }

    public var directory: String
    public var mode: StoreConfiguration.Mode
    public var embedder: Embedder
    /// Where this process answers, told to whoever finds the directory locked.
    public var serverURL: String?
    public var storage: StorageOptions
    /// Where backups that are asked for over HTTP go; a directory beside the store's when `nil`.
    public var backups: String?
    /// Other names of models, each with the name of the built-in model that answers to it.
    public var modelAliases: [String: String]
    /// Milliseconds since 1970 UTC.
    public var clock: @Sendable () -> Int64

    public init(
        directory: String, mode: StoreConfiguration.Mode = .readWrite, embedder: Embedder = .builtIn,
        serverURL: String? = nil, storage: StorageOptions = StorageOptions(), backups: String? = nil,
        modelAliases: [String: String] = [:],
        clock: @escaping @Sendable () -> Int64 = StoreConfiguration.systemClock
    ) {
        self.directory = directory
        self.mode = mode
        self.embedder = embedder
        self.serverURL = serverURL
        self.storage = storage
        self.backups = backups
        self.modelAliases = modelAliases
        self.clock = clock
    }
}

/// The platform's domains over one data directory: works, lineage, agents' memories, the feed.
public final class ArcaneaPlatform: Sendable {
    public let essences: EssenceService
    public let lineage: LineageService
    public let nexus: NexusService
    public let feed: FeedService
    /// What happens to the works of realms, for whoever listens.
    public let events: RealmEventService
    /// Indexes and records as users of Pinecone know them.
    public let pinecone: PineconeService
    /// Backups and verifications of the whole store.
    public let maintenance: MaintenanceJobs
    let store: Store
    private let embedder: CollectionEmbedder
    /// Deletes what has expired, each second.
    private let expiry: Task<Void, Never>?

    /// Opens a directory and rebuilds everything that memory holds.
    ///
    /// - Parameter progress: called with the share of rows that were read.
    /// - Throws: `EngineError`, as ``Store/open(_:observer:)``.
    public static func open(
        _ configuration: PlatformConfiguration, progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws -> ArcaneaPlatform {
        try ArcaneaPlatform(configuration, progress: progress)
    }

    private init(_ configuration: PlatformConfiguration, progress: @escaping @Sendable (Double) -> Void) throws {
        let embedder = CollectionEmbedder(configuration.embedder)
        // Cosines of an unknown model mean what they say, until the store has learned better.
        let learnsRelevance = configuration.embedder != .builtIn
        let learned = LearnedCalibration(learnsRelevance ? .identity : TextEmbedder.calibration)
        let columns = EssenceColumns()
        let memories = MemoryDirectory()
        let settings = NexusSettingsDirectory()
        let reviews = ReviewDirectory()
        let calibrations = CalibrationDirectory(embedder: embedder.name)
        let events = FeedEventLog()
        let models = try InferenceModels(aliases: configuration.modelAliases)
        let pineconeLoader = PineconeLoader()
        var loader = PlatformLoader(
            columns: columns, memories: memories, settings: settings, reviews: reviews, calibrations: calibrations,
            events: events, pinecone: pineconeLoader, progress: progress)
        let store = try Store.open(
            StoreConfiguration(
                directory: configuration.directory, mode: configuration.mode, serverURL: configuration.serverURL,
                collections: [
                    CollectionSpecification(
                        name: EssenceService.collection, dimension: embedder.dimension, metric: .cosine,
                        embedder: embedder.name, hasLineage: true),
                    CollectionSpecification(
                        name: MemoryDirectory.collection, dimension: embedder.dimension, metric: .cosine,
                        embedder: embedder.name, hasLineage: false),
                    FactStore.specification,
                ], storage: configuration.storage, clock: configuration.clock), observer: &loader)

        if learnsRelevance, let relevance = calibrations.current?.relevance { learned.set(relevance) }
        self.store = store
        self.embedder = embedder
        let feed = FeedService(
            store: store, essences: EssenceColumnsDirectory(columns: columns, store: store), events: events,
            calibration: learned, dimension: embedder.dimension, clock: configuration.clock)
        let bell = ChangeBell()
        let observers: [any EssenceObserver] = [feed, bell]
        essences = EssenceService(
            store: store, columns: columns, embedder: embedder, observers: observers, clock: configuration.clock)
        lineage = LineageService(
            essences: essences, observers: observers, calibration: learned, learnsRelevance: learnsRelevance,
            reviews: reviews, calibrations: calibrations, metrics: feed,
            quality: { [feed] ordinals in feed.quality(of: ordinals) })
        nexus = NexusService(
            store: store, memories: memories, settings: settings, embedder: embedder, calibration: learned,
            clock: configuration.clock)
        expiry =
            configuration.mode == .readOnly
            ? nil
            : Task(priority: .utility) { [nexus] in
                while !Task.isCancelled {
                    // What fails now is deleted later: a full disk, say, refuses no deletion for long.
                    _ = try? await nexus.deleteExpired()
                    try? await Task.sleep(for: .seconds(1))
                }
            }
        self.feed = feed
        self.events = RealmEventService(lineage: lineage, bell: bell)
        maintenance = MaintenanceJobs(
            directory: configuration.directory, backups: configuration.backups, clock: configuration.clock)
        pinecone = try pineconeLoader.finish(
            store, models: models, isWritable: configuration.mode == .readWrite, clock: configuration.clock)
    }

    /// Counts and the state of the index.
    public func status() -> PlatformStatus {
        let snapshot = essences.snapshot
        return PlatformStatus(
            state: "ready", version: BuildInformation.version, embedder: embedder.name, dimension: embedder.dimension,
            essences: snapshot?.recordCount ?? 0, edges: snapshot?.lineage?.edgeCount ?? 0,
            nexuses: store.namespaces(MemoryDirectory.collection).count, memories: nexus.memoryCount,
            viewers: feed.viewerCount, seq: snapshot?.seq ?? 0, vectors: snapshot?.index.liveCount ?? 0,
            sealedVectors: snapshot?.index.sealedCount ?? 0, acceptsWrites: store.health.acceptsWrites,
            damages: store.health.damages)
    }

    /// How the store keeps what it is given.
    public var health: StoreHealth { store.health }

    /// What the database takes of the disk.
    public func space() throws -> StoreSpace { try store.space() }

    /// Begins to give what deletions freed back to the disk.
    ///
    /// - Throws: `failedPrecondition` while another job of ``maintenance`` runs.
    public func startCompaction() throws -> MaintenanceJob { try maintenance.startCompaction(of: store) }

    /// The answer kept under an idempotency key; see ``IdempotentRequest``.
    public func keptAnswer(forKey key: String, fingerprint: UInt64) throws -> KeptAnswer? {
        try store.keptAnswer(forKey: key, fingerprint: fingerprint)
    }

    /// Whether an answer is kept under an idempotency key.
    public func hasAnswer(forKey key: String) throws -> Bool { try store.hasAnswer(forKey: key) }

    /// Keeps the answer of a request whose changes were recorded.
    public func keep(_ answer: KeptAnswer, of request: IdempotentRequest) async throws {
        try await store.keep(answer, of: request)
    }

    /// Waits until the graphs cover what they should. Searches never need it: they scan exactly until then.
    ///
    /// - Parameter progress: called five times a second with the share of the graph under way.
    public func waitForIndexes(progress: @escaping @Sendable (Double) -> Void = { _ in }) async {
        let reporter = Task { [store] in
            while !Task.isCancelled {
                if let share = store.sealProgress { progress(share) }
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        await store.waitForSeals()
        reporter.cancel()
    }

    /// Finishes writes, writes index files, and gives the directory back.
    public func close() async {
        expiry?.cancel()
        await expiry?.value
        await pinecone.close()
        await store.close()
    }
}

/// Hands what a store holds to the domains while it opens.
private struct PlatformLoader: StoreLoadObserver {
    let columns: EssenceColumns
    let memories: MemoryDirectory
    let settings: NexusSettingsDirectory
    let reviews: ReviewDirectory
    let calibrations: CalibrationDirectory
    let events: FeedEventLog
    let pinecone: PineconeLoader
    let progress: @Sendable (Double) -> Void

    mutating func didLoad(_ record: LoadedRecord, in namespace: Namespace) throws -> UInt32 {
        switch namespace.collection.name {
        case EssenceService.collection: return try columns.load(record)
        case MemoryDirectory.collection: try memories.load(record, nexusId: namespace.name)
        case FactStore.collection: try load(fact: record, FactStore.Kind(rawValue: namespace.name))
        default:
            if pinecone.owns(namespace.collection) { try pinecone.didLoad(record, in: namespace) }
        }
        return 0
    }

    private func load(fact record: LoadedRecord, _ kind: FactStore.Kind?) throws {
        switch kind {
        case .nexus: try settings.load(record)
        case .review: try reviews.load(record)
        case .calibration: try calibrations.load(record)
        case nil: break
        }
    }

    mutating func didLoad(_ event: EngineEvent) throws { events.load(event) }

    func didProgress(_ fraction: Double) { progress(fraction) }
}

extension CollectionEmbedder {
    init(_ embedder: PlatformConfiguration.Embedder) {
        switch embedder {
        case .builtIn:
            let model = TextEmbedder.builtIn
            self.init(name: model.name, dimension: model.dimension, embed: { model.embed($0) })
        case .external(let dimension):
            self.init(name: "external", dimension: dimension, embed: nil)
        }
    }
}
