import Engine
import Metadata
import Ranking
import VectorIndex

extension NexusService {
    /// What the agent remembers that matters now.
    ///
    /// Up to 20,000 memories are all scored; above, the nearest max(200, 10 k), as many of those that would score highest
    /// without relevance, the 50 newest and the 50 most important ones are. Scores, parts and diversity are those of `RecallScorer`.
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
        var newest = BoundedTop<Int64>(capacity: policy.newestCount)
        var important = BoundedTop<Double>(capacity: policy.importantCount)
        // Fagin's second list beside the neighbors: what scores highest before relevance is added.
        var strongest = BoundedTop<Double>(capacity: policy.neighborCount(k: k))
        var admitted: [UInt32] = []
        admitted.reserveCapacity(count)
        func visit(_ position: Int, _ row: MemoryRow) {
            guard position < count, filter.admits(row) else { return }
            let ordinal = UInt32(position)
            admitted.append(ordinal)
            newest.insert(row.lastTouch, ordinal)
            important.insert(row.importance, ordinal)
            strongest.insert(scorer.score(row.signals(ordinal: ordinal, cosine: -1)).score, ordinal)
        }
        rows.enumerate(visit)
        // A mask only when it takes something away: the graph is faster without one.
        let mask = admitted.count == snapshot.recordCount ? nil : RoaringBitmap(admitted)
        let (near, counters) = snapshot.search(query, k: policy.neighborCount(k: k), allowed: mask)
        var cosines: [UInt32: Double] = [:]
        for hit in near { cosines[hit.ordinal] = Double(hit.score) }
        let (latest, weightiest, best) = (newest.keys(), important.keys(), strongest.keys())
        let others = Set(latest + weightiest + best).subtracting(cosines.keys)
        if !others.isEmpty {
            // All of a handful by the exact scan of a mask.
            let (rest, _) = snapshot.search(query, k: others.count, allowed: RoaringBitmap(others))
            for hit in rest { cosines[hit.ordinal] = Double(hit.score) }
        }
        let signals = cosines.sorted { $0.key < $1.key }
            .filter { Int($0.key) < count && filter.admits(rows[Int($0.key)]) }
            .map { rows[Int($0.key)].signals(ordinal: $0.key, cosine: $0.value) }
        let plan = SearchPlanAnswer(
            plan: "neighbors, strongest, newest, important: \(counters.plan)", hops: counters.hops,
            distanceComputations: counters.distanceComputations + others.count, filtered: admitted.count,
            sources: .counts([
                "neighbors": near.count, "newest": latest.count, "important": weightiest.count,
                "strongest": best.count,
            ]))
        return (signals, plan)
    }
}
