/// Relative weights of the three parts of a recall score; only their ratios matter.
public struct RecallWeights: Sendable, Equatable, Codable {
    public var relevance: Double
    public var recency: Double
    public var importance: Double

    public init(relevance: Double = 0.6, recency: Double = 0.2, importance: Double = 0.2) {
        self.relevance = relevance
        self.recency = recency
        self.importance = importance
    }

    /// The same weights with sum 1. The weights must have passed ``RecallParameters/validate()``.
    public var normalized: RecallWeights {
        let sum = relevance + recency + importance
        return RecallWeights(relevance: relevance / sum, recency: recency / sum, importance: importance / sum)
    }
}

/// Everything that shapes a recall, each with its default.
public struct RecallParameters: Sendable, Equatable {
    public var weights: RecallWeights
    public var halfLives: MemoryHalfLives
    /// Recency of an infinitely old memory, in 0…1: age alone never makes a memory unreachable.
    public var recencyFloor: Double
    /// Factor on the score of pinned memories, 1…10.
    public var pinnedBoost: Double
    /// Memories with less relevance are not recalled, 0…1.
    public var minRelevance: Double
    /// λ of maximal marginal relevance, 0…1; 1 ranks by score alone.
    public var mmrLambda: Double
    /// Diversity is sought among the best `poolFactor` · k memories, 1…100.
    public var poolFactor: Int
    /// The most relevant memories that keep a place however old or unimportant they are: one place in every ten of k
    /// at most, so a short recall follows the score alone. 0…100; 0 switches it off.
    public var keepMostRelevant: Int

    public static let kRange = 1...10_000

    public init(
        weights: RecallWeights = RecallWeights(), halfLives: MemoryHalfLives = MemoryHalfLives(),
        recencyFloor: Double = 0.2, pinnedBoost: Double = 1.25, minRelevance: Double = 0.15,
        mmrLambda: Double = 0.8, poolFactor: Int = 4, keepMostRelevant: Int = 1
    ) {
        self.weights = weights
        self.halfLives = halfLives
        self.recencyFloor = recencyFloor
        self.pinnedBoost = pinnedBoost
        self.minRelevance = minRelevance
        self.mmrLambda = mmrLambda
        self.poolFactor = poolFactor
        self.keepMostRelevant = keepMostRelevant
    }

    /// Checks every range. Call it once per request; scoring assumes valid parameters.
    public func validate() throws(ParameterError) {
        try ParameterError.check(weights: [
            ("relevance", weights.relevance), ("recency", weights.recency), ("importance", weights.importance),
        ])
        for kind in MemoryKind.allCases {
            if let days = halfLives[kind] {
                try ParameterError.check(days, "halfLifeDays.\(kind.rawValue)", MemoryHalfLives.daysRange)
            }
        }
        try ParameterError.check(recencyFloor, "recencyFloor", 0...1)
        try ParameterError.check(pinnedBoost, "pinnedBoost", 1...10)
        try ParameterError.check(minRelevance, "minRelevance", 0...1)
        try ParameterError.check(mmrLambda, "mmrLambda", 0...1)
        try ParameterError.check(poolFactor, "poolFactor", 1...100)
        try ParameterError.check(keepMostRelevant, "keepMostRelevant", 0...100)
    }
}
