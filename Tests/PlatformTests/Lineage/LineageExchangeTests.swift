import Engine
import Lineage
import LineageExchange
import Platform
import TestSupport
import Testing

/// The store's lineage out to every format and in again.
struct LineageExchangeTests {
    /// `a` and `b` are roots, `c` made from both, `d` from `c`; `e` hidden, `f` redacted.
    private func world() async throws -> ArcaneaPlatform {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        for draft in [
            work("a"), work("b"), work("c", from: ["a", "b"]), work("d", from: ["c"]), work("e", from: ["d"]),
            work("f", from: ["d"]),
        ] {
            _ = try await platform.essences.create(draft)
        }
        _ = try await platform.essences.takedown("e", Takedown(state: .hidden))
        _ = try await platform.essences.takedown("f", Takedown(state: .redacted))
        _ = try await platform.lineage.retractEdge(child: "c", parent: "b", reason: "a mistake")
        return platform
    }

    private func reading(_ text: String) throws -> LineageReading {
        try LineageFormat.csv.reader.read(LineageInput(name: "test.csv", bytes: Array(text.utf8)))
    }

    @Test(
        "an export holds every work and credit, and tells nothing of redacted works", arguments: LineageFormat.allCases)
    func export(_ format: LineageFormat) async throws {
        let platform = try await world()
        let bytes = try format.writer.bytes(platform.lineage.exchangeSource())
        #expect(!String(decoding: bytes, as: UTF8.self).contains("Work f"))
        let document = try format.reader.read(LineageInput(name: "export", bytes: bytes)).document
        let credits = Dictionary(uniqueKeysWithValues: document.credits.map { ("\($0.child) \($0.parent)", $0) })
        #expect(Set(credits.keys) == ["c a", "c b", "d c", "e d", "redacted:5 d"])
        #expect(credits["c b"]?.flags == .retracted)
        #expect(credits["c a"]?.flags == [])
        #expect(document.works.count == 6)
        guard format != .csv else { return }
        let works = Dictionary(uniqueKeysWithValues: document.works.map { ($0.id, $0) })
        #expect(works["a"]?.title == "Work a" && works["a"]?.creator == "ada" && works["a"]?.state == .live)
        #expect(works["e"]?.state == .hidden && works["e"]?.title == nil)
        let redacted = try #require(works["redacted:5"])
        #expect(redacted.state == .redacted && redacted.title == nil && redacted.creator == nil)
    }

    @Test("an import gives late credits, and says which lines it left out and why")
    func importing() async throws {
        let platform = try await world()
        let reading = try reading(
            """
            parent,child,kind,weight,flags
            b,d,inspiredBy,0.25,inferred
            a,c,remix,1,
            b,c,remix,1,
            nobody,d,remix,1,
            a,e,remix,1,
            d,a,remix,1,
            a,d,remix,1,retracted
            b,a,remix,0.5,disputed

            """)
        let report = try await platform.lineage.importCredits(reading, file: "test.csv")
        #expect(report.credits == 8 && report.added == 2 && report.present == 1 && report.skipped == 5)
        #expect(report.withoutDispute == 1)
        #expect(report.skips.map(\.line) == [4, 5, 6, 7, 8])
        for (skip, reason) in zip(
            report.skips, ["retracted in this store", "nobody", "taken down", "cycle", "taken back"])
        {
            #expect(skip.reason.contains(reason), "\(skip.reason)")
        }
        let source = try platform.lineage.exchangeSource()
        var added: [LineageDocument.Credit] = []
        try source.forEachCredit { if $0.flags.contains(.late) { added.append($0) } }
        #expect(
            added.map { "\($0.parent) \($0.child) \($0.kind) \($0.weight)" } == [
                "b a remix 0.5", "b d inspiredBy 0.25",
            ])
        #expect(added.last?.flags == [.late, .inferred])
        let again = try await platform.lineage.importCredits(reading, file: "test.csv")
        #expect(again.added == 0 && again.present == 3 && again.skipped == 5)
    }

    @Test("a file whose credits lead in a circle changes nothing")
    func circle() async throws {
        let platform = try await world()
        let before = try LineageFormat.jsonl.writer.bytes(platform.lineage.exchangeSource())
        let reading = try reading("parent,child\na,d\nb,a\nd,b\n")
        let error = await engineError { _ = try await platform.lineage.importCredits(reading, file: "test.csv") }
        #expect(error?.code == .invalidArgument)
        #expect(Set(error?.details["cycle"] ?? []) == ["a", "b", "d"])
        #expect(try LineageFormat.jsonl.writer.bytes(platform.lineage.exchangeSource()) == before)
    }

    @Test("a picture shows the neighborhood and keeps what was taken down to itself")
    func picture() async throws {
        let platform = try await world()
        let picture = try platform.lineage.picture("d")
        for file in [picture.svg(), picture.dot()] {
            for text in ["Work a", "Work c", "Work d", "hidden work", "redacted work"] { #expect(file.contains(text)) }
            // The credit of b was retracted, so that b is no ancestor.
            for text in ["Work b", "Work e", "Work f"] { #expect(!file.contains(text)) }
        }
        for limit in [0, 501] {
            let error = await engineError { _ = try platform.lineage.picture("d", works: limit) }
            #expect(error?.field == "limit" && error?.limit == "1…500")
        }
        #expect(await engineError { _ = try platform.lineage.picture("nobody") }?.code == .notFound)
    }
}
