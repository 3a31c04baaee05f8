/// One recalled memory.
public struct ScoredMemory: Sendable, Equatable {
    /// Position in the array of signals.
    public let index: Int
    public let ordinal: UInt32
    public let score: Double
    public let parts: RecallScoreParts
    /// What diversity took from this memory when it was chosen: (1 - λ) · largest relevance to an earlier one.
    public let mmrPenalty: Double
    /// True when the place was kept for relevance although age or diversity would have taken it.
    public let kept: Bool
}

extension RecallScorer {
    /// The `k` memories to recall, in the order of choice.
    ///
    /// Memories below `minRelevance` drop; of the rest the best `poolFactor` · k by score (ties: newer first, then by
    /// key) go through maximal marginal relevance; then the places of ``RecallParameters/keepMostRelevant`` are
    /// filled. The order of `candidates` does not matter.
    ///
    /// O(N log(pool)) for the pool and O(pool · k) similarities at most.
    /// - Parameters:
    ///   - candidates: eligible memories, each once.
    ///   - k: number of memories wanted, at least 1.
    ///   - similarity: cosine between two memories, by their ordinals.
    ///   - keyPrecedes: order of keys, for memories with equal score and creation time, by their ordinals.
    public func select(
        _ candidates: [MemorySignals], k: Int, similarity: (UInt32, UInt32) -> Double,
        keyPrecedes: (UInt32, UInt32) -> Bool = { $0 < $1 }
    ) -> [ScoredMemory] {
        guard k > 0 else { return [] }
        let (pool, mostRelevant) = pool(
            candidates, capacity: k.multipliedReportingOverflow(by: parameters.poolFactor).partialValue,
            keptCount: min(parameters.keepMostRelevant, k / 10), keyPrecedes: keyPrecedes)
        let choices = MaximalMarginalRelevance(lambda: parameters.mmrLambda).choose(
            count: k, scores: pool.map(\.score)
        ) { i, j in
            calibration.relevance(
                cosine: similarity(candidates[pool[i].index].ordinal, candidates[pool[j].index].ordinal))
        }
        var result = choices.map { choice in
            scored(candidates, pool[choice.index].index, mmrPenalty: choice.penalty, kept: false)
        }
        keep(mostRelevant, of: candidates, in: &result, k: k)
        return result
    }

    /// The least score that gets a memory into the pool which ``select(_:k:similarity:keyPrecedes:)`` chooses from, as far
    /// as these candidates tell; -∞ while they do not fill it.
    public func poolThreshold(_ candidates: [MemorySignals], k: Int) -> Double {
        var best = BoundedSelection(capacity: k.multipliedReportingOverflow(by: parameters.poolFactor).partialValue)
        for (index, signals) in candidates.enumerated() {
            let relevance = calibration.relevance(cosine: signals.cosine)
            guard relevance >= parameters.minRelevance else { continue }
            let score = value(signals, relevance: relevance)
            if score >= best.threshold {
                best.insert(RankedIndex(index: index, score: score)) { $0.score > $1.score }
            }
        }
        return best.threshold
    }

    /// Whether a memory reaches a score if it is at least as far from the question as `signals.cosine` says: the threshold
    /// algorithm's test of what no list has shown yet (Fagin, Lotem, Naor: "Optimal aggregation algorithms", 2001).
    public func mayReach(_ threshold: Double, _ signals: MemorySignals) -> Bool {
        let relevance = calibration.relevance(cosine: signals.cosine)
        return relevance >= parameters.minRelevance && ceiling(signals, relevance: relevance) >= threshold
            && value(signals, relevance: relevance) >= threshold
    }

    /// Puts the most relevant memories that are missing into the last places.
    private func keep(
        _ mostRelevant: [RankedIndex], of candidates: [MemorySignals], in result: inout [ScoredMemory], k: Int
    ) {
        let present = Set(result.map(\.index))
        let missing = mostRelevant.filter { !present.contains($0.index) }
        guard !missing.isEmpty else { return }
        let protected = Set(mostRelevant.map(\.index))
        for entry in missing where result.count == k {
            guard let place = result.lastIndex(where: { !protected.contains($0.index) }) else { break }
            result.remove(at: place)
            result.append(scored(candidates, entry.index, mmrPenalty: 0, kept: true))
        }
    }

    private func scored(_ candidates: [MemorySignals], _ index: Int, mmrPenalty: Double, kept: Bool) -> ScoredMemory {
        let (score, parts) = score(candidates[index])
        return ScoredMemory(
            index: index, ordinal: candidates[index].ordinal, score: score, parts: parts, mmrPenalty: mmrPenalty,
            kept: kept)
    }

    /// The best candidates by score, best first, and the `keptCount` best by relevance.
    private func pool(
        _ candidates: [MemorySignals], capacity: Int, keptCount: Int, keyPrecedes: (UInt32, UInt32) -> Bool
    ) -> (best: [RankedIndex], mostRelevant: [RankedIndex]) {
        func precedes(_ a: RankedIndex, _ b: RankedIndex) -> Bool {
            if a.score != b.score { return a.score > b.score }
            let left = candidates[a.index]
            let right = candidates[b.index]
            if left.createdAt != right.createdAt { return left.createdAt > right.createdAt }
            return keyPrecedes(left.ordinal, right.ordinal)
        }
        var best = BoundedSelection(capacity: capacity)
        var relevant = BoundedSelection(capacity: keptCount)
        for index in candidates.indices {
            let relevance = calibration.relevance(cosine: candidates[index].cosine)
            guard relevance >= parameters.minRelevance else { continue }
            if keptCount > 0, relevance >= relevant.threshold {
                relevant.insert(RankedIndex(index: index, score: relevance), by: precedes)
            }
            guard ceiling(candidates[index], relevance: relevance) >= best.threshold else { continue }
            let score = value(candidates[index], relevance: relevance)
            if score >= best.threshold {
                best.insert(RankedIndex(index: index, score: score), by: precedes)
            }
        }
        return (best.sorted(by: precedes), relevant.sorted(by: precedes))
    }
}
