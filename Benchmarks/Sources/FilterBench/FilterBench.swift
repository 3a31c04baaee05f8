import Engine
import Foundation
import Metadata
import VectorIndex

/// Loads a store, measures every filter, and deletes half of the records.
struct FilterBench {
    private let catalog: Catalog
    private let directory: String
    private static let rounds = 101
    private static let topK = 10

    init(count: Int, directory: String) {
        catalog = Catalog(count: count)
        self.directory = directory
    }

    func run() async throws {
        var observer = NoObserver()
        let store = try Store.open(
            StoreConfiguration(directory: directory, collections: [Catalog.collection]), observer: &observer)
        try await load(store)
        await store.waitForSeals()
        guard let namespace = store.namespace(Catalog.collection.name, "") else { return }
        try measureFilters(namespace)
        try await measureDeletion(namespace, store)
        await store.close()
    }

    private func load(_ store: Store) async throws {
        let catalog = catalog
        let before = residentBytes()
        let seconds = try await timed {
            for start in stride(from: 0, to: catalog.records.count, by: 1_000) {
                try await store.write { transaction in
                    var generator = Generator(state: UInt64(start))
                    let namespace = try transaction.namespace(Catalog.collection.name, "")
                    for number in start..<min(start + 1_000, catalog.records.count) {
                        _ = try transaction.insert(catalog.draft(number, &generator), in: namespace)
                    }
                }
            }
        }
        say(
            "\(catalog.records.count) records of \(Catalog.fieldCount) fields and \(Catalog.collection.dimension) numbers:",
            "loaded in \(decimal(seconds, 1)) s, \((residentBytes() - before) >> 20) MiB more in memory")
    }

    // MARK: Filters

    private func measureFilters(_ namespace: Namespace) throws {
        say("")
        say("| filter | records | resolve, ms | with slots, ms | search top \(Self.topK), ms |")
        say("|---|--:|--:|--:|--:|")
        let snapshot = namespace.snapshot
        var generator = Generator(state: 7)
        var worst = 0.0
        for item in FilterCase.all {
            let expected = catalog.records.reduce(0) { $0 + (item.filter.matches($1) ? 1 : 0) }
            var resolve: [Double] = []
            var slots: [Double] = []
            var search: [Double] = []
            for _ in 0..<Self.rounds {
                let query = (0..<Catalog.collection.dimension).map { _ in Float(generator.unit()) - 0.5 }
                let clock = ContinuousClock()
                let start = clock.now
                let ordinals = snapshot.matching(item.filter)
                let resolved = clock.now
                let allowed = snapshot.slots(of: ordinals)
                let ready = clock.now
                let hits = snapshot.search(query, k: Self.topK, allowedSlots: allowed).hits
                let done = clock.now
                resolve.append(milliseconds(resolved - start))
                slots.append(milliseconds(ready - start))
                search.append(milliseconds(done - start))
                guard ordinals.count == expected, hits.count == min(Self.topK, expected) else {
                    throw BenchError(
                        message: "\(item.name): \(ordinals.count) records and \(hits.count) hits, \(expected) expected")
                }
            }
            worst = max(worst, median(slots))
            say(
                "| \(item.name) | \(expected) | \(decimal(median(resolve), 3)) | \(decimal(median(slots), 3)) "
                    + "| \(decimal(median(search), 3)) |")
        }
        say("\nslowest median, from filter to the slots that a search takes: \(decimal(worst, 3)) ms")
    }

    // MARK: Deletion

    private func measureDeletion(_ namespace: Namespace, _ store: Store) async throws {
        let middle = MetadataFilter.less("price", than: 500)
        let expected = catalog.records.reduce(0) { $0 + (middle.matches($1) ? 1 : 0) }
        var deleted = 0
        let seconds = try await timed {
            deleted = try await store.write(barrier: true) { transaction in
                let matches = namespace.snapshot.matching(middle).values
                for ordinal in matches { _ = try transaction.remove(ordinal, in: namespace) }
                return matches.count
            }
        }
        let left = namespace.snapshot.recordCount
        guard deleted == expected, left == catalog.records.count - expected else {
            throw BenchError(message: "deleted \(deleted) of \(expected), \(left) are left")
        }
        say("delete by filter: \(deleted) of \(catalog.records.count) records, durable, in \(decimal(seconds, 2)) s")
    }
}

/// The store is new: there is nothing to hand out.
private struct NoObserver: StoreLoadObserver {
    mutating func didLoad(_ record: LoadedRecord, in namespace: Namespace) throws -> UInt32 { 0 }
    mutating func didLoad(_ event: EngineEvent) throws {}
    func didProgress(_ fraction: Double) {}
}

struct BenchError: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}
