/// Maps a cosine to a relevance in 0…1 that means the same for every embedding model.
///
/// Raw cosines of different models live on different scales: 0.3 may be noise for one and a strong match for
/// another. Two anchors remove the scale: `c0` is the median cosine of random pairs (relevance 0) and `c1` the
/// 0.999 quantile of nearest-neighbor cosines (relevance 1). Both belong to one embedding model and one version.
public struct CosineCalibration: Sendable, Equatable, Codable {
    /// The cosine of an unrelated pair; relevance 0.
    public let c0: Double
    /// The cosine of a pair that says the same; relevance 1.
    public let c1: Double

    /// The raw cosine, clamped to 0…1: for vectors of an unknown model.
    public static let identity = CosineCalibration(uncheckedC0: 0, c1: 1)

    /// - Throws: ``ParameterError`` unless both are finite, in -1…1, and `c1` exceeds `c0` by at least 0.001.
    public init(c0: Double, c1: Double) throws(ParameterError) {
        guard c0.isFinite, c0 >= -1, c0 <= 1 else {
            throw ParameterError(field: "c0", reason: "must be in -1...1", limit: "-1...1")
        }
        guard c1.isFinite, c1 <= 1, c1 - c0 >= 0.001 else {
            throw ParameterError(field: "c1", reason: "must exceed c0 by at least 0.001 and be at most 1", limit: "1")
        }
        self.init(uncheckedC0: c0, c1: c1)
    }

    private init(uncheckedC0 c0: Double, c1: Double) {
        self.c0 = c0
        self.c1 = c1
    }

    /// `clamp((cosine - c0) / (c1 - c0), 0, 1)`; 0 for a cosine that is not a number.
    @inlinable
    public func relevance(cosine: Double) -> Double {
        // Spelled out, because comparisons with NaN are false and so end at 0.
        let scaled = (cosine - c0) / (c1 - c0)
        guard scaled > 0 else { return 0 }
        return scaled < 1 ? scaled : 1
    }
}

/// Estimates a ``CosineCalibration`` from a collection while it grows, in constant memory.
public struct CosineCalibrationEstimator: Sendable {
    /// Cosines of pairs drawn at random.
    public private(set) var randomPairs: ReservoirQuantiles
    /// Cosines of records with their nearest neighbor.
    public private(set) var nearestNeighbors: ReservoirQuantiles
    /// Samples of either kind below which no calibration is given.
    public var minimumSamples: Int

    /// - Parameter capacity: values kept of either kind; the 0.999 quantile needs some thousands.
    public init(capacity: Int = 8_192, minimumSamples: Int = 1_000, seed: UInt64 = 0) {
        randomPairs = ReservoirQuantiles(capacity: capacity, seed: seed)
        nearestNeighbors = ReservoirQuantiles(capacity: capacity, seed: seed &+ 1)
        self.minimumSamples = minimumSamples
    }

    public mutating func addRandomPair(cosine: Double) {
        randomPairs.add(cosine)
    }

    public mutating func addNearestNeighbor(cosine: Double) {
        nearestNeighbors.add(cosine)
    }

    /// The calibration of what was seen; `nil` below ``minimumSamples`` or when the two anchors coincide.
    public func calibration() -> CosineCalibration? {
        guard randomPairs.seen >= minimumSamples, nearestNeighbors.seen >= minimumSamples,
            let c0 = randomPairs.table().quantile(0.5),
            let c1 = nearestNeighbors.table().quantile(0.999)
        else { return nil }
        // Float rounding can carry the cosine of equal vectors past 1 by an ulp or two.
        return try? CosineCalibration(c0: Swift.max(-1, c0), c1: Swift.min(1, c1))
    }
}
