import Engine
import Foundation
import Lineage
import Ranking

/// Gathers the works that may be on a page, from every source within its quota.
struct FeedSourcing {
    let question: FeedQuestion
    let essences: any EssenceDirectory
    let quotas: FeedCandidateQuotas
    let explorationImpressionsMax: Double
    private(set) var pool: FeedCandidatePool

    /// Interactions that the walk through the lineage starts from.
    static let seedMax = 30
    /// Works that the exploration source looks at: half of them the newest, half drawn from all.
    static let exploredMax = 400

    init(
        question: FeedQuestion, essences: any EssenceDirectory, quotas: FeedCandidateQuotas = FeedCandidateQuotas(),
        explorationImpressionsMax: Double
    ) {
        self.question = question
        self.essences = essences
        self.quotas = quotas
        self.explorationImpressionsMax = explorationImpressionsMax
        pool = FeedCandidatePool(quotas: quotas)
    }

    mutating func gatherAll() {
        gatherTaste()
        gatherLineage()
        gatherFollowed()
        gatherTrending()
        gatherExploration()
    }

    mutating func gather(callers works: [UInt32]) {
        add(works, .caller)
    }

    private mutating func add(_ works: some Sequence<UInt32>, _ source: FeedSources) {
        pool.add(works, from: source, excluding: question.isExcluded)
    }

    /// The nearest works to each taste.
    private mutating func gatherTaste() {
        for taste in question.tastes {
            guard let vector = question.vector(of: taste) else { continue }
            var works: [UInt32] = []
            // Most neighbors of a taste may be seen already: ask once more, for as many again as could be.
            let known = question.served.count + question.viewer.seen.count
            for wanted in [2 * quotas.perTasteVector, min(2 * quotas.perTasteVector + known, Self.neighborMax)] {
                works = question.snapshot.search(vector, k: wanted).hits.map(\.ordinal)
                    .filter { !question.isExcluded($0) }
                if works.count >= quotas.perTasteVector || wanted >= question.snapshot.recordCount { break }
            }
            add(works.prefix(quotas.perTasteVector), .taste)
        }
    }

    private static let neighborMax = 1_000

    /// Works that the viewer's latest interactions lead to, through parents and children.
    private mutating func gatherLineage() {
        guard let lineage = question.snapshot.lineage else { return }
        var weights: [UInt32: Double] = [:]
        for interaction in question.touched(Self.seedMax) where Int(interaction.work) < lineage.nodeCount {
            let ageDays = max(0, Double(question.now - interaction.at)) / 86_400_000
            weights[interaction.work, default: 0] += exp2(-ageDays / 7)
        }
        guard !weights.isEmpty else { return }
        let seeds = weights.map { (node: $0.key, weight: $0.value) }
        // One seed in the middle of a large lineage already reaches more works than the quota.
        let walk = Ranking.LineageWalk(restart: 0.3, tolerance: 1e-3)
        let visits = walk.visits(from: seeds, in: LineageNeighborhood(lineage))
        add(visits.lazy.map(\.node), .lineage)
    }

    /// The newest works of the realms that the viewer follows, newest first over all.
    private mutating func gatherFollowed() {
        let works = question.followed.flatMap { essences.newestWorks(ofRealm: $0, limit: quotas.followed) }
            .filter { Int($0) < question.workCount }
            .map { (work: $0, createdAt: question.facts.facts(of: $0).createdAt) }
            .sorted { ($0.createdAt, $0.work) > ($1.createdAt, $1.work) }
        add(works.lazy.map(\.work), .followed)
    }

    /// Half of the quota from what rises today, the rest from the week.
    private mutating func gatherTrending() {
        let question = question
        let today = question.signals.sixHours.entries.lazy.map(\.work).filter { !question.isExcluded($0) }
        let week = question.signals.sevenDays.entries.lazy.map(\.work)
        let first = Array(today.prefix(quotas.trending / 2))
        let known = Set(first)
        add(first + week.filter { !known.contains($0) }, .trending)
    }

    /// Works that few have been shown: the newest, and some drawn from all, the same ones within an hour.
    private mutating func gatherExploration() {
        let count = question.workCount
        guard count > 0 else { return }
        let newest = (0..<UInt32(count)).suffix(Self.exploredMax / 2).reversed()
        var hash = StableHash()
        hash.combine(question.now / ViewerState.hourMs)
        hash.combine(question.seed)
        hash.combine(UInt64(question.served.count))
        var generator = SplitMix64(seed: hash.finalized())
        let drawn = (0..<Self.exploredMax / 2).map { _ in UInt32.random(in: 0..<UInt32(count), using: &generator) }
        // In turns, so that neither the newest nor the old take the whole quota.
        var works: [UInt32] = []
        var met: Set<UInt32> = []
        for (index, work) in newest.enumerated() {
            for candidate in [work, drawn[index]] where met.insert(candidate).inserted { works.append(candidate) }
        }
        let limit = explorationImpressionsMax
        let signals = question.signals
        add(works.filter { signals.signals(of: $0).counters.trials < limit }, .exploration)
    }
}

extension FeedQuestion {
    /// The vector of a taste; `nil` for a work that lost its own.
    func vector(of taste: Taste) -> [Float]? {
        switch taste {
        case .work(let work): snapshot.vector(of: work)
        case .vector(let vector): vector
        }
    }
}

extension LineageNeighborhood {
    init(_ lineage: LineageSnapshot) {
        self.init(
            forEachParent: { work, body in
                for link in lineage.parents(of: work) { body(link.parent) }
            },
            childCount: { work in
                var count = 0
                lineage.forEachChild(of: work) { _ in count += 1 }
                return count
            },
            // Ascending, so that rounding does not depend on how the graph keeps them.
            forEachChild: { work, body in
                for child in lineage.children(of: work) { body(child) }
            })
    }
}
