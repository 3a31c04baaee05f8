#if canImport(Glibc)
    import Glibc
#else
    import Foundation
#endif

/// Where a feed score comes from. The five parts are in 0…1; the score is their weighted mean.
public struct FeedScoreParts: Sendable, Equatable {
    public var taste: Double
    public var quality: Double
    public var fresh: Double
    public var lineage: Double
    public var exploration: Double

    public var tasteMatch: TasteMatch?
    /// s, n and the Wilson lower bound of s / n.
    public var successes: Double
    public var trials: Double
    public var wilson: Double
    public var liveDescendants7d: Int
    public var depth: Int
    public var depthFit: Double
    public var newBranch: Bool
    /// Shapes of the Beta distribution that the exploration part was drawn from.
    public var alpha: Double
    public var beta: Double
}

/// A candidate with its score.
public struct ScoredFeedCandidate: Sendable, Equatable {
    /// Position in the array of candidates.
    public let index: Int
    public let ordinal: UInt32
    public let score: Double
    public let parts: FeedScoreParts
}

/// Scores works for a viewer:
///
///     taste = max over taste vectors of rel(cos)           without history 0.5, its weight to quality and exploration
///     qual  = Wilson lower bound of s / n, z = 1.28, divided by the platform's 0.95 quantile, at most 1
///     fresh = 2^(-age / 36 h)
///     lin   = 0.5 · min(1, log2(1 + liveDescendants7d) / 6) + 0.3 · depthFit + 0.2 · newBranch
///     expl  = one draw from Beta(m·a0 + s, (1 - m)·a0 + n - s)
///     S     = 0.44 taste + 0.22 qual + 0.18 fresh + 0.08 lin + 0.08 expl
public struct FeedScorer: Sendable {
    public let parameters: FeedParameters
    public let calibration: CosineCalibration
    public let viewer: FeedViewer
    public let baseline: FeedBaseline
    public let now: Int64
    /// Weights in force for this viewer, of sum 1.
    public let weights: FeedWeights

    /// - Throws: ``ParameterError`` when a parameter is out of range.
    public init(
        parameters: FeedParameters = FeedParameters(), calibration: CosineCalibration, viewer: FeedViewer,
        baseline: FeedBaseline = FeedBaseline(), now: Int64
    ) throws(ParameterError) {
        try parameters.validate()
        self.parameters = parameters
        self.calibration = calibration
        self.viewer = viewer
        self.baseline = baseline
        self.now = now
        weights = parameters.weights.effective(hasHistory: viewer.hasHistory)
    }

    /// The prior that draws for these candidates use.
    public func explorationPrior(for candidates: [FeedCandidate], pageSize: Int) -> ExplorationPrior {
        ExplorationPrior(candidates: candidates, pageSize: pageSize, baseline: baseline, parameters: parameters)
    }

    /// Scores in the order of `candidates`. O(N).
    public func score(_ candidates: [FeedCandidate], prior: ExplorationPrior) -> [ScoredFeedCandidate] {
        let period = UInt64(bitPattern: now.flooredQuotient(by: parameters.drawPeriodMs))
        return candidates.enumerated().map { index, work in
            let parts = parts(of: work, prior: prior, period: period)
            return ScoredFeedCandidate(index: index, ordinal: work.ordinal, score: combine(parts), parts: parts)
        }
    }

    func combine(_ parts: FeedScoreParts) -> Double {
        weights.taste * parts.taste + weights.quality * parts.quality + weights.fresh * parts.fresh
            + weights.lineage * parts.lineage + weights.exploration * parts.exploration
    }

    private func parts(of work: FeedCandidate, prior: ExplorationPrior, period: UInt64) -> FeedScoreParts {
        let trials = work.counters.trials
        let successes = work.counters.successes
        let wilson = wilsonLowerBound(successes: successes, trials: trials, z: parameters.wilsonZ)
        let ageHours = max(0, Double(now) - Double(work.createdAt)) / 3_600_000
        let depthFit = depthFit(work.depth)
        let newBranch = !viewer.recentRootFamilies.contains(work.rootFamily)
        let growth = min(1, log2(1 + Double(max(0, work.liveDescendants7d))) / 6)
        let (alpha, beta) = prior.posterior(successes: successes, trials: trials)
        var sampler = BetaSampler(seed: drawSeed(work: work.keyHash, period: period))
        return FeedScoreParts(
            taste: taste(work.taste), quality: baseline.quality(wilson: wilson),
            fresh: exp2(-ageHours / parameters.freshHalfLifeHours),
            lineage: 0.5 * growth + 0.3 * depthFit + 0.2 * (newBranch ? 1 : 0),
            exploration: sampler.draw(alpha: alpha, beta: beta), tasteMatch: viewer.hasHistory ? work.taste : nil,
            successes: successes, trials: trials, wilson: wilson, liveDescendants7d: work.liveDescendants7d,
            depth: work.depth, depthFit: depthFit, newBranch: newBranch, alpha: alpha, beta: beta)
    }

    private func taste(_ match: TasteMatch?) -> Double {
        guard viewer.hasHistory, let match else { return 0.5 }
        return calibration.relevance(cosine: match.cosine)
    }

    /// exp(-((depth - median) / 4)²); 0.5 for a viewer whose median is unknown.
    private func depthFit(_ depth: Int) -> Double {
        guard let median = viewer.medianDepth else { return 0.5 }
        let distance = (Double(depth) - median) / 4
        return exp(-distance * distance)
    }

    /// hash(viewer, work, period): the same page on a retry, another one in the next hour.
    private func drawSeed(work: UInt64, period: UInt64) -> UInt64 {
        var hash = StableHash()
        hash.combine(viewer.keyHash)
        hash.combine(work)
        hash.combine(period)
        hash.combine(parameters.seed)
        return hash.finalized()
    }
}

extension Int64 {
    /// The quotient rounded toward -∞, for a positive divisor.
    func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
