/// When a likeness is suspicious: learned per embedding model and version from the lineage itself.
public struct UncreditedCalibration: Sendable, Equatable, Codable {
    /// τ: pairs less alike are never listed.
    public let threshold: Double
    /// Cosines of credited parent-child pairs; `nil` while there are too few.
    public let credited: QuantileTable?
    /// Cosines of random pairs of works by different creators; `nil` while there are too few.
    public let randomPairs: QuantileTable?
    /// Share of works that were taken for uncredited remixes when τ was chosen.
    public let baseRate: Double

    /// For a store that has not seen enough: only near copies.
    public static let cold = UncreditedCalibration(threshold: 0.95, credited: nil, randomPairs: nil, baseRate: 0)

    private init(threshold: Double, credited: QuantileTable?, randomPairs: QuantileTable?, baseRate: Double) {
        self.threshold = threshold
        self.credited = credited
        self.randomPairs = randomPairs
        self.baseRate = baseRate
    }

    /// A calibration that was stored.
    ///
    /// - Throws: ``ParameterError`` for a threshold or a base rate outside its range.
    public init(
        storedThreshold threshold: Double, credited: QuantileTable?, randomPairs: QuantileTable?, baseRate: Double
    ) throws(ParameterError) {
        try ParameterError.check(threshold, "threshold", -1...1)
        try ParameterError.check(baseRate, "baseRate", 0...1)
        self.init(threshold: threshold, credited: credited, randomPairs: randomPairs, baseRate: baseRate)
    }

    /// What an estimate asks for.
    public struct Requirements: Sendable, Equatable {
        /// False alarms per work that are acceptable.
        public var falseAlarmsPerWork: Double
        /// Share of works believed to be uncredited remixes. They sit among the presumed negatives, and this much of
        /// the tail is theirs. 0 is careful: it takes every likeness among unlinked works for chance.
        public var baseRate: Double
        /// Quantile of random pairs that τ never goes below.
        public var randomQuantile: Double
        public var creditedMin: Int
        public var randomMin: Int

        public init(
            falseAlarmsPerWork: Double = 1e-4, baseRate: Double = 0, randomQuantile: Double = 0.9999,
            creditedMin: Int = 100, randomMin: Int = 10_000
        ) {
            self.falseAlarmsPerWork = falseAlarmsPerWork
            self.baseRate = baseRate
            self.randomQuantile = randomQuantile
            self.creditedMin = creditedMin
            self.randomMin = randomMin
        }

        /// What is accepted of works that hide nothing.
        public var falseAlarmsOfChance: Double { baseRate > 0 ? falseAlarmsPerWork / 2 : falseAlarmsPerWork }
    }

    /// The calibration of a store.
    ///
    /// τ is the smallest cosine at which at most `falseAlarmsPerWork` (plus the base rate) of the works have an
    /// unlinked look-alike, never below the `randomQuantile` of random pairs, and at most 1: exact copies always
    /// count. With fewer works than resolve the rate, or too few samples, the cold threshold stays the lower bound.
    ///
    /// Works that do hide their source raise false alarms too, about its other remixes. With a base rate above 0, half of
    /// the accepted alarms are left to chance and half to those, as many as credited works raise when their credits are
    /// hidden.
    /// - Parameters:
    ///   - credited: cosines of credited parent-child pairs: what remixes look like.
    ///   - randomPairs: cosines of random pairs by different creators.
    ///   - nearestUnlinked: for each work of a sample, the largest cosine to an older, unlinked work of another
    ///     creator, siblings included: what chance and common sources look like.
    ///   - hiddenFalse: for each credited work of a sample, the largest cosine of a false finding when its credits are
    ///     hidden, below −1 for none.
    public init(
        credited: QuantileTable, randomPairs: QuantileTable, nearestUnlinked: QuantileTable,
        hiddenFalse: QuantileTable = QuantileTable([]), requirements: Requirements = Requirements()
    ) {
        let hasCredited = credited.count >= requirements.creditedMin
        let hasRandom = randomPairs.count >= requirements.randomMin
        let allowed = requirements.falseAlarmsOfChance + requirements.baseRate
        let resolves = Double(nearestUnlinked.count) * requirements.falseAlarmsPerWork >= 1
        var threshold = -1.0
        if !(hasCredited && hasRandom && resolves) { threshold = UncreditedCalibration.cold.threshold }
        if hasRandom { threshold = max(threshold, randomPairs.quantile(requirements.randomQuantile) ?? 1) }
        if resolves {
            threshold = max(threshold, nearestUnlinked.leastListing(share: allowed))
            if requirements.baseRate > 0 {
                let share = requirements.falseAlarmsPerWork / 2 / requirements.baseRate
                threshold = max(threshold, hiddenFalse.leastListing(share: share))
            }
        }
        self.init(
            threshold: min(1, threshold), credited: hasCredited ? credited : nil,
            randomPairs: hasRandom ? randomPairs : nil, baseRate: requirements.baseRate)
    }

    /// The same calibration with a caller's threshold.
    public func with(threshold: Double) throws(ParameterError) -> UncreditedCalibration {
        try ParameterError.check(threshold, "threshold", -1...1)
        return UncreditedCalibration(
            threshold: threshold, credited: credited, randomPairs: randomPairs, baseRate: baseRate)
    }
}

extension QuantileTable {
    /// The least number that at most a share of the sample reaches: the one just above the largest that may not be listed
    /// any more. −1 when all may be.
    fileprivate func leastListing(share: Double) -> Double {
        let listed = Int((Double(count) * share).rounded(.down))
        return listed < count ? values[count - 1 - listed].nextUp : -1
    }
}
