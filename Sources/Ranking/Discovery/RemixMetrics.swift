/// A rate with its Wilson interval.
public struct RateEstimate: Sendable, Equatable {
    public let successes: Int
    public let trials: Int
    public let interval: ClosedRange<Double>

    /// - Parameter z: 1.96 is 95 %.
    public init(successes: Int, trials: Int, z: Double = 1.96) {
        self.successes = successes
        self.trials = trials
        interval = wilsonInterval(successes: Double(successes), trials: Double(trials), z: z)
    }

    /// `nil` without trials.
    public var rate: Double? {
        trials > 0 ? Double(min(successes, trials)) / Double(trials) : nil
    }
}

/// Measures of what grew from works. Times are milliseconds since 1970.
public enum RemixMetrics {
    /// Distinct viewers who published a live child, out of distinct viewers who saw the work, in one window.
    ///
    /// Remixers who have no recorded view saw the work all the same, so there are never fewer viewers than remixers.
    public static func remixRate(remixers: Int, viewers: Int) -> RateEstimate {
        RateEstimate(successes: remixers, trials: max(viewers, remixers))
    }

    /// Share of a creator's works that are old enough to tell and have a live child by someone else.
    public static func generativity(
        works: some Sequence<(createdAt: Int64, hasForeignChild: Bool)>, now: Int64, ageMin: Int64 = 30 * 86_400_000
    ) -> RateEstimate {
        var trials = 0
        var successes = 0
        for work in works where work.createdAt <= now - ageMin {
            trials += 1
            if work.hasForeignChild { successes += 1 }
        }
        return RateEstimate(successes: successes, trials: trials)
    }

    /// R: mean number of live children that the works of a cohort had within the window; above 1 the lineage grows.
    /// `nil` for an empty cohort.
    public static func reproductionNumber(childrenPerWork: [Int]) -> Double? {
        guard !childrenPerWork.isEmpty else { return nil }
        return Double(childrenPerWork.reduce(0, +)) / Double(childrenPerWork.count)
    }

    /// 1 - the largest relevance to a credited parent; `nil` without parents. With the relevance to all earlier works
    /// instead of the parents this is novelty.
    public static func originality(cosines: some Sequence<Double>, calibration: CosineCalibration) -> Double? {
        cosines.map { calibration.relevance(cosine: $0) }.max().map { 1 - $0 }
    }

    /// Share of credits that came late: accepted / (accepted + credited at birth); `nil` without credits.
    public static func lateCreditShare(acceptedLate: Int, creditedAtBirth: Int) -> Double? {
        let total = acceptedLate + creditedAtBirth
        return total > 0 ? Double(acceptedLate) / Double(total) : nil
    }

    /// Longest and median distance below a work, from the hops of its descendants; 0 and `nil` without any.
    public static func depth(hops: [Int]) -> (longest: Int, median: Double?) {
        (hops.max() ?? 0, QuantileTable(hops.map(Double.init)).quantile(0.5))
    }

    /// Milliseconds until half of the children had arrived: the median of their ages at arrival; `nil` without any.
    public static func childArrivalHalfLife(createdAt: Int64, childTimes: [Int64]) -> Double? {
        QuantileTable(childTimes.map { max(0, Double($0) - Double(createdAt)) }).quantile(0.5)
    }

    /// Mean distance between two works of a tree: the structural virality of Goel, Anderson, Hofman & Watts
    /// (Management Science 62, 2016). A star approaches 2, a chain of n works (n + 1) / 3.
    ///
    /// Exact in O(n): an edge with s works below it lies on s · (n - s) of the paths.
    /// - Parameter primaryParent: of each work the position of its primary parent, `nil` for the root; parents stand
    ///   before their children.
    /// - Returns: `nil` for fewer than two works.
    public static func meanPairwiseDistance(primaryParent: [Int?]) -> Double? {
        let count = primaryParent.count
        guard count > 1 else { return nil }
        precondition(
            primaryParent.enumerated().allSatisfy { $0.offset == 0 ? $0.element == nil : $0.element != nil },
            "a tree has one root, in first place")
        var below = [Int](repeating: 1, count: count)
        var sum = 0.0
        for work in (1..<count).reversed() {
            guard let parent = primaryParent[work] else { continue }
            precondition(parent < work, "parents stand before their children")
            below[parent] += below[work]
            sum += Double(below[work]) * Double(count - below[work])
        }
        return sum / (Double(count) * Double(count - 1) / 2)
    }
}
