import Foundation
import Lineage
import LineageExchange
import TestSupport
import Testing

/// Bad files: refused with file, line, field and limit, whatever the format.
struct MalformedTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var format: LineageFormat
        var text: String
        var line: Int?
        var field: String?
        var message: String

        init(_ format: LineageFormat, _ text: String, line: Int?, field: String?, _ message: String) {
            self.format = format
            self.text = text
            self.line = line
            self.field = field
            self.message = message
        }

        var testDescription: String { "\(format) \(message)" }
    }

    private static let long = String(repeating: "x", count: 513)
    private static let manyParents = (0...64).map { "p\($0),c\n" }.joined()

    static let csv: [Case] = [
        Case(.csv, "", line: 1, field: "header", "there is none"),
        Case(.csv, "parent,child,color\na,b,red\n", line: 1, field: "header", "unknown column"),
        Case(.csv, "parent,kind\n", line: 1, field: "header", "column child is missing"),
        Case(.csv, "parent,child,parent\n", line: 1, field: "header", "is there twice"),
        Case(.csv, "parent,child\na,b\na\n", line: 3, field: "record", "has 1 fields"),
        Case(.csv, "parent,child\n,b\n", line: 2, field: "parent", "is empty"),
        Case(.csv, "parent,child\na,a\n", line: 2, field: "parent", "credits itself"),
        Case(.csv, "parent,child\na,b\nc,b\na,b\n", line: 4, field: "parent", "twice"),
        Case(.csv, "parent,child\n\(long),b\n", line: 2, field: "parent", "got 513"),
        Case(.csv, "parent,child\n\"a\nb\",b\n", line: 2, field: "parent", "control characters"),
        Case(.csv, "parent,child,weight\na,b,0\n", line: 2, field: "weight", "above 0"),
        Case(.csv, "parent,child,weight\na,b,1.01\n", line: 2, field: "weight", "above 0"),
        Case(.csv, "parent,child,weight\na,b,nan\n", line: 2, field: "weight", "above 0"),
        Case(.csv, "parent,child,weight\na,b,much\n", line: 2, field: "weight", "must be a number"),
        Case(.csv, "parent,child,kind\na,b,theft\n", line: 2, field: "kind", "unknown kind"),
        Case(.csv, "parent,child,flags\na,b,late|odd\n", line: 2, field: "flags", "unknown flag"),
        Case(.csv, "parent,child,at\na,b,yesterday\n", line: 2, field: "at", "RFC 3339"),
        Case(.csv, "parent,child\n\"a,b\n", line: 2, field: "field 1", "not closed"),
        Case(.csv, "parent,child\na\"b,c\n", line: 2, field: "field 1", "a quote inside"),
        Case(.csv, "parent,child\n\"a\"b,c\n", line: 2, field: "field 1", "closing quote"),
        Case(.csv, "parent,child\na,b\rc,d\n", line: 2, field: "field 2", "CR without LF"),
        Case(.csv, "parent,child\n" + manyParents, line: 66, field: "parent", "more works than one may"),
    ]

    static let jsonl: [Case] = [
        Case(.jsonl, "{\"id\":\"a\"}\n{\"id\":\n", line: 2, field: nil, ""),
        Case(.jsonl, "[]\n", line: 1, field: nil, "must be an object"),
        Case(.jsonl, "{\"id\":\"a\",\"colour\":1}\n", line: 1, field: "colour", "not a known field"),
        Case(.jsonl, "{\"id\":\"a\"}\n\n{\"id\":\"a\"}\n", line: 3, field: "id", "listed twice"),
        Case(.jsonl, "{\"id\":\"a\",\"state\":\"lost\"}\n", line: 1, field: "state", "unknown state"),
        Case(
            .jsonl, "{\"id\":\"a\",\"createdAt\":\"2026-02-30T00:00:00Z\"}\n", line: 1, field: "createdAt", "createdAt"),
        Case(.jsonl, "{\"parent\":\"a\"}\n", line: 1, field: "child", "required"),
        Case(.jsonl, "{\"parent\":\"a\",\"child\":\"a\"}\n", line: 1, field: "parent", "credits itself"),
        Case(.jsonl, "{\"parent\":\"a\",\"child\":\"b\",\"weight\":-1}\n", line: 1, field: "weight", "above 0"),
        Case(
            .jsonl, "{\"parent\":\"a\",\"child\":\"b\",\"flags\":[\"odd\"]}\n", line: 1, field: "flags", "unknown flag"),
        Case(.jsonl, "{\"id\":\"\(long)\"}\n", line: 1, field: "id", "512"),
    ]

    private static func graphml(_ body: String, directed: String = "directed") -> String {
        "<graphml>\n<key id=\"w\" for=\"edge\" attr.name=\"weight\"/>\n<graph edgedefault=\"\(directed)\">\n\(body)</graph></graphml>"
    }

    static let graphml: [Case] = [
        Case(.graphml, "", line: nil, field: "graphml", "not well-formed"),
        Case(.graphml, "<graphml><graph>", line: 1, field: "graphml", "not well-formed"),
        Case(.graphml, "<graphml/>", line: nil, field: "graphml", "holds no graph"),
        Case(.graphml, graphml("", directed: "undirected"), line: 3, field: "edgedefault", "undirected"),
        Case(.graphml, graphml("<node/>\n"), line: 4, field: "id", "is missing"),
        Case(.graphml, graphml("<node id=\"a\"/>\n<node id=\"a\"/>\n"), line: 5, field: "id", "twice"),
        Case(
            .graphml, graphml("<node id=\"a\"/>\n<edge source=\"a\" target=\"b\"/>\n"), line: 5, field: "target",
            "which is not in the file"),
        Case(
            .graphml,
            graphml(
                "<node id=\"a\"/><node id=\"b\"/>\n<edge source=\"a\" target=\"b\"><data key=\"w\">7</data></edge>"),
            line: 5, field: "weight", "above 0"),
        Case(.graphml, graphml("<hyperedge/>\n"), line: 4, field: "hyperedge", "not read"),
    ]

    private static func prov(_ relation: String) -> String {
        "{\n\"entity\": {\n\"work:a\": {},\n\"work:b\": {}\n},\n\"wasDerivedFrom\": {\n\"_:x\": \(relation)\n}\n}"
    }

    static let prov: [Case] = [
        Case(.prov, "", line: nil, field: nil, ""),
        Case(.prov, "{\n\"entity\": {\n\"a\": }\n}", line: 3, field: nil, ""),
        Case(.prov, "{\n\"bundle\": {}}", line: 2, field: "bundle", "not read"),
        Case(
            .prov, prov("{\"prov:usedEntity\":\"work:a\"}"), line: 7, field: "wasDerivedFrom._:x.prov:generatedEntity",
            "required"),
        Case(
            .prov, prov("{\"prov:usedEntity\":\"work:a\",\"prov:generatedEntity\":\"work:a\"}"), line: 7,
            field: "prov:usedEntity", "credits itself"),
        Case(
            .prov, prov("{\"prov:usedEntity\":\"work:a\",\"prov:generatedEntity\":\"work:b\",\"arc:weight\":2}"),
            line: 7,
            field: "arc:weight", "above 0"),
        Case(
            .prov, prov("{\"prov:usedEntity\":\"work:a\",\"prov:generatedEntity\":\"work:b\",\"arc:kind\":\"x\"}"),
            line: 7,
            field: "_:x.arc:kind", "unknown kind"),
        Case(
            .prov, prov("{\"prov:usedEntity\":\"work:%4\",\"prov:generatedEntity\":\"work:b\"}"), line: 7,
            field: "_:x.work:%4", "percent sign"),
    ]

    static let c2pa: [Case] = [
        Case(.c2pa, "{}\n", line: 1, field: "instanceID", "required"),
        Case(
            .c2pa, "\n{\"instanceID\":\"a\",\"assertions\":[{\"label\":\"c2pa.ingredient.v3\",\"data\":{}}]}\n",
            line: 2,
            field: "assertions[0].data.relationship", "required"),
        Case(
            .c2pa,
            "{\"instanceID\":\"a\",\"assertions\":[{\"label\":\"c2pa.ingredient.v3\",\"data\":{\"relationship\":\"cousinOf\"}}]}\n",
            line: 1, field: "assertions[0].data.relationship", "unknown"),
        Case(
            .c2pa,
            "{\"instanceID\":\"a\",\"assertions\":[{\"label\":\"c2pa.ingredient.v3\",\"data\":{\"relationship\":\"parentOf\",\"instanceID\":\"b\"}},{\"label\":\"c2pa.ingredient.v3__1\",\"data\":{\"relationship\":\"parentOf\",\"instanceID\":\"c\"}}]}\n",
            line: 1, field: "assertions[1].data.relationship", "second parentOf"),
        Case(
            .c2pa,
            "{\"instanceID\":\"a\",\"assertions\":[{\"label\":\"org.arcanea.lineage\",\"data\":{\"credits\":[{\"instanceID\":\"b\"}]}}]}\n",
            line: 1, field: "org.arcanea.lineage", "no ingredient"),
    ]

    @Test(arguments: csv + jsonl + graphml + prov + c2pa)
    func saysWhereAndWhy(_ test: Case) throws {
        let input = LineageInput(name: "bad.file", bytes: Array(test.text.utf8), pieceBytes: 7)
        let error = #expect(throws: LineageFormatError.self) { try test.format.reader.read(input) }
        #expect(error?.file == "bad.file")
        if let line = test.line { #expect(error?.line == line) }
        if let field = test.field { #expect(error?.field == field) }
        #expect(test.message.isEmpty || error?.message.contains(test.message) == true, "\(error?.description ?? "")")
        #expect(error?.description.hasPrefix("bad.file:") ?? false)
    }

    /// Whatever bytes come, a reader answers or throws its own error.
    @Test(arguments: LineageFormat.allCases)
    func survivesDamage(_ format: LineageFormat) throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        let whole = try format.writer.bytes(Samples.document)
        var refused = 0
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
                }
            }
            do {
                _ = try format.reader.read(LineageInput(name: "damaged", bytes: bytes))
            } catch let error as LineageFormatError {
                #expect(error.file == "damaged" && !error.message.isEmpty, "seed \(seed)")
                refused += 1
            }
        }
        #expect(refused > 0, "seed \(seed)")
    }

    /// The parser below would trap on these.
    @Test(arguments: [1, 2, 3, 4_096])
    func xmlThatIsNotUTF8IsRefused(_ pieceBytes: Int) throws {
        let bytes = Array("<graphml é=\"1\"\n \"".utf8) + [0xD3] + Array("mlns=\"x\"><graph/></graphml>".utf8)
        let error = #expect(throws: LineageFormatError.self) {
            try LineageFormat.graphml.reader.read(LineageInput(name: "latin", bytes: bytes, pieceBytes: pieceBytes))
        }
        #expect(error?.line == 2)
        #expect(error?.limit == "UTF-8")
    }

    /// Entities that grow out of each other must not grow here.
    @Test func entityBombsAreRefused() {
        let names = (0..<12).map { "e\($0)" }
        let declarations = names.enumerated().map { index, name in
            let value = index == 0 ? "lol" : String(repeating: "&\(names[index - 1]);", count: 10)
            return "<!ENTITY \(name) \"\(value)\">"
        }
        let text =
            "<!DOCTYPE graphml [\(declarations.joined())]><graphml><graph edgedefault=\"directed\"><node id=\"a\">"
            + "<data key=\"title\">&e11;</data></node></graph></graphml>"
        #expect(throws: LineageFormatError.self) {
            try LineageFormat.graphml.reader.read(LineageInput(name: "bomb", bytes: Array(text.utf8)))
        }
    }

    @Test func lengthsAreLimited() {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: ExchangeLimits.lineBytesMax + 2)
        for format in [LineageFormat.csv, .jsonl, .c2pa] {
            let error = #expect(throws: LineageFormatError.self) {
                try format.reader.read(LineageInput(name: "long", bytes: long))
            }
            #expect(error?.limit == "\(ExchangeLimits.lineBytesMax) bytes")
            #expect(error?.line == 1)
        }
    }
}
