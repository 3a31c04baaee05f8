import Engine
import Lineage

extension EssenceService {
    /// Makes a work, with its lineage.
    ///
    /// - Throws: `alreadyExists`, `notFound` for a parent that does not exist, `failedPrecondition` for one that was taken
    ///   down, `permissionDenied` for another realm's private work, `invalidArgument`. Nothing was changed then.
    public func create(_ draft: EssenceDraft) async throws -> WriteReceipt<Essence> {
        let timer = AnswerTimer()
        let prepared = try prepare([draft], isBatch: false)
        let essence = try await store.write { [self] transaction in
            try insert(prepared[0], in: transaction)
        }
        return WriteReceipt(value: essence, seq: essence.seq, tookMicros: timer.micros)
    }

    /// Makes many works, all or none. A work may name parents that stand before it in the batch.
    public func createBatch(_ drafts: [EssenceDraft]) async throws -> WriteReceipt<BatchResult> {
        let timer = AnswerTimer()
        guard Limits.batchCount.contains(drafts.count) else {
            throw EngineError.invalid("items", "a batch holds 1…1000 works, got \(drafts.count)", limit: "1…1000 items")
        }
        return try await write(try prepare(drafts, isBatch: true), timer)
    }

    /// All or none of some prepared works.
    func write(_ prepared: [Prepared], _ timer: AnswerTimer) async throws -> WriteReceipt<BatchResult> {
        let essences = try await store.write { [self] transaction in
            try prepared.map { try insert($0, in: transaction) }
        }
        return WriteReceipt(
            value: BatchResult(ids: essences.map(\.id)), seq: essences.last?.seq ?? 0, tookMicros: timer.micros)
    }

    /// A work that passed every check that needs no state, with its vector.
    struct Prepared: Sendable {
        var id: String
        var payload: EssencePayload
        var vector: [Float]
        var createdAt: Int64?
        var sources: [RemixSource]
        /// `items[3].` in a batch, nothing otherwise: where errors point.
        var path: String
    }

    func prepare(_ drafts: [EssenceDraft], isBatch: Bool) throws -> [Prepared] {
        var ids: Set<String> = []
        return try drafts.enumerated().map { position, draft in
            let path = isBatch ? "items[\(position)]." : ""
            let payload = EssencePayload(draft)
            let id = draft.id ?? TimeOrderedID.make(now: clock())
            try Identifiers.check(workId: id, field: path + "id")
            try Identifiers.check(draft.realmId, field: path + "realmId")
            if let nexusId = draft.nexusId { try Identifiers.check(nexusId, field: path + "nexusId") }
            guard ids.insert(id).inserted else {
                throw EngineError.invalid(path + "id", "\"\(id)\" stands twice in the batch", limit: "each id once")
            }
            let vector = try embedder.vector(
                given: draft.vector, text: payload.embeddedText, field: path + "vector",
                textField: path + (draft.text == nil ? "title" : "text"))
            return Prepared(
                id: id, payload: payload, vector: vector, createdAt: draft.createdAt?.milliseconds,
                sources: draft.remixFrom, path: path)
        }
    }

    /// On the writer's queue.
    private func insert(_ work: Prepared, in transaction: StoreTransaction) throws -> Essence {
        let namespace = try transaction.namespace(Self.collection, Self.namespace)
        let createdAt = work.createdAt ?? transaction.now
        var links: [ParentLink] = []
        var sources: [RemixSource] = []
        var parents: [CreatedEssence.Parent] = []
        for (position, source) in work.sources.enumerated() {
            let field = "\(work.path)remixFrom[\(position)].essenceId"
            let parent = try parentRecord(source.essenceId, for: work, field: field, transaction, namespace)
            // Two duplicates of one work may have been merged into the same one: it is credited once.
            guard !links.contains(where: { $0.parent == parent.record.ordinal }) else { continue }
            guard let kind = EdgeKind(name: source.kind) else {
                throw EngineError.invalid(
                    "\(work.path)remixFrom[\(position)].kind", "unknown kind \"\(source.kind)\"",
                    limit: EdgeKindNames.all.joined(separator: ", "))
            }
            guard source.weight > 0, source.weight <= 1 else {
                throw EngineError.invalid(
                    "\(work.path)remixFrom[\(position)].weight", "weight must be above 0 and at most 1",
                    limit: "> 0, ≤ 1")
            }
            links.append(
                ParentLink(
                    parent: parent.record.ordinal, kind: kind, weight: Float(source.weight), flags: [], at: createdAt))
            sources.append(RemixSource(essenceId: parent.record.key, kind: source.kind, weight: source.weight))
            parents.append(
                CreatedEssence.Parent(
                    id: parent.record.key, ordinal: parent.record.ordinal, realmId: parent.payload.realmId,
                    kind: source.kind))
        }
        let realm = columns.intern(work.payload.realmId)
        let ordinal = try transaction.insert(
            RecordDraft(
                key: work.id, createdAt: createdAt, payload: try work.payload.encoded(),
                metadata: EssenceMetadata.record(work.payload, createdAt: createdAt), vector: work.vector,
                state: NodeState.live.rawValue, parents: links, creator: realm), in: namespace)
        let created = CreatedEssence(
            ordinal: ordinal, realmId: work.payload.realmId, createdAt: createdAt, parents: parents)
        for observer in observers { try observer.essenceCreated(created, in: transaction) }
        let row = EssenceRow(
            realm: realm, createdAt: createdAt, state: .live, visibility: work.payload.visibility)
        transaction.afterCommit { [columns] in columns.append(row) }

        let payload = work.payload
        return Essence(
            id: work.id, realmId: payload.realmId, nexusId: payload.nexusId, kind: payload.kind, title: payload.title,
            text: payload.text, spark: payload.spark, shadow: payload.shadow, remixFrom: sources,
            createdAt: Timestamp(milliseconds: createdAt), updatedAt: Timestamp(milliseconds: transaction.now),
            tags: payload.tags, metadata: payload.metadata, visibility: payload.visibility, state: .live,
            mergedInto: nil, vector: nil, seq: try transaction.seq(namespace))
    }

    /// The work that a credit names; a merged work leads to the one that took its place, once.
    private func parentRecord(
        _ id: String, for work: Prepared, field: String, _ transaction: StoreTransaction, _ namespace: Namespace
    ) throws -> (record: Record, payload: EssencePayload) {
        guard id != work.id else {
            throw EngineError.invalid(field, "a work cannot be its own parent", limit: "another work")
        }
        guard var record = try transaction.record(id, in: namespace) else {
            throw EngineError.notFound("parent", id, field: field)
        }
        var payload = try EssencePayload(decoding: record.payload, key: record.key)
        if record.state == NodeState.merged.rawValue, let target = payload.mergedInto,
            let merged = try transaction.record(target, in: namespace)
        {
            record = merged
            payload = try EssencePayload(decoding: merged.payload, key: merged.key)
        }
        guard record.state == NodeState.live.rawValue else {
            throw EngineError(
                .failedPrecondition, "parent \"\(id)\" was taken down and cannot be remixed", field: field,
                limit: "live")
        }
        guard payload.visibility != .private || payload.realmId == work.payload.realmId else {
            throw EngineError(
                .permissionDenied, "parent \"\(id)\" is private to another realm", field: field,
                limit: "public, unlisted, or of the same realm")
        }
        return (record, payload)
    }
}
