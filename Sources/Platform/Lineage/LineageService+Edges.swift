import Engine
import Lineage

extension LineageService {
    /// Credits a parent after a work's birth, or again after a retraction: then as it was, with the same kind and weight.
    ///
    /// - Throws: `notFound`; `cycle` with the ids along it; `alreadyExists`; `failedPrecondition` for works that were taken
    ///   down; `permissionDenied` for another realm's private work; `invalidArgument`. Nothing was changed then.
    public func addEdge(_ edge: LateEdge) async throws -> WriteReceipt<LineageLink> {
        let timer = AnswerTimer()
        try edge.validate()
        let (added, seq) = try await store.write(barrier: true) { [self] transaction in
            let namespace = try transaction.namespace(EssenceService.collection, EssenceService.namespace)
            return (try credit(edge, transaction, namespace), try transaction.seq(namespace))
        }
        return WriteReceipt(value: link(added, try view()), seq: seq, tookMicros: timer.micros)
    }

    /// Adds a checked credit inside a barrier transaction.
    func credit(
        _ edge: LateEdge, _ transaction: StoreTransaction, _ namespace: Namespace, parentField: String = "parent"
    ) throws -> LineageEdge {
        let work = try liveRecord(edge.child, field: parentField == "parent" ? "child" : "id", transaction, namespace)
        let source = try liveRecord(edge.parent, field: parentField, transaction, namespace)
        try requirePermission(toCredit: source, for: work, field: parentField)
        let link = ParentLink(
            parent: source.ordinal, kind: try edge.edgeKind, weight: Float(edge.weight),
            flags: edge.inferred ? [.late, .inferred] : [.late], at: transaction.now)
        let given = try transaction.addLateEdge(child: work.ordinal, link: link, in: namespace)
        for observer in observers { observer.essencesChanged(in: transaction) }
        return LineageEdge(child: work.ordinal, link: given)
    }

    /// Retracts a credit. It stays on record with its reason; no answer follows it from now on.
    ///
    /// - Throws: `notFound` when there is no such credit.
    public func retractEdge(
        child: String, parent: String, reason: String?
    ) async throws -> WriteReceipt<LineageLink> {
        let timer = AnswerTimer()
        let (edge, seq) = try await store.write(barrier: true) { [self] transaction in
            let namespace = try transaction.namespace(EssenceService.collection, EssenceService.namespace)
            let childOrdinal = try ordinal(child, field: "child", transaction, namespace)
            let parentOrdinal = try ordinal(parent, field: "parent", transaction, namespace)
            let link = try transaction.retractEdge(
                child: childOrdinal, parent: parentOrdinal, reason: reason, in: namespace)
            for observer in observers { observer.essencesChanged(in: transaction) }
            return (LineageEdge(child: childOrdinal, link: link), try transaction.seq(namespace))
        }
        return WriteReceipt(value: link(edge, try view()), seq: seq, tookMicros: timer.micros)
    }

    func ordinal(
        _ id: String, field: String, _ transaction: StoreTransaction, _ namespace: Namespace
    ) throws -> UInt32 {
        guard let record = try transaction.record(id, in: namespace) else {
            throw EngineError.notFound("essence", id, field: field)
        }
        return record.ordinal
    }

    /// The rule of creation: a private work is remixed by its own realm only.
    private func requirePermission(toCredit parent: Record, for child: Record, field: String) throws {
        let source = try EssencePayload(decoding: parent.payload, key: parent.key)
        guard source.visibility == .private else { return }
        guard try EssencePayload(decoding: child.payload, key: child.key).realmId == source.realmId else {
            throw EngineError(
                .permissionDenied, "parent \"\(parent.key)\" is private to another realm", field: field,
                limit: "public, unlisted, or of the same realm")
        }
    }

    private func liveRecord(
        _ id: String, field: String, _ transaction: StoreTransaction, _ namespace: Namespace
    ) throws -> Record {
        guard let record = try transaction.record(id, in: namespace) else {
            throw EngineError.notFound("essence", id, field: field)
        }
        guard record.state == NodeState.live.rawValue else {
            throw EngineError(.failedPrecondition, "\"\(id)\" was taken down", field: field, limit: "live")
        }
        return record
    }
}

extension LateEdge {
    /// Checks everything that needs no state.
    func validate() throws {
        guard child != parent else {
            throw EngineError.invalid("parent", "a work cannot be its own parent", limit: "another work")
        }
        _ = try edgeKind
        guard weight > 0, weight <= 1 else {
            throw EngineError.invalid("weight", "weight must be above 0 and at most 1", limit: "> 0, ≤ 1")
        }
    }

    var edgeKind: EdgeKind {
        get throws {
            guard let kind = EdgeKind(name: kind) else {
                let allowed = EdgeKindNames.all.joined(separator: ", ")
                throw EngineError.invalid("kind", "unknown kind \"\(kind)\"", limit: allowed)
            }
            return kind
        }
    }
}
