#if canImport(Glibc)
    import Glibc
#else
    import Foundation
#endif

/// One of the viewer's tastes: a work that stands for a group of works the viewer liked.
public struct TasteMedoid: Sendable, Equatable {
    /// Position in the array of interactions.
    public let index: Int
    /// Share of the interaction weight that is closest to this medoid; the shares sum to 1.
    public let share: Double
}

/// Finds up to four medoids of what a viewer interacted with.
///
/// One mean vector of cats and castles points at neither; several medoids keep tastes apart (as in PinnerSage, Pal
/// et al., KDD 2020). The medoids maximize Σ weight · max over medoids of relevance (facility location): greedily,
/// which is within 1 - 1/e of the best, then by swaps while any swap improves.
public struct TasteMedoids: Sendable, Equatable {
    /// Most medoids, 1…16.
    public var medoidMax: Int
    /// A further medoid must raise the coverage by this share of the whole weight.
    public var gainMin: Double
    /// Days until an interaction's weight has halved.
    public var halfLifeDays: Double
    /// The heaviest interactions that are looked at: O(interactionMax²) similarities.
    public var interactionMax: Int

    public init(
        medoidMax: Int = 4, gainMin: Double = 0.05, halfLifeDays: Double = 30, interactionMax: Int = 200
    ) {
        self.medoidMax = medoidMax
        self.gainMin = gainMin
        self.halfLifeDays = halfLifeDays
        self.interactionMax = interactionMax
    }

    /// The weight of an interaction at `now`: the kind's weight, halved every ``halfLifeDays``.
    public func weight(kind: EngagementKind, at time: Int64, now: Int64, factor: Double = 1) -> Double {
        let ageDays = max(0, Double(now) - Double(time)) / 86_400_000
        return kind.tasteWeight * factor * exp2(-ageDays / halfLifeDays)
    }

    /// Medoids, largest share first; empty when no weight is positive.
    ///
    /// Deterministic: ties go to the heavier interaction, then to the earlier position.
    /// - Parameters:
    ///   - weights: one per interaction; those not above 0 are ignored.
    ///   - relevance: of interactions i and j, symmetric, in 0…1.
    public func medoids(weights: [Double], relevance: (Int, Int) -> Double) -> [TasteMedoid] {
        let points = Array(
            weights.indices.filter { weights[$0] > 0 && weights[$0].isFinite }
                .sorted { (weights[$1], $0) < (weights[$0], $1) }
                .prefix(interactionMax))
        guard !points.isEmpty else { return [] }
        var cover = TasteCover(weights: points.map { weights[$0] }) { relevance(points[$0], points[$1]) }
        cover.grow(to: max(1, medoidMax), gainMin: gainMin)
        cover.improveBySwaps()
        return cover.shares()
            .map { TasteMedoid(index: points[$0.point], share: $0.share) }
            .sorted { ($1.share, $0.index) < ($0.share, $1.index) }
    }
}

/// The facility-location problem on a dense matrix of relevance.
private struct TasteCover {
    let weights: [Double]
    /// Row-major relevance between points, 1 on the diagonal.
    var matrix: [Double]
    var chosen: [Int] = []

    var count: Int { weights.count }

    init(weights: [Double], relevance: (Int, Int) -> Double) {
        self.weights = weights
        let count = weights.count
        matrix = [Double](repeating: 1, count: count * count)
        for i in 0..<count {
            for j in 0..<i {
                let value = relevance(i, j)
                matrix[i * count + j] = value
                matrix[j * count + i] = value
            }
        }
    }

    /// Σ weight · best relevance to one of the `medoids`.
    func coverage(_ medoids: [Int]) -> Double {
        (0..<count).reduce(0) { sum, point in
            sum + weights[point] * (medoids.map { matrix[point * count + $0] }.max() ?? 0)
        }
    }

    mutating func grow(to limit: Int, gainMin: Double) {
        let total = weights.reduce(0, +)
        var covered = 0.0
        while chosen.count < min(limit, count) {
            var best = -1
            var bestCoverage = covered
            for point in 0..<count where !chosen.contains(point) {
                let value = coverage(chosen + [point])
                if value > bestCoverage {
                    best = point
                    bestCoverage = value
                }
            }
            guard best >= 0, chosen.isEmpty || bestCoverage - covered >= gainMin * total else { break }
            chosen.append(best)
            covered = bestCoverage
        }
    }

    /// Replaces one medoid by another point while that raises the coverage noticeably; coverage is bounded, so it ends.
    mutating func improveBySwaps() {
        var current = coverage(chosen)
        var improved = true
        while improved {
            improved = false
            for place in chosen.indices {
                for point in 0..<count where !chosen.contains(point) {
                    var other = chosen
                    other[place] = point
                    let value = coverage(other)
                    if value > current * (1 + 1e-9) {
                        chosen = other
                        current = value
                        improved = true
                    }
                }
            }
        }
    }

    func shares() -> [(point: Int, share: Double)] {
        var mass = [Double](repeating: 0, count: chosen.count)
        for point in 0..<count {
            let nearest = chosen.indices.max { a, b in
                let (left, right) = (matrix[point * count + chosen[a]], matrix[point * count + chosen[b]])
                return left < right || (left == right && a > b)
            }
            mass[nearest ?? 0] += weights[point]
        }
        let total = mass.reduce(0, +)
        return zip(chosen, mass).map { (point: $0, share: $1 / total) }
    }
}
