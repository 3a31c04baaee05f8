import Ranking

/// What is usual on the platform, kept while events arrive: the 0.95 quantile of the works' Wilson bounds, and the rate of
/// success.
///
/// A histogram instead of a sort: an event moves one work from one bin to another, and the answer depends on the events
/// alone, not on when it was last computed. The quantile is the lower edge of its bin, at most 1/4,096 below the exact one.
struct QualityLevels: Sendable {
    private static let binCount = 4_096
    private var bins = [Int32](repeating: 0, count: QualityLevels.binCount)
    private var works = 0
    private var successes = 0.0
    private var trials = 0.0

    /// A work's counters changed.
    mutating func update(from old: EngagementCounters, to new: EngagementCounters) {
        if old.trials > 0 {
            bins[Self.bin(old)] -= 1
            works -= 1
        }
        if new.trials > 0 {
            bins[Self.bin(new)] += 1
            works += 1
        }
        successes += new.successes - old.successes
        trials += new.trials - old.trials
    }

    /// O(bins).
    var baseline: FeedBaseline {
        // As in FeedBaseline over the counters themselves: one prior trial in twenty is a success.
        FeedBaseline(qualityQuantile: quantile(0.95), baseRate: (max(0, successes) + 1) / (max(0, trials) + 20))
    }

    private func quantile(_ share: Double) -> Double {
        guard works > 0 else { return 0 }
        let rank = Int(share * Double(works - 1))
        var passed = 0
        for (bin, count) in bins.enumerated() {
            passed += Int(count)
            if passed > rank { return Double(bin) / Double(Self.binCount) }
        }
        return 0
    }

    private static func bin(_ counters: EngagementCounters) -> Int {
        let bound = wilsonLowerBound(successes: counters.successes, trials: counters.trials, z: 1.28)
        return min(binCount - 1, Int(bound * Double(binCount)))
    }
}
