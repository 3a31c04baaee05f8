import Engine
import Lineage

extension LineageService {
    /// Decides about a possible uncredited remix, or takes a decision back.
    ///
    /// An accepted case becomes a late credit with the flag `inferred`; a rejected pair is never raised again. Taking an
    /// accepted case back retracts the credit. The decision, the credit and the sequence are one change.
    ///
    /// - Throws: `notFound`; `cycle`, `alreadyExists`, `failedPrecondition` and `permissionDenied` as for a late credit;
    ///   `invalidArgument` naming the field. Nothing was changed then.
    public func review(
        _ id: String, _ otherId: String, _ review: UncreditedReview
    ) async throws -> WriteReceipt<UncreditedReviewAnswer> {
        let timer = AnswerTimer()
        guard id != otherId else {
            throw EngineError.invalid("otherId", "a work does not derive from itself", limit: "another work")
        }
        if let note = review.note { try ArgumentCheck.check(bytesOf: note, "note", UncreditedReview.noteBytes) }
        let edge = LateEdge(
            child: id, parent: otherId, kind: review.kind, weight: review.weight, inferred: true)
        try edge.validate()
        let (answer, link, seq) = try await store.write(barrier: true) { [self] transaction in
            let namespace = try transaction.namespace(EssenceService.collection, EssenceService.namespace)
            let work = try ordinal(id, field: "id", transaction, namespace)
            let other = try ordinal(otherId, field: "otherId", transaction, namespace)
            let before = reviews.decision(work, other)
            var link: LineageEdge?
            if review.decision == .accepted {
                guard before?.decision != .accepted else {
                    throw EngineError(.alreadyExists, "the case was accepted already", field: "decision")
                }
                link = try credit(edge, transaction, namespace, parentField: "otherId")
            } else if before?.decision == .accepted, namespace.snapshot.lineage?.link(child: work, parent: other) != nil
            {
                _ = try transaction.retractEdge(
                    child: work, parent: other, reason: review.note ?? "review: \(review.decision.rawValue)",
                    in: namespace)
                for observer in observers { observer.essencesChanged(in: transaction) }
            }
            let decision = ReviewDirectory.Decision(
                decision: review.decision, at: transaction.now, note: review.note,
                cosine: Self.cosine(work, other, namespace.snapshot))
            let key = ReviewDirectory.key(work, other)
            if review.decision == .open {
                _ = try FactStore.remove(key, kind: .review, in: transaction)
            } else {
                _ = try FactStore.put(key, decision.encoded(), kind: .review, in: transaction)
            }
            transaction.afterCommit { [reviews] in
                reviews.set(work, other, review.decision == .open ? nil : decision)
            }
            let answer = UncreditedReviewAnswer(
                id: id, otherId: otherId, decision: review.decision.rawValue,
                at: Timestamp(milliseconds: decision.at), note: decision.note, cosine: decision.cosine)
            // What is raised about the work is another answer now: it gets a sequence of the works.
            return (answer, link, try transaction.seq(namespace))
        }
        var shown = answer
        shown.edge = try link.map { self.link($0, try view()) }
        return WriteReceipt(value: shown, seq: seq, tookMicros: timer.micros)
    }

    /// The decisions about a work, in the order of the other works' creation.
    public func reviews(_ id: String) throws -> Listing<UncreditedReviewAnswer> {
        let view = try view()
        let work = try node(id, view)
        let items = reviews.others(of: work).compactMap { other -> UncreditedReviewAnswer? in
            guard let decision = reviews.decision(work, other), Int(other) < view.snapshot.rows.count else {
                return nil
            }
            let edge = view.lineage.link(child: work, parent: other).map { LineageEdge(child: work, link: $0) }
            return UncreditedReviewAnswer(
                id: id, otherId: self.id(other, view), decision: decision.decision.rawValue,
                at: Timestamp(milliseconds: decision.at), note: decision.note, cosine: decision.cosine,
                edge: edge.map { link($0, view) })
        }
        return Listing(items: items, seq: view.snapshot.seq, tookMicros: view.timer.micros)
    }

    private static func cosine(_ a: UInt32, _ b: UInt32, _ snapshot: NamespaceSnapshot) -> Double? {
        let noSlot = RecordRow.noSlot
        guard snapshot.rows[Int(a)].slot != noSlot, snapshot.rows[Int(b)].slot != noSlot else { return nil }
        return Double(snapshot.cosine(a, b))
    }
}
