import Engine
import Platform
import StrictJSON
import TestSupport
import Testing

/// Measures of what grew from a work, counted by hand, and its provenance.
struct LineageMeasureTests {
    @Test("remix rate, arrival, depth, virality, credit and the creator's measures of a small lineage")
    func metrics() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let day = PlatformFixture.day
        func at(_ days: Int64) -> Timestamp { Timestamp(milliseconds: PlatformFixture.start + days * day) }
        // root <- a (day 1), b (day 5), c (day 40); a <- d (day 6). Another work of ada that nobody remixed.
        for (id, realm, parents, days) in [
            ("root", "ada", [String](), Int64(0)), ("lonely", "ada", [], 0), ("a", "bob", ["root"], 1),
            ("b", "cy", ["root"], 5), ("d", "dee", ["a"], 6), ("c", "ada", ["root"], 40),
        ] {
            var draft = work(id, realm: realm, vector: axis(Int(days) % 15), from: parents)
            draft.createdAt = at(days)
            _ = try await platform.essences.create(draft)
        }
        fixture.clock.now += 50 * day
        let viewers = (0..<8).map { FeedEvent(kind: "view", viewerId: "v\($0)", essenceId: "root") }
        _ = try await platform.feed.ingest(viewers + viewers)
        let root = try platform.lineage.metrics("root")
        #expect(root.children == 3 && root.descendants == 4 && root.depth == 2 && root.breadth == 3)
        #expect(root.medianDepth == 1 && root.distinctCreators == 4)
        // Distances in the tree: root-a, root-b, root-c, a-d 1; root-d, a-b, a-c, b-c 2; d-b, d-c 3.
        #expect(abs(try #require(root.virality) - 18.0 / 10) < 1e-12)
        #expect(root.childHalfLifeSeconds == 432_000.0)
        #expect(root.remixRate.successes == 2 && root.remixRate.trials == 8, "bob and cy, of eight viewers")
        #expect(root.remixRate.low < 0.25 && root.remixRate.high > 0.25 && root.remixRate.rate == 0.25)
        let creator = try #require(root.creator)
        #expect(creator.realmId == "ada")
        // root and lonely are older than 30 days, c is not; root has a child by someone else.
        #expect(creator.generativity.successes == 1 && creator.generativity.trials == 2)
        #expect(creator.reproductionNumber == 1, "two children within 30 days of two works")
        #expect(root.originality == nil && root.novelty == nil)
        let d = try platform.lineage.metrics("d")
        #expect(d.credit.atBirth == 1 && d.credit.late == 0 && d.credit.lateShare == 0 && d.credit.openCases == 0)
        #expect(d.virality == nil && d.childHalfLifeSeconds == nil && d.remixRate.rate == nil)
        await platform.close()
    }

    @Test("a provenance holds the work and all its ancestors, retracted credits flagged, redacted works nameless")
    func provenance() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.createBatch([
            work("root", realm: "ada", vector: axis(0)), work("other", realm: "bob", vector: axis(1)),
            work("middle", realm: "cy", vector: axis(2), from: ["root", "other"]),
            work("leaf", realm: "dee", vector: axis(3), from: ["middle"]), work("stranger", vector: axis(4)),
        ])
        _ = try await platform.lineage.retractEdge(child: "middle", parent: "other", reason: "mistake")
        _ = try await platform.essences.takedown("root", Takedown(state: .redacted))
        let prov = try JSONValue(parsing: platform.lineage.provenance("leaf", .prov))
        guard case .object(let sections) = prov, case .object(let entities)? = sections["entity"] else {
            Issue.record("not a PROV document: \(prov)")
            return
        }
        #expect(entities.count == 3, "leaf, middle and the redacted root; not what is not followed: \(entities.keys)")
        let text = String(decoding: try platform.lineage.provenance("leaf", .prov), as: UTF8.self)
        #expect(text.contains("leaf") && text.contains("middle") && text.contains("redacted"))
        #expect(!text.contains("stranger") && !text.contains("\"ada\""), "a redacted work's creator is withheld")
        let lines = String(decoding: try platform.lineage.provenance("leaf", .c2pa), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 3 && lines.first?.contains("urn:arcanea:work:leaf") == true, "\(lines)")
        #expect(lines.first?.contains("parentOf") == true)
        let unknown = await engineError { _ = try platform.lineage.provenance("nobody", .prov) }
        #expect(unknown?.code == .notFound)
        await platform.close()
    }
}
