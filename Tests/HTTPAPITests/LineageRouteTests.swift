import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import StrictJSON
import Testing

/// Lineage over HTTP.
///
///     root ── left ──┐
///       └──── right ─┴── merge ── leaf        other (unrelated)
struct LineageRouteTests {
    private func family(_ body: @Sendable (TestService) async throws -> Void) async throws {
        try await TestService.run { service in
            try await service.create("root", title: "A castle in the clouds", realm: "ann")
            try await service.create("left", title: "A castle in the clouds at dawn", realm: "bob", parents: ["root"])
            try await service.create("right", title: "A castle under the sea", realm: "cid", parents: ["root"])
            try await service.create("merge", title: "Two castles", realm: "dan", parents: ["left", "right"])
            let remix = try await service.post(
                "/essence/remix",
                "{\"id\":\"leaf\",\"parentIds\":[\"merge\"],\"realmId\":\"eve\",\"title\":\"A tiny castle\",\"spark\":{\"prompt\":\"tiny\"}}"
            )
            #expect(remix.status == 201, "\(remix)")
            #expect(remix["remixFrom"]?.array.first?["essenceId"]?.string == "merge")
            #expect(remix["remixFrom"]?.array.first?["kind"]?.string == "remix")
            try await service.create("other", title: "A bowl of soup", realm: "fay")
            try await body(service)
        }
    }

    @Test("ancestors and descendants with depth, limit and time")
    func neighborhood() async throws {
        try await family { service in
            let all = try await service.get("/essences/leaf/lineage")
            #expect(Set(all.ids) == ["merge", "left", "right", "root"], "\(all)")
            #expect(all.ids.first == "merge" && all.ids.last == "root")
            #expect(all["edges"]?.array.count == 5)
            #expect(all["truncated"]?.bool == false)
            #expect(all["seq"]?.int == 6)
            let near = try await service.get("/essences/leaf/lineage?depth=1")
            #expect(near.ids == ["merge"] && near["truncated"]?.bool == true, "\(near)")
            let down = try await service.get("/essences/root/lineage?direction=descendants&depth=10")
            #expect(Set(down.ids) == ["left", "right", "merge", "leaf"], "\(down)")
            let few = try await service.get("/essences/root/lineage?direction=descendants&limit=2")
            #expect(few.ids.count == 2 && few["truncated"]?.bool == true, "\(few)")
            let early = try await service.get("/essences/leaf/lineage?asOf=2000-01-01T00:00:00%2B02:00")
            #expect(early.ids.isEmpty || early.status == 404, "\(early)")
            let kinds = try await service.get("/essences/leaf/lineage?kinds=collab,inspiredBy")
            #expect(kinds.ids.isEmpty, "\(kinds)")
        }
    }

    @Test("roots, siblings, cousins, path, common ancestors, batch ancestry")
    func relations() async throws {
        try await family { service in
            #expect(try await service.get("/essences/leaf/roots").ids == ["root"])
            #expect(try await service.get("/essences/left/siblings").ids == ["right"])
            #expect(try await service.get("/essences/left/cousins").status == 200)
            let path = try await service.get("/lineage/path?from=leaf&to=root")
            #expect(path["length"]?.int == 3, "\(path)")
            #expect(path.ids.first == "leaf" && path.ids.last == "root" && path.ids.count == 4, "\(path)")
            let none = try await service.get("/lineage/path?from=leaf&to=other")
            #expect(none.status == 200 && none["length"] == nil && none.ids.isEmpty, "\(none)")
            #expect(try await service.get("/lineage/common?a=left&b=right").ids == ["root"])
            let answers = try await service.post(
                "/lineage/is-ancestor",
                """
                {"pairs":[{"ancestor":"root","descendant":"leaf"},{"ancestor":"leaf","descendant":"root"},
                          {"ancestor":"left","descendant":"right"},{"ancestor":"right","descendant":"leaf"}]}
                """)
            let flags = answers["items"]?.array.compactMap { $0["isAncestor"]?.bool }
            #expect(flags == [true, false, false, true], "\(answers)")
        }
    }

    @Test("attribution sums to a million parts by work, creator and root")
    func attribution() async throws {
        try await family { service in
            for by in ["work", "creator", "root"] {
                let answer = try await service.get("/essences/leaf/attribution?by=\(by)")
                #expect(answer.status == 200, "\(answer)")
                let parts = answer["items"]?.array.compactMap { $0["ppm"]?.int } ?? []
                #expect(parts.reduce(0, +) == 1_000_000, "\(by): \(answer)")
            }
            let shares = try await service.get("/essences/leaf/attribution")
            #expect(shares["items"]?.array.first?["id"]?.string == "leaf", "\(shares)")
            #expect(shares["items"]?.array.first?["ppm"]?.int == 500_000, "\(shares)")
        }
    }

    @Test("metrics, related works, possible uncredited remixes, the most remixed")
    func discovery() async throws {
        try await family { service in
            let metrics = try await service.get("/essences/root/metrics")
            #expect(metrics["children"]?.int == 2 && metrics["descendants"]?.int == 4, "\(metrics)")
            #expect(metrics["depth"]?.int == 3, "\(metrics)")
            let related = try await service.get("/essences/root/related?limit=5")
            #expect(related.status == 200 && related.ids.contains("left"), "\(related)")
            #expect(related["items"]?.array.first?["parts.relevance"]?.number != nil, "\(related)")
            let uncredited = try await service.get("/essences/other/uncredited?threshold=0.99")
            #expect(uncredited.status == 200 && uncredited.ids.isEmpty, "\(uncredited)")
            let top = try await service.get("/lineage/top?limit=1")
            #expect(top.ids == ["root"], "\(top)")
            #expect(try await service.get("/lineage/top?by=creators&window=30").status == 200)
        }
    }

    @Test("late credit and its retraction")
    func lateEdges() async throws {
        try await family { service in
            let edge = try await service.post(
                "/lineage/edges", "{\"child\":\"leaf\",\"parent\":\"other\",\"kind\":\"inspiredBy\",\"weight\":0.5}")
            #expect(edge.status == 201, "\(edge)")
            #expect(edge["child"]?.string == "leaf" && edge["parent"]?.string == "other")
            #expect(edge["flags"]?.array.contains(.string("late")) == true, "\(edge)")
            #expect(edge["seq"]?.int == 7)
            #expect(Set(try await service.get("/essences/leaf/roots").ids) == ["root", "other"])
            let gone = try await service.send(.delete, "/lineage/edges?child=leaf&parent=other&reason=mistake")
            #expect(gone.status == 200, "\(gone)")
            #expect(try await service.get("/essences/leaf/roots").ids == ["root"])
            let otherwise = try await service.post("/lineage/edges", "{\"child\":\"leaf\",\"parent\":\"other\"}")
            #expect(otherwise.status == 409, "\(otherwise)")
            let again = try await service.post(
                "/lineage/edges", "{\"child\":\"leaf\",\"parent\":\"other\",\"kind\":\"inspiredBy\",\"weight\":0.5}")
            #expect(again.status == 201, "\(again)")
            #expect(Set(try await service.get("/essences/leaf/roots").ids) == ["root", "other"])
        }
    }
}
