import Engine
import Lineage
import Metadata
import Ranking
import StrictJSON

/// The candidates of a page with everything that scoring reads.
struct FeedPool {
    let candidates: [FeedCandidate]
    /// What the pages before showed, in order.
    let earlier: [EarlierFeedItem]
    let plan: SearchPlanAnswer
    private let medianDepth: Double?
    private let recentFamilies: Set<UInt32>
    private let hasTaste: Bool

    /// Works of the viewer that depth and branches are compared with.
    private static let touchedMax = 50

    init(question: FeedQuestion, pool: FeedCandidatePool, lineage: LineageSnapshot, families: FamilyTree) {
        let touched = question.touched(Self.touchedMax).map(\.work)
        let served = question.served.map(\.work)
        let asked = pool.ordinals + touched + served
        let facts = families.facts(
            of: asked, lineage: lineage, version: question.signals.worksVersion, now: question.now)
        let ofTouched = facts[pool.ordinals.count..<pool.ordinals.count + touched.count]
        let ofServed = facts.suffix(served.count)
        let tastes = TasteCosines(question: question, works: pool.ordinals)

        candidates = pool.ordinals.enumerated().map { index, work in
            let known = question.facts.facts(of: work)
            return FeedCandidate(
                ordinal: work, keyHash: StableHash.hash(question.snapshot.rows[Int(work)].key),
                createdAt: known.createdAt, creator: known.realm, rootFamily: facts[index].family,
                depth: facts[index].depth, liveDescendants7d: facts[index].liveDescendants7d,
                taste: tastes.match(of: work), counters: question.signals.signals(of: work).counters,
                sources: pool.sources(of: work))
        }
        earlier = zip(question.served, ofServed).map { entry, facts in
            EarlierFeedItem(
                creator: question.facts.facts(of: entry.work).realm, rootFamily: facts.family,
                explorable: entry.explorable)
        }
        let depths = ofTouched.map { Double($0.depth) }.sorted()
        medianDepth =
            depths.isEmpty ? nil : (depths[(depths.count - 1) / 2] + depths[depths.count / 2]) / 2
        recentFamilies = Set(ofTouched.map(\.family))
        hasTaste = !question.tastes.isEmpty
        plan = Self.plan(pool, tastes: question.tastes.count)
    }

    func viewer(id: String?) -> FeedViewer {
        FeedViewer(
            keyHash: id.map(StableHash.hash) ?? 0, hasHistory: hasTaste, medianDepth: medianDepth,
            recentRootFamilies: recentFamilies)
    }

    /// Whether a candidate can fill an exploration place on this page: it was found by exploring, or the caller named it and
    /// few have seen it.
    func mayExplore(_ index: Int, _ parameters: FeedParameters) -> Bool {
        let work = candidates[index]
        return work.sources.contains(.exploration)
            || work.sources == .caller && work.counters.trials < parameters.explorationImpressionsMax
    }

    /// Caps are kept whenever the candidates can fill a page within them. Where few realms or lineages exist at all, a
    /// page of the same ones is better than an empty page.
    func capPolicy(_ parameters: FeedParameters) -> FeedCapPolicy {
        let creators = Set(candidates.map(\.creator)).count
        let families = Set(candidates.map(\.rootFamily)).count
        return creators * parameters.creatorMax >= parameters.capWindow
            && families * parameters.rootMax >= parameters.capWindow ? .hard : .relaxed
    }

    private static func plan(_ pool: FeedCandidatePool, tastes: Int) -> SearchPlanAnswer {
        let sources: [FeedSources] = [.taste, .lineage, .followed, .trending, .exploration, .caller]
        let counts = sources.map { source in
            (name: source.names.joined(), count: pool.ordinals.count { pool.sources(of: $0).contains(source) })
        }.filter { $0.count > 0 }
        let text = counts.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
        return SearchPlanAnswer(
            plan: text.isEmpty ? "no candidates" : text, hops: 0,
            distanceComputations: pool.ordinals.count * tastes, filtered: pool.ordinals.count,
            sources: .counts(Dictionary(uniqueKeysWithValues: counts.map { ($0.name, $0.count) })))
    }
}

/// Cosines of the candidates with each taste.
private struct TasteCosines {
    private enum Source {
        case work(UInt32)
        /// Cosine by work.
        case scores([UInt32: Double])
    }

    private let sources: [Source]
    private let snapshot: NamespaceSnapshot

    init(question: FeedQuestion, works: [UInt32]) {
        snapshot = question.snapshot
        let mask = works.isEmpty ? nil : RoaringBitmap(works)
        sources = question.tastes.map { taste in
            switch taste {
            case .work(let work): return .work(work)
            case .vector(let vector):
                guard let mask else { return .scores([:]) }
                // A search for all of the mask is an exact scan of it.
                let hits = question.snapshot.search(vector, k: works.count, allowed: mask).hits
                return .scores(
                    Dictionary(hits.map { ($0.ordinal, Double($0.score)) }, uniquingKeysWith: { first, _ in first }))
            }
        }
    }

    func match(of work: UInt32) -> TasteMatch? {
        TasteMatch(
            cosines: sources.map { source in
                switch source {
                case .work(let taste): Double(snapshot.cosine(taste, work))
                case .scores(let scores): scores[work] ?? 0
                }
            })
    }
}

extension FeedParts {
    init(_ item: PlacedFeedItem) {
        let parts = item.parts
        self.init(
            taste: parts.taste, qual: parts.quality, fresh: parts.fresh, lin: parts.lineage, expl: parts.exploration,
            tasteDetail: Taste(medoid: parts.tasteMatch?.medoid, cos: parts.tasteMatch?.cosine),
            qualityDetail: Quality(successes: parts.successes, trials: parts.trials, wilson: parts.wilson),
            lineageDetail: LineageFit(
                liveDescendants7d: parts.liveDescendants7d, depth: parts.depth, newBranch: parts.newBranch),
            explorationDetail: Exploration(draw: parts.exploration, alpha: parts.alpha, beta: parts.beta),
            repeats: item.repeats, mmr: item.mmr, rankBefore: item.rankBefore, rankAfter: item.rankAfter)
    }
}
