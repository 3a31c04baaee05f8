import Engine
import Platform
import TestSupport
import Testing

struct LineageServiceTests {
    /// a ← b ← c ← d, and a ← e.
    private func chain() async throws -> (PlatformFixture, ArcaneaPlatform) {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        for (id, realm, parents) in [
            ("a", "ada", []), ("b", "ben", ["a"]), ("c", "cy", ["b"]), ("d", "dee", ["c"]), ("e", "eve", ["a"]),
        ] {
            fixture.clock.now += PlatformFixture.hour
            _ = try await platform.essences.create(work(id, realm: realm, from: parents))
        }
        return (fixture, platform)
    }

    @Test("a refused credit names a real cycle and changes nothing")
    func cycle() async throws {
        let (_, platform) = try await chain()
        let before = platform.status()
        let error = await engineError { _ = try await platform.lineage.addEdge(LateEdge(child: "a", parent: "d")) }
        #expect(error?.code == .cycle)
        #expect(Set(error?.details["cycle"] ?? []) == ["a", "b", "c", "d"])
        #expect(platform.status().seq == before.seq)
        #expect(platform.status().edges == before.edges)
        #expect(try platform.lineage.roots("d").items.map(\.id) == ["a"])
    }

    @Test("bad late credits name the field")
    func badEdges() async throws {
        let (_, platform) = try await chain()
        let cases: [(LateEdge, EngineError.Code, String?)] = [
            (LateEdge(child: "a", parent: "a"), .invalidArgument, "parent"),
            (LateEdge(child: "x", parent: "a"), .notFound, "child"),
            (LateEdge(child: "a", parent: "x"), .notFound, "parent"),
            (LateEdge(child: "e", parent: "b", kind: "theft"), .invalidArgument, "kind"),
            (LateEdge(child: "e", parent: "b", weight: 0), .invalidArgument, "weight"),
            (LateEdge(child: "e", parent: "b", weight: 1.01), .invalidArgument, "weight"),
            (LateEdge(child: "e", parent: "b", weight: .nan), .invalidArgument, "weight"),
        ]
        for (edge, code, field) in cases {
            let error = await engineError { _ = try await platform.lineage.addEdge(edge) }
            #expect(error?.code == code, "\(edge)")
            #expect(error?.field == field, "\(edge)")
        }
        let twice = await engineError { _ = try await platform.lineage.addEdge(LateEdge(child: "b", parent: "a")) }
        #expect(twice?.code == .alreadyExists)
        for (child, parent) in [("a", "b"), ("e", "b"), ("d", "a")] {
            let error = await engineError {
                _ = try await platform.lineage.retractEdge(child: child, parent: parent, reason: nil)
            }
            #expect(error?.code == .notFound, "\(child) \(parent)")
        }
        #expect(platform.status().seq == 5)
    }

    @Test("a late credit is marked; a retracted one is followed no more")
    func lateAndRetracted() async throws {
        let (_, platform) = try await chain()
        let late = try await platform.lineage.addEdge(
            LateEdge(child: "e", parent: "c", kind: "inspiredBy", weight: 0.5, inferred: true))
        #expect(late.value.child == "e" && late.value.parent == "c")
        #expect(late.value.kind == "inspiredBy")
        #expect(late.value.weight == 0.5)
        #expect(Set(late.value.flags) == ["late", "inferred"])
        #expect(late.seq == 6)
        #expect(try platform.lineage.isAncestor([("b", "e")]).items[0].isAncestor)
        _ = try await platform.lineage.retractEdge(child: "e", parent: "c", reason: "a mistake")
        #expect(try !platform.lineage.isAncestor([("b", "e")]).items[0].isAncestor)
        #expect(try platform.essences.get("e").remixFrom.map(\.essenceId) == ["a"])
        let twice = await engineError {
            _ = try await platform.lineage.retractEdge(child: "e", parent: "c", reason: nil)
        }
        #expect(twice?.code == .notFound)
        // The pair is on record once: it can be given again as it was, and no other way.
        let again = await engineError { _ = try await platform.lineage.addEdge(LateEdge(child: "e", parent: "c")) }
        #expect(again?.code == .alreadyExists)
        #expect(again?.field == "parent")
        let revived = try await platform.lineage.addEdge(
            LateEdge(child: "e", parent: "c", kind: "inspiredBy", weight: 0.5))
        #expect(revived.value.flags == ["late"] && revived.value.kind == "inspiredBy" && revived.value.weight == 0.5)
        #expect(try platform.lineage.isAncestor([("b", "e")]).items[0].isAncestor)
        let present = await engineError {
            _ = try await platform.lineage.addEdge(LateEdge(child: "e", parent: "c", kind: "inspiredBy", weight: 0.5))
        }
        #expect(present?.code == .alreadyExists)
        _ = try await platform.lineage.retractEdge(child: "e", parent: "c", reason: "again")
        // Without the credit that stood in the way, the other direction is free.
        _ = try await platform.lineage.retractEdge(child: "b", parent: "a", reason: nil)
        _ = try await platform.lineage.addEdge(LateEdge(child: "a", parent: "b"))
        #expect(try platform.lineage.isAncestor([("b", "a")]).items[0].isAncestor)
        #expect(try platform.lineage.roots("e").items.map(\.id) == ["b"])
        // And then the first one would close a cycle.
        let turned = await engineError { _ = try await platform.lineage.addEdge(LateEdge(child: "b", parent: "a")) }
        #expect(turned?.code == .cycle && turned?.details["cycle"] == ["b", "a"])
    }

    @Test("a path goes the way it was asked")
    func path() async throws {
        let (_, platform) = try await chain()
        let up = try platform.lineage.path(from: "d", to: "a")
        #expect(up.items.map(\.id) == ["d", "c", "b", "a"])
        #expect(up.edges.map(\.child) == ["d", "c", "b"])
        #expect(up.length == 3)
        let down = try platform.lineage.path(from: "a", to: "d")
        #expect(down.items.map(\.id) == ["a", "b", "c", "d"])
        #expect(down.edges.map(\.child) == ["b", "c", "d"])
        let none = try platform.lineage.path(from: "d", to: "e")
        #expect(none.items.isEmpty)
        #expect(none.length == nil)
        let own = try platform.lineage.path(from: "d", to: "d")
        #expect(own.items.map(\.id) == ["d"])
        #expect(own.length == 0)
    }

    @Test("kinds, limits and times cut a walk")
    func queries() async throws {
        let (fixture, platform) = try await chain()
        _ = try await platform.lineage.addEdge(LateEdge(child: "d", parent: "e", kind: "collab"))
        let remixes = try platform.lineage.lineage("d", LineageQuery(kinds: ["remix"]))
        #expect(remixes.items.map(\.id) == ["c", "b", "a"])
        let collabs = try platform.lineage.lineage("d", LineageQuery(kinds: ["collab"]))
        #expect(collabs.items.map(\.id) == ["e"])
        let two = try platform.lineage.lineage("d", LineageQuery(limit: 2))
        #expect(two.items.count == 2)
        #expect(two.truncated)
        // Two hours in, only a and b were there.
        let then = Timestamp(milliseconds: PlatformFixture.start + 2 * PlatformFixture.hour)
        let early = try platform.lineage.lineage("a", LineageQuery(direction: .descendants, asOf: then))
        #expect(early.items.map(\.id) == ["b"])
        let now = try platform.lineage.lineage(
            "a", LineageQuery(direction: .descendants, asOf: Timestamp(milliseconds: fixture.clock.now)))
        #expect(Set(now.items.map(\.id)) == ["b", "c", "d", "e"])
        let cases: [(LineageQuery, String)] = [
            (LineageQuery(depth: 0), "depth"), (LineageQuery(depth: 1_000_001), "depth"),
            (LineageQuery(limit: 0), "limit"), (LineageQuery(limit: 10_001), "limit"),
            (LineageQuery(kinds: ["theft"]), "kinds"),
        ]
        for (query, field) in cases {
            let error = await engineError { _ = try platform.lineage.lineage("d", query) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.field == field)
            #expect(error?.limit != nil)
        }
    }

    @Test("unknown works are named by the field that holds them")
    func unknown() async throws {
        let (_, platform) = try await chain()
        let lineage = platform.lineage
        let cases: [(String, () throws -> Void)] = [
            ("id", { _ = try lineage.lineage("x", LineageQuery()) }), ("id", { _ = try lineage.roots("x") }),
            ("id", { _ = try lineage.siblings("x", limit: 1) }), ("id", { _ = try lineage.cousins("x", limit: 1) }),
            ("id", { _ = try lineage.attribution("x", by: .work) }), ("id", { _ = try lineage.metrics("x") }),
            ("from", { _ = try lineage.path(from: "x", to: "a") }),
            ("to", { _ = try lineage.path(from: "a", to: "x") }),
            ("a", { _ = try lineage.common("x", "a") }), ("b", { _ = try lineage.common("a", "x") }),
            ("pairs[1].descendant", { _ = try lineage.isAncestor([("a", "b"), ("a", "x")]) }),
            ("pairs[0].ancestor", { _ = try lineage.isAncestor([("x", "b")]) }),
            ("id", { _ = try lineage.related("x", limit: 1) }),
            ("id", { _ = try lineage.uncredited("x", limit: 1, threshold: nil) }),
        ]
        for (field, body) in cases {
            let error = await engineError { try body() }
            #expect(error?.code == .notFound, "\(field)")
            #expect(error?.field == field)
        }
    }

    @Test("measures and tops count what is alive, and what is young")
    func measures() async throws {
        let (fixture, platform) = try await chain()
        var metrics = try platform.lineage.metrics("a")
        #expect(metrics.parents == 0 && metrics.children == 2 && metrics.liveChildren == 2)
        #expect(metrics.ancestors == 0 && metrics.descendants == 4 && metrics.liveDescendants == 4)
        #expect(metrics.distinctCreators == 4)
        #expect(metrics.depth == 3)
        _ = try await platform.essences.takedown("b", Takedown(state: .hidden))
        metrics = try platform.lineage.metrics("a")
        #expect(metrics.children == 2 && metrics.liveChildren == 1)
        #expect(metrics.descendants == 4 && metrics.liveDescendants == 3)
        #expect(try platform.lineage.metrics("d").roots == 1)
        #expect(try platform.lineage.top(by: .descendants, windowDays: nil, limit: 1).items.map(\.id) == ["a"])
        fixture.clock.now += 10 * PlatformFixture.day
        #expect(try platform.lineage.top(by: .descendants, windowDays: 5, limit: 9).items.isEmpty)
        _ = try await platform.essences.create(work("f", from: ["d"]))
        let young = try platform.lineage.top(by: .descendants, windowDays: 5, limit: 9).items
        #expect(Set(young.map(\.id)) == ["a", "c", "d"])
        #expect(young.allSatisfy { $0.descendants == 1 && $0.creators == nil })
    }

    @Test("a share by root names roots only, however small")
    func smallShares() async throws {
        let platform = try await PlatformFixture().open()
        // Each link of the chain has a root of its own beside the chain: shares halve on the way down.
        var drafts = [work("link0")]
        for number in 1...20 {
            drafts += [work("root\(number)"), work("link\(number)", from: ["link\(number - 1)", "root\(number)"])]
        }
        _ = try await platform.essences.createBatch(drafts)
        let items = try platform.lineage.attribution("link20", by: .root).items
        #expect(Set(items.map(\.id)).isSubset(of: Set((1...20).map { "root\($0)" } + ["link0"])))
        #expect(items.first.map { [$0.id, "\($0.ppm)"] } == ["root20", "500000"])
        #expect(items.reduce(0) { $0 + $1.ppm } == 1_000_000)
    }
}
