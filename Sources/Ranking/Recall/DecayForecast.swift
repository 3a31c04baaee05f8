#if canImport(Glibc)
    import Glibc
#else
    import Foundation
#endif

/// When a memory falls below a threshold if nobody uses it.
public struct DecayForecast: Sendable, Equatable {
    /// Position in the array of signals.
    public let index: Int
    public let ordinal: UInt32
    /// The measure now.
    public let current: Double
    /// Where the measure tends as the memory grows old.
    public let limit: Double
    /// First moment below the threshold, milliseconds since 1970; not after `now` when it is below already.
    public let fallsBelowAt: Int64
}

/// What a forecast looks at.
public enum DecayMeasure: Sendable, Equatable {
    /// The recency part alone, from 1 down to the floor.
    case recency
    /// The whole score that the memory would have for a question to which it has this relevance.
    case score(relevance: Double)
}

extension RecallScorer {
    /// The memories that are, or until `horizon` will be, below `threshold`, soonest first (ties: by position).
    ///
    /// Memories that never fall below are left out: those that do not fade, and those whose floor is at or above it.
    /// The signals' cosines are not used. O(N log N).
    public func decayForecast(
        _ memories: [MemorySignals], threshold: Double, measure: DecayMeasure = .recency, horizon: Int64 = .max
    ) -> [DecayForecast] {
        memories.indices.compactMap { index in
            forecast(memories[index], index: index, threshold: threshold, measure: measure)
        }
        .filter { $0.fallsBelowAt <= horizon }
        .sorted { ($0.fallsBelowAt, $0.index) < ($1.fallsBelowAt, $1.index) }
    }

    private func forecast(
        _ signals: MemorySignals, index: Int, threshold: Double, measure: DecayMeasure
    ) -> DecayForecast? {
        let halfLife = halfLifeMs(of: signals)
        let age = ageMs(of: signals)
        let recency = recency(ageMs: age, halfLifeMs: halfLife)
        let floor = halfLife == nil ? 1 : parameters.recencyFloor
        // measure = base + slope · recency
        let (base, slope) = affine(signals, measure: measure)
        let current = base + slope * recency
        let limit = base + slope * floor
        guard limit < threshold else { return nil }
        if current < threshold {
            return DecayForecast(
                index: index, ordinal: signals.ordinal, current: current, limit: limit, fallsBelowAt: now)
        }
        // Here slope > 0 and the memory fades, because limit < threshold <= current.
        guard let halfLife, slope > 0 else { return nil }
        let needed = (threshold - base) / slope
        let fallingAge = halfLife * log2((1 - floor) / (needed - floor))
        // From the last touch, not from now: a touch dated in the future starts to fade only then.
        let moment = Double(lastTouch(of: signals)) + fallingAge
        return DecayForecast(
            index: index, ordinal: signals.ordinal, current: current, limit: limit,
            fallsBelowAt: moment < 9e18 ? max(now, Int64(moment.rounded(.down)) + 1) : .max)
    }

    private func affine(_ signals: MemorySignals, measure: DecayMeasure) -> (base: Double, slope: Double) {
        switch measure {
        case .recency:
            return (0, 1)
        case .score(let relevance):
            let boost = signals.pinned ? parameters.pinnedBoost : 1
            let importance = signals.importance > 0 ? min(signals.importance, 1) : 0
            let base = weights.relevance * max(0, min(1, relevance)) + weights.importance * importance
            return (base * boost, weights.recency * boost)
        }
    }
}
