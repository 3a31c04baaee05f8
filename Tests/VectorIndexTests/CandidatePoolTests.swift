import CKernels
import TestSupport
import Testing

@testable import VectorIndex

/// The unsorted pool against a sorted list of everything that was ever added.
@Suite struct CandidatePoolTests {
    /// Adds blocks and takes the nearest in turns, as a walk does, and compares with the definition: each taken candidate is
    /// the nearest waiting one, and taking ends when the `limit` nearest were all taken.
    private func compare(limit: Int, rounds: Int, seed: UInt64, estimate: (inout SeededGenerator) -> Float) {
        var random = SeededGenerator(seed: seed)
        let scratch = PoolScratch()
        var pool = CandidatePool(limit: limit, scratch)
        var added: [(estimate: Float, isTaken: Bool)] = []
        let visited = [UInt64](repeating: 0, count: 4_096)
        for _ in 0..<rounds {
            let estimates = (0..<32).map { _ in estimate(&random) }
            let slots = (0..<32).map { UInt32(added.count + $0) }
            var places: UInt32 = 0
            for place in 0..<32 where estimates[place] < pool.threshold { places |= 1 << UInt32(place) }
            pool.add(estimates, slots, places: places, visited: visited)
            added += estimates.map { ($0, false) }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let order = added.map(\.estimate).sorted()
                let waiting = added.filter { !$0.isTaken }.map(\.estimate).min() ?? .infinity
                // Among the first `limit`, counting ties in the candidate's favor.
                let isAmong = waiting < .infinity && added.count { $0.estimate < waiting } < limit
                let following = pool.following
                guard let slot = pool.takeNearest() else {
                    // With ties at the last place, some of them were dropped.
                    let ties = order.count { $0 == waiting }
                    #expect(!isAmong || ties > 1, "limit \(limit), seed \(seed)")
                    continue
                }
                #expect(isAmong, "limit \(limit), seed \(seed)")
                #expect(following == slot)
                #expect(!added[Int(slot)].isTaken, "taken twice, seed \(seed)")
                #expect(added[Int(slot)].estimate == waiting, "limit \(limit), seed \(seed)")
                added[Int(slot)].isTaken = true
            }
            #expect(pool.count <= limit + max(64, limit / 4))
        }
        // What is left: exactly the `limit` nearest are taken in the end.
        while let slot = pool.takeNearest() { added[Int(slot)].isTaken = true }
        let last = added.map(\.estimate).sorted()[min(limit, added.count) - 1]
        #expect(added.allSatisfy { $0.estimate >= last || $0.isTaken }, "limit \(limit), seed \(seed)")
        #expect(added.allSatisfy { $0.estimate <= last || !$0.isTaken || added.count > limit }, "seed \(seed)")
        #expect(added.count { $0.isTaken && $0.estimate <= last } >= min(limit, added.count), "seed \(seed)")
    }

    @Test(arguments: [1, 2, 15, 16, 17, 63, 64, 100, 500]) func takesLikeASortedList(limit: Int) {
        let seed = testSeed()
        compare(limit: limit, rounds: 60, seed: seed) { Float.random(in: -1...1, using: &$0) }
        // Falling estimates, as on the way to a query: every block displaces the one before.
        var height: Float = 1_000
        compare(limit: limit, rounds: 60, seed: seed) {
            height -= 1
            return height + Float.random(in: 0...50, using: &$0)
        }
    }

    @Test(arguments: [1, 10, 100]) func manyTies(limit: Int) {
        let seed = testSeed()
        compare(limit: limit, rounds: 40, seed: seed) { _ in 0.25 }
        compare(limit: limit, rounds: 40, seed: seed) { Float(Int.random(in: -2...2, using: &$0)) }
        compare(limit: limit, rounds: 40, seed: seed) { Bool.random(using: &$0) ? -0.0 : 0.0 }
    }

    @Test func anEmptyPoolHasNothing() {
        var pool = CandidatePool(limit: 5, PoolScratch())
        #expect(pool.takeNearest() == nil)
        #expect(pool.following == nil)
    }
}
