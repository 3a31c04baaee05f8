import SparseIndex
import TestSupport
import Testing

@Suite struct SparseSearchTests {
    /// Inserts, replacements and removals in batches of all sizes, with and without a filter, for every k that matters: the
    /// same slots in the same order, with the same scores.
    @Test(arguments: [true, false])
    func equalsTheOracleThroughChanges(allowsNegative: Bool) {
        let seed = testSeed()
        var world = SparseWorld(seed: seed)
        world.allowsNegative = allowsNegative
        var oracle = SparseOracle()
        let index = SparseIndex()
        for round in 0..<40 {
            for _ in 0..<[1, 3, 40, 300].randomElement(using: &world.generator)! {
                let slot = UInt32.random(in: 0..<3_000, using: &world.generator)
                if Int.random(in: 0..<4, using: &world.generator) == 0 {
                    #expect(index.remove(slot) == (oracle.records.removeValue(forKey: slot) != nil))
                } else {
                    let vector = world.vector(0...30)
                    index.insert(slot, vector)
                    oracle.records[slot] = vector.isEmpty ? nil : vector
                }
            }
            index.publish()
            let snapshot = index.snapshot
            #expect(snapshot.count == oracle.records.count, "seed \(seed), round \(round)")
            for _ in 0..<5 {
                let query = world.vector(0...20)
                let k = [0, 1, 2, 10, 100, 5_000].randomElement(using: &world.generator)!
                var filter: SlotSet?
                switch Int.random(in: 0..<3, using: &world.generator) {
                case 0: filter = SlotSet((0..<3_000).filter { _ in Bool.random(using: &world.generator) })
                case 1: filter = SlotSet((0..<5).map { _ in UInt32.random(in: 0..<4_000, using: &world.generator) })
                default: break
                }
                let found = snapshot.search(query, SparseSearchParameters(k: k, filter: filter))
                let expected = oracle.search(query, k: k, filter: filter)
                #expect(found.neighbors == expected, "seed \(seed), round \(round), k \(k)")
            }
        }
    }

    /// Records that come in crowds of one topic, as works of one creator do: lists long enough to keep a directory, several
    /// segments, tombstones. The other crowds' blocks are not read, and of the common words only what is needed.
    @Test func readsAFractionOfALargeIndex() throws {
        let seed = testSeed()
        var world = SparseWorld(seed: seed)
        var oracle = SparseOracle()
        let index = SparseIndex()
        func vector(_ topic: UInt32) throws -> SparseVector {
            let common = Set((0..<6).map { _ in UInt32.random(in: 0..<12, using: &world.generator) })
            let own = Set((0..<4).map { _ in 100 + topic * 10 + UInt32.random(in: 0..<10, using: &world.generator) })
            let values = common.map { _ in 1.0 / 8 } + own.map { _ in Float.random(in: 4...9, using: &world.generator) }
            return try SparseVector(indices: Array(common) + Array(own), values: values)
        }
        for slot in 0..<UInt32(12_000) {
            oracle.records[slot] = try vector(slot / 600)
            index.insert(slot, oracle.records[slot]!)
            if slot % 1_000 == 999 { index.publish() }
        }
        for slot in stride(from: UInt32(0), to: 12_000, by: 3) {
            index.remove(slot)
            oracle.records[slot] = nil
        }
        index.publish()
        let snapshot = index.snapshot
        var sum = SparseSearchCounters()
        var all = 0
        for round in 0..<20 {
            let query = try vector(UInt32(round))
            let found = snapshot.search(query, SparseSearchParameters(k: 10))
            #expect(
                found.neighbors.map(\.slot) == oracle.search(query, k: 10).map(\.slot), "seed \(seed), round \(round)")
            sum.postingsRead += found.counters.postingsRead
            sum.recordsScored += found.counters.recordsScored
            sum.blocksRead += found.counters.blocksRead
            sum.blocksSkipped += found.counters.blocksSkipped
            all += snapshot.forEachScore(query) { _, _ in }
        }
        #expect(sum.blocksSkipped > 8 * sum.blocksRead, "seed \(seed): \(sum)")
        #expect(sum.postingsRead < all / 5, "seed \(seed): \(sum) of \(all)")
        #expect(sum.recordsScored < 20 * 100, "seed \(seed): \(sum)")
    }

    @Test func aFilterLeavesMostBlocksUnread() {
        let seed = testSeed()
        var world = SparseWorld(seed: seed)
        let index = SparseIndex()
        for slot in 0..<UInt32(20_000) { index.insert(slot, world.vector(5...10)) }
        index.publish()
        let filter = SlotSet([7, 19_000])
        let found = index.snapshot.search(world.vector(20...20), SparseSearchParameters(k: 10, filter: filter))
        #expect(found.counters.blocksRead <= 2)
        #expect(found.counters.recordsScored <= 2)
        #expect(found.neighbors.allSatisfy { filter.contains($0.slot) })
    }

    @Test func scoresOfAllAndOfOneAgreeWithTheOracle() {
        let seed = testSeed()
        var world = SparseWorld(seed: seed)
        var oracle = SparseOracle()
        let index = SparseIndex()
        for slot in 0..<UInt32(900) {
            oracle.records[slot] = world.vector(1...20)
            index.insert(slot, oracle.records[slot]!)
            if slot % 250 == 0 { index.publish() }
        }
        index.publish()
        let query = world.vector(10...10)
        var scores: [UInt32: Double] = [:]
        index.snapshot.forEachScore(query) { scores[$0] = $1 }
        #expect(scores == oracle.records.compactMapValues { $0.innerProduct(query) }, "seed \(seed)")
        for slot in 0..<UInt32(950) { #expect(index.snapshot.score(slot, query) == scores[slot], "seed \(seed)") }
    }

    /// Values from the smallest to the largest float: no overflow, no infinity, no record lost.
    @Test func extremeValues() throws {
        let index = SparseIndex()
        let largest = Float.greatestFiniteMagnitude
        index.insert(1, try SparseVector(indices: [0, .max], values: [largest, largest]))
        index.insert(2, try SparseVector(indices: [0], values: [-largest]))
        index.insert(3, try SparseVector(indices: [.max], values: [.leastNonzeroMagnitude]))
        index.insert(4, try SparseVector(indices: [7], values: [1]))
        index.publish()
        let query = try SparseVector(indices: [.max, 0], values: [largest, largest])
        let found = index.snapshot.search(query, SparseSearchParameters(k: 10)).neighbors
        #expect(found.map(\.slot) == [1, 3, 2])
        #expect(found.map(\.score) == [largest, largest * .leastNonzeroMagnitude, -largest])
    }

    /// A record whose products cancel out has an index in common, and comes back with a score of 0.
    @Test func zeroScoresCountAndForeignRecordsDoNot() throws {
        let index = SparseIndex()
        index.insert(1, try SparseVector(indices: [1, 2], values: [1, -1]))
        index.insert(2, try SparseVector(indices: [3], values: [1]))
        index.insert(3, try SparseVector(indices: [1], values: [-2]))
        index.publish()
        let query = try SparseVector(indices: [1, 2], values: [1, 1])
        #expect(
            index.snapshot.search(query, SparseSearchParameters(k: 5)).neighbors == [
                SparseNeighbor(slot: 1, score: 0), SparseNeighbor(slot: 3, score: -2),
            ])
    }
}
