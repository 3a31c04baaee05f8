import Foundation
import Lineage
import Storage
import Synchronization
import VectorIndex

/// How a store is opened.
public struct StoreConfiguration: Sendable {
    public enum Mode: Sendable {
        /// The one process that writes; holds the directory's lock.
        case readWrite
        /// Reads beside a writer, as of the moment of opening.
        case readOnly
    }

    public var directory: String
    public var mode: Mode
    /// Where the holder of the directory answers, told to whoever finds it locked.
    public var serverURL: String?
    /// Collections that must exist. They are made in a new store; in an old one they must agree with it.
    public var collections: [CollectionSpecification]
    public var storage: StorageOptions
    /// Milliseconds since 1970 UTC.
    public var clock: @Sendable () -> Int64

    public init(
        directory: String, mode: Mode = .readWrite, serverURL: String? = nil, collections: [CollectionSpecification],
        storage: StorageOptions = StorageOptions(),
        clock: @escaping @Sendable () -> Int64 = StoreConfiguration.systemClock
    ) {
        self.directory = directory
        self.mode = mode
        self.serverURL = serverURL
        self.collections = collections
        self.storage = storage
        self.clock = clock
    }

    /// The machine's clock.
    public static let systemClock: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1_000) }
}

/// A data directory, open: the truth in SQLite, indexes and lineage in memory, one writer, lock-free readers.
///
/// Every acknowledged write is in SQLite with `synchronous=FULL` before ``write(barrier:_:)`` returns, and in the
/// namespace's published snapshot: a read that starts afterwards sees it.
public final class Store: Sendable {
    /// Namespaces by collection and name.
    private struct Registry {
        var namespaces: [String: [String: Namespace]] = [:]
        /// Made by a transaction that has not committed; kept so that later ones of the group find the same object.
        var collections: [String: (specification: CollectionSpecification, id: Int64)] = [:]
    }

    let configuration: StoreConfiguration
    let database: SQLiteStore
    private let registry = Mutex(Registry())
    private let sealer: Sealer?
    private let scrubber: Scrubber?

    init(configuration: StoreConfiguration, database: SQLiteStore) {
        self.configuration = configuration
        self.database = database
        sealer = configuration.mode == .readWrite ? Sealer(database: database) : nil
        let files = database.derivedFiles
        scrubber = configuration.storage.scrub.map { schedule in
            Scrubber(
                readers: database.readers, files: files, schedule: schedule,
                check: { try IndexSegment.check($0, in: files) }, onDamage: configuration.storage.onDamage)
        }
    }

    /// A store that was dropped without ``close()`` builds no further: the work would outlive its reader.
    deinit { sealer?.abandon() }

    // MARK: Reading

    public func collection(_ name: String) -> CollectionSpecification? {
        registry.withLock { $0.collections[name]?.specification }
    }

    /// The namespace of that name, or `nil` before its first write.
    public func namespace(_ collection: String, _ name: String) -> Namespace? {
        registry.withLock { $0.namespaces[collection]?[name] }
    }

    /// All namespaces of a collection, by name.
    public func namespaces(_ collection: String) -> [Namespace] {
        registry.withLock { Array($0.namespaces[collection, default: [:]].values) }.sorted { $0.name < $1.name }
    }

    /// A record from the truth, its checksum verified, or `nil`.
    public func record(_ ordinal: UInt32, in namespace: Namespace) throws -> Record? {
        try translating {
            try database.readers.record(namespace: namespace.id, ordinal: ordinal).map { try Record($0) }
        }
    }

    /// Records from the truth, in the order asked; ordinals without a record are left out.
    public func records(_ ordinals: [UInt32], in namespace: Namespace) throws -> [Record] {
        try translating {
            try database.readers.records(namespace: namespace.id, ordinals: ordinals).map { try Record($0) }
        }
    }

    // MARK: Writing

    /// Runs `body` inside the truth's transaction and returns once its changes are durable and visible.
    ///
    /// Requests that wait at the same time share one commit; each is a savepoint of its own, so that one that throws
    /// undoes only itself.
    ///
    /// - Parameter barrier: runs alone, with memory showing everything written before: for changes that must look at
    ///   the graph itself, such as late edges.
    /// - Parameter grows: false for what removes more than it adds: it goes on when the disk is at its floor.
    /// - Throws: ``EngineError``; nothing was changed then.
    public func write<Result: Sendable>(
        barrier: Bool = false, grows: Bool = true, _ body: @escaping @Sendable (StoreTransaction) throws -> Result
    ) async throws -> Result {
        guard configuration.mode == .readWrite else {
            throw EngineError(.failedPrecondition, "the store in \(configuration.directory) is open for reading only")
        }
        let request = IdempotentRequest.current
        do {
            return try await database.commits.submit(barrier: barrier, grows: grows) { [self] session in
                try request?.record(in: session, now: configuration.clock())
                let transaction = StoreTransaction(
                    store: self, session: session, now: configuration.clock(), isBarrier: barrier)
                let result = try body(transaction)
                return (
                    result,
                    {
                        transaction.apply()
                        request?.didRecord()
                    }
                )
            }
        } catch let answered as AnsweredBefore {
            throw answered
        } catch {
            throw EngineError(translating: error)
        }
    }

    /// Leaves no trace of deleted records in the database's files: freed space is overwritten as it is freed, and the log
    /// is emptied here.
    ///
    /// - Returns: false when a reader of an older state holds it up; the next call, or closing the store, makes up for it.
    @discardableResult
    public func eraseFreedSpace() async -> Bool {
        await database.commits.checkpoint()
    }

    // MARK: Lifecycle

    /// Waits until every namespace that wants a graph has one. Searches never need it: they scan exactly until then.
    public func waitForSeals() async {
        await sealer?.drain()
    }

    /// Share of the running seal that is done, 0…1, or `nil` when none runs.
    public var sealProgress: Double? { sealer?.progress }

    /// Finishes writes and seals, writes the index files, gives the directory back.
    public func close() async {
        await scrubber?.stop()
        if let sealer {
            await sealer.stop()
            await database.commits.drain()
            for namespace in allNamespaces {
                sealer.persist(namespace)
                sealer.persistLineage(namespace, sealsFirst: true)
            }
            await sealer.drain()
        }
        database.close()
    }

    /// Begins the reading in the background that the configuration asks for.
    func startScrubbing() { scrubber?.start() }

    /// How the store keeps what it is given, for status pages.
    public var health: StoreHealth {
        StoreHealth(
            database.space, configuration.mode == .readWrite ? database.commits.counters : nil, scrubber?.status)
    }

    /// State of every namespace, for status pages.
    public var status: [NamespaceStatus] {
        allNamespaces.map { namespace in
            let snapshot = namespace.snapshot
            return NamespaceStatus(
                collection: namespace.collection.name, namespace: namespace.name, seq: snapshot.seq,
                records: snapshot.recordCount, vectors: snapshot.index.liveCount,
                sealedVectors: snapshot.index.sealedCount, edges: snapshot.lineage?.edgeCount)
        }
    }

    var allNamespaces: [Namespace] {
        registry.withLock { registry in registry.namespaces.values.flatMap(\.values) }
    }

    // MARK: Registry

    func collection(ofID id: Int64) -> CollectionSpecification? {
        registry.withLock { $0.collections.values.first { $0.id == id }?.specification }
    }

    func collectionID(_ name: String) -> Int64? {
        registry.withLock { $0.collections[name]?.id }
    }

    func register(_ specification: CollectionSpecification, id: Int64) {
        registry.withLock { $0.collections[specification.name] = (specification, id) }
    }

    func unregister(collection name: String) {
        registry.withLock { registry in
            registry.collections[name] = nil
            registry.namespaces[name] = nil
        }
    }

    func unregister(_ namespace: Namespace) {
        registry.withLock { registry in
            let name = namespace.collection.name
            if registry.namespaces[name]?[namespace.name]?.id == namespace.id {
                registry.namespaces[name]?[namespace.name] = nil
            }
        }
    }

    func register(_ namespace: Namespace) {
        registry.withLock { $0.namespaces[namespace.collection.name, default: [:]][namespace.name] = namespace }
    }

    /// On the writer's queue: the namespace's row is made in the running transaction when it is new.
    ///
    /// A namespace whose transaction fails stays registered without a record: it answers as an empty one, and its row
    /// is made again by the next write.
    func namespaceForWriting(_ collection: String, _ name: String, _ session: WriteSession) throws -> Namespace {
        guard let entry = registry.withLock({ $0.collections[collection] }) else {
            throw EngineError.notFound("collection", collection)
        }
        let id = try session.namespace(collection: entry.id, name: name)
        if let namespace = namespace(collection, name), namespace.id == id { return namespace }
        let namespace = Namespace(
            id: id, collection: entry.specification, name: name, indexMode: configuration.storage.indexMode)
        register(namespace)
        return namespace
    }

    /// On the writer's queue, after a publication.
    func considerSealing(_ namespace: Namespace) {
        sealer?.consider(namespace)
    }

    func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw EngineError(translating: error)
        }
    }
}

/// State of one namespace.
public struct NamespaceStatus: Sendable, Encodable {
    public var collection: String
    public var namespace: String
    public var seq: UInt64
    public var records: Int
    public var vectors: Int
    /// Vectors that the graph covers; the others are scanned exactly.
    public var sealedVectors: Int
    public var edges: Int?
}
