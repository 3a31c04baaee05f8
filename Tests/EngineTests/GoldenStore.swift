import Foundation
import Lineage
import Metadata
import Storage
import TestSupport
import Testing
import VectorIndex

@testable import Engine

/// The small store of which `Fixtures/formats` holds the files, and its contents in plain words.
enum GoldenStore {
    static let folder = URL(filePath: #filePath).appending(path: "../../../Fixtures/formats").standardized
    static let version = "v1"
    static let noteCount = 60
    static let workCount = 40

    /// Everything that must come back, whatever the format becomes.
    struct Contents: Codable, Equatable {
        struct Row: Codable, Equatable {
            var key: String
            var ordinal: UInt32
            var seq: UInt64
            var createdAt: Int64
            var updatedAt: Int64
            var state: UInt8
            /// Base64, by `JSONEncoder`.
            var payload: Data
            /// Each value as its kind and text.
            var metadata: [String: String]
            var vector: [Float]?
        }

        struct Edge: Codable, Equatable {
            var child: UInt32
            var parent: UInt32
            var kind: UInt8
            var weight: Double
            var flags: UInt8
            var at: Int64
            var seq: UInt64
        }

        struct Event: Codable, Equatable {
            var viewer: String
            var target: String
            var kind: String
            var weight: Double
            var at: Int64
        }

        var sequences: [String: UInt64]
        var records: [String: [Row]]
        var edges: [Edge]
        /// Works that are not live, and their states.
        var states: [UInt32: UInt8]
        var events: [Event]
        var facts: [String: String]
        /// Of the archive, keys and payloads by namespace.
        var archive: [String: [String]]
    }

    // MARK: Writing

    /// Fills an empty store. Deterministic, but for what the database puts where.
    static func fill(_ store: Store) async throws {
        var random = SeededGenerator(seed: 20_261_126)
        for number in 0..<noteCount {
            let vector = number % 10 == 7 ? nil : random.vector(testDimension)
            let name = number % 5 == 4 ? "träume 龍" : "notes"
            let values: MetadataRecord = [
                "genre": .string(["sea", "storm", "Ünïcödé"][number % 3]),
                "year": .number(Double(2_000 + number) + 0.5),
                "canon": .bool(number % 2 == 0), "tags": .strings(["a", "b\(number % 4)"]),
            ]
            try await store.write { transaction in
                _ = try transaction.insert(
                    RecordDraft(
                        key: "note \"\(number)\"", createdAt: Int64(1_000 + number),
                        payload: (0..<number).map { UInt8(truncatingIfNeeded: $0 &* 37) },
                        metadata: number % 6 == 5 ? [:] : values, vector: vector, state: UInt8(number % 3)),
                    in: transaction.namespace("notes", name))
            }
        }
        for number in 0..<workCount {
            let vector = random.vector(testDimension)
            let parents = Set((0..<min(number, 3)).map { _ in UInt32.random(in: 0..<UInt32(number), using: &random) })
            try await store.write { transaction in
                let links = parents.sorted().map {
                    ParentLink(parent: $0, kind: .remix, weight: 0.5, flags: [], at: Int64(number))
                }
                _ = try transaction.insert(
                    RecordDraft(
                        key: "work-\(number)", createdAt: Int64(number), payload: [UInt8(number % 5)], vector: vector,
                        parents: links, creator: UInt32(number % 5)), in: transaction.namespace("works", ""))
            }
        }
        _ = try await store.archive("notes", as: "golden", isCancelled: { false }, didBegin: {})
        // The log holds what comes after it, and is small.
        #expect(await store.eraseFreedSpace())
        try await change(store)
    }

    /// Changes of every kind: an update, a deletion, a state, a late credit, a retraction, events, facts.
    private static func change(_ store: Store) async throws {
        let lineage = try #require(store.namespace("works", "")?.snapshot.lineage)
        let retracted = try #require(lineage.parents(of: 20).first?.parent)
        try await store.write(barrier: true) { transaction in
            let (notes, works) = try (transaction.namespace("notes", "notes"), transaction.namespace("works", ""))
            _ = try transaction.update(
                3, in: notes, RecordChange(payload: Array("changed".utf8), vector: .replace([1, 0, 0, 0, 0, 0, 0, 0])))
            try transaction.delete(5, in: notes)
            _ = try transaction.update(7, in: works, RecordChange(state: NodeState.hidden.rawValue))
            try transaction.setNodeState(7, .hidden, in: works)
            _ = try transaction.insert(
                RecordDraft(key: "late", createdAt: 99, payload: [1], creator: 1), in: works)
            for event in [("ann", "work-1", "like", 1.0), ("bo", "work-2", "view", 0.25), ("bo", "work-1", "like", 1)] {
                let stored = EngineEvent(viewer: event.0, target: event.1, kind: event.2, weight: event.3, at: 5_000)
                _ = try transaction.insertEvent(stored)
            }
            try transaction.setFact("golden", "a fact")
            _ = try transaction.retractEdge(child: 20, parent: retracted, reason: "a mistake", in: works)
        }
        try await store.write(barrier: true) { transaction in
            try transaction.addLateEdge(
                child: 40, link: ParentLink(parent: 2, kind: .collab, weight: 0.25, flags: [.late], at: 77),
                in: transaction.namespace("works", ""))
        }
    }

    /// Gives a namespace a graph, however small it is.
    static func seal(_ namespace: Namespace) throws {
        let sealed = try namespace.writer.index.makeSealJob().run(progress: { _ in }, isCancelled: { false })
        #expect(namespace.writer.index.install(sealed))
        namespace.publish()
    }

    // MARK: Reading

    static func contents(_ store: Store, _ recorder: LoadRecorder) throws -> Contents {
        var contents = Contents(
            sequences: [:], records: [:], edges: [], states: [:],
            events: recorder.events.map {
                .init(viewer: $0.viewer, target: $0.target, kind: $0.kind, weight: $0.weight, at: $0.at)
            }, facts: [:], archive: [:])
        for namespace in store.allNamespaces {
            let name = "\(namespace.collection.name)/\(namespace.name)"
            contents.sequences[name] = namespace.snapshot.seq
            contents.records[name] = try store.records(from: 0, limit: 1_000, in: namespace).map(row)
        }
        let works = try #require(store.namespace("works", ""))
        contents.edges = try store.database.readers.read { try $0.edges(namespace: works.id) }.map {
            .init(
                child: $0.child, parent: $0.parent, kind: $0.kind, weight: $0.weight, flags: $0.flags, at: $0.at,
                seq: $0.seq)
        }
        let lineage = try #require(works.snapshot.lineage)
        for node in 0..<UInt32(lineage.nodeCount) where lineage.state(of: node) != .live {
            contents.states[node] = lineage.state(of: node).rawValue
        }
        contents.facts = Dictionary(uniqueKeysWithValues: try store.facts(prefix: "golden").map { ($0.key, $0.value) })
        for namespace in try store.archivedNamespaces("golden") {
            contents.archive[namespace.name] = try store.archivedRecords(
                namespace: namespace.number, from: 0, limit: 1_000
            ).map { "\($0.key): \(Data($0.payload).base64EncodedString())" }
        }
        return contents
    }

    private static func row(_ record: Record) -> Contents.Row {
        let metadata = record.metadata.mapValues { value in
            switch value {
            case .string(let text): "string \(text)"
            case .number(let number): "number \(number)"
            case .bool(let flag): "bool \(flag)"
            case .strings(let texts): "strings \(texts.joined(separator: "|"))"
            }
        }
        return .init(
            key: record.key, ordinal: record.ordinal, seq: record.seq, createdAt: record.createdAt,
            updatedAt: record.updatedAt, state: record.state, payload: Data(record.payload), metadata: metadata,
            vector: record.vector)
    }
}
