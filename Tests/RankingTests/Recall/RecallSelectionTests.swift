import Foundation
import Testing

@testable import Ranking

@Suite struct RecallSelectionTests {
    let calibration: CosineCalibration

    init() throws {
        calibration = try CosineCalibration(c0: 0.08, c1: 0.92)
    }

    func scorer(_ change: (inout RecallParameters) -> Void = { _ in }) throws -> RecallScorer {
        var parameters = RecallParameters()
        change(&parameters)
        return try RecallScorer(parameters: parameters, calibration: calibration, now: noon)
    }

    /// A question and memories whose cosines belong to real vectors.
    func memories(count: Int, seed: UInt64) -> (signals: [MemorySignals], vectors: [[Double]]) {
        let vectors = randomUnitVectors(count: count + 1, dimension: 5, seed: seed)
        var generator = SplitMix64(seed: seed &+ 7)
        let signals = (0..<count).map { i in
            var memory = randomMemory(UInt32(i), using: &generator)
            memory.cosine = dot(vectors[i], vectors[count])
            return memory
        }
        return (signals, vectors)
    }

    /// Full sort, full MMR, then the kept place: the definition without any shortcut.
    func oracle(_ signals: [MemorySignals], vectors: [[Double]], k: Int, scorer: RecallScorer) -> [UInt32] {
        func relevance(_ cosine: Double) -> Double { min(1, max(0, (cosine - 0.08) / (0.92 - 0.08))) }
        let passing = signals.filter { relevance($0.cosine) >= 0.15 }
        func before(_ a: MemorySignals, _ b: MemorySignals, _ key: (MemorySignals) -> Double) -> Bool {
            if key(a) != key(b) { return key(a) > key(b) }
            return a.createdAt != b.createdAt ? a.createdAt > b.createdAt : a.ordinal < b.ordinal
        }
        var rest = Array(passing.sorted { before($0, $1) { scorer.score($0).score } }.prefix(4 * k))
        var chosen: [MemorySignals] = []
        while chosen.count < k && !rest.isEmpty {
            let values = rest.map { memory in
                let penalty =
                    chosen.map { relevance(dot(vectors[Int($0.ordinal)], vectors[Int(memory.ordinal)])) }.max() ?? 0
                return 0.8 * scorer.score(memory).score - (1 - 0.8) * penalty
            }
            let best = values.indices.max { values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1) } ?? 0
            chosen.append(rest.remove(at: best))
        }
        if k >= 10, let first = passing.min(by: { before($0, $1) { relevance($0.cosine) } }),
            !chosen.contains(where: { $0.ordinal == first.ordinal })
        {
            chosen[chosen.count - 1] = first
        }
        return chosen.map(\.ordinal)
    }

    @Test(arguments: 0..<30)
    func equalsTheDefinition(seed: UInt64) throws {
        let (signals, vectors) = memories(count: 300, seed: seed)
        let scorer = try scorer()
        for k in [1, 3, 10, 25] {
            let result = scorer.select(signals, k: k) { dot(vectors[Int($0)], vectors[Int($1)]) }
            #expect(
                result.map(\.ordinal) == oracle(signals, vectors: vectors, k: k, scorer: scorer),
                "seed \(seed), k \(k)")
            for item in result {
                #expect(item.score == scorer.score(signals[item.index]).score)
                #expect(item.parts.relevance >= 0.15)
                #expect(signals[item.index].ordinal == item.ordinal)
            }
        }
    }

    /// Without diversity the answer is the plain ranking by score: skipping hopeless candidates loses none.
    @Test(arguments: 0..<20)
    func skippingCandidatesLosesNone(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let signals = (0..<1_500).map { randomMemory(UInt32($0), using: &generator) }
        let scorer = try scorer {
            $0.mmrLambda = 1
            $0.poolFactor = 1
            $0.keepMostRelevant = 0
        }
        let expected = signals.filter { calibration.relevance(cosine: $0.cosine) >= 0.15 }
            .map { (score: scorer.score($0).score, ordinal: $0.ordinal) }
            .sorted { $0.score > $1.score }
        for k in [1, 10, 100] {
            let result = scorer.select(signals, k: k) { _, _ in 0 }
            #expect(result.map(\.ordinal) == expected.prefix(k).map(\.ordinal), "seed \(seed), k \(k)")
        }
    }

    @Test(arguments: 0..<10)
    func orderOfCandidatesDoesNotMatter(seed: UInt64) throws {
        var (signals, vectors) = memories(count: 200, seed: seed)
        // Ties in score and in creation time, so that only the key decides.
        for i in 0..<100 {
            signals[2 * i + 1] = signals[2 * i]
            signals[2 * i + 1].ordinal = UInt32(2 * i + 1)
            vectors[2 * i + 1] = vectors[2 * i]
        }
        let scorer = try scorer()
        func recall(_ input: [MemorySignals]) -> [UInt32] {
            scorer.select(input, k: 10) { dot(vectors[Int($0)], vectors[Int($1)]) }.map(\.ordinal)
        }
        let expected = recall(signals)
        var generator = SplitMix64(seed: seed &+ 500)
        for _ in 0..<5 {
            #expect(recall(signals.shuffled(using: &generator)) == expected, "seed \(seed)")
        }
    }

    @Test("neighbors and whatever may still reach them give the choice from all", arguments: 0..<20)
    func thresholdAlgorithm(seed: UInt64) throws {
        let (signals, vectors) = memories(count: 2_000, seed: seed)
        let nearest = signals.sorted { $0.cosine > $1.cosine }
        var looked = 0
        for k in [1, 10, 25] {
            for weights in [RecallWeights(), RecallWeights(relevance: 0.1, recency: 1, importance: 1)] {
                let scorer = try scorer { $0.weights = weights }
                let neighbors = Array(nearest.prefix(10 * k))
                let threshold = scorer.poolThreshold(neighbors, k: k)
                let farthest = try #require(neighbors.last).cosine
                let others = nearest.dropFirst(10 * k).filter { memory in
                    var bound = memory
                    bound.cosine = farthest
                    return scorer.mayReach(threshold, bound)
                }
                looked += neighbors.count + others.count
                let some = scorer.select(neighbors + others, k: k) { dot(vectors[Int($0)], vectors[Int($1)]) }
                let all = scorer.select(signals, k: k) { dot(vectors[Int($0)], vectors[Int($1)]) }
                #expect(some.map(\.ordinal) == all.map(\.ordinal), "k \(k)")
            }
        }
        #expect(looked < 6 * 2_000, "not everything is looked at every time")
    }

    @Test func tiesGoToTheNewerAndThenToTheKey() throws {
        // Pinned memories have recency 1 at any age, so these three have the same score.
        let signals = [
            MemorySignals(ordinal: 0, cosine: 0.5, createdAt: noon - 5 * day, pinned: true),
            MemorySignals(ordinal: 1, cosine: 0.5, createdAt: noon - 2 * day, pinned: true),
            MemorySignals(ordinal: 2, cosine: 0.5, createdAt: noon - 2 * day, pinned: true),
        ]
        let result = try scorer().select(signals, k: 3) { _, _ in 0 }
        #expect(result.map(\.ordinal) == [1, 2, 0])
        let keys = ["c", "z", "b"]
        let byKey = try scorer().select(
            signals, k: 3, similarity: { _, _ in 0 }, keyPrecedes: { keys[Int($0)] < keys[Int($1)] })
        #expect(byKey.map(\.ordinal) == [2, 1, 0])
    }

    @Test func paraphrasesGiveWay() throws {
        // Two memories that say the same, and a third that is a little less relevant but says something else.
        let signals = [0.8, 0.79, 0.6].enumerated().map { i, cosine in
            MemorySignals(ordinal: UInt32(i), cosine: cosine, createdAt: noon)
        }
        let result = try scorer().select(signals, k: 2) { i, j in i < 2 && j < 2 ? 0.98 : 0.1 }
        #expect(result.map(\.ordinal) == [0, 2])
        #expect(result[0].mmrPenalty == 0)
        #expect(abs(result[1].mmrPenalty - 0.2 * (0.1 - 0.08) / 0.84) < 1e-12)
        let plain = try scorer { $0.mmrLambda = 1 }.select(signals, k: 2) { i, j in i < 2 && j < 2 ? 0.98 : 0.1 }
        #expect(plain.map(\.ordinal) == [0, 1])
    }

    /// A fact that answers the question best is recalled at any age, even among hundreds of fresh, important events.
    @Test(arguments: 0..<20)
    func plantedFactsAreNeverLost(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for ageDays in [0, 30, 100, 200, 300, 400, 4_000] {
            var signals = (1...500).map { i in
                MemorySignals(
                    ordinal: UInt32(i), cosine: Double.random(in: 0...0.79, using: &generator),
                    createdAt: noon - Int64.random(in: 0...(5 * 24), using: &generator) * 3_600_000,
                    importance: Double.random(in: 0.5...1, using: &generator))
            }
            let planted = MemorySignals(
                ordinal: 0, cosine: 0.8, createdAt: noon - Int64(ageDays) * day, importance: 0, kind: .fact)
            signals.insert(planted, at: Int.random(in: 0...500, using: &generator))
            let result = try scorer().select(signals, k: 10) { _, _ in 0.2 }
            #expect(result.count == 10)
            #expect(result.contains { $0.ordinal == 0 }, "seed \(seed), age \(ageDays) days")
        }
    }

    @Test func theKeptPlaceCanBeSwitchedOffAndIsMarked() throws {
        var signals = (1...50).map { i in
            MemorySignals(ordinal: UInt32(i), cosine: 0.7, createdAt: noon, importance: 1)
        }
        signals.append(MemorySignals(ordinal: 0, cosine: 0.75, createdAt: noon - 400 * day, importance: 0))
        let kept = try scorer().select(signals, k: 10) { _, _ in 0 }
        #expect(kept.last?.ordinal == 0 && kept.last?.kept == true)
        #expect(kept.dropLast().allSatisfy { !$0.kept })
        let without = try scorer { $0.keepMostRelevant = 0 }.select(signals, k: 10) { _, _ in 0 }
        #expect(!without.contains { $0.ordinal == 0 })
        // Fewer than ten places: the score alone decides.
        #expect(try !scorer().select(signals, k: 9) { _, _ in 0 }.contains { $0.ordinal == 0 })
    }

    @Test func emptyAndIrrelevantNamespacesAnswerWithNothing() throws {
        #expect(try scorer().select([], k: 10) { _, _ in 0 }.isEmpty)
        let noise = [MemorySignals(ordinal: 0, cosine: 0.1, createdAt: noon)]
        #expect(try scorer().select(noise, k: 10) { _, _ in 0 }.isEmpty)
        #expect(try scorer { $0.minRelevance = 0 }.select(noise, k: 10) { _, _ in 0 }.count == 1)
    }

    @Test func hugeKDoesNotOverflow() throws {
        let (signals, vectors) = memories(count: 50, seed: 3)
        let result = try scorer().select(signals, k: 10_000) { dot(vectors[Int($0)], vectors[Int($1)]) }
        #expect(result.count == signals.count { calibration.relevance(cosine: $0.cosine) >= 0.15 })
    }
}
