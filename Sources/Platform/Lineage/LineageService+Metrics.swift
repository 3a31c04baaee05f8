import Engine
import Lineage
import Ranking

extension LineageService {
    /// Window of the measures of creators.
    private static let windowMs: Int64 = 30 * 86_400_000
    private static let creatorWorksMax = 10_000
    private static let noveltyNeighborCount = 64

    /// What grew from a work, how far it is from its sources, and how its credits came about.
    ///
    /// - Complexity: O(ancestors + descendants · log), two index searches, and the children of the creator's works.
    public func metrics(_ id: String) throws -> RemixMetricsAnswer {
        let view = try view()
        let start = try node(id, view)
        let metrics = view.lineage.metrics(of: start)
        let hasVector = view.snapshot.rows[Int(start)].slot != RecordRow.noSlot
        let children = view.lineage.children(of: start).filter { view.lineage.state(of: $0) == .live }
        let arrival = RemixMetrics.childArrivalHalfLife(
            createdAt: view.lineage.createdAt(of: start), childTimes: children.map { view.lineage.createdAt(of: $0) })
        let own = view.lineage.creator(of: start)
        let remixers = Set(children.map { view.lineage.creator(of: $0) }).subtracting([own]).count
        let tree = descendantTree(start, view)
        return RemixMetricsAnswer(
            id: id, parents: metrics.parents, children: metrics.children, liveChildren: metrics.liveChildren,
            ancestors: metrics.ancestors, descendants: metrics.descendants, liveDescendants: metrics.liveDescendants,
            distinctCreators: metrics.distinctCreators, roots: metrics.roots, depth: metrics.depth,
            medianDepth: RemixMetrics.depth(hops: tree.hops).median, breadth: metrics.breadth,
            virality: RemixMetrics.meanPairwiseDistance(primaryParent: tree.primaryParent),
            childHalfLifeSeconds: arrival.map { $0 / 1_000 },
            remixRate: RateAnswer(
                RemixMetrics.remixRate(remixers: remixers, viewers: feed.viewers(of: start))),
            originality: hasVector ? originality(start, view) : nil, novelty: hasVector ? novelty(start, view) : nil,
            credit: try creditCoverage(start, id: id, hasVector: hasVector, view),
            creator: view.lineage.state(of: start) == .redacted ? nil : creatorMetrics(own, view),
            seq: view.snapshot.seq, tookMicros: view.timer.micros)
    }

    /// The work and all its descendants as a tree of nearest parents, parents first, with the hops of each descendant.
    private func descendantTree(_ start: UInt32, _ view: View) -> (primaryParent: [Int?], hops: [Int]) {
        let walk = view.lineage.descendants(of: start, options: WalkOptions(includesEdges: false))
        var places: [UInt32: Int] = [start: 0]
        var primaryParent: [Int?] = [nil]
        for visit in walk.nodes {
            places[visit.node] = primaryParent.count
            primaryParent.append(places[visit.via] ?? 0)
        }
        return (primaryParent, walk.nodes.map(\.depth))
    }

    private func originality(_ start: UInt32, _ view: View) -> Double? {
        let cosines = view.lineage.parents(of: start).compactMap { link -> Double? in
            view.snapshot.rows[Int(link.parent)].slot == RecordRow.noSlot
                ? nil : Double(view.snapshot.cosine(start, link.parent))
        }
        return RemixMetrics.originality(cosines: cosines, calibration: calibration)
    }

    /// `nil` when none of the neighbors is earlier: then nothing near was there before.
    private func novelty(_ start: UInt32, _ view: View) -> Double? {
        guard let vector = view.snapshot.vector(of: start) else { return nil }
        let rows = columns.rows
        let createdAt = view.lineage.createdAt(of: start)
        let earlier = view.snapshot.search(vector, k: Self.noveltyNeighborCount).hits.filter { hit in
            let row = rows[Int(hit.ordinal)]
            return hit.ordinal != start && row.createdAt < createdAt && row.state == .live && row.visibility == .public
        }
        return RemixMetrics.originality(cosines: earlier.map { Double($0.score) }, calibration: calibration)
    }

    private func creditCoverage(
        _ start: UInt32, id: String, hasVector: Bool, _ view: View
    ) throws -> CreditCoverage {
        let links = view.lineage.parents(of: start)
        let late = links.filter { $0.flags.contains(.late) }
        let accepted = late.count { reviews.decision(start, $0.parent)?.decision == .accepted }
        let open = hasVector ? try uncredited(id, limit: Self.noveltyNeighborCount, threshold: nil).items.count : 0
        return CreditCoverage(
            atBirth: links.count - late.count, late: late.count, accepted: accepted,
            lateShare: RemixMetrics.lateCreditShare(
                acceptedLate: late.count, creditedAtBirth: links.count - late.count), openCases: open)
    }

    private func creatorMetrics(_ creator: UInt32, _ view: View) -> CreatorMetrics {
        let now = clock()
        let works = columns.newestWorks(ofRealm: creator, limit: Self.creatorWorksMax).filter {
            Int($0) < view.lineage.nodeCount
        }
        var facts: [(createdAt: Int64, hasForeignChild: Bool)] = []
        var cohort: [Int] = []
        for work in works {
            let createdAt = view.lineage.createdAt(of: work)
            var early = 0
            var hasForeignChild = false
            view.lineage.forEachChild(of: work) { child in
                guard view.lineage.state(of: child) == .live else { return }
                if view.lineage.creator(of: child) != creator { hasForeignChild = true }
                if view.lineage.createdAt(of: child) - createdAt <= Self.windowMs { early += 1 }
            }
            facts.append((createdAt, hasForeignChild))
            if createdAt <= now - Self.windowMs { cohort.append(early) }
        }
        return CreatorMetrics(
            realmId: columns.realmId(of: creator),
            generativity: RateAnswer(RemixMetrics.generativity(works: facts, now: now)),
            reproductionNumber: RemixMetrics.reproductionNumber(childrenPerWork: cohort))
    }
}

extension RateAnswer {
    init(_ estimate: RateEstimate) {
        self.init(
            successes: estimate.successes, trials: estimate.trials, rate: estimate.rate,
            low: estimate.interval.lowerBound, high: estimate.interval.upperBound)
    }
}
