import Engine
import Lineage
import Metadata
import Ranking
import StrictJSON

extension FeedService {
    /// A page of what the viewer should see next.
    ///
    /// Candidates come from the viewer's tastes, the lineage around what the viewer touched, followed realms, trending
    /// works and works to explore, or from the caller. What the viewer saw, made or blocked, and what is not public, is left
    /// out. Scores and page are those of `FeedScorer`; the same request at the same sequence and `now` gives the same page.
    ///
    /// - Throws: `invalidArgument` naming the field, also for a cursor of another viewer; `notFound` for a named work that
    ///   does not exist.
    /// - Complexity: O(candidates · (k + tastes) · dimension), candidates at most 1,000, and one index search per taste.
    public func rank(_ request: FeedRequest) throws -> Listing<FeedItem> {
        let timer = AnswerTimer()
        try request.validate(dimension: dimension)
        let snapshot = works?.snapshot
        let cursor = try request.cursor.map {
            try FeedCursor(decoding: $0, viewerId: request.viewerId, workCount: snapshot?.rows.count ?? 0)
        }
        let candidates = try request.candidates.map { try numbers(of: $0, "candidates", snapshot) }
        let recent = try numbers(of: request.recentEssenceIds, "recentEssenceIds", snapshot)
        var parameters = try request.parameters()
        parameters.seed = cursor?.seed ?? parameters.seed
        guard let snapshot, let lineage = snapshot.lineage else {
            return Listing(items: [], seq: 0, tookMicros: timer.micros)
        }
        let question = question(
            request, snapshot: snapshot, recent: recent, cursor: cursor, seed: parameters.seed)
        var sourcing = FeedSourcing(
            question: question, essences: essences, explorationImpressionsMax: parameters.explorationImpressionsMax)
        if let candidates { sourcing.gather(callers: candidates) } else { sourcing.gatherAll() }

        let pool = FeedPool(question: question, pool: sourcing.pool, lineage: lineage, families: families)
        parameters.capPolicy = pool.capPolicy(parameters)
        let scorer: FeedScorer
        do {
            scorer = try FeedScorer(
                parameters: parameters, calibration: calibration, viewer: pool.viewer(id: request.viewerId),
                baseline: question.signals.baseline, now: question.now)
        } catch { throw EngineError(error) }
        let placed = scorer.page(
            pool.candidates, count: request.k, earlier: pool.earlier,
            relations: FeedRelations(
                similarity: { Double(snapshot.cosine($0, $1)) }, isAncestor: { lineage.isAncestor($0, of: $1) },
                keyPrecedes: { snapshot.rows[Int($0)].key < snapshot.rows[Int($1)].key }))

        let served =
            question.served
            + placed.map { item in
                FeedCursor.Served(
                    work: item.ordinal, explorable: pool.mayExplore(item.index, parameters))
            }
        let hasMore = placed.count == request.k && served.count + request.k <= FeedCursor.servedMax
        let next = FeedCursor(now: question.now, seed: parameters.seed, served: served)
        return Listing(
            items: try items(placed, question), cursor: hasMore ? next.encoded(viewerId: request.viewerId) : nil,
            seq: snapshot.seq, tookMicros: timer.micros, explain: request.explain ? pool.plan.with(scorer) : nil)
    }

    private func question(
        _ request: FeedRequest, snapshot: NamespaceSnapshot, recent: [UInt32], cursor: FeedCursor?, seed: UInt64
    ) -> FeedQuestion {
        let viewer = request.viewerId.map(state.viewer) ?? ViewerState()
        let signals = state.signals.asSeen(at: snapshot.seq)
        let now = cursor?.now ?? request.now?.milliseconds ?? clock()
        var tastes = request.tasteVectors.map(FeedQuestion.Taste.vector)
        if tastes.isEmpty {
            let named = recent.map { Interaction(work: $0, kind: .like, factor: 1, at: now) }
            let medoids =
                named.isEmpty
                ? medoids(of: viewer, id: request.viewerId, signals: signals, snapshot: snapshot)
                : medoids(of: named + viewer.latest, snapshot: snapshot)
            tastes = medoids.map(FeedQuestion.Taste.work)
        }
        return FeedQuestion(
            snapshot: snapshot, facts: essences.factsView(), signals: signals, viewer: viewer,
            ownRealm: request.viewerId.flatMap(essences.realmNumber),
            followed: viewer.follows.sorted().compactMap(essences.realmNumber),
            blocked: Set(viewer.blocks.compactMap(essences.realmNumber)), recent: recent, tastes: tastes, now: now,
            seed: seed, served: cursor?.served ?? [])
    }

    private func items(_ placed: [PlacedFeedItem], _ question: FeedQuestion) throws -> [FeedItem] {
        let titles = try essences.titles(of: placed.map(\.ordinal))
        return placed.map { item in
            let known = question.facts.facts(of: item.ordinal)
            return FeedItem(
                id: question.snapshot.rows[Int(item.ordinal)].key, score: item.score, parts: FeedParts(item),
                title: titles[item.ordinal], realmId: essences.realmId(of: known.realm),
                createdAt: Timestamp(milliseconds: known.createdAt), sources: item.sources.names,
                slot: item.slot.rawValue)
        }
    }

    /// The numbers of works that a request names.
    private func numbers(of ids: [String], _ field: String, _ snapshot: NamespaceSnapshot?) throws -> [UInt32] {
        try ids.enumerated().map { index, id in
            guard let work = snapshot?.ordinal(ofKey: id) else {
                throw EngineError.notFound("essence", id, field: "\(field)[\(index)]")
            }
            return work
        }
    }
}

extension SearchPlanAnswer {
    /// With what the scores were made of.
    fileprivate func with(_ scorer: FeedScorer) -> SearchPlanAnswer {
        var plan = self
        let weights = scorer.weights
        plan.weights = .numbers([
            "taste": weights.taste, "quality": weights.quality, "fresh": weights.fresh, "lineage": weights.lineage,
            "exploration": weights.exploration,
        ])
        plan.calibration = .numbers(["c0": scorer.calibration.c0, "c1": scorer.calibration.c1])
        plan.now = Timestamp(milliseconds: scorer.now)
        plan.seed = scorer.parameters.seed
        return plan
    }
}

extension FeedRequest {
    /// Checks everything that needs no state but the works' dimension.
    func validate(dimension: Int) throws {
        if let viewerId { try ArgumentCheck.check(bytesOf: viewerId, "viewerId", Limits.idBytes) }
        try ArgumentCheck.check(k, "k", Limits.feedPage)
        try ArgumentCheck.check(now, "now")
        try ArgumentCheck.check(tasteVectors.count, "tasteVectors", 0...Limits.tasteVectorMax)
        for (index, vector) in tasteVectors.enumerated() {
            try ArgumentCheck.check(vector: vector, "tasteVectors[\(index)]", dimension: dimension)
        }
        try Self.checkDistinct(recentEssenceIds, "recentEssenceIds")
        if let candidates {
            try ArgumentCheck.check(candidates.count, "candidates", 1...Limits.feedCandidateMax)
            try Self.checkDistinct(candidates, "candidates")
        }
    }

    private static func checkDistinct(_ ids: [String], _ field: String) throws {
        var met: Set<String> = []
        for (index, id) in ids.enumerated() where !met.insert(id).inserted {
            throw EngineError.invalid(
                "\(field)[\(index)]", "\(field) names \"\(id)\" more than once", limit: "each work once")
        }
    }

    /// The ranking parameters of this request over the defaults.
    func parameters() throws -> FeedParameters {
        var parameters = FeedParameters()
        if let weights {
            parameters.weights = FeedWeights(
                taste: weights.taste, quality: weights.quality, fresh: weights.fresh, lineage: weights.lineage,
                exploration: weights.exploration)
        }
        parameters.diversity =
            switch diversity {
            case .mmr: .mmr
            case .dpp: .dpp
            }
        parameters.seed = seed ?? 0
        do { try parameters.validate() } catch { throw EngineError(error) }
        return parameters
    }
}
