import Engine
import Metadata
import TestSupport
import Testing

/// Random operations and restarts against a dictionary: what was acknowledged is there, nothing else is.
struct StoreModelTests {
    private struct Note: Equatable {
        var payload: [UInt8]
        var metadata: MetadataRecord
        var vector: [Float]?
    }

    @Test("acknowledged writes equal a dictionary, over restarts")
    func matchesModel() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let directory = TemporaryDirectory()
        var store = try openTestStore(directory)
        var model: [String: Note] = [:]
        var writes: UInt64 = 0
        for step in 0..<600 {
            let key = "note\(Int.random(in: 0..<80, using: &random))"
            let note = Self.note(step, &random)
            let exists = model[key] != nil
            switch Int.random(in: 0..<10, using: &random) {
            case 0 where exists:
                try await store.write { transaction in
                    let namespace = try transaction.namespace("notes", "n")
                    let record = try #require(try transaction.record(key, in: namespace))
                    try transaction.delete(record.ordinal, in: namespace)
                }
                model[key] = nil
                writes += 1
            case 1...4 where exists:
                try await store.write { transaction in
                    let namespace = try transaction.namespace("notes", "n")
                    let record = try #require(try transaction.record(key, in: namespace))
                    _ = try transaction.update(
                        record.ordinal, in: namespace,
                        RecordChange(
                            payload: note.payload, metadata: note.metadata,
                            vector: note.vector.map(VectorChange.replace) ?? .remove))
                }
                model[key] = note
                writes += 1
            case 5 where step % 50 == 0:
                await store.close()
                store = try openTestStore(directory)
            default:
                let draft = RecordDraft(
                    key: key, createdAt: Int64(step), payload: note.payload, metadata: note.metadata,
                    vector: note.vector)
                if exists {
                    await #expect(throws: EngineError.self, "seed \(seed)") {
                        try await store.write { transaction in
                            _ = try transaction.insert(draft, in: transaction.namespace("notes", "n"))
                        }
                    }
                } else {
                    try await store.write { transaction in
                        _ = try transaction.insert(draft, in: transaction.namespace("notes", "n"))
                    }
                    model[key] = note
                    writes += 1
                }
            }
            if step % 60 == 0 { try Self.compare(store, model, writes: writes, seed: seed) }
        }
        try Self.compare(store, model, writes: writes, seed: seed)
        await store.close()
        store = try openTestStore(directory)
        try Self.compare(store, model, writes: writes, seed: seed)
        await store.close()
    }

    private static func note(_ step: Int, _ random: inout SeededGenerator) -> Note {
        Note(
            payload: [UInt8](repeating: UInt8(step % 256), count: Int.random(in: 0...40, using: &random)),
            metadata: [
                "color": .string(["red", "green", "blue"].randomElement(using: &random)!),
                "n": .number(Double(step % 7)),
            ],
            vector: Int.random(in: 0..<8, using: &random) == 0 ? nil : random.vector(testDimension))
    }

    private static func compare(_ store: Store, _ model: [String: Note], writes: UInt64, seed: UInt64) throws {
        guard let namespace = store.namespace("notes", "n") else {
            #expect(model.isEmpty, "seed \(seed)")
            return
        }
        let snapshot = namespace.snapshot
        #expect(snapshot.recordCount == model.count, "seed \(seed)")
        #expect(snapshot.seq == writes, "every write that changed something has one number, seed \(seed)")
        for (key, note) in model {
            let ordinal = try #require(snapshot.ordinal(ofKey: key), "\(key) is missing, seed \(seed)")
            let record = try #require(try store.record(ordinal, in: namespace), "seed \(seed)")
            #expect(record.key == key)
            #expect(
                Note(payload: record.payload, metadata: record.metadata, vector: record.vector) == note,
                "\(key), seed \(seed)")
        }
        // Exact search over the model is the oracle of search and of the filter.
        let query = [Float](repeating: 0.25, count: testDimension)
        for color in ["red", "green", "blue"] {
            let expected =
                model.filter { $0.value.vector != nil && $0.value.metadata["color"] == .string(color) }
                .map { (key: $0.key, distance: squaredDistance($0.value.vector!, query)) }
                .sorted { $0.distance < $1.distance }.prefix(5)
            let allowed = snapshot.matching(.equals("color", .string(color)))
            let found = snapshot.search(query, k: 5, allowed: allowed).hits
            #expect(found.count == expected.count, "seed \(seed)")
            for (hit, want) in zip(found, expected) {
                #expect(abs(hit.score - want.distance) <= 1e-4, "seed \(seed)")
            }
        }
    }

    private static func squaredDistance(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
}
