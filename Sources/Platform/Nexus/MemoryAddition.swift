import Engine
import Ranking

/// One call of ``NexusService/add(_:_:)`` inside its transaction.
struct MemoryAddition {
    let service: NexusService
    let transaction: StoreTransaction
    let namespace: Namespace
    let columns: MemoryColumns
    /// Vectors that this call wrote, of new and of merged memories: the published snapshot does not show them yet.
    private var written: [(ordinal: UInt32, kind: MemoryKind, unit: [Float])] = []

    init(service: NexusService, transaction: StoreTransaction, namespace: Namespace, columns: MemoryColumns) {
        self.service = service
        self.transaction = transaction
        self.namespace = namespace
        self.columns = columns
    }

    /// - Parameter similar: stored memories like this one when they were looked for already.
    mutating func add(_ memory: PreparedMemory, similar known: [SimilarMemory]?) throws -> MemoryReceipt {
        guard try transaction.record(memory.id, in: namespace) == nil else {
            throw EngineError(
                .alreadyExists, "memory \"\(memory.id)\" exists already", field: memory.path + "id")
        }
        let similar = known ?? service.similarMemories(to: memory, in: namespace.snapshot, columns.view)
        if memory.merges, let twin = try twin(of: memory) { return try merge(memory, into: twin, similar: similar) }
        let createdAt = memory.createdAt ?? transaction.now
        let ordinal = try transaction.insert(
            RecordDraft(
                key: memory.id, createdAt: createdAt, payload: try memory.payload.encoded(), vector: memory.vector),
            in: namespace)
        apply(ordinal, memory.payload, createdAt: createdAt, vector: memory.vector)
        return MemoryReceipt(id: memory.id, merged: false, similar: similar)
    }

    private mutating func merge(
        _ memory: PreparedMemory, into ordinal: UInt32, similar: [SimilarMemory]
    ) throws -> MemoryReceipt {
        guard let record = try transaction.record(ordinal, in: namespace) else {
            throw EngineError(.internal, "memory #\(ordinal) was found and cannot be read")
        }
        var payload = try MemoryPayload(decoding: record.payload, key: record.key)
        payload.merge(memory.payload, at: transaction.now)
        payload.noteMerged(id: memory.hasOwnId ? memory.id : nil)
        _ = try transaction.update(
            ordinal, in: namespace,
            RecordChange(payload: try payload.encoded(), vector: .replace(memory.vector)))
        apply(ordinal, payload, createdAt: record.createdAt, vector: memory.vector)
        return MemoryReceipt(id: record.key, merged: true, similar: similar)
    }

    private mutating func apply(_ ordinal: UInt32, _ payload: MemoryPayload, createdAt: Int64, vector: [Float]) {
        let columns = columns
        transaction.afterCommit { columns.set(ordinal, payload, createdAt: createdAt) }
        written.removeAll { $0.ordinal == ordinal }
        written.append((ordinal, payload.kind, Self.unit(vector)))
    }

    /// The memory that says the same: of the same kind, true now, and the closest of those with cosine ≥ 0.97.
    private func twin(of memory: PreparedMemory) throws -> UInt32? {
        let unit = Self.unit(memory.vector)
        var neighbors = written.filter { $0.kind == memory.payload.kind }.map { entry in
            MemoryDedupPolicy.Neighbor(
                ordinal: entry.ordinal, cosine: zip(entry.unit, unit).reduce(0.0) { $0 + Double($1.0) * Double($1.1) },
                kind: entry.kind)
        }
        let snapshot = namespace.snapshot
        let rows = columns.view.rows
        let changed = Set(written.map(\.ordinal))
        var wanted = 16
        while true {
            let hits = snapshot.search(memory.vector, k: wanted).hits
            let alike = hits.filter { Double($0.score) >= service.dedupPolicy.mergeCosine }
            let candidates = alike.filter { hit in
                let row = rows[Int(hit.ordinal)]
                return row.kind == memory.payload.kind && row.holds(at: transaction.now)
                    && !changed.contains(hit.ordinal)
            }
            neighbors += candidates.map {
                MemoryDedupPolicy.Neighbor(
                    ordinal: $0.ordinal, cosine: Double($0.score), kind: memory.payload.kind)
            }
            // Others may hide it only when all that were found are that close and none may be merged into.
            guard candidates.isEmpty, alike.count == wanted else { break }
            wanted *= 4
        }
        return service.dedupPolicy.decide(kind: memory.payload.kind, neighbors: neighbors).mergeInto
    }

    private static func unit(_ vector: [Float]) -> [Float] {
        let length = Float(vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
        return vector.map { $0 / length }
    }
}
