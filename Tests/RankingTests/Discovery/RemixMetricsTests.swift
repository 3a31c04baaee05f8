import Foundation
import Testing

@testable import Ranking

@Suite struct RemixMetricsTests {
    @Test func ratesComeWithTheirIntervals() {
        let rate = RemixMetrics.remixRate(remixers: 8, viewers: 10)
        #expect(rate.rate == 0.8)
        #expect(abs(rate.interval.lowerBound - 0.49016) < 1e-4)
        #expect(RemixMetrics.remixRate(remixers: 3, viewers: 0).rate == 1)
        let none = RemixMetrics.remixRate(remixers: 0, viewers: 0)
        #expect(none.rate == nil && none.interval == 0...1)
    }

    @Test func generativityLooksOnlyAtWorksOldEnough() {
        let works: [(createdAt: Int64, hasForeignChild: Bool)] = [
            (noon - 31 * day, true), (noon - 30 * day, false), (noon - 29 * day, true), (noon, true),
        ]
        let result = RemixMetrics.generativity(works: works, now: noon)
        #expect(result.successes == 1 && result.trials == 2)
    }

    @Test func reproductionOriginalityAndCredit() throws {
        #expect(RemixMetrics.reproductionNumber(childrenPerWork: [0, 3, 1, 0]) == 1)
        #expect(RemixMetrics.reproductionNumber(childrenPerWork: []) == nil)
        let calibration = try CosineCalibration(c0: 0, c1: 0.8)
        let originality = RemixMetrics.originality(cosines: [0.2, 0.6, -1], calibration: calibration)
        #expect(abs((originality ?? 0) - 0.25) < 1e-12)
        #expect(RemixMetrics.originality(cosines: [], calibration: calibration) == nil)
        #expect(RemixMetrics.lateCreditShare(acceptedLate: 1, creditedAtBirth: 3) == 0.25)
        #expect(RemixMetrics.lateCreditShare(acceptedLate: 0, creditedAtBirth: 0) == nil)
        #expect(RemixMetrics.depth(hops: [1, 1, 2, 5]) == (5, 1.5))
        #expect(RemixMetrics.depth(hops: []).median == nil)
        let arrivals = RemixMetrics.childArrivalHalfLife(createdAt: 100, childTimes: [400, 50, 200])
        #expect(arrivals == 100)
    }

    @Test(arguments: 0..<20)
    func pairwiseDistanceEqualsBruteForce(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let count = Int.random(in: 2...40, using: &generator)
        let parents: [Int?] = [nil] + (1..<count).map { Int.random(in: 0..<$0, using: &generator) }
        func ancestors(_ node: Int) -> [Int] {
            var line = [node]
            while let last = line.last, let parent = parents[last] { line.append(parent) }
            return line
        }
        var sum = 0
        for i in 0..<count {
            for j in 0..<i {
                let (a, b) = (ancestors(i), ancestors(j))
                let common = Set(a).intersection(b).count
                sum += a.count + b.count - 2 * common
            }
        }
        let expected = Double(sum) / Double(count * (count - 1) / 2)
        let distance = RemixMetrics.meanPairwiseDistance(primaryParent: parents)
        #expect(abs((distance ?? -1) - expected) < 1e-12, "seed \(seed)")
    }

    @Test func knownShapes() throws {
        let star = try #require(RemixMetrics.meanPairwiseDistance(primaryParent: [nil] + (1..<100).map { _ in 0 }))
        #expect(abs(star - 1.98) < 1e-12)
        let chain = try #require(RemixMetrics.meanPairwiseDistance(primaryParent: [nil] + (1..<100).map { $0 - 1 }))
        #expect(abs(chain - 101.0 / 3) < 1e-9)
        #expect(RemixMetrics.meanPairwiseDistance(primaryParent: [nil]) == nil)
    }
}

@Suite struct FeedMetricsTests {
    @Test func giniEqualsTheMeanDifference() throws {
        var generator = SplitMix64(seed: 91)
        let values = (0..<60).map { _ in Double(Int.random(in: 0...50, using: &generator)) }
        let mean = values.reduce(0, +) / 60
        let difference = values.reduce(0.0) { sum, a in sum + values.reduce(0.0) { $0 + abs($1 - a) } } / 3_600
        let gini = try #require(FeedMetrics.gini(values))
        #expect(abs(gini - difference / (2 * mean)) < 1e-12, "seed 91")
        #expect(abs((FeedMetrics.gini([5, 5, 5]) ?? 1)) < 1e-12)
        #expect(abs((FeedMetrics.gini([0, 0, 0, 8]) ?? 0) - 0.75) < 1e-12)
        #expect(FeedMetrics.gini([0, 0]) == nil && FeedMetrics.gini([]) == nil)
    }

    @Test func distancesAndCounts() {
        let distance = FeedMetrics.intraListDistance(count: 3) { i, j in [i, j].contains(2) ? 0 : 0.5 }
        #expect(abs((distance ?? 0) - 2.5 / 3) < 1e-12)
        #expect(FeedMetrics.intraListDistance(count: 1) { _, _ in 0 } == nil)
        let works: [(creator: UInt32, rootFamily: UInt32)] = [(1, 7), (1, 8), (2, 7)]
        let counts = FeedMetrics.distinct(works)
        #expect(counts == (2, 2))
    }
}
