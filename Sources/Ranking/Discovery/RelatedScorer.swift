/// Relative weights of the parts of a relatedness score; only their ratios matter.
public struct RelatedWeights: Sendable, Equatable, Codable {
    public var relevance: Double
    public var walk: Double
    public var quality: Double

    public init(relevance: Double = 0.5, walk: Double = 0.3, quality: Double = 0.2) {
        self.relevance = relevance
        self.walk = walk
        self.quality = quality
    }

    public func validate() throws(ParameterError) {
        try ParameterError.check(weights: [("relevance", relevance), ("walk", walk), ("quality", quality)])
    }
}

/// What relatedness knows about one work.
public struct RelatedCandidate: Sendable, Equatable {
    public var ordinal: UInt32
    /// Cosine with the asked work.
    public var cosine: Double
    /// Mass of the ``LineageWalk`` from the asked work; 0 when it was not reached.
    public var walkMass: Double
    /// In 0…1, see ``FeedBaseline/quality(of:wilsonZ:)``.
    public var quality: Double

    public init(ordinal: UInt32, cosine: Double, walkMass: Double, quality: Double) {
        self.ordinal = ordinal
        self.cosine = cosine
        self.walkMass = walkMass
        self.quality = quality
    }
}

/// A related work. All parts are in 0…1; the score is their weighted mean.
public struct RelatedWork: Sendable, Equatable {
    public let ordinal: UInt32
    public let score: Double
    public let relevance: Double
    public let cosine: Double
    /// Walk mass relative to the largest among the candidates.
    public let walk: Double
    public let quality: Double
}

/// Ranks works by 0.5 rel(cos) + 0.3 walk / max walk + 0.2 quality.
public struct RelatedScorer: Sendable {
    public let calibration: CosineCalibration
    /// Of sum 1.
    public let weights: RelatedWeights

    /// - Throws: ``ParameterError`` when a weight is out of range.
    public init(weights: RelatedWeights = RelatedWeights(), calibration: CosineCalibration) throws(ParameterError) {
        try weights.validate()
        let sum = weights.relevance + weights.walk + weights.quality
        self.weights = RelatedWeights(
            relevance: weights.relevance / sum, walk: weights.walk / sum, quality: weights.quality / sum)
        self.calibration = calibration
    }

    /// The `limit` best candidates, best first, ties by key. O(N log N).
    ///
    /// - Parameter candidates: without the asked work itself, each once.
    public func rank(
        _ candidates: [RelatedCandidate], limit: Int, keyPrecedes: (UInt32, UInt32) -> Bool = { $0 < $1 }
    ) -> [RelatedWork] {
        let largest = candidates.map(\.walkMass).max() ?? 0
        let works = candidates.map { candidate in
            let relevance = calibration.relevance(cosine: candidate.cosine)
            let walk = largest > 0 ? max(0, candidate.walkMass) / largest : 0
            let quality = max(0, min(1, candidate.quality))
            return RelatedWork(
                ordinal: candidate.ordinal,
                score: weights.relevance * relevance + weights.walk * walk + weights.quality * quality,
                relevance: relevance, cosine: candidate.cosine, walk: walk, quality: quality)
        }
        let ranked = works.sorted { a, b in
            a.score != b.score ? a.score > b.score : keyPrecedes(a.ordinal, b.ordinal)
        }
        return Array(ranked.prefix(max(0, limit)))
    }
}
