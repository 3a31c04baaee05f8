import Engine
import Platform
import StrictJSON
import TestSupport
import Testing

struct TakedownTests {
    /// root ← middle ← leaf, and a stranger.
    private func family() async throws -> ArcaneaPlatform {
        let platform = try await PlatformFixture().open()
        var middle = work("middle", realm: "ben", vector: axis(1), from: ["root"])
        middle.text = "secret words"
        middle.tags = ["tag"]
        middle.metadata = .object(["k": .string("v")])
        _ = try await platform.essences.createBatch([
            work("root", vector: axis(0)), middle, work("leaf", realm: "cy", vector: axis(2), from: ["middle"]),
            work("other", realm: "dee", vector: axis(3)),
        ])
        return platform
    }

    @Test("content and vector go, the node stays", arguments: [EssenceState.hidden, .redacted, .merged])
    func contentGoes(state: EssenceState) async throws {
        let platform = try await family()
        let target = state == .merged ? "other" : nil
        let receipt = try await platform.essences.takedown("middle", Takedown(state: state, mergedInto: target))
        #expect(receipt.seq == 2)
        for essence in [receipt.value, try platform.essences.get("middle", includeVector: true)] {
            #expect(essence.id == "middle")
            #expect(essence.state == state)
            #expect(essence.mergedInto == target)
            #expect(essence.title == nil)
            #expect(essence.text == nil)
            #expect(essence.spark == nil)
            #expect(essence.shadow == nil)
            #expect(essence.tags.isEmpty)
            #expect(essence.metadata == nil)
            #expect(essence.vector == nil)
            #expect(essence.realmId == (state == .redacted ? nil : "ben"))
            #expect(essence.remixFrom.map(\.essenceId) == ["root"])
        }
        #expect(platform.status().vectors == 3)
        #expect(platform.status().essences == 4)
        for realm in [nil, "ben"] {
            var request = EssenceSearchRequest(vector: axis(1))
            request.viewerRealmId = realm
            #expect(try !platform.essences.search(request).items.contains { $0.id == "middle" })
        }
        let similar = await engineError { _ = try platform.essences.similar("middle", topK: 3, minScore: nil) }
        #expect(similar?.code == .failedPrecondition)

        let shown = state == .redacted ? "redacted:1" : "middle"
        let up = try platform.lineage.lineage("leaf", LineageQuery())
        #expect(up.items.map(\.id) == [shown, "root"])
        #expect(up.items.map(\.tombstone) == [state, nil])
        #expect(up.items[0].title == nil)
        #expect(up.items[0].kind == nil)
        #expect(up.items[0].realmId == (state == .redacted ? nil : "ben"))
        #expect(up.items[1].via == shown)
        #expect(Set(up.edges.map { "\($0.child)>\($0.parent)" }) == ["leaf>\(shown)", "\(shown)>root"])
        let down = try platform.lineage.lineage("root", LineageQuery(direction: .descendants))
        #expect(down.items.map(\.id) == [shown, "leaf"])
        #expect(try platform.lineage.roots("leaf").items.map(\.id) == ["root"])
        #expect(try platform.essences.get("leaf").remixFrom.map(\.essenceId) == [shown])
        #expect(try platform.lineage.isAncestor([("middle", "leaf")]).items.map(\.isAncestor) == [true])
    }

    @Test("no answer about other works names a redacted one")
    func redactedNames() async throws {
        let platform = try await family()
        _ = try await platform.essences.create(work("sibling", realm: "eve", vector: axis(2), from: ["middle"]))
        _ = try await platform.essences.takedown("middle", Takedown(state: .redacted))
        var texts: [String] = []
        for id in ["root", "leaf", "other", "sibling"] {
            for direction in LineageDirection.allCases {
                texts.append("\(try platform.lineage.lineage(id, LineageQuery(direction: direction)))")
            }
            for group in AttributionGroup.allCases {
                let answer = try platform.lineage.attribution(id, by: group)
                #expect(answer.items.reduce(0) { $0 + $1.ppm } == 1_000_000)
                texts.append("\(answer)")
            }
            texts.append("\(try platform.lineage.siblings(id, limit: 10).items)")
            texts.append("\(try platform.lineage.cousins(id, limit: 10).items)")
            texts.append("\(try platform.lineage.roots(id).items)")
            texts.append("\(try platform.lineage.common("leaf", id).items)")
            texts.append("\(try platform.lineage.path(from: id, to: "root"))")
            texts.append("\(try platform.lineage.related(id, limit: 10).items)")
            texts.append("\(try platform.lineage.uncredited(id, limit: 10, threshold: nil).items)")
            texts.append("\(try platform.essences.similar(id, topK: 10, minScore: nil).items)")
            texts.append("\(try platform.essences.get(id))")
        }
        for order in TopOrder.allCases {
            texts.append("\(try platform.lineage.top(by: order, windowDays: nil, limit: 10).items)")
        }
        var request = EssenceSearchRequest(vector: axis(1))
        request.groupBy = .root
        texts.append("\(try platform.essences.search(request).items)")
        for text in texts {
            #expect(!text.contains("middle"), "\(text)")
            #expect(!text.contains("\"ben\""), "\(text)")
        }
        #expect(texts.contains { $0.contains("redacted:1") })
        #expect(texts.contains { $0.contains("withheld") })
    }

    @Test("a merged parent leads to the work that took its place")
    func mergedParents() async throws {
        let platform = try await family()
        _ = try await platform.essences.takedown("middle", Takedown(state: .merged, mergedInto: "other"))
        let child = try await platform.essences.create(work("child", from: ["middle"]))
        #expect(child.value.remixFrom.map(\.essenceId) == ["other"])
        let once = try await platform.essences.create(work("once", from: ["other", "middle"]))
        #expect(once.value.remixFrom.map(\.essenceId) == ["other"])
        _ = try await platform.essences.takedown("other", Takedown(state: .hidden))
        let error = await engineError { _ = try await platform.essences.create(work("late", from: ["middle"])) }
        #expect(error?.code == .failedPrecondition)
    }

    @Test("works that were taken down are no parents, and change no more")
    func takenDownIsOver() async throws {
        for state in [EssenceState.hidden, .redacted] {
            let platform = try await family()
            _ = try await platform.essences.takedown("middle", Takedown(state: state))
            let create = await engineError {
                _ = try await platform.essences.create(work("x", from: ["root", "middle"]))
            }
            #expect(create?.code == .failedPrecondition)
            #expect(create?.field == "remixFrom[1].essenceId")
            #expect(create?.limit == "live")
            var patch = EssencePatch()
            patch.title = "back"
            let patched = await engineError { [patch] in _ = try await platform.essences.patch("middle", patch) }
            #expect(patched?.code == .failedPrecondition)
            for (child, parent, field) in [("other", "middle", "parent"), ("middle", "other", "child")] {
                let edge = await engineError {
                    _ = try await platform.lineage.addEdge(LateEdge(child: child, parent: parent))
                }
                #expect(edge?.code == .failedPrecondition)
                #expect(edge?.field == field)
            }
            let again = await engineError { _ = try await platform.essences.create(work("middle")) }
            #expect(again?.code == .alreadyExists)
            #expect(platform.status().seq == 2)
        }
    }

    @Test("takedowns sharpen, and never soften")
    func order() async throws {
        let platform = try await family()
        let bad: [(String, Takedown, EngineError.Code, String)] = [
            ("middle", Takedown(state: .live), .invalidArgument, "state"),
            ("middle", Takedown(state: .merged), .invalidArgument, "mergedInto"),
            ("middle", Takedown(state: .hidden, mergedInto: "other"), .invalidArgument, "mergedInto"),
            ("middle", Takedown(state: .merged, mergedInto: "middle"), .invalidArgument, "mergedInto"),
            ("middle", Takedown(state: .merged, mergedInto: "nobody"), .notFound, "mergedInto"),
            ("nobody", Takedown(state: .hidden), .notFound, "id"),
        ]
        for (id, takedown, code, field) in bad {
            let error = await engineError { _ = try await platform.essences.takedown(id, takedown) }
            #expect(error?.code == code)
            #expect(error?.field == field)
        }
        #expect(platform.status().seq == 1)
        _ = try await platform.essences.takedown("middle", Takedown(state: .hidden))
        let twice = await engineError { _ = try await platform.essences.takedown("middle", Takedown(state: .hidden)) }
        #expect(twice?.code == .failedPrecondition)
        _ = try await platform.essences.takedown("middle", Takedown(state: .redacted))
        #expect(try platform.essences.get("middle").state == .redacted)
        let softer = await engineError { _ = try await platform.essences.takedown("middle", Takedown(state: .hidden)) }
        #expect(softer?.code == .failedPrecondition)
        let intoTombstone = await engineError {
            _ = try await platform.essences.takedown("other", Takedown(state: .merged, mergedInto: "middle"))
        }
        #expect(intoTombstone?.code == .failedPrecondition)
        #expect(intoTombstone?.field == "mergedInto")
    }
}
