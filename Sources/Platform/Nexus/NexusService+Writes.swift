import Engine
import Ranking
import Synchronization

extension NexusService {
    /// Adds memories, all or none.
    ///
    /// A text without a vector is embedded. A memory with `dedup: merge` that says the same as a stored one of its kind
    /// (cosine ≥ 0.97) becomes a use of that one, with the new text and the labels of both.
    ///
    /// - Throws: `invalidArgument` naming the field, `alreadyExists` for an id that is taken. Nothing is changed then.
    /// - Returns: per memory its id, and up to five stored memories with cosine ≥ 0.90.
    public func add(_ nexusId: String, _ drafts: [MemoryDraft]) async throws -> WriteReceipt<MemoryReceipts> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(nexusId: nexusId)
        let prepared = try prepare(drafts)
        let merges = prepared.contains(where: \.merges)
        // Merging must see every memory that was added before, so it runs alone; plain adds share commits.
        let known = merges ? nil : similarMemories(nexusId, prepared)
        let (items, seq) = try await store.write(barrier: merges) { [self] transaction in
            let namespace = try transaction.namespace(MemoryDirectory.collection, nexusId)
            var addition = MemoryAddition(
                service: self, transaction: transaction, namespace: namespace,
                columns: memories.columnsForWriting(of: nexusId))
            let items = try prepared.enumerated().map { index, memory in
                try addition.add(memory, similar: known?[index])
            }
            return (items, try transaction.seq(namespace))
        }
        return WriteReceipt(value: MemoryReceipts(items: items), seq: seq, tookMicros: timer.micros)
    }

    /// Notes that a memory was useful: it counts as new again and fades more slowly.
    ///
    /// - Throws: `notFound` when the nexus has no such memory.
    public func use(_ nexusId: String, _ id: String) async throws -> WriteReceipt<Memory> {
        let timer = AnswerTimer()
        let memory = try await change(nexusId, id) { [memories] transaction, record, namespace in
            try Self.use(record, nexusId, namespace, memories.columnsForWriting(of: nexusId), transaction)
        }
        return WriteReceipt(value: memory, seq: memory.seq, tookMicros: timer.micros)
    }

    /// Deletes a memory for good: its row and its vector.
    ///
    /// - Throws: `notFound` when the nexus has no such memory.
    public func delete(_ nexusId: String, _ id: String) async throws -> WriteReceipt<DeletedAnswer> {
        let timer = AnswerTimer()
        let seq = try await change(nexusId, id, grows: false) { [memories] transaction, record, namespace in
            try transaction.delete(record.ordinal, in: namespace)
            let columns = memories.columnsForWriting(of: nexusId)
            transaction.afterCommit { columns.remove(record.ordinal) }
            return try transaction.seq(namespace)
        }
        return WriteReceipt(value: DeletedAnswer(id: id), seq: seq, tookMicros: timer.micros)
    }

    /// Marks recalled memories as used. Memories deleted in the meantime are skipped.
    func touch(_ ordinals: [UInt32], nexusId: String, namespace: Namespace, columns: MemoryColumns) async throws {
        try await store.write { transaction in
            for ordinal in ordinals {
                guard let record = try transaction.record(ordinal, in: namespace) else { continue }
                _ = try Self.use(record, nexusId, namespace, columns, transaction)
            }
        }
    }

    private func change<Result: Sendable>(
        _ nexusId: String, _ id: String, grows: Bool = true,
        _ body: @escaping @Sendable (StoreTransaction, Record, Namespace) throws -> Result
    ) async throws -> Result {
        try ArgumentCheck.check(nexusId: nexusId)
        // Asked before the transaction, so that a question about an unknown nexus does not make it.
        guard let namespace = store.namespace(MemoryDirectory.collection, nexusId) else {
            throw EngineError.notFound("memory", id, field: "id")
        }
        return try await store.write(grows: grows) { transaction in
            guard let record = try transaction.record(id, in: namespace) else {
                throw EngineError.notFound("memory", id, field: "id")
            }
            return try body(transaction, record, namespace)
        }
    }

    private static func use(
        _ record: Record, _ nexusId: String, _ namespace: Namespace, _ columns: MemoryColumns,
        _ transaction: StoreTransaction
    ) throws -> Memory {
        var payload = try MemoryPayload(decoding: record.payload, key: record.key)
        payload.use(at: transaction.now)
        let changed = try transaction.update(
            record.ordinal, in: namespace, RecordChange(payload: try payload.encoded()))
        let stored = payload
        transaction.afterCommit { columns.set(record.ordinal, stored, createdAt: record.createdAt) }
        return Memory(changed, payload: payload, nexusId: nexusId)
    }
}

/// One call of ``NexusService/add(_:_:)`` inside its transaction.
private struct MemoryAddition {
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
        let similar = known ?? service.similarMemories(to: memory, in: namespace.snapshot)
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

// MARK: - Similar memories

extension NexusService {
    /// For each new memory the stored ones that resemble it.
    private func similarMemories(_ nexusId: String, _ prepared: [PreparedMemory]) -> [[SimilarMemory]] {
        guard let snapshot = store.namespace(MemoryDirectory.collection, nexusId)?.snapshot else {
            return prepared.map { _ in [] }
        }
        return prepared.map { similarMemories(to: $0, in: snapshot) }
    }

    fileprivate func similarMemories(to memory: PreparedMemory, in snapshot: NamespaceSnapshot) -> [SimilarMemory] {
        snapshot.search(memory.vector, k: dedupPolicy.similarMax).hits
            .filter { Double($0.score) >= dedupPolicy.similarCosine && snapshot.rows[Int($0.ordinal)].exists }
            .map { SimilarMemory(id: snapshot.rows[Int($0.ordinal)].key, cos: Double($0.score)) }
    }
}
