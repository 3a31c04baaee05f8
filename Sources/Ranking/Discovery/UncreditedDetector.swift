/// A work that may have been remixed without credit.
public struct UncreditedCandidate: Sendable, Equatable {
    public var ordinal: UInt32
    /// Cosine with the asked work.
    public var cosine: Double
    public var createdAt: Int64
    /// The caller's number for the creator.
    public var creator: UInt32
    /// False for works that were retracted or merged into another.
    public var isListed: Bool
    /// True when a review decided that the asked work does not derive from this one.
    public var wasRejected: Bool

    public init(
        ordinal: UInt32, cosine: Double, createdAt: Int64, creator: UInt32, isListed: Bool = true,
        wasRejected: Bool = false
    ) {
        self.ordinal = ordinal
        self.cosine = cosine
        self.createdAt = createdAt
        self.creator = creator
        self.isListed = isListed
        self.wasRejected = wasRejected
    }
}

/// A possible uncredited remix with its evidence: a matter for review, never a verdict.
public struct UncreditedFinding: Sendable, Equatable {
    public let ordinal: UInt32
    /// In 0…1.
    public let confidence: Double
    public let cosine: Double
    /// τ that was applied.
    public let threshold: Double
    /// Largest cosine of the asked work to a parent that it credits.
    public let bestParentCosine: Double?
    /// Share of credited parent-child pairs that are at most this alike; `nil` without calibration.
    public let creditedQuantile: Double?
    /// Share of random pairs that are at least this alike; `nil` without calibration.
    public let randomTail: Double?
    /// Both works share a parent or have a common ancestor at most two hops up: two remixes of one source look alike.
    public let sharesAncestry: Bool
}

/// Finds works that the asked work may derive from without saying so.
///
///     y is listed for x when  created(y) < created(x), the creators differ, y is neither ancestor nor descendant of
///     x, y is listed and was not rejected,  c = cos(x, y) >= τ  and  c >= max over credited parents cos(x, p) - 0.02,
///     and no older work that x resembles as much, or more, is an ancestor of y
///     confidence = quantile of c among credited pairs · (1 - tail of c among random pairs) · (0.5 if akin)
///
/// The last condition is for remixes of one source, which resemble each other: the source explains them all.
///
/// Without calibration the confidence rises from 0.5 at τ to 1 at cosine 1 (halved if akin).
public struct UncreditedDetector: Sendable {
    public let calibration: UncreditedCalibration
    /// How much less alike than the best credited parent a suspect may be, 0…2.
    public var parentSlack: Double
    /// Factor on the confidence for works of common ancestry, 0…1.
    public var sharedAncestryFactor: Double

    public init(
        calibration: UncreditedCalibration, parentSlack: Double = 0.02, sharedAncestryFactor: Double = 0.5
    ) {
        self.calibration = calibration
        self.parentSlack = parentSlack
        self.sharedAncestryFactor = sharedAncestryFactor
    }

    /// Suspects of one work, most confident first (ties: more alike, then by key).
    ///
    /// The lineage is asked only about candidates that pass every other test.
    /// - Parameters:
    ///   - candidates: nearest neighbors of the work, without itself.
    ///   - createdAt, creator: of the asked work.
    ///   - parentCosines: of the asked work with each parent that it credits.
    ///   - isLinked: whether a candidate is an ancestor or a descendant of the asked work.
    ///   - sharesAncestry: whether a candidate shares a parent with it or an ancestor at most two hops up.
    ///   - isAncestor: whether a candidate is an ancestor of another one.
    public func findings(
        among candidates: [UncreditedCandidate], createdAt: Int64, creator: UInt32, parentCosines: [Double],
        isLinked: (UInt32) -> Bool, sharesAncestry: (UInt32) -> Bool, isAncestor: (UInt32, UInt32) -> Bool,
        keyPrecedes: (UInt32, UInt32) -> Bool = { $0 < $1 }
    ) -> [UncreditedFinding] {
        let bestParent = parentCosines.max()
        let bound = max(calibration.threshold, bestParent.map { $0 - parentSlack } ?? -1)
        return candidates.compactMap { candidate in
            guard candidate.cosine >= bound, candidate.createdAt < createdAt, candidate.creator != creator,
                candidate.isListed, !candidate.wasRejected, !isLinked(candidate.ordinal)
            else { return nil }
            let isExplained = candidates.contains { other in
                other.cosine >= candidate.cosine && other.createdAt < createdAt && !other.wasRejected
                    && other.ordinal != candidate.ordinal && isAncestor(other.ordinal, candidate.ordinal)
            }
            guard !isExplained else { return nil }
            return finding(candidate, bestParent: bestParent, akin: sharesAncestry(candidate.ordinal))
        }
        .sorted { a, b in
            if a.confidence != b.confidence { return a.confidence > b.confidence }
            return a.cosine != b.cosine ? a.cosine > b.cosine : keyPrecedes(a.ordinal, b.ordinal)
        }
    }

    private func finding(_ candidate: UncreditedCandidate, bestParent: Double?, akin: Bool) -> UncreditedFinding {
        let quantile = calibration.credited?.rank(of: candidate.cosine)
        let tail = calibration.randomPairs?.tail(from: candidate.cosine)
        let base =
            if let quantile, let tail {
                quantile * (1 - tail)
            } else {
                coldConfidence(candidate.cosine)
            }
        return UncreditedFinding(
            ordinal: candidate.ordinal, confidence: akin ? base * sharedAncestryFactor : base,
            cosine: candidate.cosine, threshold: calibration.threshold, bestParentCosine: bestParent,
            creditedQuantile: quantile, randomTail: tail, sharesAncestry: akin)
    }

    private func coldConfidence(_ cosine: Double) -> Double {
        let room = 1 - calibration.threshold
        guard room > 0 else { return 1 }
        return 0.5 + 0.5 * max(0, min(1, (cosine - calibration.threshold) / room))
    }
}
