#if canImport(Glibc)
    import Glibc
#else
    import Foundation
#endif

/// What scoring knows about one memory. Times are milliseconds since 1970.
public struct MemorySignals: Sendable, Equatable {
    /// The caller's number for the memory.
    public var ordinal: UInt32
    /// Cosine of the memory with the question.
    public var cosine: Double
    public var createdAt: Int64
    /// When the caller last said that the memory was used; never changed by reading.
    public var lastUsedAt: Int64?
    public var uses: Int
    /// In 0…1, given by the caller; the engine never guesses it.
    public var importance: Double
    public var kind: MemoryKind
    /// Pinned memories do not fade.
    public var pinned: Bool

    public init(
        ordinal: UInt32, cosine: Double, createdAt: Int64, lastUsedAt: Int64? = nil, uses: Int = 0,
        importance: Double = 0.5, kind: MemoryKind = .event, pinned: Bool = false
    ) {
        self.ordinal = ordinal
        self.cosine = cosine
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.uses = uses
        self.importance = importance
        self.kind = kind
        self.pinned = pinned
    }
}

/// Where a recall score comes from.
public struct RecallScoreParts: Sendable, Equatable {
    /// Calibrated relevance, 0…1.
    public var relevance: Double
    public var cosine: Double
    /// Recency, from the floor to 1.
    public var recency: Double
    public var ageSeconds: Double
    /// Half-life after reinforcement by uses; `nil` when the memory does not fade.
    public var halfLifeSeconds: Double?
    public var importance: Double
    public var uses: Int
    public var pinned: Bool
}

/// Scores memories:
///
///     rel = clamp((cos - c0) / (c1 - c0), 0, 1)
///     age = max(0, now - max(created, lastUsed))
///     hl  = halfLife[kind] · (1 + log2(1 + uses))          preference and pinned: none, rec = 1
///     rec = f + (1 - f) · 2^(-age / hl)
///     S   = (w_rel · rel + w_rec · rec + w_imp · imp) · (pinned ? 1.25 : 1)      weights of sum 1
///
/// The decay is additive and floored, so relevance and importance always can bring an old memory back.
public struct RecallScorer: Sendable {
    public let parameters: RecallParameters
    public let calibration: CosineCalibration
    /// The moment that ages are measured from.
    public let now: Int64
    let weights: RecallWeights

    /// - Throws: ``ParameterError`` when a parameter is out of range.
    public init(
        parameters: RecallParameters = RecallParameters(), calibration: CosineCalibration, now: Int64
    ) throws(ParameterError) {
        try parameters.validate()
        self.parameters = parameters
        self.calibration = calibration
        self.now = now
        weights = parameters.weights.normalized
    }

    /// The score with all its parts.
    public func score(_ signals: MemorySignals) -> (score: Double, parts: RecallScoreParts) {
        let age = ageMs(of: signals)
        let halfLife = halfLifeMs(of: signals)
        let recency = recency(ageMs: age, halfLifeMs: halfLife)
        let relevance = calibration.relevance(cosine: signals.cosine)
        let parts = RecallScoreParts(
            relevance: relevance, cosine: signals.cosine, recency: recency, ageSeconds: age / 1_000,
            halfLifeSeconds: halfLife.map { $0 / 1_000 }, importance: importance(of: signals), uses: signals.uses,
            pinned: signals.pinned)
        return (combine(relevance: relevance, recency: recency, signals), parts)
    }

    /// The score alone.
    func value(_ signals: MemorySignals, relevance: Double) -> Double {
        let recency = recency(ageMs: ageMs(of: signals), halfLifeMs: halfLifeMs(of: signals))
        return combine(relevance: relevance, recency: recency, signals)
    }

    /// A bound on the score that needs no exponential: the score as if the memory were new.
    ///
    /// Never below ``value(_:relevance:)`` in floating point either, since rounding is monotone and both are the
    /// same operations in the same order.
    func ceiling(_ signals: MemorySignals, relevance: Double) -> Double {
        combine(relevance: relevance, recency: 1, signals)
    }

    private func combine(relevance: Double, recency: Double, _ signals: MemorySignals) -> Double {
        let sum =
            weights.relevance * relevance + weights.recency * recency + weights.importance * importance(of: signals)
        return signals.pinned ? sum * parameters.pinnedBoost : sum
    }

    private func importance(of signals: MemorySignals) -> Double {
        // A NaN fails the comparison and counts as 0.
        signals.importance > 0 ? min(signals.importance, 1) : 0
    }

    func ageMs(of signals: MemorySignals) -> Double {
        // In Double, because the difference of two arbitrary Int64 may overflow.
        max(0, Double(now) - Double(lastTouch(of: signals)))
    }

    func lastTouch(of signals: MemorySignals) -> Int64 {
        max(signals.createdAt, signals.lastUsedAt ?? signals.createdAt)
    }

    func halfLifeMs(of signals: MemorySignals) -> Double? {
        guard !signals.pinned, let days = parameters.halfLives[signals.kind] else { return nil }
        return days * 86_400_000 * (signals.uses > 0 ? 1 + log2(1 + Double(signals.uses)) : 1)
    }

    func recency(ageMs: Double, halfLifeMs: Double?) -> Double {
        guard let halfLifeMs else { return 1 }
        let floor = parameters.recencyFloor
        return min(1, floor + (1 - floor) * exp2(-ageMs / halfLifeMs))
    }
}
