import Engine
import Ranking

/// What takes the place of a memory: a stored one, or a new one.
public struct SupersedeRequest: Sendable {
    /// Id of a stored memory of the same nexus.
    public var by: String?
    /// A memory to add. It holds from the moment at which the old one ends, unless it says otherwise.
    public var memory: MemoryDraft?
    /// When the old memory ceased to be true; the present when absent.
    public var at: Timestamp?

    public init(by: String? = nil, memory: MemoryDraft? = nil, at: Timestamp? = nil) {
        self.by = by
        self.memory = memory
        self.at = at
    }
}

/// Both sides of a supersession.
public struct SupersededMemories: Sendable, Encodable {
    public var old: Memory
    public var new: Memory
}

extension NexusService {
    /// Ends a memory because another one says now what holds.
    ///
    /// Both stay on record on two time axes: a question as of an earlier moment answers with what the store believed
    /// then, and one about the present no longer finds the old memory.
    ///
    /// - Throws: `notFound`; `failedPrecondition` for a memory that was superseded or forgotten already; `invalidArgument`
    ///   naming the field; `alreadyExists` for the new memory's id. Nothing is changed then.
    public func supersede(
        _ nexusId: String, _ id: String, _ request: SupersedeRequest
    ) async throws -> WriteReceipt<SupersededMemories> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(request.at, "at")
        guard (request.by == nil) != (request.memory == nil) else {
            throw EngineError.invalid(
                "by", request.by == nil ? "by or memory is required" : "by and memory exclude each other",
                limit: "exactly one of by, memory")
        }
        if let by = request.by, by == id {
            throw EngineError.invalid("by", "a memory cannot supersede itself", limit: "another memory")
        }
        let prepared = try request.memory.map { draft in
            var draft = draft
            draft.dedup = .none
            return try prepare([draft], path: "memory.")[0]
        }
        let (answer, seq) = try await change(nexusId, id) { [self] transaction, record, namespace in
            let columns = memories.columnsForWriting(of: nexusId)
            var old = try MemoryPayload(decoding: record.payload, key: id)
            if let other = old.supersededBy {
                throw EngineError(
                    .failedPrecondition, "memory \"\(id)\" was superseded by \"\(other)\" already", field: "id")
            }
            try Self.requireRemembered(record)
            let at = request.at?.milliseconds ?? transaction.now
            let (ordinal, newcomer) = try newcomer(
                request.by, prepared, from: at, nexusId, namespace, columns, transaction)
            old.supersede(by: newcomer.key, at: at, now: transaction.now)
            var payload = try MemoryPayload(decoding: newcomer.payload, key: newcomer.key)
            payload.supersedes = Array(((payload.supersedes ?? []) + [id]).suffix(Limits.entityCountMax))
            let new = try transaction.update(ordinal, in: namespace, RecordChange(payload: try payload.encoded()))
            let closed = try transaction.update(
                record.ordinal, in: namespace, RecordChange(payload: try old.encoded()))
            let (oldStored, newStored, newCreatedAt) = (old, payload, new.createdAt)
            transaction.afterCommit {
                columns.set(record.ordinal, oldStored, createdAt: record.createdAt)
                columns.set(ordinal, newStored, createdAt: newCreatedAt)
            }
            let answer = SupersededMemories(
                old: Memory(closed, payload: old, nexusId: nexusId),
                new: Memory(new, payload: payload, nexusId: nexusId))
            return (answer, try transaction.seq(namespace))
        }
        return WriteReceipt(value: answer, seq: seq, tookMicros: timer.micros)
    }

    /// The memory that takes the place, added when it is new.
    private func newcomer(
        _ by: String?, _ prepared: PreparedMemory?, from time: Int64, _ nexusId: String, _ namespace: Namespace,
        _ columns: MemoryColumns, _ transaction: StoreTransaction
    ) throws -> (ordinal: UInt32, record: Record) {
        let key: String
        if var memory = prepared {
            memory.payload.validFrom = memory.payload.validFrom ?? time
            var addition = MemoryAddition(
                service: self, transaction: transaction, namespace: namespace, columns: columns)
            key = try addition.add(memory, similar: []).id
        } else {
            key = by ?? ""
        }
        guard let record = try transaction.record(key, in: namespace) else {
            throw EngineError.notFound("memory", key, field: "by")
        }
        if prepared == nil, try MemoryPayload(decoding: record.payload, key: key).forgottenAt != nil {
            throw EngineError(.failedPrecondition, "memory \"\(key)\" was forgotten", field: "by")
        }
        return (record.ordinal, record)
    }
}
