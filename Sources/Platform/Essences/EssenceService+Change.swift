import Engine
import Lineage

extension EssenceService {
    /// Changes a live work. Its vector follows its title and text, unless the caller brought one of their own.
    ///
    /// - Throws: `notFound`; `failedPrecondition` for a work that was taken down; `invalidArgument`.
    public func patch(_ id: String, _ patch: EssencePatch) async throws -> WriteReceipt<Essence> {
        let timer = AnswerTimer()
        if let nexusId = patch.nexusId { try Identifiers.check(nexusId, field: "nexusId") }
        if let vector = patch.vector {
            _ = try embedder.vector(given: vector, text: "", field: "vector", textField: "vector")
        }
        let (record, seq) = try await store.write { [self] transaction in
            let namespace = try transaction.namespace(Self.collection, Self.namespace)
            let record = try liveRecord(id, transaction, namespace)
            var payload = try EssencePayload(decoding: record.payload, key: id)
            let before = payload.embeddedText
            if let title = patch.title { payload.title = title }
            if let text = patch.text { payload.text = text }
            if let nexusId = patch.nexusId { payload.nexusId = nexusId }
            if let spark = patch.spark { payload.spark = spark }
            if let shadow = patch.shadow { payload.shadow = shadow }
            if let tags = patch.tags { payload.tags = tags }
            if let metadata = patch.metadata { payload.metadata = metadata }
            if let visibility = patch.visibility { payload.visibility = visibility }
            var change = VectorChange.keep
            if let vector = patch.vector {
                payload.hasOwnVector = true
                change = .replace(vector)
            } else if !payload.hasOwnVector, payload.embeddedText != before {
                change = .replace(
                    try embedder.vector(
                        given: nil, text: payload.embeddedText, field: "vector",
                        textField: patch.text == nil ? "title" : "text"))
            }
            let updated = try transaction.update(
                record.ordinal, in: namespace,
                RecordChange(
                    payload: try payload.encoded(),
                    metadata: EssenceMetadata.record(payload, createdAt: record.createdAt), vector: change))
            let visibility = payload.visibility
            transaction.afterCommit { [columns] in columns.update(record.ordinal, visibility: visibility) }
            for observer in observers { observer.essencesChanged(in: transaction) }
            return (updated, try transaction.seq(namespace))
        }
        return try receipt(record, seq: seq, timer)
    }

    /// Takes a work down: its content and vector go, its place in the lineage stays. A takedown can be sharpened
    /// (hidden to redacted, say), never undone, because the content is gone.
    ///
    /// - Throws: `notFound`; `invalidArgument` for `live`, or a merge without a live target; `failedPrecondition` for a
    ///   work that is redacted or merged already.
    public func takedown(_ id: String, _ takedown: Takedown) async throws -> WriteReceipt<Essence> {
        let timer = AnswerTimer()
        guard takedown.state != .live else {
            throw EngineError.invalid(
                "state", "a takedown leads to hidden, redacted or merged", limit: "hidden, redacted, merged")
        }
        guard (takedown.state == .merged) == (takedown.mergedInto != nil) else {
            throw EngineError.invalid(
                "mergedInto",
                takedown.state == .merged ? "merged needs mergedInto" : "mergedInto goes with merged only",
                limit: "with state=merged")
        }
        let (record, seq) = try await store.write(barrier: true, grows: false) { [self] transaction in
            let namespace = try transaction.namespace(Self.collection, Self.namespace)
            guard let record = try transaction.record(id, in: namespace) else {
                throw EngineError.notFound("essence", id, field: "id")
            }
            let state = EssenceState(NodeState(rawValue: record.state) ?? .live)
            guard state == .live || (state == .hidden && takedown.state != .hidden) else {
                throw EngineError(.failedPrecondition, "\"\(id)\" is \(state.rawValue) already", field: "state")
            }
            if let target = takedown.mergedInto {
                guard target != id else {
                    throw EngineError.invalid(
                        "mergedInto", "a work cannot be merged into itself", limit: "another work")
                }
                _ = try liveRecord(target, transaction, namespace, field: "mergedInto")
            }
            let payload = try EssencePayload(decoding: record.payload, key: id).tombstone(
                mergedInto: takedown.mergedInto)
            let node = takedown.state.node
            let updated = try transaction.update(
                record.ordinal, in: namespace,
                RecordChange(
                    payload: try payload.encoded(),
                    metadata: EssenceMetadata.record(payload, createdAt: record.createdAt), vector: .remove,
                    state: node.rawValue))
            try transaction.setNodeState(record.ordinal, node, in: namespace)
            transaction.afterCommit { [columns] in columns.update(record.ordinal, state: node) }
            for observer in observers { observer.essencesChanged(in: transaction) }
            return (updated, try transaction.seq(namespace))
        }
        return try receipt(record, seq: seq, timer)
    }

    private func liveRecord(
        _ id: String, _ transaction: StoreTransaction, _ namespace: Namespace, field: String = "id"
    ) throws -> Record {
        guard let record = try transaction.record(id, in: namespace) else {
            throw EngineError.notFound("essence", id, field: field)
        }
        guard record.state == NodeState.live.rawValue else {
            throw EngineError(.failedPrecondition, "\"\(id)\" was taken down", field: field, limit: "live")
        }
        return record
    }

    private func receipt(_ record: Record, seq: UInt64, _ timer: AnswerTimer) throws -> WriteReceipt<Essence> {
        guard let snapshot else { throw EngineError(.internal, "a write left no namespace") }
        return WriteReceipt(
            value: try essence(record, in: snapshot, includeVector: false), seq: seq, tookMicros: timer.micros)
    }
}
