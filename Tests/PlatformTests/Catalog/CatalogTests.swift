import Engine
import Foundation
import Platform
import StrictJSON
import TestSupport
import Testing

struct CatalogTests {
    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Fixtures/catalog").standardized

    private static func fixture(_ name: String) -> String { fixtures.appending(path: "\(name).jsonl.gz").path }

    /// Everything that an export writes, in one piece.
    private func export(_ platform: ArcaneaPlatform, vectors: Bool = false) throws -> (works: Data, memories: Data) {
        let exporter = CatalogExporter(platform: platform, includeVectors: vectors)
        var works = Data()
        var memories = Data()
        var workLines = 0
        var memoryLines = 0
        let workCount = try exporter.exportEssences {
            works.append(contentsOf: $0 + [0x0A])
            workLines += 1
        }
        let memoryCount = try exporter.exportMemories {
            memories.append(contentsOf: $0 + [0x0A])
            memoryLines += 1
        }
        #expect(workCount == workLines)
        #expect(memoryCount == memoryLines)
        return (works, memories)
    }

    private func expect(
        _ report: ImportReport, created: Int, skipped: Int = 0, failed: Int = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(report.created == created, sourceLocation: sourceLocation)
        #expect(report.skipped == skipped, sourceLocation: sourceLocation)
        #expect(report.failed == failed, "\(report.failures)", sourceLocation: sourceLocation)
    }

    @Test("the sample catalog: in, in again, out, in elsewhere, out again", .timeLimit(.minutes(10)))
    func sampleCatalog() async throws {
        let fixture = PlatformFixture()
        // Events of the future are refused: the sample ends in the autumn of 2026.
        fixture.clock.now += 365 * PlatformFixture.day
        let platform = try await fixture.open(embedder: .builtIn)
        let importer = CatalogImporter(platform: platform)
        expect(try await importer.importEssences(Self.fixture("essences")), created: 11_027)
        expect(try await importer.importMemories(Self.fixture("memories")), created: 477)
        expect(try await importer.importEvents(Self.fixture("events")), created: 2_806)
        let status = platform.status()
        #expect(status.essences == 11_027)
        #expect(status.vectors == 11_027)
        #expect(status.memories == 477)
        #expect(status.nexuses == 5)
        // 60 viewers of the events, and the realms of 25 creators.
        #expect(status.viewers == 85)

        expect(try await importer.importEssences(Self.fixture("essences")), created: 0, skipped: 11_027)
        expect(try await importer.importMemories(Self.fixture("memories")), created: 0, skipped: 477)
        #expect(platform.status().essences == 11_027)
        #expect(platform.status().memories == 477)
        #expect(platform.status().seq == status.seq)

        let first = try export(platform)
        #expect(first.works.filter { $0 == 0x0A }.count == 11_027)
        #expect(first.memories.filter { $0 == 0x0A }.count == 477)

        let directory = TemporaryDirectory()
        let works = directory.appending("works.jsonl")
        let memories = directory.appending("memories.jsonl")
        try first.works.write(to: URL(fileURLWithPath: works))
        try first.memories.write(to: URL(fileURLWithPath: memories))
        let copy = try await PlatformFixture().open(embedder: .builtIn)
        // Another batch size must not matter.
        let second = CatalogImporter(platform: copy, batchSize: 333)
        expect(try await second.importEssences(works), created: 11_027)
        expect(try await second.importMemories(memories), created: 477)
        let again = try export(copy)
        #expect(again.works == first.works)
        #expect(again.memories == first.memories)
        #expect(copy.status().edges == platform.status().edges)

        let question = EssenceSearchRequest(text: "a small boat on a quiet sea", topK: 20)
        let here = try platform.essences.search(question).items
        let there = try copy.essences.search(question).items
        #expect(here.map(\.id) == there.map(\.id))
        #expect(here.count == 20)
        await platform.close()
        await copy.close()
    }

    private func write(_ lines: [String], to directory: TemporaryDirectory, end: String = "\n") throws -> String {
        let path = directory.appending("lines-\(UUID().uuidString).jsonl")
        try Data(lines.joined(separator: end).utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func line(_ id: String, from parents: [String] = [], more: String = "") -> String {
        let sources = parents.map { "{\"essenceId\":\"\($0)\"}" }.joined(separator: ",")
        return "{\"id\":\"\(id)\",\"realmId\":\"ada\",\"title\":\"Work \(id)\",\"remixFrom\":[\(sources)]\(more)}"
    }

    @Test("bad lines are reported with their numbers and left out, and so is what needs them", arguments: [1, 3, 500])
    func badLines(batchSize: Int) async throws {
        let directory = TemporaryDirectory()
        let lines = [
            line("a"), "{\"id\":", "", line("b", from: ["a"]), line("bad", from: ["nobody"]), line("c", from: ["bad"]),
            line("d", from: ["b"]), line("e", more: ",\"colour\":1"), "[]", line("f", from: ["e", "a"]),
            line("g", more: ",\"vector\":[1,2]"), "{\"id\":\"h\",\"realmId\":\"ada\",\"title\":\" \"}", "   ",
            line("a"),
            line("i", from: ["d"]),
        ]
        let path = try write(lines, to: directory)
        let platform = try await PlatformFixture().open(embedder: .builtIn)
        let report = try await CatalogImporter(platform: platform, batchSize: batchSize).importEssences(path)
        #expect(report.created == 4)
        #expect(report.skipped == 1)
        #expect(report.failed == 8)
        #expect(Set(report.failures.map(\.line)) == [2, 5, 6, 8, 9, 10, 11, 12])
        for failure in report.failures { #expect(!failure.message.isEmpty) }
        let fields = Dictionary(uniqueKeysWithValues: report.failures.map { ($0.line, $0.field) })
        #expect(fields[8] == "colour")
        for (number, field) in [(5, "remixFrom[0].essenceId"), (6, "remixFrom[0].essenceId"), (11, "vector")] {
            // Errors of a batch of one may name the item.
            #expect(fields[number]??.hasSuffix(field) == true, "\(number): \(String(describing: fields[number]))")
        }
        #expect(platform.status().essences == 4)
        for id in ["a", "b", "d", "i"] { #expect(try platform.essences.get(id).id == id) }
        #expect(try platform.lineage.roots("i").items.map(\.id) == ["a"])
        // What was wrong can be mended and imported on top.
        let mended = try write([line("a"), line("bad"), line("c", from: ["bad"])], to: directory, end: "\r\n")
        expect(try await CatalogImporter(platform: platform).importEssences(mended), created: 2, skipped: 1)
    }

    @Test("bad memories and events are reported, too")
    func badMemories() async throws {
        let directory = TemporaryDirectory()
        let platform = try await PlatformFixture().open(embedder: .builtIn)
        let memories = try write(
            [
                "{\"nexusId\":\"n\",\"id\":\"1\",\"text\":\"one fact\"}", "{\"id\":\"2\",\"text\":\"nobody's\"}",
                "{\"nexusId\":\"n\",\"id\":\"3\",\"text\":\"x\",\"importance\":2}",
                "{\"nexusId\":\"m\",\"id\":\"1\",\"text\":\"another agent's\"}",
            ], to: directory)
        let report = try await CatalogImporter(platform: platform).importMemories(memories)
        #expect(report.created == 2)
        #expect(report.failures.map(\.line) == [2, 3])
        #expect(report.failures.map(\.field) == ["nexusId", "importance"])
        let events = try write(["{\"kind\":\"cheer\",\"viewerId\":\"v\"}", "nonsense"], to: directory)
        let refused = try await CatalogImporter(platform: platform).importEvents(events)
        #expect(refused.created == 0)
        #expect(refused.failures.map(\.line) == [1, 2])
        let missing = await engineError {
            _ = try await CatalogImporter(platform: platform).importEssences(directory.appending("none"))
        }
        #expect(missing?.code == .notFound)
    }

    @Test("exported vectors come in unchanged; taken-down works stay out, with the credits to them")
    func vectorsAndTakedowns() async throws {
        let platform = try await PlatformFixture().open()
        var random = SeededGenerator(seed: 11)
        var drafts = [work("root", vector: random.vector(PlatformFixture.dimension))]
        for number in 0..<30 {
            drafts.append(
                work("w\(number)", vector: random.vector(PlatformFixture.dimension), from: ["root"]))
        }
        drafts.append(work("last", vector: random.vector(PlatformFixture.dimension), from: ["w3", "w4"]))
        _ = try await platform.essences.createBatch(drafts)
        _ = try await platform.essences.takedown("w3", Takedown(state: .redacted))
        // An older work that credits a younger one late stands behind it in the file.
        _ = try await platform.lineage.addEdge(LateEdge(child: "w5", parent: "w20", weight: 0.5))
        let first = try export(platform, vectors: true)
        #expect(!String(decoding: first.works, as: UTF8.self).contains("\"w3\""))
        let directory = TemporaryDirectory()
        let path = directory.appending("works.jsonl")
        try first.works.write(to: URL(fileURLWithPath: path))
        let copy = try await PlatformFixture().open()
        expect(try await CatalogImporter(platform: copy).importEssences(path), created: 31)
        #expect(try copy.essences.get("last").remixFrom.map(\.essenceId) == ["w4"])
        #expect(Set(try copy.essences.get("w5").remixFrom.map(\.essenceId)) == ["root", "w20"])
        #expect(try copy.essences.get("w5").remixFrom.first { $0.essenceId == "w20" }?.weight == 0.5)
        for number in 0..<30 where number != 3 {
            let before = try #require(try platform.essences.get("w\(number)", includeVector: true).vector)
            let after = try #require(try copy.essences.get("w\(number)", includeVector: true).vector)
            #expect(abs(cosine(before, after) - 1) < 1e-6)
        }
    }
}
