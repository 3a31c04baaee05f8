import Foundation
import Testing

@testable import Ranking

@Suite struct FeedScorerTests {
    /// The formula, written out once more from its definition.
    @Test(arguments: 0..<10)
    func equalsTheFormula(seed: UInt64) throws {
        let pool = FeedPool(count: 200, seed: seed)
        for hasHistory in [true, false] {
            var pool = pool
            pool.viewer.hasHistory = hasHistory
            if !hasHistory { pool.viewer.medianDepth = nil }
            let scorer = try pool.scorer()
            let prior = scorer.explorationPrior(for: pool.candidates, pageSize: 20)
            for (work, scored) in zip(pool.candidates, scorer.score(pool.candidates, prior: prior)) {
                let c = work.counters
                let n = max(c.views, c.likes, c.saves, c.shares, c.remixes, c.negatives, c.reports)
                let s = min(n, max(0, c.likes + 2 * c.saves + 4 * c.remixes - 4 * c.negatives - 20 * c.reports))
                let p = n == 0 ? 0 : s / n
                let z = 1.28
                let wilson =
                    n == 0
                    ? 0
                    : (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
                let qual = min(1, max(0, wilson) / 0.2)
                let fresh = pow(2, -Double(noon - work.createdAt) / Double(36 * hour))
                let taste = hasHistory ? min(1, max(0, work.taste?.cosine ?? 0)) : 0.5
                let fit = hasHistory ? exp(-pow((Double(work.depth) - 3) / 4, 2)) : 0.5
                let branch = pool.viewer.recentRootFamilies.contains(work.rootFamily) ? 0.0 : 1.0
                let lin =
                    0.5 * min(1, log(1 + Double(work.liveDescendants7d)) / log(2) / 6) + 0.3 * fit + 0.2 * branch
                let expl = scored.parts.exploration
                let expected =
                    hasHistory
                    ? 0.44 * taste + 0.22 * qual + 0.18 * fresh + 0.08 * lin + 0.08 * expl
                    : (0.22 + 0.44 * 22 / 30) * qual + 0.18 * fresh + 0.08 * lin + (0.08 + 0.44 * 8 / 30) * expl
                #expect(abs(scored.score - expected) < 1e-9, "seed \(seed), work \(work.ordinal)")
                #expect(abs(scored.parts.quality - qual) < 1e-9 && abs(scored.parts.taste - taste) < 1e-12)
                #expect(abs(scored.parts.alpha - (prior.mean * 20 + s)) < 1e-9)
                #expect(abs(scored.parts.beta - ((1 - prior.mean) * 20 + n - s)) < 1e-9)
                #expect((0...1).contains(expl))
                #expect((scored.parts.tasteMatch != nil) == hasHistory)
            }
        }
    }

    @Test func isMonotoneInEveryPart() throws {
        let pool = FeedPool(count: 150, seed: 55)
        let scorer = try pool.scorer()
        let prior = scorer.explorationPrior(for: pool.candidates, pageSize: 20)
        for work in pool.candidates {
            let base = try #require(scorer.score([work], prior: prior).first)
            func part(
                _ value: (FeedScoreParts) -> Double, after change: (inout FeedCandidate) -> Void
            ) throws -> (Double, Double) {
                var other = work
                change(&other)
                let scored = try #require(scorer.score([other], prior: prior).first)
                return (value(base.parts), value(scored.parts))
            }
            let taste = try part(\.taste) { $0.taste?.cosine += 0.1 }
            let fresh = try part(\.fresh) { $0.createdAt += hour }
            let quality = try part(\.quality) { $0.counters.likes += 1 }
            let unloved = try part(\.quality) { $0.counters.negatives += 1 }
            let lineage = try part(\.lineage) { $0.liveDescendants7d += 3 }
            #expect(taste.1 >= taste.0 && fresh.1 >= fresh.0 && quality.1 >= quality.0 && lineage.1 >= lineage.0)
            #expect(unloved.1 <= unloved.0)
            // And the score is monotone in each part.
            for path in [\FeedScoreParts.taste, \.quality, \.fresh, \.lineage, \.exploration] {
                var parts = base.parts
                parts[keyPath: path] += 0.1
                #expect(scorer.combine(parts) > base.score)
            }
        }
    }

    @Test func drawsStayWithinThePeriodAndChangeAfterIt() throws {
        let pool = FeedPool(count: 50, seed: 3)
        func draws(now: Int64, seed: UInt64 = 0, viewer: String = "v") throws -> [Double] {
            var pool = pool
            pool.viewer.keyHash = StableHash.hash(viewer)
            let scorer = try pool.scorer(now: now) { $0.seed = seed }
            let prior = scorer.explorationPrior(for: pool.candidates, pageSize: 10)
            return scorer.score(pool.candidates, prior: prior).map(\.parts.exploration)
        }
        let first = try draws(now: noon)
        #expect(try draws(now: noon + hour - 1) == first)
        #expect(try draws(now: noon + hour) != first)
        #expect(try draws(now: noon - 1) != first)
        #expect(try draws(now: noon, seed: 1) != first)
        #expect(try draws(now: noon, viewer: "w") != first)
    }

    @Test func drawsDependOnTheKeyAndNotOnTheOrdinal() throws {
        let pool = FeedPool(count: 20, seed: 4)
        let scorer = try pool.scorer()
        let prior = ExplorationPrior(baseRate: 0.05, cut: nil, strength: 20, probability: 0.1)
        var renumbered = pool.candidates
        for i in renumbered.indices { renumbered[i].ordinal += 1_000 }
        let before = scorer.score(pool.candidates, prior: prior).map(\.score)
        #expect(scorer.score(renumbered, prior: prior).map(\.score) == before)
    }

    @Test func timesBeforeTheEpochFallIntoTheirOwnPeriod() {
        #expect((-1 as Int64).flooredQuotient(by: 10) == -1)
        #expect((-10 as Int64).flooredQuotient(by: 10) == -1)
        #expect((9 as Int64).flooredQuotient(by: 10) == 0)
    }

    @Test func withoutHistoryTheTasteWeightMoves() {
        let weights = FeedWeights().effective(hasHistory: false)
        #expect(weights.taste == 0)
        #expect(
            abs(weights.quality - (0.22 + 0.44 * 22 / 30)) < 1e-12
                && abs(weights.exploration - (0.08 + 0.44 * 8 / 30)) < 1e-12)
        #expect(abs(weights.quality + weights.fresh + weights.lineage + weights.exploration - 1) < 1e-12)
        let tasteOnly = FeedWeights(taste: 1, quality: 0, fresh: 0, lineage: 0, exploration: 0)
        let moved = tasteOnly.effective(hasHistory: false)
        #expect(moved.quality == 0.5 && moved.exploration == 0.5)
    }

    @Test func refusesImpossibleParameters() {
        func field(_ change: (inout FeedParameters) -> Void) -> String? {
            var parameters = FeedParameters()
            change(&parameters)
            do throws(ParameterError) {
                try parameters.validate()
                return nil
            } catch {
                return error.field
            }
        }
        #expect(field { _ in } == nil)
        #expect(field { $0.weights.taste = -0.1 } == "weights.taste")
        #expect(field { $0.weights.fresh = .infinity } == "weights.fresh")
        #expect(
            field { $0.weights = FeedWeights(taste: 0, quality: 0, fresh: 0, lineage: 0, exploration: 0) } == "weights")
        #expect(field { $0.freshHalfLifeHours = 0 } == "freshHalfLifeHours")
        #expect(field { $0.explorationProbability = 0 } == "explorationProbability")
        #expect(field { $0.creatorMax = 0 } == "creatorMax")
        #expect(field { $0.dppWindow = 1 } == "dppWindow")
        #expect(field { $0.explorationEvery = 1 } == "explorationEvery")
        #expect(field { $0.explorationEvery = 0 } == nil)
        #expect(field { $0.drawPeriodMs = 0 } == "drawPeriodMs")
    }

    @Test func futureWorksAndHugeCountsHaveDefinedAnswers() throws {
        let pool = FeedPool(count: 1, seed: 1)
        var work = pool.candidates[0]
        work.createdAt = .max
        work.liveDescendants7d = .max
        work.counters = EngagementCounters()
        work.counters.likes = 1e12
        let scorer = try pool.scorer()
        let prior = scorer.explorationPrior(for: [work], pageSize: 1)
        let scored = try #require(scorer.score([work], prior: prior).first)
        #expect(scored.parts.fresh == 1 && scored.parts.quality == 1)
        #expect(scored.parts.trials == 1e12 && scored.parts.successes == 1e12)
        #expect(scored.score.isFinite && scored.score <= 1)
    }
}

@Suite struct ExplorationPriorTests {
    @Test(arguments: [0.01, 0.05, 0.2, 0.5, 0.9])
    func anUnseenWorkBeatsTheCutWithTheGivenProbability(cut: Double) {
        let prior = ExplorationPrior(baseRate: 0.05, cut: cut, strength: 20, probability: 0.1)
        let (alpha, beta) = prior.posterior(successes: 0, trials: 0)
        #expect(abs(1 - betaCumulative(cut, alpha: alpha, beta: beta) - 0.1) < 1e-6)
        var sampler = BetaSampler(seed: 17)
        let wins = (0..<20_000).count { _ in sampler.draw(alpha: alpha, beta: beta) > cut }
        // Five standard errors.
        #expect(abs(Double(wins) / 20_000 - 0.1) < 5 * (0.09 / 20_000).squareRoot(), "seed 17")
    }

    @Test func withoutACutTheBaseRateHolds() {
        #expect(ExplorationPrior(baseRate: 0.07, cut: nil, strength: 20, probability: 0.1).mean == 0.07)
        #expect(ExplorationPrior(baseRate: .nan, cut: nil, strength: 20, probability: 0.1).mean == 0.05)
        #expect(ExplorationPrior(baseRate: 0, cut: nil, strength: 20, probability: 0.1).mean > 0)
        for cut in [0.0, 1.0] {
            let mean = ExplorationPrior(baseRate: 0.1, cut: cut, strength: 20, probability: 0.1).mean
            #expect(mean > 0 && mean < 1)
        }
    }

    @Test func theCutIsTheRateOfTheLastWorkOnThePage() throws {
        let pool = FeedPool(count: 300, seed: 6)
        let known = pool.candidates.filter { $0.counters.trials >= 100 }
            .map { (0.05 * 20 + $0.counters.successes) / (20 + $0.counters.trials) }.sorted(by: >)
        let scorer = try pool.scorer()
        #expect(scorer.explorationPrior(for: pool.candidates, pageSize: 20).cut == known[19])
        #expect(scorer.explorationPrior(for: pool.candidates, pageSize: known.count + 1).cut == nil)
    }
}

@Suite struct FeedBaselineTests {
    @Test func describesThePlatform() {
        var works = [EngagementCounters](repeating: EngagementCounters(), count: 100)
        for i in works.indices where i < 60 {
            works[i].views = 100
            works[i].likes = Double(i)
        }
        let baseline = FeedBaseline(counters: works)
        #expect(abs(baseline.baseRate - (59.0 * 60 / 2 + 1) / (6_000 + 20)) < 1e-12)
        let bounds = (0..<60).map { wilsonLowerBound(successes: Double($0), trials: 100, z: 1.28) }
        #expect(baseline.qualityQuantile == QuantileTable(bounds).quantile(0.95))
        let empty = FeedBaseline(counters: [])
        #expect(empty.qualityQuantile == 0 && empty.baseRate == 0.05)
    }
}
