import Foundation
import Lineage
import LineageExchange
import TestSupport
import Testing

/// Files in, files out: against golden files that other programs read as well, and against themselves at random.
struct RoundTripTests {
    @Test(arguments: LineageFormat.allCases)
    func writesTheGoldenFile(_ format: LineageFormat) throws {
        let bytes = try format.writer.bytes(Samples.document)
        if ProcessInfo.processInfo.environment["ARCANEA_WRITE_GOLDEN"] != nil {
            try Data(bytes).write(to: Samples.file(format))
        }
        let golden = try Data(contentsOf: Samples.file(format))
        #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: golden, as: UTF8.self))
    }

    @Test(arguments: LineageFormat.allCases)
    func readsTheGoldenFile(_ format: LineageFormat) throws {
        let reading = try format.reader.read(LineageInput(path: Samples.file(format).path))
        #expect(reading.document.canonical() == Samples.surviving(Samples.document, format))
        #expect(reading.creditLines.count == reading.document.credits.count)
        #expect(reading.creditLines.allSatisfy { $0 > 0 })
    }

    /// Files of ours as networkx and the prov package read them and wrote them again.
    @Test(arguments: [("sample.networkx.graphml", LineageFormat.graphml), ("sample.prov-python.json", .prov)])
    func readsWhatOtherProgramsWrote(_ name: String, _ format: LineageFormat) throws {
        let input = try LineageInput(path: Samples.folder.appending(path: name).path)
        #expect(try format.reader.read(input).document.canonical() == Samples.document.canonical())
    }

    @Test(arguments: LineageFormat.allCases)
    func writersSayHowOftenTheyAsk(_ format: LineageFormat) throws {
        let counter = PassCounter(document: Samples.document)
        _ = try format.writer.bytes(counter)
        #expect(format.writer.passes.works == counter.works)
        #expect(format.writer.passes.credits == counter.credits)
    }

    @Test(arguments: LineageFormat.allCases)
    func keepsRandomLineages(_ format: LineageFormat) throws {
        let seed = testSeed()
        var random = RandomDocument(generator: SeededGenerator(seed: seed))
        for round in 0..<60 {
            let document = random.document(works: Int.random(in: 0...40, using: &random.generator))
            let bytes = try format.writer.bytes(document)
            let pieceBytes = Int.random(in: 1...300, using: &random.generator)
            let input = LineageInput(name: "random", bytes: bytes, pieceBytes: pieceBytes)
            let back = try format.reader.read(input).document.canonical()
            #expect(back == Samples.surviving(document, format), "seed \(seed), round \(round), \(format)")
        }
    }

    /// Any format to any other one loses nothing, but for the edge list, which has no works.
    @Test func formatsAgreeWithEachOther() throws {
        let seed = testSeed()
        var random = RandomDocument(generator: SeededGenerator(seed: seed))
        for _ in 0..<10 {
            let document = random.document(works: 25)
            var passed = document
            for format in LineageFormat.allCases.shuffled(using: &random.generator) where format != .csv {
                let bytes = try format.writer.bytes(passed)
                passed = try format.reader.read(LineageInput(name: "chain", bytes: bytes)).document
            }
            #expect(passed.canonical() == document.canonical(), "seed \(seed)")
        }
    }

    @Test func graphHasEveryWorkAndCredit() throws {
        let seed = testSeed()
        var random = RandomDocument(generator: SeededGenerator(seed: seed))
        for _ in 0..<20 {
            let document = random.document(works: 30)
            let (graph, ids) = try document.graph()
            let snapshot = graph.snapshot
            #expect(Set(ids) == Set(document.works.map(\.id)), "seed \(seed)")
            var found: Set<String> = []
            for (node, id) in ids.enumerated() {
                for link in snapshot.allLinks(of: UInt32(node)) {
                    found.insert("\(ids[Int(link.parent)]) \(id) \(link.kind) \(link.weight) \(link.flags.rawValue)")
                }
            }
            let expected = document.credits.map {
                "\($0.parent) \($0.child) \($0.kind) \($0.weight) \($0.flags.rawValue)"
            }
            #expect(found == Set(expected), "seed \(seed)")
        }
    }

    @Test func circlesAreNamed() throws {
        let document = LineageDocument(credits: [
            .init(parent: "a", child: "b"), .init(parent: "b", child: "c"), .init(parent: "c", child: "a"),
            .init(parent: "x", child: "a"),
        ])
        let circle = #expect(throws: LineageCircle.self) { try document.checkNoCircle() }
        #expect(Set(circle?.ids ?? []) == ["a", "b", "c"])
        let ids = circle?.ids ?? []
        for (parent, child) in zip(ids, ids.dropFirst() + ids.prefix(1)) {
            #expect(document.credits.contains { $0.parent == parent && $0.child == child })
        }
        var retracted = document
        retracted.credits[2].flags = .retracted
        #expect(throws: Never.self) { try retracted.checkNoCircle() }
    }

    /// The standard's own fields, for readers that know nothing of ours.
    @Test func c2paRelationshipsFollowTheStandard() throws {
        let text = String(decoding: try LineageFormat.c2pa.writer.bytes(Samples.document), as: UTF8.self)
        for line in text.split(separator: "\n") {
            #expect(line.components(separatedBy: #""relationship":"parentOf""#).count <= 2)
        }
        let foreign = """
            {"title":"T","instanceID":"xmp:iid:1","claim_generator":"x","assertions":[\
            {"label":"c2pa.actions","data":{"actions":[]}},\
            {"label":"c2pa.ingredient.v3","data":{"relationship":"parentOf","instanceID":"xmp:iid:2","dc:format":"x"}},\
            {"label":"c2pa.ingredient.v3__1","data":{"relationship":"inputTo","instanceID":"xmp:iid:3"}}]}
            """
        let input = LineageInput(name: "foreign", bytes: Array(foreign.utf8))
        let document = try LineageFormat.c2pa.reader.read(input).document
        #expect(document.works == [.init(id: "xmp:iid:1", title: "T")])
        #expect(
            document.credits == [
                .init(parent: "xmp:iid:2", child: "xmp:iid:1", kind: .remix),
                .init(parent: "xmp:iid:3", child: "xmp:iid:1", kind: .inspiredBy),
            ])
    }
}

private final class PassCounter: LineageSource {
    let document: LineageDocument
    var works = 0
    var credits = 0

    init(document: LineageDocument) { self.document = document }

    func forEachWork(_ body: (LineageDocument.Work) throws -> Void) throws {
        works += 1
        try document.forEachWork(body)
    }

    func forEachCredit(_ body: (LineageDocument.Credit) throws -> Void) throws {
        credits += 1
        try document.forEachCredit(body)
    }

    func forEachWorkWithCredits(_ body: (LineageDocument.Work, [LineageDocument.Credit]) throws -> Void) throws {
        works += 1
        try document.forEachWorkWithCredits(body)
    }
}
