import Engine
import Foundation
import Metadata
import PineconeAPI
import Platform
import StrictJSON
import Synchronization
import TestSupport
import Testing
import Vectors

@Suite struct RecordTransferTests {
    private let fixture = PlatformFixture()

    @Test func jsonLinesComeBackAsTheyWere() async throws {
        let seed = testSeed()
        var world = RecordWorld(generator: SeededGenerator(seed: seed))
        let lines = (0..<120).map { world.line($0, namespace: ["", "de", "fr"][$0 % 3]) }
        let path = try file("in.jsonl", lines.joined(separator: "\n"), in: fixture.directory)
        let platform = try await fixture.open()
        let options = RecordImportOptions(index: "copy", metric: .dotProduct, batchSize: 50)
        let first = try await RecordImporter(platform: platform, options: options).importJSONLines(path)
        #expect(first.created == 120 && first.failed == 0 && first.skipped == 0, "seed \(seed): \(first)")
        #expect(try exportedLines(platform, "copy") == lines.sorted(), "seed \(seed)")
        #expect(
            try exportedLines(platform, "copy", namespace: "de")
                == lines.filter { $0.contains("\"namespace\":\"de\"") }.sorted())

        // Again: nothing changes. With other values: only when that is asked for.
        let again = try await RecordImporter(platform: platform, options: options).importJSONLines(path)
        #expect(again.created == 0 && again.skipped == 120)
        let changed = (0..<120).map { world.line($0, namespace: ["", "de", "fr"][$0 % 3]) }
        let changedPath = try file("changed.jsonl", changed.joined(separator: "\n"), in: fixture.directory)
        _ = try await RecordImporter(platform: platform, options: options).importJSONLines(changedPath)
        #expect(try exportedLines(platform, "copy") == lines.sorted(), "seed \(seed)")
        var replacing = options
        replacing.overwrites = true
        let replaced = try await RecordImporter(platform: platform, options: replacing).importJSONLines(changedPath)
        #expect(replaced.created == 120)
        #expect(try exportedLines(platform, "copy") == changed.sorted(), "seed \(seed)")
        await platform.close()
    }

    @Test func badRecordsAreLeftOutAndNamed() async throws {
        let lines = [
            #"{"id":"a","values":[1,2]}"#, #"{"id":"b","values":[1,2,3]}"#, #"{"id":"c","values":[0,0]}"#,
            #"{"id":"d","values":[1,2],"metadata":{"x":null}}"#, "nothing", "", #"{"values":[1,2]}"#,
            #"{"id":"e","values":[3,4],"metadata":{"x":["y"]}}"#,
        ]
        let path = try file("bad.jsonl", lines.joined(separator: "\n"), in: fixture.directory)
        let platform = try await fixture.open()
        let report = try await RecordImporter(platform: platform, options: RecordImportOptions(index: "few"))
            .importJSONLines(path)
        #expect(report.created == 2)
        #expect(report.failures.map(\.line).sorted() == [2, 3, 4, 5, 7])
        #expect(try exportedLines(platform, "few").count == 2)
        #expect(try platform.pinecone.describe("few").dense?.dimension == 2)
        await platform.close()
    }

    @Test func matricesComeBackAsTheyWere() async throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let rows = (0..<70).map { _ in generator.vector(5) }
        var bytes = NPY.header(rows: rows.count, columns: 5)
        for value in rows.joined() { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
        let path = fixture.directory.appending("in.npy")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let ids = (0..<70).map { "row \($0)" }
        let idsPath = try file("ids.txt", ids.joined(separator: "\r\n") + "\r\n", in: fixture.directory)
        let platform = try await fixture.open()
        let importer = RecordImporter(
            platform: platform, options: RecordImportOptions(index: "matrix", namespace: "n", batchSize: 32))
        #expect(try await importer.importMatrix(path, ids: idsPath).created == 70)

        var written: [UInt8] = []
        var writtenIDs: [String] = []
        let shape = try RecordExporter(platform: platform, index: "matrix").exportMatrix(
            row: { written += $0 }, id: { writtenIDs.append(String(decoding: $0, as: UTF8.self)) })
        #expect(shape == (70, 5))
        #expect(writtenIDs == ids)
        #expect(NPY.header(rows: 70, columns: 5) + written == bytes, "seed \(seed)")

        let short = try file("short.txt", "one\ntwo\n", in: fixture.directory)
        let refused = await engineError { _ = try await importer.importMatrix(path, ids: short) }
        #expect(refused?.code == .invalidArgument)
        await platform.close()
    }

    @Test func tablesBecomeRecordsWithTypes() async throws {
        let table = #"""
            id,embedding,title,year,tags,zip,isOpen,note
            a,"[1, 0.5]","Moon, ""full""",1999,"[""x"",""y""]",01234,true,
            b,"[2,3]",1e3,2.5,"[1]",99,false,"two
            lines"
            c,"[2]",short,1,,1,true,
            d,[2,x],no JSON,1,,1,true,
            e,"[4,5]"
            """#
        let path = try file("table.csv", table.replacing("\n", with: "\r\n"), in: fixture.directory)
        let platform = try await fixture.open()
        let importer = RecordImporter(platform: platform, options: RecordImportOptions(index: "table"))
        let report = try await importer.importCSV(path, columns: CSVColumns(values: "embedding", strings: ["zip"]))
        #expect(report.created == 2)
        #expect(report.failures.map(\.line).sorted() == [5, 6, 7])
        let records = try platform.pinecone.fetch(["a", "b"], namespace: NamespaceName.default, in: "table").value
            .records
        #expect(records.map(\.values) == [[1, 0.5], [2, 3]])
        #expect(
            records[0].metadata == [
                "title": .string("Moon, \"full\""), "year": .number(1_999), "tags": .strings(["x", "y"]),
                "zip": .string("01234"), "isOpen": .bool(true),
            ])
        #expect(
            records[1].metadata == [
                "title": .number(1_000), "year": .number(2.5), "tags": .string("[1]"), "zip": .string("99"),
                "isOpen": .bool(false), "note": .string("two\r\nlines"),
            ])
        let noColumn = await engineError { _ = try await importer.importCSV(path) }
        #expect(noColumn?.limit == "values")
        await platform.close()
    }

    @Test func aServiceIsCopiedAndACutCopyGoesOn() async throws {
        let seed = testSeed()
        var world = RecordWorld(generator: SeededGenerator(seed: seed))
        let lines = (0..<2_150).map { world.line($0, namespace: $0 % 20 == 0 ? "small" : "") }
        let path = try file("source.jsonl", lines.joined(separator: "\n"), in: fixture.directory)
        let source = try await fixture.open()
        let options = RecordImportOptions(index: "original", metric: .dotProduct, batchSize: 1_000)
        #expect(try await RecordImporter(platform: source, options: options).importJSONLines(path).created == 2_150)

        let target = PlatformFixture()
        var platform = try await target.open()
        let endpoint = PlatformEndpoint(source, "original")
        endpoint.asked.withLock { $0.failsAfter = 11 }
        func copy(_ platform: ArcaneaPlatform) async throws -> ImportReport {
            try await EndpointImporter(
                platform: platform, endpoint: endpoint, controller: "http://source/", source: "original",
                options: RecordImportOptions(index: "copy")
            ).run()
        }
        let cut = await engineError { _ = try await copy(platform) }
        #expect(cut?.code == .unavailable)
        let copied = try platform.pinecone.recordCount("copy")
        #expect(copied > 0 && copied < 2_150, "\(copied)")
        await platform.close()

        platform = try await target.open()
        endpoint.asked.withLock { $0 = .init() }
        let report = try await copy(platform)
        #expect(report.failed == 0)
        #expect(report.created == 2_150 - copied, "seed \(seed)")
        let asked = endpoint.asked.withLock { $0 }
        #expect(asked.lists < 2_150 / 100, "pages before the checkpoint are not asked for again: \(asked)")
        #expect(try exportedLines(platform, "copy") == lines.sorted(), "seed \(seed)")
        #expect(try platform.pinecone.describe("copy").dense?.metric == .dotProduct)

        // A third run finds everything there and fetches nothing.
        endpoint.asked.withLock { $0 = .init() }
        let idle = try await copy(platform)
        #expect(idle.created == 0 && idle.skipped == 2_150)
        #expect(endpoint.asked.withLock { $0.fetches } == 0)
        await platform.close()
        await source.close()
    }
}
