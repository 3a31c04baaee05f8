import Engine
import Metadata
import Ranking
import VectorIndex

extension NexusService {
    /// What the agent remembers that matters now.
    ///
    /// Up to 20,000 memories are all scored. Above, the nearest max(200, 10 k) are, and then every memory that could reach
    /// their scores if it were as near as the farthest of them: as far as the index finds the nearest, no other memory
    /// can be among the best. Scores, parts and diversity are those of `RecallScorer`.
    ///
    /// - Throws: `invalidArgument` naming the field. A nexus without memories gives an empty list.
    /// - Complexity: O(memories · dimension) up to 20,000, then O(log memories + candidates · dimension) and a scan of
    ///   the columns.
    public func recall(_ nexusId: String, _ request: RecallRequest) async throws -> Listing<RecallHit> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(nexusId: nexusId)
        try request.validate(dimension: embedder.dimension)
        let kinds = try request.memoryKinds()
        let now = request.now?.milliseconds ?? clock()
        let settings = settings[nexusId]?.settings ?? NexusSettings()
        let k = request.k ?? settings.k ?? RecallRequest.kDefault
        let scorer: RecallScorer
        do {
            scorer = try RecallScorer(
                parameters: request.parameters(over: settings), calibration: calibration, now: now)
        } catch let error as ParameterError { throw EngineError(error) }
        let query = try embedder.vector(
            given: request.vector, text: request.text ?? "", field: "vector", textField: "text")
        guard let namespace = store.namespace(MemoryDirectory.collection, nexusId),
            let columns = memories.columns(of: nexusId)
        else { return Listing(items: [], seq: 0, tookMicros: timer.micros) }

        // The snapshot first: the columns then cover at least as much.
        let snapshot = namespace.snapshot
        let view = columns.view
        let filter = MemoryFilter(request, kinds: kinds, now: now, columns: columns, view: view)
        let search = RecallSearch(
            snapshot: snapshot, rows: view.rows, filter: filter, policy: candidatePolicy, scorer: scorer)
        let (candidates, plan) = search.candidates(query, k: k)
        let chosen = scorer.select(
            candidates, k: k, similarity: { Double(snapshot.cosine($0, $1)) },
            keyPrecedes: { snapshot.rows[Int($0)].key < snapshot.rows[Int($1)].key })
        let items = try hits(chosen, nexusId: nexusId, namespace: namespace)
        if request.touch, !chosen.isEmpty {
            try await touch(chosen.map(\.ordinal), nexusId: nexusId, namespace: namespace, columns: columns)
        }
        return Listing(
            items: items, seq: snapshot.seq, tookMicros: timer.micros,
            explain: request.explain ? plan.with(scorer, asked: now) : nil)
    }

    private func hits(_ chosen: [ScoredMemory], nexusId: String, namespace: Namespace) throws -> [RecallHit] {
        var records: [UInt32: Record] = [:]
        for record in try store.records(chosen.map(\.ordinal), in: namespace) { records[record.ordinal] = record }
        return try chosen.compactMap { scored in
            guard let record = records[scored.ordinal] else { return nil }
            return RecallHit(
                id: record.key, score: scored.score, parts: RecallParts(scored),
                memory: try Memory(record, nexusId: nexusId))
        }
    }
}

extension SearchPlanAnswer {
    /// With what the scores were made of.
    fileprivate func with(_ scorer: RecallScorer, asked now: Int64) -> SearchPlanAnswer {
        var plan = self
        let weights = scorer.parameters.weights.normalized
        plan.weights = .numbers([
            "relevance": weights.relevance, "recency": weights.recency, "importance": weights.importance,
        ])
        plan.calibration = .numbers(["c0": scorer.calibration.c0, "c1": scorer.calibration.c1])
        plan.now = Timestamp(milliseconds: now)
        return plan
    }
}

extension RecallParts {
    init(_ scored: ScoredMemory) {
        let parts = scored.parts
        self.init(
            rel: parts.relevance, cos: parts.cosine, rec: parts.recency, ageSeconds: parts.ageSeconds,
            halfLifeSeconds: parts.halfLifeSeconds, imp: parts.importance, uses: parts.uses, pinned: parts.pinned,
            mmrPenalty: scored.mmrPenalty, kept: scored.kept)
    }
}

/// Gathers the memories that a recall scores.
private struct RecallSearch {
    let snapshot: NamespaceSnapshot
    let rows: ChunkedArray<MemoryRow>
    let filter: MemoryFilter
    let policy: RecallCandidatePolicy
    let scorer: RecallScorer

    /// Memories of the snapshot; the columns may hold later ones already.
    private var count: Int { min(snapshot.rows.count, rows.count) }

    func candidates(_ query: [Float], k: Int) -> (signals: [MemorySignals], plan: SearchPlanAnswer) {
        policy.scansExactly(liveCount: snapshot.recordCount) ? scan(query) : search(query, k: k)
    }

    private func scan(_ query: [Float]) -> (signals: [MemorySignals], plan: SearchPlanAnswer) {
        var signals: [MemorySignals] = []
        signals.reserveCapacity(snapshot.recordCount)
        var compared = 0
        snapshot.scanScores(query) { ordinal, cosine in
            compared += 1
            guard Int(ordinal) < count else { return }
            let row = rows[Int(ordinal)]
            if filter.admits(row) { signals.append(row.signals(ordinal: ordinal, cosine: Double(cosine))) }
        }
        let plan = SearchPlanAnswer(
            plan: "scan", hops: 0, distanceComputations: compared, filtered: signals.count,
            sources: .counts(["scan": signals.count]))
        return (signals, plan)
    }

    private func search(_ query: [Float], k: Int) -> (signals: [MemorySignals], plan: SearchPlanAnswer) {
        let admitted = admitted()
        // A mask only when it takes something away: the graph is faster without one.
        let mask = admitted.count == snapshot.recordCount ? nil : RoaringBitmap(admitted)
        let wanted = policy.neighborCount(k: k)
        let (near, counters) = snapshot.search(query, k: wanted, allowed: mask)
        var signals = near.map { rows[Int($0.ordinal)].signals(ordinal: $0.ordinal, cosine: Double($0.score)) }
        var plan = SearchPlanAnswer(
            plan: "neighbors: \(counters.plan)", hops: counters.hops,
            distanceComputations: counters.distanceComputations, filtered: admitted.count)
        // With fewer than asked for, these are all.
        if near.count == wanted, let farthest = near.last {
            let strong = strong(admitted, besides: near, atMost: Double(farthest.score), k: k, scored: signals)
            guard Double(strong.count) <= policy.scanShare * Double(snapshot.recordCount) else { return scan(query) }
            snapshot.scores(query, of: strong) { ordinal, cosine in
                signals.append(rows[Int(ordinal)].signals(ordinal: ordinal, cosine: Double(cosine)))
            }
            plan.plan = "neighbors, strongest: \(counters.plan)"
            plan.distanceComputations += strong.count
            plan.sources = .counts(["neighbors": near.count, "strongest": strong.count])
        } else {
            plan.sources = .counts(["neighbors": near.count])
        }
        return (signals, plan)
    }

    private func admitted() -> [UInt32] {
        var admitted: [UInt32] = []
        admitted.reserveCapacity(count)
        rows.enumerate { position, row in
            if position < count, filter.admits(row) { admitted.append(UInt32(position)) }
        }
        return admitted
    }

    /// The memories besides the neighbors that could be among the best although they are no nearer than the farthest of
    /// the neighbors.
    private func strong(
        _ admitted: [UInt32], besides near: [RecordHit], atMost cosine: Double, k: Int, scored: [MemorySignals]
    ) -> [UInt32] {
        let threshold = scorer.poolThreshold(scored, k: k)
        let known = Set(near.map(\.ordinal))
        return admitted.filter { ordinal in
            scorer.mayReach(threshold, rows[Int(ordinal)].signals(ordinal: ordinal, cosine: cosine))
                && !known.contains(ordinal)
        }
    }
}
