/// Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998): picks good items that do not repeat each other.
///
/// Each step takes the candidate with the largest λ · score - (1 - λ) · max(0, largest similarity to a chosen one).
/// Similarities below 0 count as 0: being opposite to what was chosen earns nothing.
public struct MaximalMarginalRelevance: Sendable, Equatable {
    /// λ in 0…1: 1 ranks by score alone, 0 by novelty alone.
    public let lambda: Double

    /// One chosen candidate.
    public struct Choice: Sendable, Equatable {
        /// Position in the array of scores.
        public let index: Int
        /// (1 - λ) · largest similarity to an earlier choice; 0 for the first.
        public let penalty: Double
    }

    public init(lambda: Double = 0.8) {
        precondition(lambda >= 0 && lambda <= 1, "lambda is in 0...1")
        self.lambda = lambda
    }

    /// Up to `count` choices in the order taken. Equal values go to the candidate that comes first in `scores`.
    ///
    /// Similarities are asked for only while a candidate could still win the step (penalties only grow, so an old
    /// value is an upper bound): at most O(N · k) calls, usually far fewer, with the same choices as the full loop.
    /// - Parameter similarity: of candidates i and j, symmetric, at most 1.
    public func choose(count: Int, scores: [Double], similarity: (Int, Int) -> Double) -> [Choice] {
        let order = scores.indices.sorted { scores[$0] > scores[$1] || (scores[$0] == scores[$1] && $0 < $1) }
        var largest = [Double](repeating: 0, count: scores.count)
        var compared = [Int](repeating: 0, count: scores.count)
        var taken = [Bool](repeating: false, count: scores.count)
        var choices: [Choice] = []
        choices.reserveCapacity(min(count, scores.count))
        while choices.count < min(count, scores.count) {
            var best = -1
            var bestValue = -Double.infinity
            for i in order where !taken[i] {
                let ceiling = lambda * scores[i]
                // Scores descend, so no later candidate can reach the best value either, unless by a tie.
                if best >= 0 && ceiling < bestValue { break }
                var value = ceiling - (1 - lambda) * largest[i]
                while compared[i] < choices.count && (value > bestValue || (value == bestValue && i < best)) {
                    largest[i] = max(largest[i], similarity(i, choices[compared[i]].index))
                    compared[i] += 1
                    value = ceiling - (1 - lambda) * largest[i]
                }
                if best < 0 || value > bestValue || (value == bestValue && i < best) {
                    best = i
                    bestValue = value
                }
            }
            taken[best] = true
            choices.append(Choice(index: best, penalty: (1 - lambda) * largest[best]))
        }
        return choices
    }
}
