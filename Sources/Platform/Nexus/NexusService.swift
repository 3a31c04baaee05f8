import Engine
import Ranking

/// What agents remember: each nexus is a namespace of its own, and no answer ever mixes two.
///
/// A nexus comes into being with its first memory; before that it answers as an empty one. Writes are durable and
/// visible to recalls when they return.
public final class NexusService: Sendable {
    let store: Store
    let memories: MemoryDirectory
    let settings: NexusSettingsDirectory
    let embedder: CollectionEmbedder
    /// Cosine to relevance, shipped with the model: so the first memory of a store is recalled.
    let learned: LearnedCalibration
    let clock: @Sendable () -> Int64
    let dedupPolicy = MemoryDedupPolicy()
    let candidatePolicy: RecallCandidatePolicy

    /// - Parameters:
    ///   - memories, settings: filled while the store was loading.
    ///   - clock: milliseconds since 1970 UTC.
    init(
        store: Store, memories: MemoryDirectory, settings: NexusSettingsDirectory = NexusSettingsDirectory(),
        embedder: CollectionEmbedder, calibration: LearnedCalibration,
        candidatePolicy: RecallCandidatePolicy = RecallCandidatePolicy(), clock: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.memories = memories
        self.settings = settings
        self.embedder = embedder
        learned = calibration
        self.candidatePolicy = candidatePolicy
        self.clock = clock
    }

    /// What cosines mean: memories and works have the same embedding model.
    var calibration: CosineCalibration { learned.value }

    /// True when the nexus has a memory of that id.
    func exists(_ nexusId: String, _ id: String) -> Bool {
        store.namespace(MemoryDirectory.collection, nexusId)?.snapshot.ordinal(ofKey: id) != nil
    }

    /// Number of memories of all nexuses.
    public var memoryCount: Int {
        store.namespaces(MemoryDirectory.collection).reduce(0) { $0 + $1.snapshot.recordCount }
    }
}

// MARK: - Reading

/// The id of what was deleted.
public struct DeletedAnswer: Sendable, Encodable {
    public var id: String
}

/// An agent that has memories.
public struct NexusSummary: Sendable, Encodable {
    public var id: String
    /// Number of its memories.
    public var memories: Int
    /// Sequence of its namespace.
    public var seq: UInt64
}

extension NexusService {
    /// Agents that have memories, in the order of their ids.
    ///
    /// - Parameters:
    ///   - prefix: beginning of the ids.
    ///   - limit: 1…1000.
    public func agents(prefix: String?, limit: Int) throws -> Listing<NexusSummary> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(limit, "limit", Limits.batchCount)
        let found = store.namespaces(MemoryDirectory.collection).lazy
            .filter { $0.name.hasPrefix(prefix ?? "") }
            .map { NexusSummary(id: $0.name, memories: $0.snapshot.recordCount, seq: $0.snapshot.seq) }
        let items = Array(found.prefix(limit))
        return Listing(items: items, seq: items.map(\.seq).max() ?? 0, tookMicros: timer.micros)
    }

    /// A memory by its id.
    ///
    /// - Throws: `notFound` when the nexus has no such memory.
    public func get(_ nexusId: String, _ id: String) throws -> Memory {
        try ArgumentCheck.check(nexusId: nexusId)
        guard let namespace = store.namespace(MemoryDirectory.collection, nexusId),
            let ordinal = namespace.snapshot.ordinal(ofKey: id),
            let record = try store.record(ordinal, in: namespace)
        else { throw EngineError.notFound("memory", id, field: "id") }
        return try Memory(record, nexusId: nexusId)
    }

    /// A page of a nexus's memories, in the order in which they were added: all that are stored, with those that ended and
    /// those that were forgotten softly.
    ///
    /// The cursor names the last memory of the page before, so pages neither repeat nor skip a memory while others are
    /// added or deleted.
    /// - Parameters:
    ///   - limit: 1…1000.
    ///   - includeVectors: with each memory's vector, as it was given or embedded.
    /// - Throws: `invalidArgument` for a limit out of range and for a cursor that another nexus, or nobody, handed out.
    public func list(
        _ nexusId: String, cursor: String?, limit: Int, includeVectors: Bool = false
    ) throws -> Listing<Memory> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(nexusId: nexusId)
        try ArgumentCheck.check(limit, "limit", Limits.batchCount)
        let start = try cursor.map { try MemoryCursor(decoding: $0, nexusId: nexusId).next } ?? 0
        guard let namespace = store.namespace(MemoryDirectory.collection, nexusId) else {
            return Listing(items: [], seq: 0, tookMicros: timer.micros)
        }
        let snapshot = namespace.snapshot
        var ordinals: [UInt32] = []
        var next = start
        while ordinals.count < limit, Int(next) < snapshot.rows.count {
            if snapshot.rows[Int(next)].exists { ordinals.append(next) }
            next += 1
        }
        let items = try store.records(ordinals, in: namespace).map { record in
            var memory = try Memory(record, nexusId: nexusId)
            if includeVectors { memory.vector = record.vector }
            return memory
        }
        let hasMore = (Int(next)..<max(Int(next), snapshot.rows.count)).contains { snapshot.rows[$0].exists }
        return Listing(
            items: items, cursor: hasMore ? MemoryCursor(next: next).encoded(nexusId: nexusId) : nil, seq: snapshot.seq,
            tookMicros: timer.micros)
    }
}

/// Where a listing of memories goes on: bound to its nexus.
struct MemoryCursor: Equatable {
    /// Ordinal of the first memory of the next page.
    var next: UInt32

    func encoded(nexusId: String) -> String {
        var cursor = CursorWriter(kind: .memories, owner: nexusId)
        cursor.append(UInt64(next))
        return cursor.text
    }

    init(next: UInt32) {
        self.next = next
    }

    init(decoding text: String, nexusId: String) throws {
        var cursor = try CursorReader(text, kind: .memories, owner: nexusId)
        guard let next = UInt32(exactly: try cursor.number()) else { throw CursorReader.broken }
        try cursor.finish()
        self.next = next
    }
}
