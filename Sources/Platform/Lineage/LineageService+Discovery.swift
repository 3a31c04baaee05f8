import Engine
import Lineage
import Ranking
import StrictJSON
import VectorIndex

extension LineageService {
    /// Neighbors that are looked at for each question.
    private static let neighborCount = 200
    private static let uncreditedNeighborCount = 64
    private static let walkCount = 1_000

    /// Works related to one: near in meaning, near in lineage, and good.
    ///
    /// Candidates are the nearest works that anyone may find, and all works that a walk over both directions of the lineage
    /// reaches with some probability.
    ///
    /// - Parameter weights: of meaning, lineage and quality; only their ratios matter.
    public func related(
        _ id: String, limit: Int, weights: RelatedWeightsRequest = RelatedWeightsRequest(), explain: Bool = false
    ) throws -> Listing<RelatedHit> {
        let view = try view()
        let start = try node(id, view)
        let rows = columns.rows
        func isShown(_ ordinal: UInt32) -> Bool {
            ordinal != start && rows[Int(ordinal)].state == .live && rows[Int(ordinal)].visibility == .public
        }
        var walkMass: [UInt32: Double] = [:]
        for visit in view.lineage.personalizedPageRank(seeds: [(node: start, weight: 1)], limit: Self.walkCount)
        where isShown(visit.node) { walkMass[visit.node] = visit.mass }
        var cosines: [UInt32: Double] = [:]
        var plan = SearchPlanAnswer(plan: "walk", hops: 0, distanceComputations: 0, filtered: nil)
        if let vector = view.snapshot.vector(of: start) {
            let (hits, counters) = view.snapshot.search(vector, k: Self.neighborCount)
            for hit in hits where isShown(hit.ordinal) { cosines[hit.ordinal] = Double(hit.score) }
            plan.plan = "walk, neighbors: \(counters.plan)"
            plan.hops = counters.hops
            plan.distanceComputations = counters.distanceComputations
        }
        plan.sources = .counts(["walk": walkMass.count, "neighbors": cosines.count])
        let ordinals = Set(walkMass.keys).union(cosines.keys).sorted()
        let candidates = zip(ordinals, quality(ordinals)).map { ordinal, quality in
            RelatedCandidate(
                ordinal: ordinal, cosine: cosines[ordinal] ?? Double(view.snapshot.cosine(start, ordinal)),
                walkMass: walkMass[ordinal] ?? 0, quality: quality)
        }
        let ranked = try translatingParameters {
            let scorer = try RelatedScorer(
                weights: RelatedWeights(relevance: weights.relevance, walk: weights.walk, quality: weights.quality),
                calibration: calibration)
            plan.filtered = candidates.count
            plan.weights = .numbers([
                "relevance": scorer.weights.relevance, "walk": scorer.weights.walk, "quality": scorer.weights.quality,
            ])
            plan.calibration = .numbers(["c0": calibration.c0, "c1": calibration.c1])
            return scorer.rank(
                candidates, limit: limit,
                keyPrecedes: { view.snapshot.rows[Int($0)].key < view.snapshot.rows[Int($1)].key })
        }
        let parents = Set(view.lineage.parents(of: start).map(\.parent))
        let items = zip(ranked, try works(ranked.map(\.ordinal), view)).map { work, shown in
            RelatedHit(
                id: shown.id, score: work.score,
                parts: RelatedParts(
                    relevance: work.relevance, cosine: work.cosine, walk: work.walk, quality: work.quality),
                title: shown.title, realmId: shown.realmId,
                relation: relation(of: work.ordinal, to: start, parents: parents, view))
        }
        return Listing(
            items: items, seq: view.snapshot.seq, tookMicros: view.timer.micros, explain: explain ? plan : nil)
    }

    private func relation(of node: UInt32, to start: UInt32, parents: Set<UInt32>, _ view: View) -> String {
        if view.lineage.isAncestor(node, of: start) { return "ancestor" }
        if view.lineage.isAncestor(start, of: node) { return "descendant" }
        return view.lineage.parents(of: node).contains { parents.contains($0.parent) } ? "sibling" : "unlinked"
    }

    /// Older works of other creators that a work resembles as closely as a remix resembles its source, without crediting
    /// them: a list for review, with evidence, never a verdict.
    ///
    /// Pairs that a review rejected are not raised again, and accepted ones are credited.
    ///
    /// - Parameter threshold: least cosine; the calibrated one when `nil`, see ``calibrate(_:)``.
    public func uncredited(
        _ id: String, limit: Int, threshold: Double?, explain: Bool = false
    ) throws -> Listing<UncreditedHit> {
        let view = try view()
        let start = try node(id, view)
        guard let vector = view.snapshot.vector(of: start) else {
            throw EngineError(.failedPrecondition, "\"\(id)\" was taken down and has no vector", field: "id")
        }
        let rows = columns.rows
        let (near, counters) = view.snapshot.search(vector, k: Self.uncreditedNeighborCount + 1)
        let hits = near.filter { $0.ordinal != start }
        let candidates = hits.map { hit in
            Self.candidate(
                hit, rows, wasRejected: reviews.decision(start, hit.ordinal)?.decision == .rejected)
        }
        let stored = calibrations.uncredited
        let parents = view.lineage.parents(of: start).map(\.parent)
        let findings = try translatingParameters {
            var calibration = stored
            if let threshold { calibration = try calibration.with(threshold: threshold) }
            return UncreditedDetector(calibration: calibration).findings(
                among: candidates, createdAt: rows[Int(start)].createdAt, creator: rows[Int(start)].realm,
                parentCosines: parents.map { Double(view.snapshot.cosine(start, $0)) },
                isLinked: { view.lineage.isAncestor($0, of: start) || view.lineage.isAncestor(start, of: $0) },
                sharesAncestry: { self.sharesAncestry($0, start, view) },
                isAncestor: { view.lineage.isAncestor($0, of: $1) },
                keyPrecedes: { view.snapshot.rows[Int($0)].key < view.snapshot.rows[Int($1)].key })
        }.prefix(limit)
        let items = zip(findings, try works(findings.map(\.ordinal), view)).map { finding, shown in
            UncreditedHit(
                id: shown.id, score: finding.confidence,
                parts: UncreditedParts(
                    cosine: finding.cosine, threshold: finding.threshold, bestParentCosine: finding.bestParentCosine,
                    creditedQuantile: finding.creditedQuantile, randomTail: finding.randomTail,
                    sharedAncestry: finding.sharesAncestry),
                title: shown.title, realmId: shown.realmId,
                createdAt: Timestamp(milliseconds: rows[Int(finding.ordinal)].createdAt))
        }
        var plan = SearchPlanAnswer(
            plan: "\(counters.plan)", hops: counters.hops, distanceComputations: counters.distanceComputations,
            filtered: hits.count)
        plan.sources = .counts(["neighbors": hits.count, "rejected": candidates.count(where: \.wasRejected)])
        plan.calibration = .numbers([
            "version": Double(calibrations.current?.version ?? 0), "threshold": threshold ?? stored.threshold,
        ])
        return Listing(
            items: items, seq: view.snapshot.seq, tookMicros: view.timer.micros, explain: explain ? plan : nil)
    }

    static func candidate(
        _ hit: RecordHit, _ rows: ChunkedArray<EssenceRow>, wasRejected: Bool
    ) -> UncreditedCandidate {
        let row = rows[Int(hit.ordinal)]
        return UncreditedCandidate(
            ordinal: hit.ordinal, cosine: Double(hit.score), createdAt: row.createdAt, creator: row.realm,
            isListed: row.state == .live && row.visibility == .public, wasRejected: wasRejected)
    }

    /// Whether two works have an ancestor in common at most two hops up from either.
    private func sharesAncestry(_ a: UInt32, _ b: UInt32, _ view: View) -> Bool {
        let near = Set(view.lineage.ancestorNodes(of: a, depthLimit: 2))
        return view.lineage.ancestorNodes(of: b, depthLimit: 2).contains { near.contains($0) }
    }

    private func translatingParameters<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as ParameterError {
            throw EngineError.invalid(error.field, "\(error.field) \(error.reason)", limit: error.limit)
        }
    }
}
