import Engine
import Foundation
import Vectors

/// One reader's searches of a sealed index, alone and while records are imported beside it.
struct SearchesDuringImport {
    private static let collection = CollectionSpecification(
        name: "rows", dimension: 128, metric: .cosine, embedder: "external", hasLineage: false)
    private static let records = 20_000
    private static let duration = 4.0
    private static let batch = 100

    let directory: String

    func run() async throws {
        var observer = NoObserver()
        let store = try Store.open(
            StoreConfiguration(directory: directory, collections: [Self.collection]), observer: &observer)
        for start in stride(from: 0, to: Self.records, by: 1_000) { try await load(store, "n", start, 1_000) }
        await store.waitForSeals()
        guard let namespace = store.namespace(Self.collection.name, "n") else { return }
        say("| searches of \(Self.records) × \(Self.collection.dimension), top 10 | p50, ms | p99, ms |")
        say("|---|--:|--:|")
        var (idle, busy): ([Double], [Double]) = ([], [])
        var imported = 0
        for round in 0..<4 {
            idle += search(namespace, Self.duration / 4)
            // Into a namespace of its own, so that both search the same records.
            let importer = Task {
                var count = 0
                while !Task.isCancelled {
                    try await load(store, "import-\(round)", count, Self.batch)
                    count += Self.batch
                    // The sustained rate of an import: beside it the graph of what came is built at its end only.
                    try await Task.sleep(for: .milliseconds(20))
                }
                return count
            }
            busy += await searchDetached(namespace, Self.duration / 4)
            importer.cancel()
            imported += (try? await importer.value) ?? 0
        }
        for (name, times) in [("alone", idle), ("during an import in batches of \(Self.batch)", busy)] {
            say("| \(name) | \(decimal(median(times), 3)) | \(decimal(quantile(0.99, of: times), 3)) |")
        }
        say(
            "| during / alone | \(decimal(median(busy) / median(idle), 2)) | "
                + "\(decimal(quantile(0.99, of: busy) / quantile(0.99, of: idle), 2)) |")
        await store.close()
    }

    private func searchDetached(_ namespace: Namespace, _ duration: Double) async -> [Double] {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: search(namespace, duration)) }
        }
    }

    private func search(_ namespace: Namespace, _ duration: Double) -> [Double] {
        var numbers = Numbers(state: 99)
        var times: [Double] = []
        let start = ContinuousClock.now
        while seconds(since: start) < duration {
            let query = numbers.vector(Self.collection.dimension)
            let began = ContinuousClock.now
            _ = namespace.snapshot.search(query, k: 10).hits.count
            times.append(seconds(since: began) * 1_000)
        }
        return times
    }

    private func load(_ store: Store, _ name: String, _ start: Int, _ count: Int) async throws {
        var numbers = Numbers(state: UInt64(start) &* 7_919)
        let vectors = (0..<count).map { _ in numbers.vector(Self.collection.dimension) }
        try await store.write { transaction in
            let namespace = try transaction.namespace(Self.collection.name, name)
            for (position, vector) in vectors.enumerated() {
                _ = try transaction.insert(
                    RecordDraft(key: "k\(start + position)", createdAt: 1, payload: [1], vector: vector), in: namespace)
            }
        }
    }
}

private struct NoObserver: StoreLoadObserver {
    mutating func didLoad(_ record: LoadedRecord, in namespace: Namespace) throws -> UInt32 { 0 }

    mutating func didLoad(_ event: EngineEvent) throws {}

    func didProgress(_ fraction: Double) {}
}
