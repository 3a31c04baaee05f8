/// One item of a page.
public struct PlacedFeedItem: Sendable, Equatable {
    /// Why an item has its place.
    public enum Slot: String, Sendable, Codable {
        /// It was the best by score and diversity.
        case ranked
        /// The place was due to an explored work.
        case exploration
    }

    /// Position in the array of candidates.
    public let index: Int
    public let ordinal: UInt32
    /// The score before page building.
    public let score: Double
    public let parts: FeedScoreParts
    public let sources: FeedSources
    public let slot: Slot
    /// creatorRepeat^(earlier items of the creator) · rootRepeat^(earlier items of the root family).
    public let repeats: Double
    /// `mmrWeight` · largest relevance to an earlier item of the page.
    public let mmr: Double
    /// 1-based rank by score alone, and on the page.
    public let rankBefore: Int
    public let rankAfter: Int
}

/// What earlier pages of the same feed showed, so that caps and exploration places go on across pages.
public struct EarlierFeedItem: Sendable, Equatable {
    public var creator: UInt32
    public var rootFamily: UInt32
    /// Whether the work could fill an exploration place.
    public var explorable: Bool

    public init(creator: UInt32, rootFamily: UInt32, explorable: Bool) {
        self.creator = creator
        self.rootFamily = rootFamily
        self.explorable = explorable
    }
}

/// The questions that ranking asks about works, by ordinal.
public struct FeedRelations {
    /// Cosine between two works.
    public var similarity: (UInt32, UInt32) -> Double
    /// Whether the first is an ancestor of the second.
    public var isAncestor: (UInt32, UInt32) -> Bool
    /// Order of keys, for works with equal score and creation time.
    public var keyPrecedes: (UInt32, UInt32) -> Bool

    public init(
        similarity: @escaping (UInt32, UInt32) -> Double,
        isAncestor: @escaping (UInt32, UInt32) -> Bool = { _, _ in false },
        keyPrecedes: @escaping (UInt32, UInt32) -> Bool = { $0 < $1 }
    ) {
        self.similarity = similarity
        self.isAncestor = isAncestor
        self.keyPrecedes = keyPrecedes
    }
}

extension FeedScorer {
    /// Scores the candidates and builds a page of up to `count` items.
    ///
    /// Greedy: each place goes to the largest S · repeats - 0.15 · (largest relevance to the page so far), or with
    /// `.dpp` to the largest gain in the determinant of L = S_i S_j cos_ij over the last places, within the caps and
    /// the exploration rule of ``FeedParameters``. Works that are the same (cosine ≥ `duplicateCosine`) appear once:
    /// the ancestor, or else the older. The order of `candidates` does not matter.
    ///
    /// O(N log N + N · count), and at most N · count similarities, usually far fewer with `.mmr`.
    /// - Parameters:
    ///   - candidates: each work once.
    ///   - earlier: items of the pages before this one, in order.
    public func page(
        _ candidates: [FeedCandidate], count: Int, earlier: [EarlierFeedItem] = [], relations: FeedRelations
    ) -> [PlacedFeedItem] {
        guard count > 0, !candidates.isEmpty else { return [] }
        let prior = explorationPrior(for: candidates, pageSize: count)
        let ranked = rank(score(candidates, prior: prior), candidates, relations)
        var builder = FeedPageBuilder(
            scorer: self, candidates: candidates, ranked: ranked, count: count, relations: relations)
        builder.dropDuplicatesAmongBest(4 * count)
        builder.replay(earlier)
        return builder.build()
    }

    /// Best first; ties: newer first, then by key.
    private func rank(
        _ scored: [ScoredFeedCandidate], _ candidates: [FeedCandidate], _ relations: FeedRelations
    ) -> [ScoredFeedCandidate] {
        scored.sorted { a, b in
            if a.score != b.score { return a.score > b.score }
            let left = candidates[a.index].createdAt
            let right = candidates[b.index].createdAt
            return left != right ? left > right : relations.keyPrecedes(a.ordinal, b.ordinal)
        }
    }
}

/// Builds one page. Works are known by their rank by score (0-based); smaller ranks win ties.
struct FeedPageBuilder {
    // The question.
    let parameters: FeedParameters
    let calibration: CosineCalibration
    let candidates: [FeedCandidate]
    let ranked: [ScoredFeedCandidate]
    let count: Int
    let relations: FeedRelations

    // Per rank.
    private let creators: [Int]
    private let roots: [Int]
    private let explorable: [Bool]
    private let explorationOnly: [Bool]
    private var gone: [Bool]
    /// Largest cosine to the page, and how many places it covers so far.
    private var nearest: [Double]
    private var compared: [Int]

    // The page so far.
    private var placed: [Int] = []
    private var items: [PlacedFeedItem] = []
    private var repeats: FeedRepeats
    private var schedule: ExplorationSchedule
    private var process: GreedyDPP?

    init(
        scorer: FeedScorer, candidates: [FeedCandidate], ranked: [ScoredFeedCandidate], count: Int,
        relations: FeedRelations
    ) {
        parameters = scorer.parameters
        calibration = scorer.calibration
        self.candidates = candidates
        self.ranked = ranked
        self.count = count
        self.relations = relations
        var repeats = FeedRepeats(parameters: scorer.parameters)
        creators = ranked.map { repeats.creators.number(of: candidates[$0.index].creator) }
        roots = ranked.map { repeats.roots.number(of: candidates[$0.index].rootFamily) }
        self.repeats = repeats
        explorable = ranked.map { candidates[$0.index].isExplorable(scorer.parameters) }
        explorationOnly = ranked.map { candidates[$0.index].isExplorationOnly(scorer.parameters) }
        gone = [Bool](repeating: false, count: ranked.count)
        nearest = [Double](repeating: -1, count: ranked.count)
        compared = [Int](repeating: 0, count: ranked.count)
        schedule = ExplorationSchedule(scorer: scorer)
        if scorer.parameters.diversity == .dpp {
            process = GreedyDPP(quality: ranked.map(\.score), window: scorer.parameters.dppWindow, count: count)
        }
    }

    /// Among the best works keeps one of each set of near copies: the ancestor, or else the older, or else by key.
    mutating func dropDuplicatesAmongBest(_ limit: Int) {
        var kept: [Int] = []
        for rank in ranked.indices.prefix(limit) {
            let twin = kept.firstIndex { similarity($0, rank) >= parameters.duplicateCosine }
            guard let twin else {
                kept.append(rank)
                continue
            }
            if original(rank, kept[twin]) {
                gone[kept[twin]] = true
                kept[twin] = rank
            } else {
                gone[rank] = true
            }
        }
    }

    /// Whether `a` is the original of its near copy `b`.
    private func original(_ a: Int, _ b: Int) -> Bool {
        let (left, right) = (candidates[ranked[a].index], candidates[ranked[b].index])
        if relations.isAncestor(left.ordinal, right.ordinal) { return true }
        if relations.isAncestor(right.ordinal, left.ordinal) { return false }
        if left.createdAt != right.createdAt { return left.createdAt < right.createdAt }
        return relations.keyPrecedes(left.ordinal, right.ordinal)
    }

    mutating func replay(_ earlier: [EarlierFeedItem]) {
        for item in earlier {
            repeats.add(
                creator: repeats.creators.number(of: item.creator), root: repeats.roots.number(of: item.rootFamily))
            schedule.placed(explorable: item.explorable)
        }
    }

    mutating func build() -> [PlacedFeedItem] {
        while placed.count < count, let (rank, slot) = next() {
            catchUp(rank)
            // A near copy of something on the page is not shown.
            if !placed.isEmpty && nearest[rank] >= parameters.duplicateCosine {
                gone[rank] = true
                continue
            }
            place(rank, slot)
        }
        return items
    }

    /// The work for the next place.
    private mutating func next() -> (rank: Int, slot: PlacedFeedItem.Slot)? {
        if schedule.isDue, let rank = bestExplorable() { return (rank, .exploration) }
        let isProtected = schedule.nextPlace <= parameters.explorationFreePlaces
        for withinCaps in parameters.capPolicy == .hard ? [true] : [true, false] {
            for organicOnly in isProtected ? [true, false] : [false] {
                if let rank = best(withinCaps: withinCaps, organicOnly: organicOnly) { return (rank, .ranked) }
            }
        }
        return nil
    }

    private func isEligible(_ rank: Int, withinCaps: Bool, organicOnly: Bool) -> Bool {
        !gone[rank] && !(organicOnly && explorationOnly[rank]) && (!withinCaps || fits(rank))
    }

    private func fits(_ rank: Int) -> Bool {
        repeats.allows(creator: creators[rank], root: roots[rank])
    }

    /// Of the works to explore, the one with the largest draw.
    private func bestExplorable() -> Int? {
        var best: Int?
        var bestDraw = -Double.infinity
        for rank in ranked.indices where explorable[rank] && !gone[rank] && fits(rank) {
            if ranked[rank].parts.exploration > bestDraw {
                best = rank
                bestDraw = ranked[rank].parts.exploration
            }
        }
        return best
    }

    private mutating func best(withinCaps: Bool, organicOnly: Bool) -> Int? {
        process == nil
            ? bestByRelevance(withinCaps: withinCaps, organicOnly: organicOnly)
            : bestByDeterminant(withinCaps: withinCaps, organicOnly: organicOnly)
    }

    /// The largest S · repeats - mmrWeight · relevance to the page.
    private mutating func bestByRelevance(withinCaps: Bool, organicOnly: Bool) -> Int? {
        var best: Int?
        var bestValue = -Double.infinity
        for rank in ranked.indices {
            let score = ranked[rank].score
            // Scores descend, and repeats and relevance only take away.
            if score <= bestValue { break }
            guard isEligible(rank, withinCaps: withinCaps, organicOnly: organicOnly) else { continue }
            let ceiling = score * repeats.factor(creator: creators[rank], root: roots[rank])
            // Relevance to the page only grows, so an old one bounds the value; compare only what could still win.
            while compared[rank] < placed.count && ceiling - penalty(rank) > bestValue { compareNext(rank) }
            let value = ceiling - penalty(rank)
            if value > bestValue {
                best = rank
                bestValue = value
            }
        }
        return best
    }

    /// The largest gain of the determinant; when no candidate adds a direction, the largest S · repeats.
    private func bestByDeterminant(withinCaps: Bool, organicOnly: Bool) -> Int? {
        guard let process else { return nil }
        var best: Int?
        var bestGain = 0.0
        var second: Int?
        var secondValue = -Double.infinity
        for rank in ranked.indices where isEligible(rank, withinCaps: withinCaps, organicOnly: organicOnly) {
            let factor = repeats.factor(creator: creators[rank], root: roots[rank])
            // Scaling S_i by a factor scales the gain by its square.
            let gain = process.gain(rank) * factor * factor
            if gain > bestGain {
                best = rank
                bestGain = gain
            }
            if ranked[rank].score * factor > secondValue {
                second = rank
                secondValue = ranked[rank].score * factor
            }
        }
        return best ?? second
    }

    private mutating func place(_ rank: Int, _ slot: PlacedFeedItem.Slot) {
        let entry = ranked[rank]
        items.append(
            PlacedFeedItem(
                index: entry.index, ordinal: entry.ordinal, score: entry.score, parts: entry.parts,
                sources: candidates[entry.index].sources, slot: slot,
                repeats: repeats.factor(creator: creators[rank], root: roots[rank]), mmr: penalty(rank),
                rankBefore: rank + 1, rankAfter: placed.count + 1))
        gone[rank] = true
        placed.append(rank)
        repeats.add(creator: creators[rank], root: roots[rank])
        schedule.placed(explorable: explorable[rank])
        if process != nil {
            let ordinals = ranked
            let similarity = relations.similarity
            process?.choose(rank) { similarity(ordinals[$0].ordinal, ordinals[$1].ordinal) }
        }
    }

    private func penalty(_ rank: Int) -> Double {
        compared[rank] == 0 ? 0 : parameters.mmrWeight * calibration.relevance(cosine: nearest[rank])
    }

    private mutating func compareNext(_ rank: Int) {
        nearest[rank] = max(nearest[rank], similarity(rank, placed[compared[rank]]))
        compared[rank] += 1
    }

    private mutating func catchUp(_ rank: Int) {
        while compared[rank] < placed.count { compareNext(rank) }
    }

    private func similarity(_ a: Int, _ b: Int) -> Double {
        relations.similarity(ranked[a].ordinal, ranked[b].ordinal)
    }
}
