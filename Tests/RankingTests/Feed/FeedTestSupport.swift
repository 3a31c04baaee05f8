import Foundation

@testable import Ranking

let hour: Int64 = 3_600_000

/// A pool of works with vectors, and a viewer.
struct FeedPool {
    var candidates: [FeedCandidate]
    var vectors: [[Double]]
    var viewer: FeedViewer
    let baseline = FeedBaseline(qualityQuantile: 0.2, baseRate: 0.05)
    let calibration = CosineCalibration.identity

    /// - Parameter copyShare: share of works that are variations (cosine about 0.95 to 0.999) of an earlier one.
    init(count: Int, seed: UInt64, creators: UInt32 = 40, roots: UInt32 = 60, copyShare: Double = 0.1) {
        var generator = SplitMix64(seed: seed &+ 31)
        vectors = randomUnitVectors(count: count, dimension: 24, seed: seed, copyShare: copyShare)
        let tastes = randomUnitVectors(count: 3, dimension: 24, seed: seed &+ 9, copyShare: 0)
        candidates = vectors.enumerated().map { i, vector in
            var counters = EngagementCounters()
            if Int.random(in: 0..<4, using: &generator) > 0 {
                counters.views = Double(Int.random(in: 0...3_000, using: &generator))
                for kind in EngagementKind.allCases where kind != .view {
                    counters[kind] = (counters.views * Double.random(in: 0...0.04, using: &generator)).rounded(.down)
                }
                counters.reports = Double(Int.random(in: 0...1, using: &generator))
            }
            let explored = counters.trials < 100
            return FeedCandidate(
                ordinal: UInt32(i), keyHash: StableHash.hash("w\(i)"),
                createdAt: noon - Int64.random(in: 0...400, using: &generator) * hour,
                creator: UInt32.random(in: 0..<creators, using: &generator),
                rootFamily: UInt32.random(in: 0..<roots, using: &generator),
                depth: Int.random(in: 0...12, using: &generator),
                liveDescendants7d: Int.random(in: 0...80, using: &generator),
                taste: TasteMatch(cosines: tastes.map { dot($0, vector) }), counters: counters,
                sources: explored ? (i % 3 == 0 ? [.exploration, .taste] : .exploration) : [.taste])
        }
        viewer = FeedViewer(
            keyHash: StableHash.hash("viewer-\(seed)"), hasHistory: true, medianDepth: 3,
            recentRootFamilies: Set((0..<10).map { _ in UInt32.random(in: 0..<roots, using: &generator) }))
    }

    func scorer(
        now: Int64 = noon, _ change: (inout FeedParameters) -> Void = { _ in }
    ) throws -> FeedScorer {
        var parameters = FeedParameters()
        change(&parameters)
        return try FeedScorer(
            parameters: parameters, calibration: calibration, viewer: viewer, baseline: baseline, now: now)
    }

    var relations: FeedRelations {
        FeedRelations(similarity: { [vectors] in dot(vectors[Int($0)], vectors[Int($1)]) })
    }
}
