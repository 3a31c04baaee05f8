import Engine
import Lineage
import Metadata
import TestSupport
import VectorIndex
import Vectors

/// Collects what a store hands out while it opens.
struct LoadRecorder: StoreLoadObserver {
    var records: [String: [LoadedRecord]] = [:]
    var events: [EngineEvent] = []

    mutating func didLoad(_ record: LoadedRecord, in namespace: Namespace) throws -> UInt32 {
        records[namespace.name, default: []].append(record)
        return UInt32(record.payload.first ?? 0)
    }

    mutating func didLoad(_ event: EngineEvent) throws { events.append(event) }

    func didProgress(_ fraction: Double) {}
}

let testDimension = 8

/// Two collections: works with lineage, and plain records.
func openTestStore(
    _ directory: TemporaryDirectory, mode: StoreConfiguration.Mode = .readWrite, indexMode: IndexMode = .fast,
    _ recorder: inout LoadRecorder
) throws -> Store {
    let configuration = StoreConfiguration(
        directory: directory.appending("store"), mode: mode,
        collections: [
            CollectionSpecification(
                name: "works", dimension: testDimension, metric: .cosine, embedder: "external", hasLineage: true),
            CollectionSpecification(
                name: "notes", dimension: testDimension, metric: .squaredEuclidean, embedder: "external",
                hasLineage: false),
        ],
        storage: StorageOptions(indexMode: indexMode), clock: { 1_700_000_000_000 })
    return try Store.open(configuration, observer: &recorder)
}

func openTestStore(
    _ directory: TemporaryDirectory, mode: StoreConfiguration.Mode = .readWrite, indexMode: IndexMode = .fast
) throws -> Store {
    var recorder = LoadRecorder()
    return try openTestStore(directory, mode: mode, indexMode: indexMode, &recorder)
}

/// A link of weight 1 to a parent.
func link(_ parent: UInt32, at: Int64 = 0) -> ParentLink {
    ParentLink(parent: parent, kind: .remix, weight: 1, flags: [], at: at)
}
