import Lineage
public import Metadata
import Storage
import VectorIndex
import Vectors

/// What a store hands to its owner while it opens, so that the owner can rebuild its own columns.
public protocol StoreLoadObserver {
    /// Called once per stored record, in ordinal order within a namespace.
    ///
    /// - Returns: the record's creator number for the lineage graph; ignored in collections without lineage.
    mutating func didLoad(_ record: LoadedRecord, in namespace: Namespace) throws -> UInt32

    /// Called once per stored event, in the order of arrival, after all records.
    mutating func didLoad(_ event: EngineEvent) throws

    /// Called now and then with the share that is done, in 0…1.
    func didProgress(_ fraction: Double)
}

/// A record as start-up reads it. The vector stays with the engine.
public struct LoadedRecord: Sendable {
    public var ordinal: UInt32
    public var key: String
    public var seq: UInt64
    public var createdAt: Int64
    public var updatedAt: Int64
    public var state: UInt8
    public var payload: [UInt8]
    public var metadata: MetadataRecord
}

extension Store {
    /// Opens a data directory, making it when it does not exist.
    ///
    /// Rows, keys, metadata bitmaps and lineage are rebuilt from the truth in one scan; the graph of each index is read
    /// from its file when that file is whole and agrees with the truth, and is rebuilt in the background otherwise, while
    /// searches scan exactly. Nothing is ever served empty.
    ///
    /// - Throws: ``EngineError``: `unavailable` when another process holds the directory, `dataLoss` when a row fails its
    ///   checksum, `failedPrecondition` when the store was made with other collections or by a newer program.
    /// - Complexity: O(records + edges); about 1 s per 200,000 records of 256 dimensions.
    public static func open(
        _ configuration: StoreConfiguration, observer: inout some StoreLoadObserver
    ) throws -> Store {
        do {
            let database = try SQLiteStore.open(
                directory: configuration.directory, mode: configuration.mode == .readWrite ? .readWrite : .readOnly,
                serverURL: configuration.serverURL, options: configuration.storage.stored)
            let store = Store(configuration: configuration, database: database)
            try store.load(&observer)
            return store
        } catch {
            throw EngineError(translating: error)
        }
    }

    private func load(_ observer: inout some StoreLoadObserver) throws {
        for specification in configuration.collections { try agree(on: specification) }
        // One view for everything: a store may be opened for reading while another process writes to it.
        try database.readers.read { try load(from: $0, &observer) }
        if configuration.mode == .readWrite {
            for namespace in allNamespaces { considerSealing(namespace) }
            startScrubbing()
        }
        observer.didProgress(1)
    }

    private func load(from reader: ReadSnapshot, _ observer: inout some StoreLoadObserver) throws {
        let named = Set(configuration.collections.map(\.name))
        for entry in try Self.runtimeCollections(reader, besides: named) {
            register(entry.specification, id: entry.id)
        }
        let rows = try reader.namespaces()
        let total = max(1, rows.reduce(0) { $0 + $1.recordCount })
        var done = 0
        for row in rows {
            guard let specification = collection(ofID: row.collectionID) else { continue }
            let namespace = Namespace(
                id: row.id, collection: specification, name: row.name, indexMode: configuration.storage.indexMode)
            try load(namespace, row: row, from: reader, observer: &observer) { observer in
                done += 1
                if done % 10_000 == 0 { observer.didProgress(Double(done) / Double(total)) }
            }
            register(namespace)
        }
        try reader.scanEvents { try observer.didLoad(EngineEvent($0)) }
    }

    /// Makes the collection in a new store, or checks that the old one is the same.
    private func agree(on specification: CollectionSpecification) throws {
        if let stored = try database.readers.collection(named: specification.name) {
            guard stored.dimension == specification.dimension, stored.metric == specification.metric.rawValue,
                stored.embedder == specification.embedder
            else {
                throw EngineError(
                    .failedPrecondition,
                    "collection \"\(specification.name)\" was made with \(stored.dimension) dimensions, metric "
                        + "\(stored.metric) and embedder \(stored.embedder); this program was asked for "
                        + "\(specification.dimension), \(specification.metric.rawValue) and \(specification.embedder)",
                    field: "embedder")
            }
            register(specification, id: stored.id)
        } else if configuration.mode == .readWrite {
            let createdAt = configuration.clock()
            let id = try database.commits.runNow { session in
                try session.createCollection(
                    name: specification.name, dimension: specification.dimension,
                    metric: specification.metric.rawValue, embedder: specification.embedder,
                    createdAt: createdAt)
            }
            register(specification, id: id)
        } else {
            throw EngineError(
                .failedPrecondition, "the store in \(configuration.directory) has no collection \(specification.name)")
        }
    }

    private func load<Observer: StoreLoadObserver>(
        _ namespace: Namespace, row: StoredNamespace, from reader: ReadSnapshot, observer: inout Observer,
        tick: (Observer) -> Void
    ) throws {
        let writer = namespace.writer
        var plan = SlotPlan(file: indexSegment(of: namespace), specification: namespace.collection)
        var nodes = LineageFile.Nodes()
        try reader.scanRecords(namespace: namespace.id) { stored in
            let record = LoadedRecord(
                ordinal: stored.ordinal, key: stored.key, seq: stored.seq, createdAt: stored.createdAt,
                updatedAt: stored.updatedAt, state: stored.state, payload: Array(stored.payload),
                metadata: try MetadataCoding.decode(stored.metadata))
            let creator = try observer.didLoad(record, in: namespace)
            writer.fillGaps(upTo: stored.ordinal)
            writer.rows.append(
                RecordRow(
                    key: stored.key, createdAt: stored.createdAt, slot: RecordRow.noSlot, state: stored.state,
                    exists: true))
            writer.keys.set(stored.key, stored.ordinal)
            writer.metadata.insert(stored.ordinal, record.metadata)
            writer.recordCount += 1
            if let vector = stored.vector {
                plan.place(vector.bindMemory(to: Float.self), ordinal: stored.ordinal, vectorSeq: stored.vectorSeq)
            }
            if writer.lineage != nil {
                guard nodes.count == stored.ordinal else {
                    throw EngineError(
                        .dataLoss, "work #\(stored.ordinal) is stored where work #\(nodes.count) was expected")
                }
                nodes.append(creator: creator, createdAt: stored.createdAt)
            }
            tick(observer)
        }
        writer.seq = row.seq
        writer.fillGaps(upTo: row.nextOrdinal)
        if let lineage = writer.lineage {
            let rows = try reader.edges(namespace: namespace.id)
            writer.persistedLineageSeq = try LineageFile.rebuild(
                lineage, nodes, rows, sequence: row.seq, image: lineageImage(of: namespace))
            if writer.persistedLineageSeq == 0, configuration.mode == .readWrite {
                try? database.derivedFiles.remove(LineageFile.name(namespace: namespace.id))
            }
            writer.rows.enumerate { ordinal, row in
                if let state = NodeState(rawValue: row.state), state != .live {
                    lineage.setState(state, of: UInt32(ordinal))
                }
            }
        }
        plan.fill(writer)
        namespace.publish()
    }

    /// The index as its file has it; `nil` when there is no file or it is damaged, and the index is made again.
    private func indexSegment(of namespace: Namespace) -> IndexSegment? {
        try? IndexSegment(of: namespace.id, in: database.derivedFiles)
    }

    /// The file's edges where they are mapped; `nil` when there is no file or it is damaged, and the rows have it all.
    private func lineageImage(of namespace: Namespace) -> LineageImage? {
        try? database.derivedFiles.map(LineageFile.name(namespace: namespace.id)) { bytes, file in
            try LineageImage(mapping: bytes, owner: file)
        }
    }
}

/// Gives each record the slot that the index file has for its vector, or a new one behind them.
private struct SlotPlan {
    private let file: IndexSegment?
    private var slotOfOrdinal: [UInt32: UInt32] = [:]
    /// Whether the record of a slot in the file still has the vector of that slot.
    private var isCurrent: [Bool] = []
    private var tail: [(ordinal: UInt32, vectorSeq: UInt64, vector: [Float])] = []

    /// Share of dead slots above which a rebuild gives a better graph than a repair.
    private static let deadShareMax = 0.1

    init(file: IndexSegment?, specification: CollectionSpecification) {
        let fits = file?.graph.dimension == specification.dimension && file?.graph.metric == specification.metric
        self.file = fits ? file : nil
        guard let file = self.file else { return }
        isCurrent = [Bool](repeating: false, count: file.slots.count)
        slotOfOrdinal.reserveCapacity(file.slots.count)
        for (slot, entry) in file.slots.enumerated() { slotOfOrdinal[entry.ordinal] = UInt32(slot) }
    }

    mutating func place(_ vector: UnsafeBufferPointer<Float>, ordinal: UInt32, vectorSeq: UInt64) {
        if let slot = slotOfOrdinal[ordinal], let file, file.slots[Int(slot)].vectorSeq == vectorSeq {
            isCurrent[Int(slot)] = true
        } else {
            tail.append((ordinal, vectorSeq, Array(vector)))
        }
    }

    /// Hands everything to the writer: the file's slots with their graph when enough of them live, then the others.
    func fill(_ writer: NamespaceWriter) {
        if let file {
            let dead = isCurrent.count { !$0 }
            if Double(dead) <= Self.deadShareMax * Double(isCurrent.count), writer.index.install(file.graph) {
                adopt(file, writer)
            } else {
                copyCurrent(of: file, writer)
            }
        }
        for entry in tail {
            entry.vector.withUnsafeBufferPointer {
                let slot = writer.append(vector: $0, ordinal: entry.ordinal, seq: entry.vectorSeq)
                writer.rows[Int(entry.ordinal)].slot = slot
            }
        }
    }

    /// The index has the file's slots already: says what they stand for, and which of them are dead.
    private func adopt(_ file: IndexSegment, _ writer: NamespaceWriter) {
        for (slot, entry) in file.slots.enumerated() {
            writer.ordinalOfSlot.append(entry.ordinal)
            writer.vectorSeqOfSlot.append(entry.vectorSeq)
            if isCurrent[slot] {
                writer.rows[Int(entry.ordinal)].slot = UInt32(slot)
            } else {
                writer.index.remove(UInt32(slot))
            }
        }
        writer.persistedSlots = file.slots.count
    }

    private func copyCurrent(of file: IndexSegment, _ writer: NamespaceWriter) {
        for (slot, entry) in file.slots.enumerated() where isCurrent[slot] {
            guard let vector = file.graph.vector(UInt32(slot)) else { continue }
            let copy = vector.withUnsafeBufferPointer {
                writer.append(vector: $0, ordinal: entry.ordinal, seq: entry.vectorSeq)
            }
            writer.rows[Int(entry.ordinal)].slot = copy
        }
    }
}
