import Foundation
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
                serverURL: configuration.serverURL)
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
        }
        observer.didProgress(1)
    }

    private func load(from reader: ReadSnapshot, _ observer: inout some StoreLoadObserver) throws {
        let rows = try reader.namespaces()
        let total = max(1, rows.reduce(0) { $0 + $1.recordCount })
        var done = 0
        for row in rows {
            guard let specification = collection(ofID: row.collectionID) else { continue }
            let namespace = Namespace(id: row.id, collection: specification, name: row.name)
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
        var plan = SlotPlan(file: indexFile(of: namespace), dimension: namespace.collection.dimension)
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

    private func indexFile(of namespace: Namespace) -> IndexFile? {
        try? database.derivedFiles.read(IndexFile.name(namespace: namespace.id)) { try IndexFile(deserializing: $0) }
    }

    /// The file's edges where they are mapped; `nil` when there is no file or it is damaged, and the rows have it all.
    private func lineageImage(of namespace: Namespace) -> LineageImage? {
        try? database.derivedFiles.map(LineageFile.name(namespace: namespace.id)) { bytes, file in
            try LineageImage(mapping: bytes, owner: file)
        }
    }
}

/// Brings vectors into the slot order of the index file, so that its graph fits.
private struct SlotPlan {
    private let file: IndexFile?
    private let dimension: Int
    private var slotOfOrdinal: [UInt32: UInt32] = [:]
    /// Vectors of the file's slots, in slot order; slots without a vector stay dead.
    private var placed: [Float] = []
    private var isPlaced: [Bool] = []
    private var tail: [(ordinal: UInt32, vectorSeq: UInt64, vector: [Float])] = []

    /// Share of dead slots above which a rebuild gives a better graph than a repair.
    private static let deadShareMax = 0.1

    init(file: IndexFile?, dimension: Int) {
        self.file = file
        self.dimension = dimension
        guard let file else { return }
        placed = [Float](repeating: 0, count: file.slots.count * dimension)
        isPlaced = [Bool](repeating: false, count: file.slots.count)
        slotOfOrdinal.reserveCapacity(file.slots.count)
        for (slot, entry) in file.slots.enumerated() { slotOfOrdinal[entry.ordinal] = UInt32(slot) }
    }

    mutating func place(_ vector: UnsafeBufferPointer<Float>, ordinal: UInt32, vectorSeq: UInt64) {
        if let slot = slotOfOrdinal[ordinal], let file, file.slots[Int(slot)].vectorSeq == vectorSeq {
            isPlaced[Int(slot)] = true
            let start = Int(slot) * dimension
            for index in 0..<dimension { placed[start + index] = vector[index] }
        } else {
            tail.append((ordinal, vectorSeq, Array(vector)))
        }
    }

    /// Hands everything to the writer: the file's slots with their graph when enough of them live, then the others.
    func fill(_ writer: NamespaceWriter) {
        let dead = isPlaced.count { !$0 }
        let usesFile = file != nil && Double(dead) <= Self.deadShareMax * Double(isPlaced.count)
        // A dead slot needs some vector; a unit vector is valid in every metric and is never returned.
        let unit = [1] + [Float](repeating: 0, count: dimension - 1)
        placed.withUnsafeBufferPointer { placed in
            for (slot, entry) in (file?.slots ?? []).enumerated() {
                if isPlaced[slot] {
                    let row = UnsafeBufferPointer(rebasing: placed[slot * dimension..<(slot + 1) * dimension])
                    let given = writer.append(vector: row, ordinal: entry.ordinal, seq: entry.vectorSeq)
                    writer.rows[Int(entry.ordinal)].slot = given
                } else if usesFile {
                    let given = unit.withUnsafeBufferPointer {
                        writer.append(vector: $0, ordinal: entry.ordinal, seq: entry.vectorSeq)
                    }
                    writer.index.remove(given)
                }
            }
        }
        for entry in tail {
            let slot = entry.vector.withUnsafeBufferPointer {
                writer.append(vector: $0, ordinal: entry.ordinal, seq: entry.vectorSeq)
            }
            writer.rows[Int(entry.ordinal)].slot = slot
        }
        if usesFile, let file {
            let threads = ProcessInfo.processInfo.activeProcessorCount
            writer.index.install(file.graph.withCodes(for: writer.index, threads: threads))
            writer.persistedSlots = file.slots.count
        }
    }
}
