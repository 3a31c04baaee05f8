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
        try ArgumentCheck.check(newNexusId: nexusId)
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
            try Self.requireRemembered(record)
            return try Self.use(record, nexusId, namespace, memories.columnsForWriting(of: nexusId), transaction)
        }
        return WriteReceipt(value: memory, seq: memory.seq, tookMicros: timer.micros)
    }

    /// Deletes a memory for good, its row and its vector, or only closes it from now on.
    ///
    /// - Throws: `notFound` when the nexus has no such memory.
    public func delete(
        _ nexusId: String, _ id: String, mode: ForgetMode = .hard
    ) async throws -> WriteReceipt<DeletedAnswer> {
        let timer = AnswerTimer()
        let seq = try await change(nexusId, id, grows: false) { [self] transaction, record, namespace in
            try forget(record, mode, nexusId, namespace, transaction)
            return try transaction.seq(namespace)
        }
        if mode == .hard { await store.eraseFreedSpace() }
        return WriteReceipt(value: DeletedAnswer(id: id), seq: seq, tookMicros: timer.micros)
    }

    /// - Throws: `failedPrecondition` for a memory that was forgotten.
    static func requireRemembered(_ record: Record) throws {
        guard try MemoryPayload(decoding: record.payload, key: record.key).forgottenAt == nil else {
            throw EngineError(.failedPrecondition, "memory \"\(record.key)\" was forgotten", field: "id")
        }
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

    func change<Result: Sendable>(
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

// MARK: - Similar memories

extension NexusService {
    /// For each new memory the stored ones that resemble it.
    private func similarMemories(_ nexusId: String, _ prepared: [PreparedMemory]) -> [[SimilarMemory]] {
        guard let snapshot = store.namespace(MemoryDirectory.collection, nexusId)?.snapshot else {
            return prepared.map { _ in [] }
        }
        let view = memories.columnsForWriting(of: nexusId).view
        return prepared.map { similarMemories(to: $0, in: snapshot, view) }
    }

    /// - Parameter view: taken after the snapshot. Forgotten memories are not reported.
    func similarMemories(
        to memory: PreparedMemory, in snapshot: NamespaceSnapshot, _ view: MemoryColumnsView
    ) -> [SimilarMemory] {
        snapshot.search(memory.vector, k: 4 * dedupPolicy.similarMax).hits
            .filter { hit in
                Double(hit.score) >= dedupPolicy.similarCosine && snapshot.rows[Int(hit.ordinal)].exists
                    && !view.rows[Int(hit.ordinal)].isForgotten
            }
            .prefix(dedupPolicy.similarMax)
            .map { SimilarMemory(id: snapshot.rows[Int($0.ordinal)].key, cos: Double($0.score)) }
    }
}
