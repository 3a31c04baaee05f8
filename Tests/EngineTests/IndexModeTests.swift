import Storage
import TestSupport
import Testing
import VectorIndex

@testable import Engine

/// A store whose index changes its mode: answers stay, and the file follows.
@Suite struct IndexModeTests {
    @Test func aStoreIsOpenedInTheOtherMode() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let directory = TemporaryDirectory()
        let count = 10_100
        let vectors = (0..<count).map { _ in random.vector(testDimension) }
        var store = try openTestStore(directory)
        for first in stride(from: 0, to: count, by: 2_000) {
            try await store.write { transaction in
                let namespace = try transaction.namespace("notes", "n")
                for number in first..<min(first + 2_000, count) {
                    _ = try transaction.insert(
                        RecordDraft(key: "k\(number)", createdAt: 0, payload: [], vector: vectors[number]),
                        in: namespace)
                }
            }
        }
        await store.waitForSeals()
        await store.close()
        for mode: IndexMode in [.compact, .compact, .fast] {
            store = try openTestStore(directory, indexMode: mode)
            // At once, whatever the file is.
            try expectAnswers(store, vectors, seed)
            await store.waitForSeals()
            let namespace = try #require(store.namespace("notes", "n"))
            #expect(namespace.snapshot.index.mode == mode, "seed \(seed)")
            try expectAnswers(store, vectors, seed)
            await store.close()
            let file = try #require(try IndexSegment(of: namespace.id, in: store.database.derivedFiles))
            #expect(file.graph.mode == mode, "seed \(seed)")
        }
    }

    private func expectAnswers(_ store: Store, _ vectors: [[Float]], _ seed: UInt64) throws {
        let snapshot = try #require(store.namespace("notes", "n")).snapshot
        var found = 0
        for number in stride(from: 0, to: vectors.count, by: 500) {
            let hits = snapshot.search(vectors[number], k: 3).hits
            #expect(hits.count == 3)
            if hits.contains(where: { snapshot.rows[Int($0.ordinal)].key == "k\(number)" }) { found += 1 }
        }
        #expect(found >= 19, "\(found) of 21 find themselves, seed \(seed)")
    }
}
