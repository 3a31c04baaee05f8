import SparseIndex
import TestSupport
import Testing

@Suite struct HybridSearchTests {
    private struct World {
        var sparse: SparseWorld
        var oracle = SparseOracle()
        var dense: [UInt32: Float] = [:]
        let snapshot: SparseSnapshot

        /// Two of three records have a sparse vector, every record has a dense score in steps of 1/4.
        init(seed: UInt64, count: UInt32) {
            sparse = SparseWorld(seed: seed)
            let index = SparseIndex()
            for slot in 0..<count {
                dense[slot] = Float(Int.random(in: -20...20, using: &sparse.generator)) / 4
                guard slot % 3 != 0 else { continue }
                oracle.records[slot] = sparse.vector(1...20)
                index.insert(slot, oracle.records[slot]!)
            }
            index.publish()
            snapshot = index.snapshot
        }

        /// The `count` records with the largest dense scores.
        func candidates(_ count: Int, _ filter: SlotSet?) -> DenseCandidates {
            let sorted = dense.filter { filter?.contains($0.key) != false }
                .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { SparseNeighbor(slot: $0.key, score: $0.value) }
            let kept = Array(sorted.prefix(count))
            return DenseCandidates(
                scores: kept, bound: kept.count == sorted.count ? -.infinity : kept.last?.score ?? .infinity)
        }
    }

    @Test func allScoresGiveTheOraclesAnswer() {
        let seed = testSeed()
        var world = World(seed: seed, count: 1_000)
        for _ in 0..<20 {
            let query = world.sparse.vector(1...15)
            let k = [1, 10, 2_000].randomElement(using: &world.sparse.generator)!
            let found = world.snapshot.hybridSearch(query, k: k, bound: 1_000) { body in
                for (slot, score) in world.dense { body(slot, score) }
            }
            #expect(found.neighbors == world.oracle.hybrid(query, k: k, dense: world.dense), "seed \(seed)")
            #expect(found.isProven)
        }
    }

    /// With a true bound, a proven result is the exact one; few candidates are enough to prove most.
    @Test func candidatesGiveTheOraclesAnswerWhenProven() {
        let seed = testSeed()
        var world = World(seed: seed, count: 6_000)
        var proven = 0
        var denseScores = 0
        for round in 0..<60 {
            let query = world.sparse.vector(1...15)
            let k = [1, 10, 50].randomElement(using: &world.sparse.generator)!
            let filter =
                round % 3 == 0
                ? SlotSet((0..<6_000).filter { _ in Int.random(in: 0..<4, using: &world.sparse.generator) == 0 }) : nil
            let candidates = world.candidates([10, 200, 10_000].randomElement(using: &world.sparse.generator)!, filter)
            let found = world.snapshot.hybridSearch(
                query, SparseSearchParameters(k: k, filter: filter), dense: candidates
            ) { world.dense[$0] }
            let expected = world.oracle.hybrid(query, k: k, dense: world.dense, filter: filter)
            guard found.isProven else { continue }
            proven += 1
            denseScores += found.counters.denseScores
            #expect(found.neighbors == expected, "seed \(seed), round \(round), k \(k)")
        }
        #expect(proven >= 20, "seed \(seed): \(proven) of 60")
        #expect(denseScores < proven * 6_000 / 2, "seed \(seed)")
    }

    /// When the bound cannot rule out records without a common index, the result says so.
    @Test func anOpenQuestionIsNotCalledProven() throws {
        let index = SparseIndex()
        index.insert(1, try SparseVector(indices: [1], values: [-5]))
        index.publish()
        let query = try SparseVector(indices: [1], values: [1])
        let dense = DenseCandidates(scores: [SparseNeighbor(slot: 1, score: 3)], bound: 3)
        #expect(!index.snapshot.hybridSearch(query, SparseSearchParameters(k: 1), dense: dense) { _ in 3 }.isProven)
        let all = DenseCandidates(scores: [SparseNeighbor(slot: 1, score: 3)], bound: -.infinity)
        let found = index.snapshot.hybridSearch(query, SparseSearchParameters(k: 1), dense: all) { _ in 3 }
        #expect(found.isProven)
        #expect(found.neighbors == [SparseNeighbor(slot: 1, score: -2)])
    }
}
