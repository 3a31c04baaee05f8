import Engine
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing
import Vectors

/// Answers live for a day, over restarts, and leave no rows behind.
@Suite struct IdempotentRequestTests {
    private final class Clock: Sendable {
        let now = Mutex<Int64>(1_700_000_000_000)

        func advance(by milliseconds: Int64) { now.withLock { $0 += milliseconds } }
    }

    private static func open(_ directory: TemporaryDirectory, _ clock: Clock) throws -> Store {
        var recorder = LoadRecorder()
        return try Store.open(
            StoreConfiguration(
                directory: directory.appending("store"),
                collections: [
                    CollectionSpecification(
                        name: "notes", dimension: testDimension, metric: .cosine, embedder: "external",
                        hasLineage: false)
                ], clock: { clock.now.withLock { $0 } }), observer: &recorder)
    }

    private static func write(_ store: Store, _ record: String, key: String) async throws {
        let request = IdempotentRequest(key: key) { 7 }
        try await IdempotentRequest.$current.withValue(request) {
            try await store.write { transaction in
                let namespace = try transaction.namespace("notes", "n")
                _ = try transaction.insert(RecordDraft(key: record, createdAt: 0, payload: []), in: namespace)
            }
            #expect(request.isRecorded)
            try await store.keep(KeptAnswer(status: 201, body: Array(record.utf8)), of: request)
        }
    }

    @Test func answersAreKeptForADay() async throws {
        let (directory, clock) = (TemporaryDirectory(), Clock())
        var store = try Self.open(directory, clock)
        try await Self.write(store, "a", key: "k")
        await store.close()
        store = try Self.open(directory, clock)
        clock.advance(by: IdempotentRequest.lifetime - 1)
        #expect(try store.keptAnswer(forKey: "k", fingerprint: 7) == KeptAnswer(status: 201, body: Array("a".utf8)))
        #expect(throws: EngineError.self) { try store.keptAnswer(forKey: "k", fingerprint: 8) }
        await #expect(throws: AnsweredBefore.self) { try await Self.write(store, "b", key: "k") }
        #expect(store.namespace("notes", "n")?.snapshot.recordCount == 1)
        clock.advance(by: 1)
        #expect(try store.keptAnswer(forKey: "k", fingerprint: 7) == nil)
        // The key is free again.
        try await Self.write(store, "b", key: "k")
        #expect(store.namespace("notes", "n")?.snapshot.recordCount == 2)
        await store.close()
    }

    @Test func oldAnswersAreRemoved() async throws {
        let (directory, clock) = (TemporaryDirectory(), Clock())
        let store = try Self.open(directory, clock)
        for number in 0..<20 { try await Self.write(store, "a\(number)", key: "k\(number)") }
        clock.advance(by: IdempotentRequest.lifetime)
        try await Self.write(store, "b", key: "new")
        await store.close()
        // The head of the answers counts what is there: one.
        #expect(try StoreMaintenance.verify(directory: directory.appending("store"), deep: true).damageCount == 0)
        let database = try Data(contentsOf: URL(fileURLWithPath: directory.appending("store/arcanea.sqlite")))
        #expect(database.range(of: Data("answers1 ".utf8)) != nil)
    }

    /// A request that fails leaves its key free, also when it shared its commit with others.
    @Test func aRefusedRequestLeavesNoTrace() async throws {
        let (directory, clock) = (TemporaryDirectory(), Clock())
        let store = try Self.open(directory, clock)
        try await Self.write(store, "a", key: "first")
        await #expect(throws: EngineError.self) { try await Self.write(store, "a", key: "k") }
        #expect(try store.hasAnswer(forKey: "k") == false)
        try await Self.write(store, "b", key: "k")
        #expect(try store.hasAnswer(forKey: "k"))
        await store.close()
    }
}
