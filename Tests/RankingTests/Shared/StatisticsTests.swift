import Foundation
import Testing

@testable import Ranking

@Suite struct WilsonTests {
    @Test(arguments: [
        // successes, trials, z, lower, upper: 8 of 10 and 0 of 10 at 95 % are textbook values.
        (8.0, 10.0, 1.96, 0.49016, 0.94332),
        (0.0, 10.0, 1.96, 0.0, 0.27754),
        (10.0, 10.0, 1.96, 0.72246, 1.0),
        (1.0, 2.0, 1.96, 0.09453, 0.90547),
    ])
    func matchesKnownValues(successes: Double, trials: Double, z: Double, lower: Double, upper: Double) {
        let interval = wilsonInterval(successes: successes, trials: trials, z: z)
        #expect(abs(interval.lowerBound - lower) < 1e-4)
        #expect(abs(interval.upperBound - upper) < 1e-4)
        #expect(wilsonLowerBound(successes: successes, trials: trials, z: z) == interval.lowerBound)
    }

    @Test func endsSolveTheScoreEquation() {
        // Independent definition: both ends p satisfy (rate - p)² = z² p (1 - p) / n.
        var generator = SplitMix64(seed: 11)
        for _ in 0..<500 {
            let trials = 1 + Double.random(in: 0..<5_000, using: &generator)
            let rate = Double.random(in: 0...1, using: &generator)
            let interval = wilsonInterval(successes: rate * trials, trials: trials, z: 1.28)
            for p in [interval.lowerBound, interval.upperBound] {
                #expect(abs(pow(rate - p, 2) - 1.28 * 1.28 * p * (1 - p) / trials) < 1e-9, "seed 11")
            }
            #expect(interval.contains(rate))
        }
    }

    @Test func knowsNothingWithoutTrialsAndGrowsWithEvidence() {
        #expect(wilsonInterval(successes: 0, trials: 0, z: 1.28) == 0...1)
        let bounds = [1.0, 10, 100, 1_000].map { wilsonLowerBound(successes: 0.9 * $0, trials: $0, z: 1.28) }
        #expect(bounds == bounds.sorted() && Set(bounds).count == 4)
    }
}

@Suite struct RandomTests {
    @Test func splitMixMatchesThePublishedSequence() {
        var generator = SplitMix64(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect((0..<5).map { _ in generator.next() } == expected)
    }

    @Test func stableHashSeparatesAndRepeats() {
        #expect(StableHash.hash("essence-1") == StableHash.hash("essence-1"))
        var ab = StableHash()
        ab.combine("ab")
        ab.combine("c")
        var a = StableHash()
        a.combine("a")
        a.combine("bc")
        #expect(ab.finalized() != a.finalized())
        let hashes = Set((0..<100_000).map { StableHash.hash("work-\($0)") })
        #expect(hashes.count == 100_000)
    }

    @Test func stableHashNeverChanges() {
        // Computed apart from this code: FNV-1a over the bytes and the little-endian length, then the finalizer.
        #expect(StableHash.hash("") == 0x813F_0174_A236_7C13)
        #expect(StableHash.hash("arcanea") == 0x273D_94B2_31C2_7C69)
    }

    @Test func hashBitsAreBalanced() {
        var ones = [Int](repeating: 0, count: 64)
        for i in 0..<20_000 {
            let hash = StableHash.hash("k\(i)")
            for bit in 0..<64 where hash >> UInt64(bit) & 1 == 1 { ones[bit] += 1 }
        }
        // Six standard deviations of a fair coin.
        #expect(ones.allSatisfy { abs($0 - 10_000) < 425 })
    }

    @Test(arguments: [(1.0, 1.0), (0.3, 2.0), (2.0, 8.0), (20.0, 380.0), (0.02, 0.05), (500.0, 3.0)])
    func betaDrawsHaveTheRightMoments(alpha: Double, beta: Double) {
        var sampler = BetaSampler(seed: 42)
        let count = 40_000
        let draws = (0..<count).map { _ in sampler.draw(alpha: alpha, beta: beta) }
        let mean = draws.reduce(0, +) / Double(count)
        let variance = draws.reduce(0) { $0 + pow($1 - mean, 2) } / Double(count)
        let expectedMean = alpha / (alpha + beta)
        let expectedVariance = alpha * beta / (pow(alpha + beta, 2) * (alpha + beta + 1))
        // Five standard errors of the mean; the variance to 5 %.
        #expect(abs(mean - expectedMean) < 5 * (expectedVariance / Double(count)).squareRoot(), "seed 42")
        #expect(abs(variance / expectedVariance - 1) < 0.05, "seed 42")
        #expect(draws.allSatisfy { $0 >= 0 && $0 <= 1 })
    }

    @Test func betaDrawsFollowTheDistribution() {
        // Kolmogorov-Smirnov against the cumulative function: 1.95/√n is the 0.1 % level.
        for (alpha, beta) in [(0.5, 0.5), (3.0, 1.5), (20.0, 60.0)] {
            var sampler = BetaSampler(seed: 7)
            let draws = (0..<5_000).map { _ in sampler.draw(alpha: alpha, beta: beta) }.sorted()
            let distance =
                draws.enumerated().map { rank, x in
                    abs(betaCumulative(x, alpha: alpha, beta: beta) - (Double(rank) + 0.5) / 5_000)
                }.max() ?? 1
            #expect(distance < 1.95 / 5_000.0.squareRoot(), "seed 7, Beta(\(alpha), \(beta))")
        }
    }

    @Test func betaDrawsRepeatWithTheSeed() {
        var first = BetaSampler(seed: 5)
        var second = BetaSampler(seed: 5)
        var third = BetaSampler(seed: 6)
        let draw = first.draw(alpha: 2, beta: 3)
        #expect(draw == second.draw(alpha: 2, beta: 3))
        #expect(draw != third.draw(alpha: 2, beta: 3))
    }

    @Test func betaCumulativeEqualsTheBinomialSum() {
        // For whole shapes I_x(a, b) = P(Binomial(a + b - 1, x) >= a).
        for a in 1...9 {
            for b in 1...9 {
                for x in stride(from: 0.05, through: 0.95, by: 0.15) {
                    let n = a + b - 1
                    let sum = (a...n).reduce(0.0) { total, j in
                        let choose = (0..<j).reduce(1.0) { $0 * Double(n - $1) / Double($1 + 1) }
                        return total + choose * pow(x, Double(j)) * pow(1 - x, Double(n - j))
                    }
                    #expect(abs(betaCumulative(x, alpha: Double(a), beta: Double(b)) - sum) < 1e-12)
                }
            }
        }
        #expect(betaCumulative(0, alpha: 2, beta: 3) == 0)
        #expect(betaCumulative(1, alpha: 2, beta: 3) == 1)
    }
}

@Suite struct QuantileTests {
    @Test func interpolatesBetweenOrderStatistics() {
        let table = QuantileTable([4, 1, 3, 2, .nan, .infinity])
        #expect(table.values == [1, 2, 3, 4])
        #expect(table.quantile(0) == 1)
        #expect(table.quantile(1) == 4)
        #expect(table.quantile(0.5) == 2.5)
        #expect(QuantileTable([]).quantile(0.5) == nil)
    }

    @Test func ranksAndTailsCountTheSample() {
        var generator = SplitMix64(seed: 3)
        let sample = (0..<300).map { _ in Double(Int.random(in: 0..<40, using: &generator)) }
        let table = QuantileTable(sample)
        for value in stride(from: -1.0, through: 41, by: 0.5) {
            #expect(table.rank(of: value) == Double(sample.count { $0 <= value }) / 300, "seed 3")
            #expect(table.tail(from: value) == Double(sample.count { $0 >= value }) / 300, "seed 3")
        }
        #expect(QuantileTable([]).rank(of: 1) == 0)
        #expect(QuantileTable([]).tail(from: 1) == 0)
    }

    @Test func reservoirKeepsEverythingUntilFullAndThenASample() throws {
        var small = ReservoirQuantiles(capacity: 100, seed: 1)
        for value in 0..<100 { small.add(Double(value)) }
        #expect(small.table().values == (0..<100).map(Double.init))

        var large = ReservoirQuantiles(capacity: 4_000, seed: 9)
        for value in 0..<200_000 { large.add(Double(value)) }
        large.add(.nan)
        #expect(large.seen == 200_000)
        for q in [0.05, 0.5, 0.95] {
            let quantile = try #require(large.table().quantile(q))
            // Five standard errors of a sample quantile of a uniform stream.
            let error = 5 * (q * (1 - q) / 4_000).squareRoot()
            #expect(abs(quantile / 200_000 - q) < error, "seed 9")
        }
    }

    @Test func reservoirIsReproducible() {
        func sample(seed: UInt64) -> QuantileTable {
            var reservoir = ReservoirQuantiles(capacity: 10, seed: seed)
            for value in 0..<1_000 { reservoir.add(Double(value)) }
            return reservoir.table()
        }
        #expect(sample(seed: 4) == sample(seed: 4))
        #expect(sample(seed: 4) != sample(seed: 5))
    }
}

@Suite struct CosineCalibrationTests {
    @Test func mapsTheAnchorsAndClamps() throws {
        let calibration = try CosineCalibration(c0: 0.1, c1: 0.9)
        #expect(calibration.relevance(cosine: 0.1) == 0)
        #expect(calibration.relevance(cosine: 0.9) == 1)
        #expect(abs(calibration.relevance(cosine: 0.5) - 0.5) < 1e-15)
        #expect(calibration.relevance(cosine: -1) == 0)
        #expect(calibration.relevance(cosine: 1) == 1)
        #expect(calibration.relevance(cosine: .nan) == 0)
    }

    @Test(arguments: [(0.5, 0.5), (0.9, 0.1), (Double.nan, 0.5), (0.1, 1.5), (-2, 0.5), (0.1, .infinity)])
    func refusesImpossibleAnchors(c0: Double, c1: Double) {
        #expect(throws: ParameterError.self) { try CosineCalibration(c0: c0, c1: c1) }
    }

    @Test func estimatesItsAnchorsFromAStream() throws {
        var estimator = CosineCalibrationEstimator(capacity: 20_000, minimumSamples: 1_000, seed: 2)
        var generator = SplitMix64(seed: 8)
        for i in 0..<10_000 {
            if i == 999 { #expect(estimator.calibration() == nil) }
            estimator.addRandomPair(cosine: Double.random(in: -0.2...0.4, using: &generator))
            estimator.addNearestNeighbor(cosine: Double.random(in: 0.5...0.9, using: &generator))
        }
        let calibration = try #require(estimator.calibration())
        #expect(abs(calibration.c0 - 0.1) < 0.02, "seed 8")
        #expect(abs(calibration.c1 - 0.9) < 0.005, "seed 8")
    }

    @Test func givesNoCalibrationWhenAllPairsAreAlike() {
        var estimator = CosineCalibrationEstimator(minimumSamples: 1)
        estimator.addRandomPair(cosine: 1)
        estimator.addNearestNeighbor(cosine: 1)
        #expect(estimator.calibration() == nil)
    }
}
