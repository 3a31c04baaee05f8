import Engine
import TestSupport
import Testing
import Vectors

struct StoreWriteTests {
    private struct Refusal: Error {}

    @Test("a closure that throws changes nothing, whoever shares its commit")
    func failuresAreIsolated() async throws {
        let directory = TemporaryDirectory()
        let store = try openTestStore(directory)
        let accepted = await withTaskGroup(of: Int.self) { group in
            for index in 0..<200 {
                group.addTask {
                    do {
                        try await store.write { transaction in
                            let namespace = try transaction.namespace("notes", "n")
                            let draft = RecordDraft(key: "k\(index)", createdAt: 0, payload: [])
                            _ = try transaction.insert(draft, in: namespace)
                            if index % 3 == 0 { throw Refusal() }
                        }
                        return 1
                    } catch {
                        return 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(accepted == 200 - 67)
        let snapshot = try #require(store.namespace("notes", "n")).snapshot
        #expect(snapshot.recordCount == accepted)
        #expect(snapshot.seq == UInt64(accepted), "refused writes leave no gap in the sequence")
        for index in 0..<200 { #expect((snapshot.ordinal(ofKey: "k\(index)") != nil) == (index % 3 != 0)) }
        await store.close()
    }

    @Test("a read that starts after the answer sees the write")
    func readYourWrites() async throws {
        let directory = TemporaryDirectory()
        let store = try openTestStore(directory)
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for step in 0..<25 {
                        let key = "w\(writer)-\(step)"
                        var vector = [Float](repeating: 0, count: testDimension)
                        vector[writer] = Float(step + 1)
                        let draft = RecordDraft(key: key, createdAt: 0, payload: [], vector: vector)
                        let ordinal = try? await store.write { transaction in
                            try transaction.insert(draft, in: transaction.namespace("notes", "n"))
                        }
                        let snapshot = store.namespace("notes", "n")?.snapshot
                        #expect(snapshot?.ordinal(ofKey: key) == ordinal)
                        #expect(snapshot?.search(vector, k: 1).hits.first?.score == 0)
                    }
                }
            }
        }
        await store.close()
    }

    @Test("a snapshot stays as it was")
    func snapshotIsolation() async throws {
        let directory = TemporaryDirectory()
        let store = try openTestStore(directory)
        try await insert(store, keys: (0..<10).map { "a\($0)" })
        let before = try #require(store.namespace("notes", "n")).snapshot
        try await insert(store, keys: (0..<50).map { "b\($0)" })
        try await store.write { transaction in
            let namespace = try transaction.namespace("notes", "n")
            try transaction.delete(0, in: namespace)
        }
        #expect(before.recordCount == 10)
        #expect(before.rows.count == 10)
        #expect(before.rows[0].exists)
        #expect(before.ordinal(ofKey: "b7") == nil)
        #expect(before.search([Float](repeating: 1, count: testDimension), k: 100).hits.count == 10)
        let after = try #require(store.namespace("notes", "n")).snapshot
        #expect(after.recordCount == 59)
        #expect(after.ordinal(ofKey: "a0") == nil)
        await store.close()
    }

    @Test("a second writer is refused and told who holds the directory; a reader is welcome")
    func locking() async throws {
        let directory = TemporaryDirectory()
        let store = try openTestStore(directory)
        try await insert(store, keys: ["a", "b"])
        let refusal = #expect(throws: EngineError.self) { _ = try openTestStore(directory) }
        #expect(refusal?.code == .unavailable)
        let reader = try openTestStore(directory, mode: .readOnly)
        #expect(reader.namespace("notes", "n")?.snapshot.recordCount == 2)
        await #expect(throws: EngineError.self) { try await insert(reader, keys: ["c"]) }
        await reader.close()
        await store.close()
        let again = try openTestStore(directory)
        #expect(again.namespace("notes", "n")?.snapshot.recordCount == 2)
        await again.close()
    }

    @Test("a store made otherwise is refused")
    func disagreement() async throws {
        let directory = TemporaryDirectory()
        await (try openTestStore(directory)).close()
        var recorder = LoadRecorder()
        let other = StoreConfiguration(
            directory: directory.appending("store"),
            collections: [
                CollectionSpecification(
                    name: "notes", dimension: 9, metric: .squaredEuclidean, embedder: "external", hasLineage: false)
            ])
        let refusal = #expect(throws: EngineError.self) { _ = try Store.open(other, observer: &recorder) }
        #expect(refusal?.code == .failedPrecondition)
    }

    private func insert(_ store: Store, keys: [String]) async throws {
        try await store.write { transaction in
            let namespace = try transaction.namespace("notes", "n")
            for key in keys {
                let vector = (0..<testDimension).map { Float(key.utf8.reduce(0) { $0 + Int($1) } % ($0 + 2)) }
                _ = try transaction.insert(
                    RecordDraft(key: key, createdAt: 0, payload: Array(key.utf8), vector: vector), in: namespace)
            }
        }
    }
}
