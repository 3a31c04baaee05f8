/// The Beta prior that Thompson sampling gives to works.
///
/// A uniform prior over-explores where successes are rare: an unseen work would beat nearly everything. So the
/// prior's mean m is chosen such that an unseen work draws above the current cut with probability ε only
/// ("dynamic prior Thompson sampling").
public struct ExplorationPrior: Sendable, Equatable {
    /// m, inside 0…1.
    public let mean: Double
    /// a0: the prior counts for this many trials.
    public let strength: Double
    /// The rate that a work must beat to be on the page; `nil` when too few works are known to say.
    public let cut: Double?

    /// Bounds of m: away from 0 and 1, where a Beta distribution degenerates.
    static let meanRange = 1e-4...0.9999

    /// - Parameters:
    ///   - baseRate: m when there is no cut.
    ///   - probability: ε.
    public init(baseRate: Double, cut: Double?, strength: Double, probability: Double) {
        self.strength = strength
        self.cut = cut
        var mean = baseRate.isFinite ? baseRate : 0.05
        if let cut {
            // P(draw > cut) rises with m, so halving the range finds it; 40 halvings reach 1e-12.
            var low = ExplorationPrior.meanRange.lowerBound
            var high = ExplorationPrior.meanRange.upperBound
            for _ in 0..<40 {
                mean = (low + high) / 2
                let above = 1 - betaCumulative(cut, alpha: mean * strength, beta: (1 - mean) * strength)
                if above < probability { low = mean } else { high = mean }
            }
        }
        self.mean = min(max(mean, ExplorationPrior.meanRange.lowerBound), ExplorationPrior.meanRange.upperBound)
    }

    /// The prior for a set of candidates: the cut is the rate of the `pageSize`-th best work that has been explored.
    init(candidates: [FeedCandidate], pageSize: Int, baseline: FeedBaseline, parameters: FeedParameters) {
        let strength = parameters.priorStrength
        let rates = candidates.lazy
            .filter { $0.counters.trials >= max(1, parameters.explorationImpressionsMax) }
            .map { work in
                (baseline.baseRate * strength + work.counters.successes) / (strength + work.counters.trials)
            }
            .sorted(by: >)
        self.init(
            baseRate: baseline.baseRate, cut: pageSize > 0 && rates.count >= pageSize ? rates[pageSize - 1] : nil,
            strength: strength, probability: parameters.explorationProbability)
    }

    /// Shapes of the posterior after s successes in n trials: Beta(m·a0 + s, (1 - m)·a0 + n - s).
    func posterior(successes: Double, trials: Double) -> (alpha: Double, beta: Double) {
        (mean * strength + successes, (1 - mean) * strength + trials - successes)
    }
}
