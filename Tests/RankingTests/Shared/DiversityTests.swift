import Foundation
import Testing

@testable import Ranking

/// Random unit vectors, some of them near copies of earlier ones.
func randomUnitVectors(count: Int, dimension: Int, seed: UInt64, copyShare: Double = 0.3) -> [[Double]] {
    var generator = SplitMix64(seed: seed)
    var vectors: [[Double]] = []
    for _ in 0..<count {
        var vector = (0..<dimension).map { _ in Double.random(in: -1...1, using: &generator) }
        if let earlier = vectors.randomElement(using: &generator), generator.nextUnit() < copyShare {
            vector = zip(earlier, vector).map { $0 + 0.05 * $1 }
        }
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        vectors.append(vector.map { $0 / norm })
    }
    return vectors
}

func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    var i = 0
    // A plain loop: this runs millions of times in debug builds.
    while i < a.count {
        sum += a[i] * b[i]
        i += 1
    }
    return sum
}

@Suite struct MaximalMarginalRelevanceTests {
    /// The definition, evaluated in full at every step.
    func oracle(count: Int, scores: [Double], lambda: Double, similarity: (Int, Int) -> Double) -> [Int] {
        var chosen: [Int] = []
        while chosen.count < min(count, scores.count) {
            let values = scores.indices.map { i in
                chosen.contains(i)
                    ? -Double.infinity
                    : lambda * scores[i] - (1 - lambda) * (chosen.map { max(0, similarity(i, $0)) }.max() ?? 0)
            }
            chosen.append(values.indices.max { values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1) } ?? 0)
        }
        return chosen
    }

    @Test(arguments: 0..<40)
    func equalsTheFullLoop(seed: UInt64) {
        let vectors = randomUnitVectors(count: 60, dimension: 6, seed: seed)
        var generator = SplitMix64(seed: seed &+ 1_000)
        // Coarse scores make ties.
        let scores = vectors.map { _ in Double(Int.random(in: 0...20, using: &generator)) / 20 }
        let lambda = [0, 0.3, 0.5, 0.8, 1][Int(seed % 5)]
        let similarity = { (i: Int, j: Int) in dot(vectors[i], vectors[j]) }
        let choices = MaximalMarginalRelevance(lambda: lambda).choose(count: 15, scores: scores, similarity: similarity)
        #expect(
            choices.map(\.index) == oracle(count: 15, scores: scores, lambda: lambda, similarity: similarity),
            "seed \(seed)")
        for (place, choice) in choices.enumerated() {
            let largest = choices[..<place].map { max(0, similarity($0.index, choice.index)) }.max() ?? 0
            #expect(abs(choice.penalty - (1 - lambda) * largest) < 1e-12)
        }
    }

    @Test func greedyFirstStepsMatchBruteForceForTwo() {
        // With two picks the greedy answer is the best item and the best partner for it.
        let vectors = randomUnitVectors(count: 12, dimension: 3, seed: 77)
        let scores = (0..<12).map { 1 - Double($0) / 20 }
        let choices = MaximalMarginalRelevance(lambda: 0.5).choose(count: 2, scores: scores) {
            dot(vectors[$0], vectors[$1])
        }
        let partner = (1..<12).max {
            scores[$0] - max(0, dot(vectors[0], vectors[$0])) < scores[$1] - max(0, dot(vectors[0], vectors[$1]))
        }
        #expect(choices.map(\.index) == [0, partner])
    }

    @Test func asksForFewerSimilaritiesThanTheFullLoop() {
        let vectors = randomUnitVectors(count: 400, dimension: 16, seed: 5)
        var calls = 0
        let choices = MaximalMarginalRelevance(lambda: 0.8).choose(
            count: 20, scores: (0..<400).map { 1 - Double($0) / 400 }
        ) { i, j in
            calls += 1
            return dot(vectors[i], vectors[j])
        }
        #expect(choices.count == 20)
        #expect(calls < 400 * 20 / 4, "seed 5")
    }

    @Test func takesAllWhenThereAreFewer() {
        let choices = MaximalMarginalRelevance().choose(count: 9, scores: [0.1, 0.9, 0.5]) { _, _ in 0 }
        #expect(choices.map(\.index) == [1, 2, 0])
        #expect(MaximalMarginalRelevance().choose(count: 3, scores: []) { _, _ in 0 }.isEmpty)
        #expect(MaximalMarginalRelevance().choose(count: 0, scores: [1]) { _, _ in 0 }.isEmpty)
    }
}

@Suite struct GreedyDPPTests {
    /// Determinant by Gaussian elimination with partial pivoting.
    func determinant(_ matrix: [[Double]]) -> Double {
        var rows = matrix
        var result = 1.0
        for column in rows.indices {
            guard let pivot = (column..<rows.count).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
                rows[pivot][column] != 0
            else { return 0 }
            if pivot != column {
                rows.swapAt(pivot, column)
                result.negate()
            }
            result *= rows[column][column]
            for row in (column + 1)..<max(rows.count, column + 1) {
                let factor = rows[row][column] / rows[column][column]
                for k in column..<rows.count { rows[row][k] -= factor * rows[column][k] }
            }
        }
        return result
    }

    /// Greedy by determinants: the next choice maximizes det(active + candidate) / det(active).
    func oracle(
        count: Int, quality: [Double], window: Int?, similarity: (Int, Int) -> Double
    ) -> (choices: [Int], gains: [Double]) {
        func kernel(_ items: [Int]) -> [[Double]] {
            items.map { i in items.map { j in quality[i] * quality[j] * (i == j ? 1 : similarity(i, j)) } }
        }
        var chosen: [Int] = []
        var gains: [Double] = []
        while chosen.count < count {
            let active = Array(chosen.suffix(window.map { $0 - 1 } ?? count))
            let base = determinant(kernel(active))
            let ratios = quality.indices.map {
                chosen.contains($0) ? -1 : determinant(kernel(active + [$0])) / base
            }
            guard let best = ratios.indices.max(by: { ratios[$0] < ratios[$1] }) else { break }
            chosen.append(best)
            gains.append(ratios[best])
        }
        return (chosen, gains)
    }

    @Test(arguments: 0..<30)
    func equalsGreedyByDeterminants(seed: UInt64) {
        let vectors = randomUnitVectors(count: 30, dimension: 12, seed: seed)
        var generator = SplitMix64(seed: seed &+ 99)
        let quality = vectors.map { _ in Double.random(in: 0.2...1, using: &generator) }
        let similarity = { (i: Int, j: Int) in dot(vectors[i], vectors[j]) }
        for window in [nil, 2, 3, 5] as [Int?] {
            let expected = oracle(count: 10, quality: quality, window: window, similarity: similarity)
            let choices = GreedyDPP.choose(count: 10, quality: quality, window: window, similarity: similarity)
            #expect(choices == expected.choices, "seed \(seed), window \(String(describing: window))")
            var process = GreedyDPP(quality: quality, window: window, count: 10)
            for (choice, gain) in zip(expected.choices, expected.gains) {
                // The determinant ratios themselves agree, also after items have left the window.
                #expect(abs(process.gain(choice) - gain) < 1e-8, "seed \(seed)")
                process.choose(choice, similarity: similarity)
            }
        }
    }

    @Test func findsTheBestPairByBruteForce() {
        let quality = [1, 0.99, 0.98, 0.6]
        // 0, 1 and 2 are the same work; 3 is another.
        let choices = GreedyDPP.choose(count: 2, quality: quality) { i, j in (i < 3) == (j < 3) ? 0.999 : 0 }
        #expect(choices == [0, 3])
    }

    @Test func stopsAtTheRankAndGoesOnWithAWindow() {
        let vectors = randomUnitVectors(count: 20, dimension: 3, seed: 1, copyShare: 0)
        let quality = [Double](repeating: 1, count: 20)
        let similarity = { (i: Int, j: Int) in dot(vectors[i], vectors[j]) }
        #expect(GreedyDPP.choose(count: 10, quality: quality, similarity: similarity).count == 3)
        #expect(GreedyDPP.choose(count: 10, quality: quality, window: 3, similarity: similarity).count == 10)
    }

    @Test func staysAccurateOverLongWindowedRuns() {
        // 300 slides of the window; the gains still are determinant ratios.
        let vectors = randomUnitVectors(count: 320, dimension: 24, seed: 13)
        let quality = vectors.indices.map { 0.5 + Double($0 % 7) / 14 }
        let similarity = { (i: Int, j: Int) in dot(vectors[i], vectors[j]) }
        let choices = GreedyDPP.choose(count: 300, quality: quality, window: 10, similarity: similarity)
        #expect(choices.count == 300 && Set(choices).count == 300)
        var process = GreedyDPP(quality: quality, window: 10, count: 300)
        for (place, choice) in choices.enumerated() {
            if place % 50 == 49 {
                let active = Array(choices[(place - 9)..<place])
                let kernel = { (items: [Int]) in
                    items.map { i in items.map { quality[i] * quality[$0] * (i == $0 ? 1 : similarity(i, $0)) } }
                }
                let ratio = determinant(kernel(active + [choice])) / determinant(kernel(active))
                #expect(abs(process.gain(choice) - ratio) < 1e-7, "seed 13, place \(place)")
            }
            process.choose(choice, similarity: similarity)
        }
    }
}

@Suite struct ForwardDecayTests {
    let hour: Int64 = 3_600_000

    @Test func equalsTheBackwardSum() {
        var generator = SplitMix64(seed: 21)
        let start: Int64 = 1_700_000_000_000
        let decay = ForwardDecay(halfLifeMs: Double(6 * hour), landmark: start)
        let events = (0..<400).map { _ in
            (
                weight: Double.random(in: 0.1...5, using: &generator),
                time: start + Int64.random(in: -90...90, using: &generator) * hour
            )
        }
        let now = start + 100 * hour
        let expected = events.reduce(0.0) { $0 + $1.weight * exp2(-Double(now - $1.time) / Double(6 * hour)) }
        var counter = ForwardDecayCounter(decay: decay)
        for event in events { counter.add(weight: event.weight, at: event.time) }
        #expect(abs(counter.value(at: now) / expected - 1) < 1e-11, "seed 21")

        var shuffled = ForwardDecayCounter(decay: decay)
        for event in events.shuffled(using: &generator) { shuffled.add(weight: event.weight, at: event.time) }
        #expect(abs(shuffled.log2Sum - counter.log2Sum) < 1e-11, "seed 21")
    }

    @Test func keepsTheOrderAsTimePassesAndUnderANewLandmark() {
        var generator = SplitMix64(seed: 22)
        let decay = ForwardDecay(halfLifeMs: Double(168 * hour))
        var counters = (0..<50).map { _ in ForwardDecayCounter(decay: decay) }
        for _ in 0..<500 {
            counters[Int.random(in: 0..<50, using: &generator)].add(
                weight: 1, at: 1_700_000_000_000 + Int64.random(in: 0..<1_000, using: &generator) * hour)
        }
        func order(_ key: (Int) -> Double) -> [Int] { counters.indices.sorted { key($0) > key($1) } }
        let byKey = order { counters[$0].log2Sum }
        for later in [Int64(1_000), 2_000, 9_000] {
            #expect(order { counters[$0].value(at: 1_700_000_000_000 + later * hour) } == byKey, "seed 22")
        }
        let before = counters.map { $0.value(at: 1_701_000_000_000) }
        for i in counters.indices { counters[i].move(landmark: 1_702_000_000_000) }
        for (old, new) in zip(before, counters.map { $0.value(at: 1_701_000_000_000) }) {
            #expect(abs(new - old) <= 1e-9 * old)
        }
        #expect(order { counters[$0].log2Sum } == byKey)
    }

    @Test func survivesDistancesThatOverflowThePlainForm() {
        // Half a century at a half-life of six hours is 2^73,000: far outside of a Double.
        var counter = ForwardDecayCounter(decay: ForwardDecay(halfLifeMs: Double(6 * hour), landmark: 0))
        let time: Int64 = 1_700_000_000_000
        counter.add(weight: 3, at: time)
        counter.add(weight: 1, at: time)
        #expect(abs(counter.value(at: time) - 4) < 1e-9)
        #expect(abs(counter.value(at: time + 6 * hour) - 2) < 1e-9)
    }

    @Test func ignoresWhatIsNotAPositiveWeight() {
        var counter = ForwardDecayCounter(decay: ForwardDecay(halfLifeMs: 1_000))
        for weight in [0, -1, .nan, .infinity] { counter.add(weight: weight, at: 5) }
        #expect(counter.value(at: 10) == 0)
        #expect(counter.log2Sum == ForwardDecay.empty)
    }
}
