import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct CommitQueueTests {
    private struct Refusal: Error, Equatable { var number: Int }

    /// Holds the writer until the test lets it go, so that requests pile up behind it.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        func wait() { semaphore.wait() }
        func open() { semaphore.signal() }
    }

    /// Submits a request that holds the writer, and returns once it does.
    private static func hold(_ test: TestStore, _ gate: Gate) async -> Task<Void, any Error> {
        let started = DispatchSemaphore(value: 0)
        let task = Task {
            try await test.store.commits.submit { _ in
                started.signal()
                gate.wait()
                return ((), {})
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                started.wait()
                continuation.resume()
            }
        }
        return task
    }

    @Test func requestsShareCommitsAndOnlyTheGuiltyOneFails() async throws {
        let test = try TestStore()
        let applied = Journal<UInt32>()
        let gate = Gate()
        let holder = await Self.hold(test, gate)
        let before = test.store.commits.counters
        let results = await withTaskGroup(of: (Int, Result<UInt32, any Error>).self) { group in
            for number in 0..<32 {
                group.addTask {
                    do {
                        let ordinal = try await test.store.commits.submit { session in
                            let seq = try session.bumpSeq(namespace: test.namespace)
                            let ordinal = try session.insertRecord(
                                .plain("key-\(number)"), namespace: test.namespace, seq: seq)
                            if number == 13 { throw Refusal(number: number) }
                            return (ordinal, { applied.append(ordinal) })
                        }
                        return (number, .success(ordinal))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            // Time for most of them to queue up; how many make it changes the number of commits, not the results.
            try? await Task.sleep(for: .milliseconds(100))
            gate.open()
            var results: [(Int, Result<UInt32, any Error>)] = []
            for await result in group { results.append(result) }
            return results
        }
        try await holder.value
        var ordinals: [UInt32] = []
        for (number, result) in results {
            switch result {
            case .success(let ordinal):
                ordinals.append(ordinal)
                #expect(
                    try test.store.readers.record(namespace: test.namespace, ordinal: ordinal)?.key == "key-\(number)")
            case .failure(let error): #expect(number == 13 && error as? Refusal == Refusal(number: 13))
            }
        }
        #expect(ordinals.sorted() == Array(0..<31), "ordinals have no gap where a request failed")
        #expect(applied.entries == Array(0..<31), "effects are applied in the order of the changes")
        let head = try #require(try test.store.readers.namespaces().first)
        #expect(head.seq == 31 && head.recordCount == 31, "sequence numbers have no gap where a request failed")
        let after = test.store.commits.counters
        #expect(after.requests - before.requests == 32)
        #expect(after.commits - before.commits < 16, "\(after.commits - before.commits) commits for 32 requests")
    }

    @Test func effectsComeBeforeAnswersAndAfterTheCommit() async throws {
        let test = try TestStore()
        let seen = Journal<Bool>()
        try await test.store.commits.submit { session in
            _ = try session.insertRecord(.plain("a"), namespace: test.namespace, seq: 1)
            return (
                (),
                {
                    let stored = try? test.store.readers.record(namespace: test.namespace, key: "a")
                    seen.append(stored != nil)
                }
            )
        }
        #expect(seen.entries == [true], "the effect runs after the commit, and before the answer")
    }

    @Test func aBarrierRunsAlone() async throws {
        let test = try TestStore()
        let gate = Gate()
        let holder = await Self.hold(test, gate)
        let order = Journal<String>()
        let tasks = ["a", "barrier", "b"].map { name in
            Task {
                try await test.store.commits.submit(barrier: name == "barrier") { _ in
                    order.append("run \(name)")
                    return ((), { order.append("apply \(name)") })
                }
            }
        }
        try await Task.sleep(for: .milliseconds(50))
        gate.open()
        try await holder.value
        for task in tasks { try await task.value }
        let found = order.entries
        let place = try #require(found.firstIndex(of: "run barrier"))
        #expect(found[place + 1] == "apply barrier")
        #expect(found[..<place].count { $0.hasPrefix("run") } == found[..<place].count { $0.hasPrefix("apply") })
        #expect(found.count == 6)
    }

    @Test func aFullQueueRefuses() async throws {
        let test = try TestStore()
        let gate = Gate()
        let holder = await Self.hold(test, gate)
        let codes = await withTaskGroup(of: StorageError.Code?.self) { group in
            for _ in 0..<CommitQueue.waitingMax + 50 {
                group.addTask {
                    do {
                        try await test.store.commits.submit { _ in ((), {}) }
                        return nil
                    } catch {
                        return (error as? StorageError)?.code
                    }
                }
            }
            // The first answers are refusals: everything else waits for the gate.
            var codes = [await group.next() ?? nil]
            gate.open()
            for await code in group { codes.append(code) }
            return codes
        }
        try await holder.value
        #expect(codes.first == .overloaded)
        #expect(codes.count { $0 == nil } >= CommitQueue.waitingMax)
        try await test.store.commits.submit { _ in ((), {}) }
    }

    @Test func aClosedQueueRefuses() async throws {
        let test = try TestStore()
        test.store.close()
        await #expect(throws: StorageError.self) { try await test.store.commits.submit { _ in ((), {}) } }
        #expect(storageCode { try test.store.commits.runNow { _ in } } == .misuse)
    }

    /// Space runs out inside a group: its requests fail as full or are stored whole, and room helps at once.
    @Test func aFullDiskLeavesNothingHalfWritten() async throws {
        let test = try TestStore()
        try test.insert(.plain("before"))
        try test.store.commits.runNow { session in
            let pages = try session.connection.integer("PRAGMA page_count")
            try session.connection.execute("PRAGMA max_page_count = \(pages + 4)")
        }
        let outcomes = await withTaskGroup(of: (Int, StorageError.Code?).self) { group in
            for number in 0..<40 {
                group.addTask {
                    do {
                        try await test.store.commits.submit { session in
                            let seq = try session.bumpSeq(namespace: test.namespace)
                            for half in ["a", "b"] {
                                var draft = StoredRecordDraft.plain("\(number)-\(half)")
                                draft.payload = [UInt8](repeating: 7, count: 3_000)
                                _ = try session.insertRecord(draft, namespace: test.namespace, seq: seq)
                            }
                            return ((), {})
                        }
                        return (number, nil)
                    } catch {
                        return (number, (error as? StorageError)?.code ?? .misuse)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains { $0.1 == .full })
        #expect(outcomes.allSatisfy { $0.1 == nil || $0.1 == .full }, "\(outcomes)")
        var expected: Set<String> = ["before"]
        for (number, code) in outcomes where code == nil { expected.formUnion(["\(number)-a", "\(number)-b"]) }
        #expect(Set(try test.allRecords().map(\.key)) == expected)
        // Reads went on; writes go on when there is room again.
        try test.store.commits.runNow { try $0.connection.execute("PRAGMA max_page_count = 1000000") }
        try test.insert(.plain("after"))
        let again = try test.reopened()
        #expect(Set(try again.allRecords().map(\.key)) == expected.union(["after"]))
    }
}
