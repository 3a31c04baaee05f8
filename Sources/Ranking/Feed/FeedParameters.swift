/// Relative weights of the parts of a feed score; only their ratios matter.
public struct FeedWeights: Sendable, Equatable, Codable {
    public var taste: Double
    public var quality: Double
    public var fresh: Double
    public var lineage: Double
    public var exploration: Double

    public init(
        taste: Double = 0.44, quality: Double = 0.22, fresh: Double = 0.18, lineage: Double = 0.08,
        exploration: Double = 0.08
    ) {
        self.taste = taste
        self.quality = quality
        self.fresh = fresh
        self.lineage = lineage
        self.exploration = exploration
    }

    /// The weights that a viewer is served with, of sum 1.
    ///
    /// Without history there is no taste to match: its weight goes to quality and exploration, in proportion to
    /// their own weights (half and half when both are 0).
    public func effective(hasHistory: Bool) -> FeedWeights {
        let sum = taste + quality + fresh + lineage + exploration
        var result = FeedWeights(
            taste: taste / sum, quality: quality / sum, fresh: fresh / sum, lineage: lineage / sum,
            exploration: exploration / sum)
        guard !hasHistory else { return result }
        let receivers = result.quality + result.exploration
        let share = receivers > 0 ? result.quality / receivers : 0.5
        result.quality += result.taste * share
        result.exploration += result.taste * (1 - share)
        result.taste = 0
        return result
    }
}

/// How a page is made diverse.
public enum DiversityMethod: String, Sendable, CaseIterable, Codable {
    /// Subtracts the likeness to what is on the page already.
    case mmr
    /// Maximizes the determinant of a sliding window.
    case dpp
}

/// What happens when every remaining candidate breaks a cap.
public enum FeedCapPolicy: String, Sendable, CaseIterable, Codable {
    /// The page ends.
    case hard
    /// The page goes on with the best of the rest.
    case relaxed
}

/// Everything that shapes a feed, each with its default.
public struct FeedParameters: Sendable, Equatable {
    // Scoring.
    public var weights: FeedWeights
    /// Hours until freshness has halved, 0.01…87,600.
    public var freshHalfLifeHours: Double
    /// z of the Wilson bound of quality, 0…10.
    public var wilsonZ: Double
    /// a0: how many trials the prior of a new work counts for, 0.1…10,000.
    public var priorStrength: Double
    /// Probability that a work nobody has seen draws above the current cut, 0.001…0.5.
    public var explorationProbability: Double
    /// Works below this many impressions are explored, 0…1,000,000.
    public var explorationImpressionsMax: Double
    /// A draw stays the same for this long, 1 s…1 year: a retry shows the same page.
    public var drawPeriodMs: Int64
    /// Changes every draw; for experiments and repeatable tests.
    public var seed: UInt64

    // Page building.
    public var diversity: DiversityMethod
    /// Weight of the largest relevance to what is on the page, 0…10.
    public var mmrWeight: Double
    /// Items of the sliding window of `.dpp`, 2…200.
    public var dppWindow: Int
    /// Factor on the score for each earlier item of the same creator and of the same root family, 0…1.
    public var creatorRepeat: Double
    public var rootRepeat: Double
    /// In any `capWindow` neighboring places at most this many of one creator and of one root family; each at least 1.
    public var capWindow: Int
    public var creatorMax: Int
    public var rootMax: Int
    public var capPolicy: FeedCapPolicy
    /// In any this many neighboring places at least one goes to an explored work, 2…1,000; 0 switches it off.
    public var explorationEvery: Int
    /// Works that are candidates for exploration alone never take the first places, 0…100.
    public var explorationFreePlaces: Int
    /// Works at least this alike are the same work, -1…1.01; above 1 nothing is.
    public var duplicateCosine: Double

    public init() {
        weights = FeedWeights()
        freshHalfLifeHours = 36
        wilsonZ = 1.28
        priorStrength = 20
        explorationProbability = 0.1
        explorationImpressionsMax = 100
        drawPeriodMs = 3_600_000
        seed = 0
        diversity = .mmr
        mmrWeight = 0.15
        dppWindow = 10
        creatorRepeat = 0.6
        rootRepeat = 0.75
        capWindow = 10
        creatorMax = 2
        rootMax = 3
        capPolicy = .hard
        explorationEvery = 10
        explorationFreePlaces = 2
        duplicateCosine = 0.97
    }

    /// Checks every range. Call it once per request; scoring assumes valid parameters.
    public func validate() throws(ParameterError) {
        try ParameterError.check(weights: [
            ("taste", weights.taste), ("quality", weights.quality), ("fresh", weights.fresh),
            ("lineage", weights.lineage), ("exploration", weights.exploration),
        ])
        try ParameterError.check(freshHalfLifeHours, "freshHalfLifeHours", 0.01...87_600)
        try ParameterError.check(wilsonZ, "wilsonZ", 0...10)
        try ParameterError.check(priorStrength, "priorStrength", 0.1...10_000)
        try ParameterError.check(explorationProbability, "explorationProbability", 0.001...0.5)
        try ParameterError.check(explorationImpressionsMax, "explorationImpressionsMax", 0...1_000_000)
        try ParameterError.check(Int(clamping: drawPeriodMs), "drawPeriodMs", 1_000...31_536_000_000)
        try ParameterError.check(mmrWeight, "mmrWeight", 0...10)
        try ParameterError.check(dppWindow, "dppWindow", 2...200)
        try ParameterError.check(creatorRepeat, "creatorRepeat", 0...1)
        try ParameterError.check(rootRepeat, "rootRepeat", 0...1)
        try ParameterError.check(capWindow, "capWindow", 1...1_000)
        try ParameterError.check(creatorMax, "creatorMax", 1...1_000)
        try ParameterError.check(rootMax, "rootMax", 1...1_000)
        if explorationEvery != 0 {
            try ParameterError.check(explorationEvery, "explorationEvery", 2...1_000)
        }
        try ParameterError.check(explorationFreePlaces, "explorationFreePlaces", 0...100)
        try ParameterError.check(duplicateCosine, "duplicateCosine", -1...1.01)
    }
}
