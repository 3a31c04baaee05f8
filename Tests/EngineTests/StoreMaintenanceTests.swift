import Engine
import Foundation
import Storage
import TestSupport
import Testing

/// Derived files that are damaged, stale or of another store are told from damaged rows, and cost no answer.
@Suite struct StoreMaintenanceTests {
    /// A store with lineage and, when there are vectors enough, an index file; closed.
    private static func closedStore(
        _ directory: TemporaryDirectory, _ seed: UInt64, vectors count: Int = 200
    ) async throws -> String {
        var random = SeededGenerator(seed: seed)
        let store = try openTestStore(directory)
        let vectors = (0..<count).map { _ in random.vector(testDimension) }
        try await store.write { transaction in
            let namespace = try transaction.namespace("notes", "n")
            for (position, vector) in vectors.enumerated() {
                _ = try transaction.insert(
                    RecordDraft(key: "k\(position)", createdAt: 0, payload: [], vector: vector), in: namespace)
            }
        }
        try await store.write { transaction in
            let namespace = try transaction.namespace("works", "")
            for work in UInt32(0)..<200 {
                _ = try transaction.insert(
                    RecordDraft(
                        key: "w\(work)", createdAt: 0, payload: [], vector: vectors[Int(work)],
                        parents: work == 0 ? [] : [link(work / 2)], creator: 1), in: namespace)
            }
        }
        await store.waitForSeals()
        await store.close()
        return directory.appending("store")
    }

    @Test func filesAreVerifiedAgainstTheRows() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let (directory, second) = (TemporaryDirectory(), TemporaryDirectory())
        let path = try await Self.closedStore(directory, seed, vectors: 10_050)
        let whole = try StoreMaintenance.verify(directory: path, deep: true)
        #expect(whole.damageCount == 0 && whole.files == 2 && whole.records == 10_250, "seed \(seed): \(whole)")

        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        for name in names where name.hasSuffix(".segment") || name.hasSuffix(".edges") {
            let url = URL(fileURLWithPath: path + "/" + name)
            let bytes = try Data(contentsOf: url)
            let step = max(1, bytes.count / 12)
            for start in stride(from: 0, to: bytes.count, by: step) {
                let offset = start + Int.random(in: 0..<min(step, bytes.count - start), using: &random)
                var damaged = bytes
                damaged[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                try damaged.write(to: url)
                let report = try StoreMaintenance.verify(directory: path, deep: false)
                // Padding between the parts of a segment is covered by the sums as well.
                #expect(
                    report.damages.contains { $0.kind == .derived && $0.subject == name } && !report.hasDamagedTruth,
                    "seed \(seed): byte \(offset) of \(name)")
            }
            try bytes.prefix(bytes.count / 2).write(to: url)
            #expect(try StoreMaintenance.verify(directory: path, deep: false).damageCount == 1, "\(name) is cut")
            try bytes.write(to: url)
        }

        // A file whose own sums are good, beside rows of another store: only the rows can tell.
        let other = try await Self.closedStore(second, seed &+ 1, vectors: 10_050)
        let segment = try #require(names.first { $0.hasSuffix(".segment") })
        try FileManager.default.removeItem(atPath: path + "/" + segment)
        try FileManager.default.copyItem(atPath: other + "/" + segment, toPath: path + "/" + segment)
        let report = try StoreMaintenance.verify(directory: path, deep: true)
        #expect(report.damages.map(\.subject) == [segment], "seed \(seed): \(report.damages)")
    }

    /// A file that covers more writes than the rows have shows that rows were lost, as from a database of last week.
    @Test func anOlderDatabaseIsFound() async throws {
        let seed = testSeed()
        let directory = TemporaryDirectory()
        let path = try await Self.closedStore(directory, seed)
        let database = path + "/arcanea.sqlite"
        let old = try Data(contentsOf: URL(fileURLWithPath: database))
        let store = try openTestStore(directory)
        try await store.write { transaction in
            let namespace = try transaction.namespace("works", "")
            _ = try transaction.insert(
                RecordDraft(key: "later", createdAt: 0, payload: [], parents: [link(3)], creator: 1), in: namespace)
        }
        await store.close()
        #expect(try StoreMaintenance.verify(directory: path, deep: false).damageCount == 0)
        try old.write(to: URL(fileURLWithPath: database))
        let report = try StoreMaintenance.verify(directory: path, deep: false)
        #expect(report.hasDamagedTruth, "seed \(seed): \(report.damages)")
    }

    @Test func aRestoredStoreOpens() async throws {
        let seed = testSeed()
        let directory = TemporaryDirectory()
        let path = try await Self.closedStore(directory, seed)
        let (backup, restored) = (directory.appending("backup"), TemporaryDirectory())
        _ = try StoreMaintenance.backup(directory: path, to: backup)
        _ = try StoreMaintenance.restore(backup, to: restored.appending("store"))
        let store = try openTestStore(restored)
        #expect(store.status.first { $0.namespace == "n" }?.records == 200, "seed \(seed)")
        #expect(store.status.first { $0.collection == "works" }?.edges == 199)
        await store.close()
        #expect(throws: EngineError.self) { try StoreMaintenance.restore(backup, to: restored.appending("store")) }
    }
}
