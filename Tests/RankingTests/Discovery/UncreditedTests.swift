import Foundation
import Testing

@testable import Ranking

@Suite struct UncreditedDetectorTests {
    let suspect = UncreditedCandidate(ordinal: 1, cosine: 0.97, createdAt: 100, creator: 5)

    func listed(
        _ candidate: UncreditedCandidate, createdAt: Int64 = 200, creator: UInt32 = 6, parents: [Double] = [],
        linked: Bool = false, akin: Bool = false, calibration: UncreditedCalibration = .cold
    ) -> UncreditedFinding? {
        UncreditedDetector(calibration: calibration).findings(
            among: [candidate], createdAt: createdAt, creator: creator, parentCosines: parents,
            isLinked: { _ in linked }, sharesAncestry: { _ in akin }, isAncestor: { _, _ in false }
        ).first
    }

    @Test func everyConditionCounts() {
        #expect(listed(suspect) != nil)
        #expect(listed(suspect, createdAt: 100) == nil)
        #expect(listed(suspect, creator: 5) == nil)
        #expect(listed(suspect, linked: true) == nil)
        var other = suspect
        other.isListed = false
        #expect(listed(other) == nil)
        other = suspect
        other.wasRejected = true
        #expect(listed(other) == nil)
        other = suspect
        other.cosine = 0.949
        #expect(listed(other) == nil)
        other.cosine = 0.95
        #expect(listed(other) != nil)
    }

    @Test func aCreditedParentThatIsMoreAlikeExplainsTheLikeness() {
        #expect(listed(suspect, parents: [0.5, 0.989]) != nil)
        #expect(listed(suspect, parents: [0.5, 0.991]) == nil)
        #expect(listed(suspect, parents: [0.3, 0.2])?.bestParentCosine == 0.3)
    }

    @Test func commonAncestryHalvesTheConfidence() throws {
        let alone = try #require(listed(suspect))
        let akin = try #require(listed(suspect, akin: true))
        #expect(abs(alone.confidence - 0.7) < 1e-9)
        #expect(abs(akin.confidence - 0.35) < 1e-9 && akin.sharesAncestry)
        #expect(alone.creditedQuantile == nil && alone.randomTail == nil && alone.threshold == 0.95)
    }

    @Test func aSourceExplainsItsOtherRemixes() {
        // 1 is the source, 2 and 3 are remixes of it, 4 is a stranger.
        func listed(_ cosines: [Double], rejected: UInt32? = nil, from times: [Int64] = [1, 2, 3, 4]) -> [UInt32] {
            UncreditedDetector(calibration: .cold).findings(
                among: cosines.enumerated().map { index, cosine in
                    UncreditedCandidate(
                        ordinal: UInt32(index + 1), cosine: cosine, createdAt: times[index], creator: UInt32(index),
                        wasRejected: UInt32(index + 1) == rejected)
                }, createdAt: 9, creator: 9, parentCosines: [], isLinked: { _ in false },
                sharesAncestry: { _ in false }, isAncestor: { $0 == 1 && ($1 == 2 || $1 == 3) }
            ).map(\.ordinal)
        }
        #expect(listed([0.98, 0.97, 0.96, 0.955]) == [1, 4])
        #expect(
            listed([0.97, 0.98, 0.96, 0.955]) == [2, 1, 4], "what is nearer than the source is not explained by it")
        #expect(listed([0.98, 0.97, 0.96, 0.955], rejected: 1) == [2, 3, 4], "what was ruled out explains nothing")
        #expect(listed([0.98, 0.97, 0.96, 0.955], from: [9, 2, 3, 4]) == [2, 3, 4], "nor does what came later")
    }

    @Test func hiddenCreditsRaiseTheThreshold() {
        let credited = QuantileTable((0..<1_000).map { 0.7 + Double($0) / 4_000 })
        let random = QuantileTable((0..<20_000).map { Double($0) / 20_000 * 0.5 })
        let chance = (0..<19_000).map { 0.2 + Double($0) / 19_000 * 0.3 }
        let nearest = QuantileTable(chance + credited.values)
        // Of 2,000 works that hide their credits, 40 mistake another remix for their source.
        let cosines = (0..<40).map { 0.6 + Double($0) / 100 }
        let mistakes = QuantileTable(cosines + repeatElement(-2, count: 1_960))
        func calibration(_ baseRate: Double) -> UncreditedCalibration {
            UncreditedCalibration(
                credited: credited, randomPairs: random, nearestUnlinked: nearest, hiddenFalse: mistakes,
                requirements: .init(falseAlarmsPerWork: 1e-3, baseRate: baseRate))
        }
        // 5 % of works hide one, so 1 % of those may be mistaken: 20 of the 2,000.
        let threshold = calibration(0.05).threshold
        #expect(mistakes.values.count { $0 >= threshold } == 20)
        #expect(mistakes.values.count { $0 >= calibration(0.1).threshold } == 10, "more of them, less slack")
        #expect(calibration(0).threshold > 0.94, "without a base rate every likeness counts as chance")
    }

    @Test func lineageIsAskedLast() {
        var questions = 0
        let findings = UncreditedDetector(calibration: .cold).findings(
            among: [0.5, 0.6, 0.99].enumerated().map { i, cosine in
                UncreditedCandidate(ordinal: UInt32(i), cosine: cosine, createdAt: 1, creator: UInt32(i))
            }, createdAt: 2, creator: 9, parentCosines: [],
            isLinked: { _ in
                questions += 1
                return false
            }, sharesAncestry: { _ in false }, isAncestor: { _, _ in false })
        #expect(findings.map(\.ordinal) == [2] && questions == 1)
    }

    @Test func confidenceFollowsTheQuantiles() throws {
        let credited = QuantileTable((0..<1_000).map { 0.5 + Double($0) / 2_000 })
        let random = QuantileTable((0..<20_000).map { Double($0) / 20_000 * 0.6 })
        let nearest = QuantileTable((0..<20_000).map { 0.2 + Double($0) / 20_000 * 0.5 })
        let calibration = UncreditedCalibration(
            credited: credited, randomPairs: random, nearestUnlinked: nearest)
        // Two of 20,000 works may be listed by chance: τ lies just above the third largest.
        #expect(calibration.threshold == nearest.values[19_997].nextUp)
        #expect(nearest.values.count { $0 >= calibration.threshold } == 2)
        var candidate = suspect
        candidate.cosine = 0.9
        let finding = try #require(listed(candidate, calibration: calibration))
        #expect(finding.creditedQuantile == Double(credited.values.count { $0 <= 0.9 }) / 1_000)
        #expect(finding.randomTail == 0)
        #expect(finding.confidence == finding.creditedQuantile)
    }

    @Test func thresholdsStayCarefulWithoutEvidence() throws {
        let few = QuantileTable([0.1, 0.2])
        let cold = UncreditedCalibration(credited: few, randomPairs: few, nearestUnlinked: few)
        #expect(cold == .cold)
        // A collection in which even strangers are alike.
        let alike = QuantileTable((0..<20_000).map { 0.97 + Double($0) / 20_000 * 0.02 })
        let strict = UncreditedCalibration(credited: few, randomPairs: alike, nearestUnlinked: few)
        #expect(strict.threshold > 0.98 && strict.credited == nil && strict.randomPairs != nil)
        // Exact copies among the unlinked works never raise τ above 1.
        let copies = QuantileTable([Double](repeating: 1, count: 20_000))
        #expect(UncreditedCalibration(credited: few, randomPairs: few, nearestUnlinked: copies).threshold == 1)
        #expect(try UncreditedCalibration.cold.with(threshold: 0.8).threshold == 0.8)
        #expect(throws: ParameterError.self) { try UncreditedCalibration.cold.with(threshold: 1.2) }
    }

    @Test func theBaseRateGivesTheTailToTrueFinds() {
        let nearest = QuantileTable((0..<10_000).map { $0 < 9_900 ? 0.5 + Double($0) / 100_000 : 0.9 })
        let few = QuantileTable([0.1])
        let random = QuantileTable([Double](repeating: 0, count: 10_000))
        let credited = QuantileTable([Double](repeating: 0.9, count: 100))
        func threshold(_ baseRate: Double) -> Double {
            UncreditedCalibration(
                credited: credited, randomPairs: random, nearestUnlinked: nearest,
                requirements: .init(baseRate: baseRate)
            ).threshold
        }
        #expect(threshold(0) > 0.9)
        #expect(threshold(0.01) < 0.6)
        #expect(UncreditedCalibration(credited: few, randomPairs: random, nearestUnlinked: nearest).threshold >= 0.95)
    }

    /// Remixes made as parent plus noise, a tenth of their credits hidden: the detector finds what was hidden, and
    /// hardly anything else.
    @Test func findsHiddenCredits() throws {
        let count = 1_600
        let dimension = 48
        var generator = SplitMix64(seed: 2_024)
        var vectors: [[Double]] = []
        var parent: [Int?] = []
        func unit(_ vector: [Double]) -> [Double] {
            let norm = dot(vector, vector).squareRoot()
            return vector.map { $0 / norm }
        }
        for i in 0..<count {
            let noise = (0..<dimension).map { _ in Double.random(in: -1...1, using: &generator) }
            if i >= 200, Bool.random(using: &generator) {
                let source = Int.random(in: 0..<i, using: &generator)
                vectors.append(unit(zip(vectors[source], unit(noise)).map { $0 + 0.45 * $1 }))
                parent.append(source)
            } else {
                vectors.append(unit(noise))
                parent.append(nil)
            }
        }
        let hidden = Set(parent.indices.filter { parent[$0] != nil && Int.random(in: 0..<10, using: &generator) == 0 })
        // A credited line of descent in either direction.
        func isLinked(_ x: Int, _ y: Int) -> Bool {
            var node: Int? = max(x, y)
            while let current = node, current > min(x, y) { node = hidden.contains(current) ? nil : parent[current] }
            return node == min(x, y)
        }
        func creditedParent(_ x: Int) -> Int? { hidden.contains(x) ? nil : parent[x] }
        let credited = QuantileTable(
            parent.indices.compactMap { x in creditedParent(x).map { dot(vectors[x], vectors[$0]) } })
        let random = QuantileTable(
            (0..<20_000).map { _ in
                let x = Int.random(in: 1..<count, using: &generator)
                return dot(vectors[x], vectors[Int.random(in: 0..<x, using: &generator)])
            })
        let detector = UncreditedDetector(
            calibration: try UncreditedCalibration(
                credited: credited, randomPairs: random, nearestUnlinked: QuantileTable([])
            ).with(threshold: credited.quantile(0.05) ?? 1))
        var found = 0
        var alarms = 0
        for x in stride(from: 1, to: count, by: 2) {
            let candidates = (0..<x).map { y in
                UncreditedCandidate(
                    ordinal: UInt32(y), cosine: dot(vectors[x], vectors[y]), createdAt: Int64(y), creator: UInt32(y))
            }
            let findings = detector.findings(
                among: candidates, createdAt: Int64(x), creator: UInt32(x),
                parentCosines: creditedParent(x).map { [dot(vectors[x], vectors[$0])] } ?? [],
                isLinked: { isLinked(x, Int($0)) },
                sharesAncestry: { y in creditedParent(x) != nil && creditedParent(x) == creditedParent(Int(y)) },
                isAncestor: { isLinked(Int($0), Int($1)) && $0 < $1 })
            let isTrue = hidden.contains(x) && findings.first.map { Int($0.ordinal) } == parent[x]
            if isTrue { found += 1 }
            if !hidden.contains(x) && findings.contains(where: { $0.confidence > 0.5 }) { alarms += 1 }
        }
        let looked = hidden.count { $0 % 2 == 1 }
        #expect(looked > 20)
        #expect(Double(found) >= 0.9 * Double(looked), "seed 2024: \(found) of \(looked)")
        #expect(alarms <= 8, "seed 2024: \(alarms) false alarms in 800 works")
    }
}
