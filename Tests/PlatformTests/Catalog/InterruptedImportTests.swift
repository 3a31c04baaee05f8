import Engine
import Foundation
import Platform
import Synchronization
import TestSupport
import Testing

/// Imports that end early, exports whose order of creation is not enough.
struct InterruptedImportTests {
    private let files = TemporaryDirectory()

    private func file(_ lines: [String]) throws -> String {
        let path = files.appending("works.jsonl")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("files that are missing or cut off end the import with an error", arguments: [0.3, 0.9, 0.999])
    func damagedFiles(share: Double) async throws {
        let platform = try await PlatformFixture().open(embedder: .builtIn)
        let missing = await engineError {
            _ = try await CatalogImporter(platform: platform).importEssences(files.appending("nothing"))
        }
        #expect(missing?.code == .notFound)
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let memories = tests.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/catalog/memories.jsonl.gz")
        let whole = try Data(contentsOf: memories)
        let path = files.appending("cut.jsonl.gz")
        try whole.prefix(Int(Double(whole.count) * share)).write(to: URL(fileURLWithPath: path))
        let cut = await engineError { _ = try await CatalogImporter(platform: platform).importMemories(path) }
        #expect(cut?.code == .dataLoss)
    }

    @Test("acknowledged lines are there; an import that was stopped is completed by a second one")
    func interrupted() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open(embedder: .builtIn)
        let path = try file(
            (0..<400).map { number in
                let source = number > 0 ? #"{"essenceId":"w\#(number / 2)"}"# : ""
                return #"{"id":"w\#(number)","realmId":"ada","title":"Work \#(number)","remixFrom":[\#(source)]}"#
            })
        let acknowledged = Mutex<[Int]>([])
        let task = Mutex<Task<ImportReport, any Error>?>(nil)
        let importer = CatalogImporter(platform: platform, batchSize: 40) { progress in
            #expect(platform.status().essences == progress.acknowledged)
            acknowledged.withLock { $0.append(progress.acknowledged) }
            if progress.acknowledged == 160 { task.withLock { $0?.cancel() } }
        }
        let running = task.withLock { task in
            let running = Task { try await importer.importEssences(path) }
            task = running
            return running
        }
        await #expect(throws: CancellationError.self) { _ = try await running.value }
        #expect(acknowledged.withLock { $0 } == [40, 80, 120, 160])
        await platform.close()

        let reopened = try await fixture.open(embedder: .builtIn)
        #expect(reopened.status().essences == 160)
        for number in [0, 80, 159] { #expect(try reopened.essences.get("w\(number)").state == .live) }
        let rest = try await CatalogImporter(platform: reopened, batchSize: 1_000).importEssences(path)
        #expect(rest.created == 240)
        #expect(rest.skipped == 160)
        #expect(reopened.status().edges == 399)
    }

    @Test("late credits to younger works survive an export and an import")
    func lateCredits() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let platform = try await PlatformFixture().open()
        var drafts: [EssenceDraft] = []
        for number in 0..<120 {
            let isRoot = number % 5 == 0
            let parents = isRoot ? [] : ["w\(Int.random(in: 0..<number, using: &random))"]
            drafts.append(work("w\(number)", vector: random.vector(PlatformFixture.dimension), from: parents))
        }
        _ = try await platform.essences.createBatch(drafts)
        var late: [(child: String, parent: String)] = []
        for number in stride(from: 0, to: 60, by: 5) {
            let edge = (child: "w\(number)", parent: "w\(119 - number)")
            guard try !platform.lineage.isAncestor([(edge.child, edge.parent)]).items[0].isAncestor else { continue }
            _ = try await platform.lineage.addEdge(LateEdge(child: edge.child, parent: edge.parent, weight: 0.25))
            late.append(edge)
        }
        #expect(!late.isEmpty, "seed \(seed)")

        var lines: [String] = []
        let count = try CatalogExporter(platform: platform, includeVectors: true).exportEssences {
            lines.append(String(decoding: $0, as: UTF8.self))
        }
        #expect(count == 120)
        #expect(lines.count == 120)
        let copy = try await PlatformFixture().open()
        let report = try await CatalogImporter(platform: copy, batchSize: 17).importEssences(try file(lines))
        #expect(report.created == 120, "seed \(seed) \(report.failures)")
        #expect(copy.status().edges == platform.status().edges)
        for number in 0..<120 {
            func credits(_ platform: ArcaneaPlatform) throws -> Set<String> {
                Set(
                    try platform.essences.get("w\(number)").remixFrom.map { "\($0.essenceId) \($0.kind) \($0.weight)" })
            }
            #expect(try credits(copy) == credits(platform), "seed \(seed) w\(number)")
        }
    }
}
