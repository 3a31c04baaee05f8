/// A question to an agent's memory.
public struct RecallRequest: Sendable {
    public var text: String?
    public var vector: [Float]?
    /// Number of memories; the agent's setting when absent, or else 10.
    public var k: Int?
    public var kinds: [String]?
    /// Memories that carry at least one of these.
    public var tags: [String]?
    /// Memories about at least one of these works.
    public var entities: [String]?
    /// Creation time range, both ends included.
    public var from: Timestamp?
    public var to: Timestamp?
    /// Only what was stored and valid at this time.
    public var asOf: Timestamp?
    /// The moment that ages are measured from; the present when absent. For repeatable answers.
    public var now: Timestamp?
    /// Relative weights of relevance, recency and importance; normalized to sum 1.
    public var weights: RecallWeightsRequest?
    /// Half-lives in days by kind, overriding the defaults.
    public var halfLifeDays: [String: Double]
    public var minRelevance: Double?
    public var tuning: RecallTuning
    /// Marks the returned memories as used.
    public var touch: Bool
    public var explain: Bool

    public init(text: String? = nil, vector: [Float]? = nil, k: Int? = nil) {
        self.text = text
        self.vector = vector
        self.k = k
        halfLifeDays = [:]
        tuning = RecallTuning()
        touch = false
        explain = false
    }
}

public struct RecallWeightsRequest: Sendable, Equatable {
    public var relevance: Double
    public var recency: Double
    public var importance: Double

    public init(relevance: Double, recency: Double, importance: Double) {
        self.relevance = relevance
        self.recency = recency
        self.importance = importance
    }
}

/// Parts of a recall score.
public struct RecallParts: Sendable, Encodable {
    public var rel: Double
    public var cos: Double
    public var rec: Double
    public var ageSeconds: Double
    /// Seconds; absent for kinds that do not fade.
    public var halfLifeSeconds: Double?
    public var imp: Double
    public var uses: Int
    public var pinned: Bool
    public var mmrPenalty: Double
    /// True when the place was kept for relevance although age or diversity would have taken it.
    public var kept: Bool
}

public struct RecallHit: Sendable, Encodable {
    public var id: String
    public var score: Double
    public var parts: RecallParts
    public var memory: Memory
}
