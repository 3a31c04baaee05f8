import Foundation
import Testing

@testable import Ranking

let day: Int64 = 86_400_000
/// 2026-01-01T00:00:00Z.
let noon: Int64 = 1_767_225_600_000

/// The formula of a recall score, written out once more from its definition.
func recallOracle(
    cosine: Double, c0: Double, c1: Double, created: Int64, lastUsed: Int64?, uses: Int, importance: Double,
    kind: String, pinned: Bool, now: Int64, weights: (Double, Double, Double) = (0.6, 0.2, 0.2), floor: Double = 0.2
) -> Double {
    let rel = min(1, max(0, (cosine - c0) / (c1 - c0)))
    let ageDays = max(0, Double(now - max(created, lastUsed ?? .min)) / 86_400_000)
    let base: [String: Double] = ["event": 14, "chat": 30, "fact": 365]
    var rec = 1.0
    if let days = base[kind], !pinned {
        rec = floor + (1 - floor) * pow(0.5, ageDays / (days * (1 + log(1 + Double(uses)) / log(2))))
    }
    let total = weights.0 + weights.1 + weights.2
    let sum = (weights.0 * rel + weights.1 * rec + weights.2 * importance) / total
    return pinned ? 1.25 * sum : sum
}

func randomMemory(_ ordinal: UInt32, using generator: inout SplitMix64) -> MemorySignals {
    let created = noon - Int64.random(in: -5...800, using: &generator) * day
    let used = Bool.random(using: &generator)
    return MemorySignals(
        ordinal: ordinal, cosine: Double.random(in: -0.2...1, using: &generator), createdAt: created,
        lastUsedAt: used ? created + Int64.random(in: 0...100, using: &generator) * day : nil,
        uses: used ? Int.random(in: 1...40, using: &generator) : 0,
        importance: Double.random(in: 0...1, using: &generator),
        kind: MemoryKind.allCases.randomElement(using: &generator) ?? .fact,
        pinned: Int.random(in: 0..<10, using: &generator) == 0)
}

@Suite struct RecallScorerTests {
    let calibration: CosineCalibration
    let scorer: RecallScorer

    init() throws {
        calibration = try CosineCalibration(c0: 0.08, c1: 0.92)
        scorer = try RecallScorer(calibration: calibration, now: noon)
    }

    @Test func equalsTheFormula() {
        var generator = SplitMix64(seed: 100)
        for i in 0..<2_000 {
            let memory = randomMemory(UInt32(i), using: &generator)
            let (score, parts) = scorer.score(memory)
            let expected = recallOracle(
                cosine: memory.cosine, c0: 0.08, c1: 0.92, created: memory.createdAt, lastUsed: memory.lastUsedAt,
                uses: memory.uses, importance: memory.importance, kind: memory.kind.rawValue, pinned: memory.pinned,
                now: noon)
            #expect(abs(score - expected) < 1e-12, "seed 100, memory \(i)")
            let recombined =
                (0.6 * parts.relevance + 0.2 * parts.recency + 0.2 * parts.importance) * (parts.pinned ? 1.25 : 1)
            #expect(abs(score - recombined) < 1e-12)
            #expect(parts.recency >= 0.2 && parts.recency <= 1)
            #expect(parts.ageSeconds >= 0)
        }
    }

    @Test func goldenScores() throws {
        // One half-life each: recency is 0.2 + 0.8 / 2 = 0.6; relevance 0.5; importance as given.
        for (kind, days) in [(MemoryKind.event, 14), (.chat, 30), (.fact, 365)] {
            let memory = MemorySignals(
                ordinal: 0, cosine: 0.5, createdAt: noon - Int64(days) * day, importance: 1, kind: kind)
            let (score, parts) = scorer.score(memory)
            #expect(abs(parts.recency - 0.6) < 1e-12)
            #expect(abs(score - (0.3 + 0.12 + 0.2)) < 1e-12)
            #expect(parts.halfLifeSeconds == Double(days) * 86_400)
        }
        // Three uses double a half-life twice over: 1 + log2(4) = 3.
        var used = MemorySignals(ordinal: 0, cosine: 0.5, createdAt: noon - 42 * day, uses: 3)
        #expect(abs(scorer.score(used).parts.recency - 0.6) < 1e-12)
        used.pinned = true
        let pinned = scorer.score(used)
        #expect(pinned.parts.recency == 1 && pinned.parts.halfLifeSeconds == nil)
        #expect(abs(pinned.score - 1.25 * (0.3 + 0.2 + 0.1)) < 1e-12)
    }

    @Test func isMonotoneInEveryPart() {
        var generator = SplitMix64(seed: 101)
        for i in 0..<1_000 {
            let memory = randomMemory(UInt32(i), using: &generator)
            let score = scorer.score(memory).score
            func raised(_ change: (inout MemorySignals) -> Void) -> Double {
                var other = memory
                change(&other)
                return scorer.score(other).score
            }
            #expect(raised { $0.cosine += 0.05 } >= score, "seed 101, memory \(i)")
            #expect(raised { $0.importance = min(1, $0.importance + 0.1) } >= score)
            #expect(raised { $0.createdAt += day } >= score)
            #expect(raised { $0.lastUsedAt = ($0.lastUsedAt ?? $0.createdAt) + day } >= score)
            #expect(raised { $0.uses += 1 } >= score)
            #expect(raised { $0.pinned = true } >= score)
        }
    }

    @Test func clockSkewAndOddNumbersHaveDefinedAnswers() {
        var memory = MemorySignals(ordinal: 0, cosine: 0.5, createdAt: .max, importance: 7)
        #expect(scorer.score(memory).parts.ageSeconds == 0)
        #expect(scorer.score(memory).parts.recency == 1)
        #expect(abs(scorer.score(memory).score - 0.7) < 1e-12)
        memory.createdAt = .min
        #expect(abs(scorer.score(memory).parts.recency - 0.2) < 1e-9)
        memory.importance = .nan
        memory.cosine = .nan
        #expect(abs(scorer.score(memory).score - 0.04) < 1e-9)
    }

    @Test func weightsAreRelative() throws {
        let ten = RecallParameters(weights: RecallWeights(relevance: 6, recency: 2, importance: 2))
        let other = try RecallScorer(parameters: ten, calibration: calibration, now: noon)
        var generator = SplitMix64(seed: 102)
        for i in 0..<100 {
            let memory = randomMemory(UInt32(i), using: &generator)
            #expect(abs(other.score(memory).score - scorer.score(memory).score) < 1e-12, "seed 102")
        }
    }

    @Test func refusesImpossibleParameters() {
        func field(_ change: (inout RecallParameters) -> Void) -> String? {
            var parameters = RecallParameters()
            change(&parameters)
            do throws(ParameterError) {
                try parameters.validate()
                return nil
            } catch {
                return error.field
            }
        }
        #expect(field { _ in } == nil)
        #expect(field { $0.weights.recency = -1 } == "weights.recency")
        #expect(field { $0.weights.relevance = 1e9 } == "weights.relevance")
        #expect(field { $0.weights.importance = .nan } == "weights.importance")
        #expect(field { $0.weights = RecallWeights(relevance: 0, recency: 0, importance: 0) } == "weights")
        #expect(field { $0.halfLives.eventDays = 0 } == "halfLifeDays.event")
        #expect(field { $0.minRelevance = 1.1 } == "minRelevance")
        #expect(field { $0.mmrLambda = -0.1 } == "mmrLambda")
        #expect(field { $0.recencyFloor = 2 } == "recencyFloor")
        #expect(field { $0.pinnedBoost = 0 } == "pinnedBoost")
        #expect(field { $0.poolFactor = 0 } == "poolFactor")
    }

    @Test func halfLivesAreOverriddenByName() throws {
        let changed = try MemoryHalfLives().overridden(by: ["event": 1, "preference": 10])
        #expect(changed.eventDays == 1 && changed.preferenceDays == 10 && changed.factDays == 365)
        let unknown = #expect(throws: ParameterError.self) { try MemoryHalfLives().overridden(by: ["dream": 1]) }
        #expect(unknown?.field == "halfLifeDays.dream")
        #expect(throws: ParameterError.self) { try MemoryHalfLives().overridden(by: ["fact": -3]) }
    }
}
