import SparseIndex
import TestSupport
import Testing

@Suite struct SparseIndexTests {
    @Test func snapshotsStayWhatTheyWere() throws {
        let index = SparseIndex()
        let vector = try SparseVector(indices: [5], values: [2])
        index.insert(1, vector)
        #expect(index.snapshot.count == 0)
        index.publish()
        let before = index.snapshot
        index.insert(1, try SparseVector(indices: [5], values: [3]))
        index.insert(2, vector)
        #expect(index.count == 2)
        index.publish()
        let query = try SparseVector(indices: [5], values: [1])
        #expect(before.search(query, .init(k: 5)).neighbors == [SparseNeighbor(slot: 1, score: 2)])
        #expect(
            index.snapshot.search(query, .init(k: 5)).neighbors == [
                SparseNeighbor(slot: 1, score: 3), SparseNeighbor(slot: 2, score: 2),
            ])
        #expect(index.contains(2) && !index.contains(3))
        index.insert(2, try SparseVector(indices: [], values: []))
        #expect(!index.contains(2))
        #expect(index.snapshot.contains(2))
    }

    /// One write at a time: the segments stay few, because those of similar size are merged.
    @Test func singleWritesLeaveFewSegments() throws {
        let index = SparseIndex()
        for slot in 0..<UInt32(1_500) {
            index.insert(slot, try SparseVector(indices: [slot % 7, 100 + slot], values: [1, 2]))
            index.publish()
            #expect(index.snapshot.segmentCount <= 12)
        }
        #expect(index.snapshot.count == 1_500)
        #expect(index.snapshot.postingCount == 3_000)
    }

    /// Postings of removed records go when half of a segment is dead; with the last record everything goes.
    @Test func removalsGiveMemoryBack() {
        let seed = testSeed()
        var world = SparseWorld(seed: seed)
        let index = SparseIndex()
        for slot in 0..<UInt32(4_000) { index.insert(slot, world.vector(10...10)) }
        index.publish()
        let full = index.snapshot
        for slot in 0..<UInt32(2_400) { index.remove(slot) }
        index.publish()
        #expect(index.snapshot.count == 1_600)
        #expect(index.snapshot.postingCount < full.postingCount / 2, "seed \(seed)")
        #expect(index.snapshot.byteCount < full.byteCount * 3 / 4, "seed \(seed)")
        for slot in 2_400..<UInt32(4_000) { index.remove(slot) }
        index.publish()
        #expect(index.snapshot.postingCount == 0)
        #expect(index.snapshot.segmentCount == 0)
        #expect(full.count == 4_000)
    }

    /// Replacing the same records again and again does not grow the index.
    @Test func replacementsDoNotPileUp() {
        let seed = testSeed()
        var world = SparseWorld(seed: seed)
        let index = SparseIndex()
        for _ in 0..<30 {
            for slot in 0..<UInt32(200) { index.insert(slot, world.vector(8...8)) }
            index.publish()
        }
        #expect(index.snapshot.count == 200)
        #expect(index.snapshot.postingCount <= 2 * 200 * 8)
    }

    @Test func vectorsAreChecked() throws {
        let vector = try SparseVector(indices: [9, 3, 5], values: [1, 2, 0])
        #expect(vector.indices == [3, 9])
        #expect(vector.values == [2, 1])
        let cases: [(indices: [UInt32], values: [Float], path: String)] = [
            ([1, 2], [1], "values"),
            ([1, 2, 1], [1, 1, 1], "indices[2]"),
            ([1, 2], [1, .infinity], "values[1]"),
            ([1], [.nan], "values[0]"),
            (Array(0...2_048), [Float](repeating: 1, count: 2_049), "indices"),
        ]
        for (indices, values, path) in cases {
            #expect {
                try SparseVector(indices: indices, values: values)
            } throws: {
                ($0 as? SparseVectorError)?.path == path
            }
        }
        let most = Array(UInt32(0)..<2_048)
        #expect(try SparseVector(indices: most, values: most.map { Float($0) + 1 }).count == 2_048)
    }
}
