import Testing

@testable import Ranking

@Suite struct MemoryEligibilityTests {
    func admits(
        _ eligibility: MemoryEligibility, kind: MemoryKind = .fact, tags: [String] = [], entities: [String] = [],
        createdAt: Int64 = 100, validity: MemoryValidity = MemoryValidity(recordedAt: 100), now: Int64 = 1_000
    ) -> Bool {
        eligibility.admits(
            kind: kind, tags: tags, entities: entities, createdAt: createdAt, validity: validity, now: now)
    }

    @Test func everyConditionMustHold() {
        #expect(admits(MemoryEligibility()))
        #expect(admits(MemoryEligibility(kinds: [.fact, .chat])))
        #expect(!admits(MemoryEligibility(kinds: [.event])))
        #expect(!admits(MemoryEligibility(kinds: [])))
        #expect(admits(MemoryEligibility(tags: ["a", "b"]), tags: ["b", "c"]))
        #expect(!admits(MemoryEligibility(tags: ["a"]), tags: ["b"]))
        #expect(!admits(MemoryEligibility(tags: ["a"])))
        #expect(admits(MemoryEligibility(entities: ["w1"]), entities: ["w2", "w1"]))
        #expect(!admits(MemoryEligibility(entities: ["w1"]), entities: ["w2"]))
        #expect(admits(MemoryEligibility(from: 100, to: 100)))
        #expect(!admits(MemoryEligibility(from: 101)))
        #expect(!admits(MemoryEligibility(to: 99)))
        #expect(!admits(MemoryEligibility(kinds: [.fact], tags: ["a"], from: 0, to: 500), tags: ["b"]))
    }

    @Test func worldTimeIsHalfOpen() {
        let validity = MemoryValidity(recordedAt: 0, validFrom: 200, validTo: 300)
        for (time, expected) in [(199, false), (200, true), (299, true), (300, false)] as [(Int64, Bool)] {
            #expect(validity.holds(at: time) == expected)
            #expect(admits(MemoryEligibility(), validity: validity, now: time) == expected)
            #expect(admits(MemoryEligibility(asOf: time), validity: validity, now: 9_999) == expected)
        }
    }

    @Test func asOfForgetsWhatWasNotKnownYet() {
        let validity = MemoryValidity(recordedAt: 500, validFrom: 100)
        #expect(!validity.held(asOf: 499))
        #expect(validity.held(asOf: 500))
        // Without asOf a late record of an old truth is simply true.
        #expect(validity.holds(at: 499))
    }

    @Test func supersessionClosesFromItsMomentOnly() {
        let old = MemoryValidity(recordedAt: 100).superseded(at: 700)
        #expect(old.validTo == 700 && old.closedAt == 700)
        #expect(old.held(asOf: 699))
        #expect(!old.held(asOf: 700))
        #expect(!old.holds(at: 700))
        // What ended before stays as it ended.
        let ended = MemoryValidity(recordedAt: 100, validTo: 300)
        #expect(ended.superseded(at: 700) == ended)
        // What would begin later never was true.
        let future = MemoryValidity(recordedAt: 100, validFrom: 900).superseded(at: 700)
        #expect((0...20).allSatisfy { !future.holds(at: Int64($0) * 100) })
    }

    @Test func aRetroactiveEndIsUnknownBeforeItWasRecorded() {
        // Recorded at 100; at 800 the store learned that it had ended at 300.
        let validity = MemoryValidity(recordedAt: 100, validTo: 300, closedAt: 800)
        #expect(validity.held(asOf: 500))
        #expect(!validity.held(asOf: 800))
        #expect(validity.held(asOf: 299))
    }

    @Test func softForgettingIsSeenFromItsMomentOn() {
        let validity = MemoryValidity(recordedAt: 100, forgottenAt: 600)
        #expect(!admits(MemoryEligibility(), validity: validity, now: 1_000))
        #expect(admits(MemoryEligibility(asOf: 599), validity: validity))
        #expect(!admits(MemoryEligibility(asOf: 600), validity: validity))
    }

    @Test func kindsAreReadByName() throws {
        #expect(try MemoryEligibility.kinds(named: ["fact", "event"]) == [.fact, .event])
        let error = #expect(throws: ParameterError.self) { try MemoryEligibility.kinds(named: ["fact", "dream"]) }
        #expect(error?.field == "kinds[1]")
        #expect(error?.limit == "event, chat, fact, preference")
    }
}

@Suite struct DecayForecastTests {
    let scorer: RecallScorer

    init() throws {
        scorer = try RecallScorer(calibration: CosineCalibration(c0: 0.08, c1: 0.92), now: noon)
    }

    @Test func momentsAreWhereTheMeasureCrosses() throws {
        var generator = SplitMix64(seed: 31)
        let memories = (0..<300).map { randomMemory(UInt32($0), using: &generator) }
        for measure in [DecayMeasure.recency, .score(relevance: 0.5)] {
            let threshold = measure == .recency ? 0.4 : 0.55
            func value(_ memory: MemorySignals, at time: Int64) throws -> Double {
                let later = try RecallScorer(calibration: scorer.calibration, now: time)
                let (_, parts) = later.score(memory)
                guard measure != .recency else { return parts.recency }
                return (0.6 * 0.5 + 0.2 * parts.recency + 0.2 * parts.importance) * (memory.pinned ? 1.25 : 1)
            }
            let forecasts = scorer.decayForecast(memories, threshold: threshold, measure: measure)
            #expect(forecasts.map(\.fallsBelowAt) == forecasts.map(\.fallsBelowAt).sorted())
            #expect(!forecasts.isEmpty && forecasts.count < 300)
            for forecast in forecasts {
                let memory = memories[forecast.index]
                #expect(try abs(value(memory, at: noon) - forecast.current) < 1e-12, "seed 31")
                // Rounding of the moment to whole milliseconds leaves a neighborhood of some milliseconds.
                #expect(try value(memory, at: forecast.fallsBelowAt + 10) < threshold, "seed 31")
                if forecast.fallsBelowAt > noon + 10 {
                    #expect(try value(memory, at: forecast.fallsBelowAt - 10) >= threshold, "seed 31")
                }
            }
            let listed = Set(forecasts.map(\.index))
            for (index, memory) in memories.enumerated() where !listed.contains(index) {
                // In ten thousand years it still is not below.
                #expect(try value(memory, at: noon + 3_650_000 * day) >= threshold, "seed 31")
            }
        }
    }

    @Test func theHorizonCuts() {
        let memory = MemorySignals(ordinal: 4, cosine: 0, createdAt: noon)
        // Recency 0.6 after one half-life of 14 days.
        let forecast = scorer.decayForecast([memory], threshold: 0.6)
        #expect(forecast.count == 1 && abs(forecast[0].fallsBelowAt - (noon + 14 * day)) <= 1)
        #expect(scorer.decayForecast([memory], threshold: 0.6, horizon: noon + 13 * day).isEmpty)
        #expect(scorer.decayForecast([memory], threshold: 0.2).isEmpty)
    }
}

@Suite struct RecallCandidateTests {
    @Test func largeNamespacesLookAtNeighbors() {
        #expect(RecallCandidatePolicy().neighborCount(k: 10) == 200)
        #expect(RecallCandidatePolicy().neighborCount(k: 50) == 500)
        #expect(RecallCandidatePolicy().scansExactly(liveCount: 20_000))
        #expect(!RecallCandidatePolicy().scansExactly(liveCount: 20_001))
    }

    @Test func mergesOnlyTheSameKindAndReportsTheRest() {
        typealias Neighbor = MemoryDedupPolicy.Neighbor
        let neighbors = [
            Neighbor(ordinal: 1, cosine: 0.91, kind: .fact), Neighbor(ordinal: 2, cosine: 0.99, kind: .event),
            Neighbor(ordinal: 3, cosine: 0.97, kind: .fact), Neighbor(ordinal: 4, cosine: 0.89, kind: .fact),
        ]
        let decision = MemoryDedupPolicy().decide(kind: .fact, neighbors: neighbors)
        #expect(decision.similar.map(\.ordinal) == [2, 3, 1])
        #expect(decision.mergeInto == 3)
        #expect(MemoryDedupPolicy().decide(kind: .chat, neighbors: neighbors).mergeInto == nil)
        #expect(MemoryDedupPolicy(similarMax: 1).decide(kind: .fact, neighbors: neighbors).similar.count == 1)
    }
}
