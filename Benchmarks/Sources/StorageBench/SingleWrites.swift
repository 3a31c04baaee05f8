import Foundation
import Storage

/// Durable writes of one record each: every one is answered after the sync of its commit.
struct SingleWrites {
    private static let dimension = 384
    private static let duration = 3.0

    let directory: String

    func run() async throws {
        let store = try SQLiteStore.open(directory: directory, mode: .readWrite)
        defer { store.close() }
        let namespace = try store.commits.runNow { session in
            let collection = try session.createCollection(
                name: "rows", dimension: Self.dimension, metric: "cosine", embedder: "external", createdAt: 1)
            return try session.namespace(collection: collection, name: "")
        }
        say("| clients | durable single writes, per second | per commit | p50, ms | p99, ms |")
        say("|--:|--:|--:|--:|--:|")
        for clients in [32, 8, 1] { try await measure(clients, store, namespace) }
        say("")
    }

    private func measure(_ clients: Int, _ store: SQLiteStore, _ namespace: Int64) async throws {
        let before = store.commits.counters
        let start = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: [Double].self) { group in
            for client in 0..<clients {
                group.addTask {
                    var numbers = Numbers(state: UInt64(client))
                    var times: [Double] = []
                    while seconds(since: start) < Self.duration {
                        let key = "\(clients)-\(client)-\(times.count)"
                        let vector = numbers.vector(Self.dimension)
                        let began = ContinuousClock.now
                        try await store.commits.submit { session in
                            let seq = try session.bumpSeq(namespace: namespace)
                            guard try !session.exists(namespace: namespace, key: key) else { return ((), {}) }
                            _ = try session.insertRecord(draft(key, vector), namespace: namespace, seq: seq)
                            return ((), {})
                        }
                        times.append(seconds(since: began) * 1_000)
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let elapsed = seconds(since: start)
        let commits = store.commits.counters.commits - before.commits
        say(
            "| \(clients) | \(decimal(Double(times.count) / elapsed, 0)) | \(decimal(Double(times.count) / Double(commits), 1)) "
                + "| \(decimal(median(times), 2)) | \(decimal(quantile(0.99, of: times), 2)) |")
    }
}

func draft(_ key: String, _ vector: [Float]) -> StoredRecordDraft {
    StoredRecordDraft(
        key: key, createdAt: 1, updatedAt: 1, state: 0, payload: Array("{\"title\":\"a work\"}".utf8),
        metadata: [1, 2, 3],
        vector: vector)
}
