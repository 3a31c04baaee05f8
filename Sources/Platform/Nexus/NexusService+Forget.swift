import Engine
import Ranking

/// How a memory is forgotten.
public enum ForgetMode: String, Sendable, CaseIterable {
    /// No recall finds it from now on; it answers by its id and to questions about earlier moments.
    case soft
    /// Row and vector are erased.
    case hard
}

/// Which memories to forget. Every condition that is set must hold, and at least one must be set.
public struct ForgetRequest: Sendable {
    public var ids: [String]?
    public var kinds: [String]?
    public var tags: [String]?
    public var entities: [String]?
    /// Creation time range, both ends included.
    public var from: Timestamp?
    public var to: Timestamp?
    /// Everything, when no other condition is set.
    public var all: Bool
    public var mode: ForgetMode
    /// The number of memories that the caller knows will go. Without it nothing is forgotten: the answer tells the number.
    public var confirmCount: Int?

    public init(mode: ForgetMode = .soft, confirmCount: Int? = nil) {
        self.mode = mode
        self.confirmCount = confirmCount
        all = false
    }
}

/// What was forgotten, or would be.
public struct ForgetAnswer: Sendable, Encodable {
    /// Memories that the conditions match.
    public var matched: Int
    /// Memories that are forgotten now: all that match, or none without confirmation.
    public var forgotten: Int
    public var mode: String
    /// The first of them in the order of creation, at most 100.
    public var ids: [String]
}

extension NexusService {
    private static let namedMax = 100

    /// Forgets the memories of a nexus that match, once the caller has confirmed how many those are.
    ///
    /// Called without `confirmCount` it changes nothing and tells the number: a forgotten condition cannot empty a nexus.
    /// Soft leaves out what is forgotten already; hard takes it too, so that it can be erased later.
    ///
    /// - Throws: `invalidArgument` naming the field, also when no condition is set; `failedPrecondition` for field
    ///   `confirmCount` when the number is another one. Nothing is changed then.
    public func forget(_ nexusId: String, _ request: ForgetRequest) async throws -> WriteReceipt<ForgetAnswer> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(nexusId: nexusId)
        let kinds = try request.validate()
        guard let namespace = store.namespace(MemoryDirectory.collection, nexusId) else {
            try Self.confirm(request.confirmCount, found: 0)
            let none = ForgetAnswer(matched: 0, forgotten: 0, mode: request.mode.rawValue, ids: [])
            return WriteReceipt(value: none, seq: 0, tookMicros: timer.micros)
        }
        guard request.confirmCount != nil else {
            let snapshot = namespace.snapshot
            let matched = matches(request, kinds, nexusId, snapshot)
            let answer = Self.answer(request.mode, matched, forgotten: 0, snapshot)
            return WriteReceipt(value: answer, seq: snapshot.seq, tookMicros: timer.micros)
        }
        // Alone, so that what is counted is what goes.
        let (answer, seq) = try await store.write(barrier: true) { [self] transaction in
            let snapshot = namespace.snapshot
            let matched = matches(request, kinds, nexusId, snapshot)
            try Self.confirm(request.confirmCount, found: matched.count)
            for ordinal in matched {
                guard let record = try transaction.record(ordinal, in: namespace) else { continue }
                try forget(record, request.mode, nexusId, namespace, transaction)
            }
            let answer = Self.answer(request.mode, matched, forgotten: matched.count, snapshot)
            return (answer, matched.isEmpty ? snapshot.seq : try transaction.seq(namespace))
        }
        if request.mode == .hard, answer.forgotten > 0 { await store.eraseFreedSpace() }
        return WriteReceipt(value: answer, seq: seq, tookMicros: timer.micros)
    }

    /// Forgets one memory inside a transaction. A memory that is forgotten softly a second time stays as it is.
    func forget(
        _ record: Record, _ mode: ForgetMode, _ nexusId: String, _ namespace: Namespace,
        _ transaction: StoreTransaction
    ) throws {
        let columns = memories.columnsForWriting(of: nexusId)
        switch mode {
        case .hard:
            try transaction.delete(record.ordinal, in: namespace)
            transaction.afterCommit { columns.remove(record.ordinal) }
        case .soft:
            var payload = try MemoryPayload(decoding: record.payload, key: record.key)
            guard payload.forgottenAt == nil else { return }
            payload.forgottenAt = transaction.now
            let stored = payload
            _ = try transaction.update(
                record.ordinal, in: namespace, RecordChange(payload: try payload.encoded()))
            transaction.afterCommit { columns.set(record.ordinal, stored, createdAt: record.createdAt) }
        }
    }

    /// Ordinals of the memories that match, ascending.
    private func matches(
        _ request: ForgetRequest, _ kinds: Set<MemoryKind>?, _ nexusId: String, _ snapshot: NamespaceSnapshot
    ) -> [UInt32] {
        guard let columns = memories.columns(of: nexusId) else { return [] }
        let view = columns.view
        let filter = MemoryFilter(
            kinds: kinds, tags: request.tags, entities: request.entities, from: request.from, to: request.to,
            moment: .ever, columns: columns, view: view)
        let named = request.ids.map { Set($0.compactMap(snapshot.ordinal(ofKey:))) }
        return (0..<UInt32(snapshot.rows.count)).filter { ordinal in
            // Asked first: columns end with the last memory that there is.
            guard snapshot.rows[Int(ordinal)].exists else { return false }
            let row = view.rows[Int(ordinal)]
            return filter.admits(row) && named?.contains(ordinal) != false
                && (request.mode == .hard || !row.isForgotten)
        }
    }

    private static func confirm(_ count: Int?, found: Int) throws {
        guard let count, count != found else { return }
        throw EngineError(
            .failedPrecondition, "confirmCount says \(count), and \(found) memories match: nothing was forgotten",
            field: "confirmCount", limit: "\(found)")
    }

    private static func answer(
        _ mode: ForgetMode, _ matched: [UInt32], forgotten: Int, _ snapshot: NamespaceSnapshot
    ) -> ForgetAnswer {
        ForgetAnswer(
            matched: matched.count, forgotten: forgotten, mode: mode.rawValue,
            ids: matched.prefix(namedMax).map { snapshot.rows[Int($0)].key })
    }
}

extension ForgetRequest {
    /// Checks everything that needs no state.
    func validate() throws -> Set<MemoryKind>? {
        let isFiltered =
            ids != nil || kinds != nil || tags != nil || entities != nil || from != nil || to != nil
        guard isFiltered != all else {
            throw EngineError.invalid(
                "all", all ? "all excludes other conditions" : "a condition is required, or all: true",
                limit: "ids, kinds, tags, entities, from, to, or all alone")
        }
        if let ids { try ArgumentCheck.check(ids.count, "ids", Limits.batchCount) }
        if let tags { try ArgumentCheck.check(tags.count, "tags", 1...Limits.tagCountMax) }
        if let entities { try ArgumentCheck.check(entities.count, "entities", 1...Limits.entityCountMax) }
        if let from, let to, to < from {
            throw EngineError.invalid("to", "to must not be before from", limit: "≥ from")
        }
        if let confirmCount { try ArgumentCheck.check(confirmCount, "confirmCount", 0...Int(UInt32.max)) }
        guard let kinds else { return nil }
        do { return try MemoryEligibility.kinds(named: kinds) } catch { throw EngineError(error) }
    }
}
