import Foundation
import Testing

@testable import Ranking

@Suite struct EngagementTests {
    @Test func successesFollowTheFormulaAndStayWithinTrials() {
        var counters = EngagementCounters()
        counters.views = 100
        counters.likes = 10
        counters.saves = 5
        counters.remixes = 2
        #expect(counters.successes == 10 + 10 + 8 && counters.trials == 100)
        counters.negatives = 3
        #expect(counters.successes == 16)
        counters.reports = 1
        #expect(counters.successes == 0)
        var loved = EngagementCounters()
        loved.remixes = 3
        // Whoever remixed it saw it.
        #expect(loved.trials == 3 && loved.successes == 3)
    }

    @Test func policyDiscountsOwnWorksAndBursts() {
        let policy = EngagementPolicy()
        #expect(policy.weight(sameRealm: false) == 1)
        #expect(policy.weight(sameRealm: true) == 0.25)
        #expect(policy.weight(sameRealm: false, eventsThisHour: 599) == 1)
        #expect(policy.weight(sameRealm: false, eventsThisHour: 600) == 0)
        #expect(policy.weight(sameRealm: true, repeatedVariation: true) == 0)
    }

    @Test func eventsFromTheFutureHappenNow() {
        let policy = EngagementPolicy(clockSkewMs: 1_000)
        #expect(policy.effectiveTime(5_000, now: 9_000) == 5_000)
        #expect(policy.effectiveTime(10_000, now: 9_000) == 10_000)
        #expect(policy.effectiveTime(10_001, now: 9_000) == 9_000)
        #expect(policy.effectiveTime(.max, now: .max) == .max)
    }

    @Test func countersAreFoundByKind() {
        var counters = EngagementCounters()
        for (i, kind) in EngagementKind.allCases.enumerated() { counters[kind] = Double(i + 1) }
        #expect(EngagementKind.allCases.map { counters[$0] } == [1, 2, 3, 4, 5, 6, 7])
        #expect(counters.views == 1 && counters.reports == 7)
    }
}

@Suite struct TrendingTests {
    @Test func ranksByDecayedSumsWithoutNow() {
        var generator = SplitMix64(seed: 61)
        var counters = [PopularityCounters](repeating: PopularityCounters(), count: 40)
        var events: [(work: Int, weight: Double, at: Int64)] = []
        for _ in 0..<800 {
            let event = (
                work: Int.random(in: 0..<39, using: &generator), weight: Double.random(in: 0.1...4, using: &generator),
                at: noon - Int64.random(in: 0...(21 * 24), using: &generator) * hour
            )
            events.append(event)
            counters[event.work].add(weight: event.weight, at: event.at, landmark: noon - 30 * day)
        }
        for (halfLife, hours) in [(TrendingHalfLife.sixHours, 6.0), (.sevenDays, 168.0)] {
            let sums = (0..<40).map { work in
                events.filter { $0.work == work }.reduce(0.0) {
                    $0 + $1.weight * pow(2, -Double(noon - $1.at) / Double(hour) / hours)
                }
            }
            let expected = (0..<39).sorted { sums[$0] > sums[$1] }.prefix(12).map { UInt32($0) }
            let top = trendingTop(
                counters.enumerated().lazy.map { (ordinal: UInt32($0), log2Sum: $1.log2Sum(halfLife)) }, limit: 12)
            #expect(top.map(\.ordinal) == expected, "seed 61")
            for work in 0..<39 {
                let value = counters[work].value(halfLife, at: noon, landmark: noon - 30 * day)
                #expect(abs(value - sums[work]) < 1e-9 * max(1, sums[work]), "seed 61")
            }
        }
        #expect(counters[39].value(.sixHours, at: noon, landmark: 0) == 0)
        #expect(counters.map(\.events).reduce(0, +) == 800)
    }

    @Test func theShortListFollowsTheMomentAndTheLongOneTheWeek() {
        var steady = PopularityCounters()
        var burst = PopularityCounters()
        for hours in 0..<168 { steady.add(weight: 1, at: noon - Int64(hours) * hour, landmark: noon) }
        for _ in 0..<20 { burst.add(weight: 1, at: noon, landmark: noon) }
        #expect(burst.log2SixHours > steady.log2SixHours)
        #expect(steady.log2SevenDays > burst.log2SevenDays)
    }

    @Test func tiesGoToTheKeyAndEmptyWorksStayOut() {
        let works: [(ordinal: UInt32, log2Sum: Double)] = [(3, 1), (1, 1), (2, 5), (4, ForwardDecay.empty)]
        #expect(trendingTop(works, limit: 10).map(\.ordinal) == [2, 1, 3])
        #expect(trendingTop(works, limit: 10, keyPrecedes: { $0 > $1 }).map(\.ordinal) == [2, 3, 1])
        #expect(trendingTop(works, limit: 1).map(\.ordinal) == [2])
        #expect(trendingTop(works, limit: 0).isEmpty)
    }
}

@Suite struct FeedCandidatePoolTests {
    @Test func worksAppearOnceWithAllTheirSources() {
        var pool = FeedCandidatePool(quotas: FeedCandidateQuotas(taste: 3, lineage: 2, exploration: 1, total: 5))
        pool.add([1, 2, 3, 4], from: .taste)
        pool.add([3, 9, 10, 11], from: .lineage, excluding: { $0 == 9 })
        pool.add([20, 21], from: .exploration)
        pool.add([30, 1], from: .trending)
        #expect(pool.ordinals == [1, 2, 3, 10, 20])
        #expect(pool.sources(of: 3) == [.taste, .lineage])
        #expect(pool.sources(of: 1) == [.taste, .trending])
        #expect(pool.sources(of: 9).isEmpty && pool.sources(of: 30).isEmpty)
        #expect(pool.sources(of: 1).names == ["taste", "trending"])
    }

    @Test func aSourceThatRepeatsItselfCountsOnce() {
        var pool = FeedCandidatePool(quotas: FeedCandidateQuotas(followed: 2))
        pool.add([7, 7, 7, 8, 9], from: .followed)
        #expect(pool.ordinals == [7, 8])
    }
}

@Suite struct TasteMedoidTests {
    /// Best coverage over all sets of up to four points, by brute force.
    func bestCoverage(_ weights: [Double], size: Int, relevance: (Int, Int) -> Double) -> Double {
        let count = weights.count
        var best = 0.0
        for mask in 1..<(1 << count) where mask.nonzeroBitCount == size {
            let set = (0..<count).filter { mask >> $0 & 1 == 1 }
            best = max(best, coverage(set, weights, relevance))
        }
        return best
    }

    func coverage(_ set: [Int], _ weights: [Double], _ relevance: (Int, Int) -> Double) -> Double {
        weights.indices.reduce(0) { sum, i in
            sum + weights[i] * (set.map { $0 == i ? 1 : relevance(i, $0) }.max() ?? 0)
        }
    }

    @Test(arguments: 0..<15)
    func coversNearlyAsMuchAsTheBestSet(seed: UInt64) {
        let vectors = randomUnitVectors(count: 12, dimension: 4, seed: seed)
        var generator = SplitMix64(seed: seed)
        let weights = vectors.map { _ in Double.random(in: 0.1...4, using: &generator) }
        let relevance = { (i: Int, j: Int) in max(0, dot(vectors[i], vectors[j])) }
        let medoids = TasteMedoids(gainMin: 0).medoids(weights: weights, relevance: relevance)
        let best = bestCoverage(weights, size: medoids.count, relevance: relevance)
        #expect(medoids.count <= 4)
        let chosen = medoids.map(\.index)
        let reached = coverage(chosen, weights, relevance)
        #expect(reached >= 0.95 * best, "seed \(seed)")
        // No exchange of one medoid would cover more.
        for place in chosen.indices {
            for point in weights.indices where !chosen.contains(point) {
                var other = chosen
                other[place] = point
                #expect(coverage(other, weights, relevance) <= reached * (1 + 1e-8), "seed \(seed)")
            }
        }
        #expect(abs(medoids.map(\.share).reduce(0, +) - 1) < 1e-12)
        #expect(medoids.map(\.share) == medoids.map(\.share).sorted(by: >))
    }

    @Test func separateTastesGetSeparateMedoids() {
        // Three groups of ten around three directions, the second one interacted with most.
        var vectors: [[Double]] = []
        var generator = SplitMix64(seed: 71)
        for i in 0..<30 {
            var vector = (0..<8).map { _ in Double.random(in: -0.1...0.1, using: &generator) }
            vector[i % 3] += 1
            let norm = dot(vector, vector).squareRoot()
            vectors.append(vector.map { $0 / norm })
        }
        let weights = (0..<30).map { $0 % 3 == 1 ? 2.0 : 1.0 }
        let medoids = TasteMedoids().medoids(weights: weights) { max(0, dot(vectors[$0], vectors[$1])) }
        #expect(medoids.count == 3)
        #expect(Set(medoids.map { $0.index % 3 }) == [0, 1, 2])
        #expect(medoids[0].index % 3 == 1 && abs(medoids[0].share - 0.5) < 1e-12)
    }

    @Test func oneTasteGetsOneMedoidAndNothingGetsNone() {
        #expect(TasteMedoids().medoids(weights: [1, 1, 1]) { _, _ in 0.99 }.count == 1)
        #expect(TasteMedoids().medoids(weights: []) { _, _ in 1 }.isEmpty)
        #expect(TasteMedoids().medoids(weights: [0, -1, .nan]) { _, _ in 1 }.isEmpty)
        let only = TasteMedoids().medoids(weights: [0, 3]) { _, _ in 0 }
        #expect(only == [TasteMedoid(index: 1, share: 1)])
    }

    @Test func onlyTheHeaviestInteractionsCount() {
        let weights = (0..<50).map { Double($0 + 1) }
        let medoids = TasteMedoids(interactionMax: 5).medoids(weights: weights) { _, _ in 0 }
        #expect(medoids.map(\.index) == [49, 48, 47, 46])
    }

    @Test func interactionsFadeWithTheirAge() {
        let tastes = TasteMedoids()
        #expect(tastes.weight(kind: .remix, at: noon, now: noon) == 4)
        #expect(abs(tastes.weight(kind: .remix, at: noon - 30 * day, now: noon) - 2) < 1e-12)
        #expect(tastes.weight(kind: .like, at: noon + day, now: noon, factor: 0.25) == 0.25)
        #expect(tastes.weight(kind: .report, at: noon, now: noon) == 0)
    }
}
