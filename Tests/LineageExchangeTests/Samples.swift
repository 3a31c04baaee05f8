import Foundation
import Lineage
import LineageExchange
import TestSupport

/// A lineage small enough to be checked by eye, with every kind, flag and state, and with ids and titles that need care in
/// each format. The files in `Fixtures/lineage-exchange` hold it.
enum Samples {
    static let document = LineageDocument(
        works: [
            .init(id: "dragon", title: "Dragon in the mist", creator: "mira", createdAt: ms(0), state: .live),
            .init(id: "harbor", title: "Harbor, at \"dusk\"", creator: "jon & co", createdAt: ms(60), state: .live),
            .init(id: "a,b\"c", title: "Ünïcödé 龍 <&>", creator: "mira", createdAt: ms(120), state: .hidden),
            .init(id: "path/with spaces%41", title: nil, creator: nil, createdAt: nil, state: .redacted),
            .init(id: "twin", title: "", creator: "zoë", createdAt: ms(180) + 7, state: .merged),
            .init(id: "lonely", title: "Made from nothing", creator: "jon & co", createdAt: ms(240), state: .live),
        ],
        credits: [
            .init(parent: "dragon", child: "a,b\"c", kind: .remix, weight: 0.7, at: ms(120)),
            .init(parent: "harbor", child: "a,b\"c", kind: .collab, weight: 0.3, flags: [.disputed], at: ms(120)),
            .init(parent: "a,b\"c", child: "path/with spaces%41", kind: .variation, weight: 1, at: nil),
            .init(
                parent: "dragon", child: "twin", kind: .inspiredBy, weight: 0.1, flags: [.late, .inferred], at: ms(999)),
            .init(parent: "harbor", child: "twin", kind: .remix, weight: 0.9, at: ms(180) + 7),
            .init(
                parent: "path/with spaces%41", child: "twin", kind: EdgeKind(rawValue: 9), weight: 0.125, at: ms(180)),
            .init(
                parent: "twin", child: "dragon", kind: .remix, weight: 1, flags: [.retracted, .late], at: ms(2_000)),
        ])

    /// Seconds after 2026-01-01T00:00:00Z.
    static func ms(_ seconds: Int64) -> Int64 { 1_767_225_600_000 + seconds * 1_000 }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/lineage-exchange")

    static func file(_ format: LineageFormat) -> URL {
        let name =
            switch format {
            case .csv: "sample.csv"
            case .jsonl: "sample.jsonl"
            case .graphml: "sample.graphml"
            case .prov: "sample.prov.json"
            case .c2pa: "sample.c2pa.jsonl"
            }
        return folder.appending(path: name)
    }

    /// What is left of a document in an edge list.
    static func creditsOnly(_ document: LineageDocument) -> LineageDocument {
        var works: [LineageDocument.Work] = []
        var seen: Set<String> = []
        try? document.forEachCredit { credit in
            for id in [credit.parent, credit.child] where seen.insert(id).inserted { works.append(.init(id: id)) }
        }
        return LineageDocument(works: works, credits: document.credits)
    }

    static func surviving(_ document: LineageDocument, _ format: LineageFormat) -> LineageDocument {
        (format == .csv ? creditsOnly(document) : document).canonical()
    }
}

/// Random lineages with hostile texts.
struct RandomDocument {
    var generator: SeededGenerator

    mutating func document(works count: Int) -> LineageDocument {
        let works = (0..<count).map { number in
            LineageDocument.Work(
                id: text(1...12) + "#\(number)", title: maybe { $0.text(0...20, newlines: true) },
                creator: maybe { $0.text(1...8) }, createdAt: maybe { $0.time() },
                state: maybe { NodeState.allCases.randomElement(using: &$0.generator) ?? .live })
        }
        var credits: [LineageDocument.Credit] = []
        for child in works.indices.dropFirst() {
            let parents = Set(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    Int.random(in: 0..<child, using: &generator)
                })
            for parent in parents.shuffled(using: &generator) {
                credits.append(
                    .init(
                        parent: works[parent].id, child: works[child].id,
                        kind: EdgeKind(rawValue: UInt8.random(in: 0...15, using: &generator)),
                        weight: Float.random(in: Float.leastNonzeroMagnitude...1, using: &generator),
                        flags: EdgeFlags(rawValue: UInt8.random(in: 0...15, using: &generator)),
                        at: maybe { $0.time() }))
            }
        }
        return LineageDocument(works: works.shuffled(using: &generator), credits: credits)
    }

    private static let pieces = [
        "a", "Z", "7", ",", "\"", "'", ":", ";", "<", ">", "&", "%", "/", "\\", "|", "é", "龍", "🜁", " ", "]]>", "{",
        "}", "_:",
        "work:", "--", "e\u{301}", "\u{301}",
    ]

    private mutating func text(_ length: ClosedRange<Int>, newlines: Bool = false) -> String {
        let pieces = Self.pieces + (newlines ? ["\n", "\t", "\r\n", "\r"] : [])
        let count = Int.random(in: length, using: &generator)
        return (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "x" }.joined()
    }

    private mutating func time() -> Int64 {
        Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator)
    }

    private mutating func maybe<Value>(_ body: (inout RandomDocument) -> Value) -> Value? {
        Bool.random(using: &generator) ? body(&self) : nil
    }
}
