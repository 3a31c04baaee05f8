import TestSupport
import Testing

@testable import Storage

/// Random operations against plain dictionaries, with failed requests and restarts in between.
@Suite struct StoreModelTests {
    private struct Model: Equatable {
        var records: [UInt32: StoredRecord] = [:]
        var edges: [StoredEdge] = []
        var events: [StoredEvent] = []
        var seq: UInt64 = 0
        var nextOrdinal: UInt32 = 0
    }

    private struct Abandoned: Error {}

    @Test func agreesWithDictionariesThroughRestarts() throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        var test = try TestStore()
        var model = Model()
        for step in 0..<600 {
            var next = model
            let operations = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                Self.operation(&next, step, &generator)
            }
            let isAbandoned = Int.random(in: 0..<5, using: &generator) == 0
            let namespace = test.namespace
            let seq = model.seq + 1
            do {
                try test.store.commits.runNow { session in
                    let given = try session.bumpSeq(namespace: namespace)
                    guard given == seq else { throw StorageError(.misuse, "sequence \(given) is not \(seq)") }
                    for operation in operations { try operation(session, namespace) }
                    if isAbandoned { throw Abandoned() }
                }
                next.seq = seq
                model = next
            } catch is Abandoned {}
            if step % 60 == 59 { test = try test.reopened() }
            if step % 20 == 19 { try Self.compare(test, model, "seed \(seed), step \(step)") }
        }
        try Self.compare(test, model, "seed \(seed), at the end")
        #expect(model.records.count > 20, "seed \(seed): the run must leave something to compare")
    }

    private typealias Operation = @Sendable (WriteSession, Int64) throws -> Void

    /// One change of the model, and the same change of the store.
    private static func operation(
        _ model: inout Model, _ step: Int, _ generator: inout SeededGenerator
    ) -> Operation {
        let seq = model.seq + 1
        let ordinals = model.records.keys.sorted()
        switch Int.random(in: 0..<8, using: &generator) {
        case 0 where !ordinals.isEmpty:
            let ordinal = ordinals[Int.random(in: 0..<ordinals.count, using: &generator)]
            model.records[ordinal] = nil
            return { session, namespace in try session.deleteRecord(namespace: namespace, ordinal: ordinal) }
        case 1,
            2 where !ordinals.isEmpty:
            guard let ordinal = ordinals.randomElement(using: &generator), let old = model.records[ordinal] else {
                return { _, _ in }
            }
            let draft = StoredRecordDraft.random(key: old.key, using: &generator)
            let changed = StoredRecord(
                ordinal: ordinal, key: old.key, seq: seq, vectorSeq: old.vectorSeq, createdAt: old.createdAt,
                updatedAt: draft.updatedAt, state: draft.state, payload: draft.payload, metadata: draft.metadata,
                vector: draft.vector)
            model.records[ordinal] = changed
            return { session, namespace in
                guard try session.record(namespace: namespace, key: old.key) == old else {
                    throw StorageError(.misuse, "the writer does not see its own changes of #\(ordinal)")
                }
                try session.updateRecord(changed, namespace: namespace)
            }
        case 3:
            let child = UInt32.random(in: 0..<50, using: &generator)
            let parent = UInt32.random(in: 0..<50, using: &generator)
            let edge = StoredEdge(
                child: child, parent: parent, kind: UInt8.random(in: 0..<4, using: &generator),
                weight: Double.random(in: 0...1, using: &generator), flags: 0, at: Int64(step), seq: seq)
            if let place = model.edges.firstIndex(where: { $0.child == child && $0.parent == parent }) {
                model.edges[place] = edge
                return { session, namespace in
                    guard try session.updateEdge(edge, namespace: namespace, reason: "step") else {
                        throw StorageError(.misuse, "the edge is not there")
                    }
                }
            }
            model.edges.append(edge)
            return { session, namespace in try session.insertEdge(edge, namespace: namespace) }
        case 4:
            let event = StoredEvent(
                viewer: "v\(Int.random(in: 0..<4, using: &generator))",
                target: "t\(Int.random(in: 0..<4, using: &generator))", kind: "view", weight: 0.5, at: Int64(step))
            let place = model.events.firstIndex { $0.viewer == event.viewer && $0.target == event.target }
            if let place, Bool.random(using: &generator) {
                model.events.remove(at: place)
                return { session, _ in
                    guard try session.deleteEvent(viewer: event.viewer, target: event.target, kind: event.kind) else {
                        throw StorageError(.misuse, "the event is not there")
                    }
                }
            }
            if place == nil { model.events.append(event) }
            return { session, _ in
                guard try session.insertEvent(event) == (place == nil) else {
                    throw StorageError(.misuse, "an event must be new exactly once")
                }
            }
        default:
            let ordinal = model.nextOrdinal
            // Keys in an order of their own, some of them with the same beginnings.
            let draft = StoredRecordDraft.random(key: "\(ordinal % 7)-é\(ordinal)", using: &generator)
            model.nextOrdinal += 1
            model.records[ordinal] = StoredRecord(
                ordinal: ordinal, key: draft.key, seq: seq, vectorSeq: seq, createdAt: draft.createdAt,
                updatedAt: draft.updatedAt, state: draft.state, payload: draft.payload, metadata: draft.metadata,
                vector: draft.vector)
            return { session, namespace in
                guard try session.insertRecord(draft, namespace: namespace, seq: seq) == ordinal else {
                    throw StorageError(.misuse, "ordinals must be dense and never used again")
                }
            }
        }
    }

    private static func compare(_ test: TestStore, _ model: Model, _ comment: Comment) throws {
        let ordered = model.records.values.sorted { $0.ordinal < $1.ordinal }
        #expect(try test.allRecords() == ordered, comment)
        #expect(try test.store.readers.edges(namespace: test.namespace) == model.edges, comment)
        var events: [StoredEvent] = []
        try test.store.readers.scanEvents { events.append($0) }
        #expect(events == model.events, comment)
        let head = try #require(try test.store.readers.namespaces().first, comment)
        #expect(head.seq == model.seq && head.nextOrdinal == model.nextOrdinal, comment)
        #expect(head.recordCount == model.records.count && head.edgeCount == model.edges.count, comment)
        for record in ordered.prefix(5) {
            let (namespace, readers) = (test.namespace, test.store.readers)
            #expect(try readers.record(namespace: namespace, key: record.key) == record, comment)
            #expect(try readers.record(namespace: namespace, ordinal: record.ordinal) == record, comment)
        }
        try comparePages(test, ordered.map(\.key), comment)
    }

    private static func comparePages(_ test: TestStore, _ keys: [String], _ comment: Comment) throws {
        for prefix in ["", "3", "3-é", "9"] {
            let expected = keys.filter { $0.utf8.starts(with: prefix.utf8) }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            var listed: [String] = []
            while true {
                let page = try test.store.readers.keys(
                    namespace: test.namespace, prefix: prefix, after: listed.last, limit: 7)
                listed += page
                if page.count < 7 { break }
            }
            #expect(listed == expected, comment)
        }
    }
}
