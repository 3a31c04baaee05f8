import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import Platform
import StrictJSON
import Testing

/// Settings, supersession, forgetting and upkeep of memories over HTTP.
struct NexusUpkeepRouteTests {
    private let vector = "\"vector\":[1,0,0,0]"

    private func run(_ body: @Sendable (TestService) async throws -> Void) async throws {
        try await TestService.run(embedder: .external(dimension: 4)) { service in
            let added = try await service.post(
                "/nexus/n/memories",
                """
                {"items":[{"id":"a","vector":[1,0,0,0],"kind":"fact"},{"id":"b","vector":[1,0.1,0,0],"kind":"event"},
                          {"id":"c","vector":[0,0,1,0],"kind":"event","tags":["t"]}]}
                """)
            #expect(added.status == 201, "\(added)")
            try await body(service)
        }
    }

    @Test("settings: put, read, used, deleted")
    func settings() async throws {
        try await run { service in
            #expect(try await service.get("/nexus/nobody").status == 404)
            let plain = try await service.get("/nexus/n")
            #expect(plain.status == 200 && plain["memories"]?.int == 3, "\(plain)")
            #expect(plain["effective.k"]?.int == 10 && plain["effective.halfLifeDays.event"]?.number == 14, "\(plain)")
            #expect(plain["effective.halfLifeDays.preference"] == nil && plain["updatedAt"] == nil, "\(plain)")
            let put = try await service.send(
                .put, "/nexus/n",
                body:
                    "{\"k\":1,\"weights\":{\"relevance\":1},\"halfLifeDays\":{\"event\":7},\"model\":{\"writer\":\"x\"}}"
            )
            #expect(put.status == 200 && put["settings.model.writer"]?.string == "x", "\(put)")
            #expect(put["effective.weights.relevance"]?.number == 1, "\(put)")
            #expect(put["seq"]?.int == 1, "\(put)")
            let read = try await service.get("/nexus/n")
            #expect(read["settings"] == put["settings"] && read["effective.k"]?.int == 1, "\(read)")
            let recall = try await service.post("/nexus/n/recall", "{\(vector),\"explain\":true}")
            #expect(recall.ids == ["a"], "\(recall)")
            #expect(recall["explain.weights.relevance"]?.number == 1, "\(recall)")
            #expect(recall["explain.sources.scan"]?.int == 3 && recall["explain.now"]?.string != nil, "\(recall)")
            #expect(try await service.send(.delete, "/nexus/n").status == 200)
            #expect(try await service.post("/nexus/n/recall", "{\(vector)}").ids.count == 2)
            #expect(try await service.send(.delete, "/nexus/n").status == 404)
        }
    }

    @Test("supersede and forget: the answers name both sides and the number")
    func timeline() async throws {
        try await run { service in
            let superseded = try await service.post(
                "/nexus/n/memories/a/supersede", "{\"memory\":{\"id\":\"a2\",\(vector),\"kind\":\"fact\"}}")
            #expect(superseded.status == 200, "\(superseded)")
            #expect(superseded["old.supersededBy"]?.string == "a2", "\(superseded)")
            #expect(superseded["new.supersedes"]?.array.compactMap(\.string) == ["a"], "\(superseded)")
            #expect(try await service.post("/nexus/n/recall", "{\(vector)}").ids.sorted() == ["a2", "b"])
            let preview = try await service.post("/nexus/n/forget", "{\"kinds\":[\"event\"]}")
            #expect(preview.status == 200 && preview["matched"]?.int == 2 && preview["forgotten"]?.int == 0)
            let refused = try await service.post("/nexus/n/forget", "{\"kinds\":[\"event\"],\"confirmCount\":3}")
            expectRefusal(refused, 409, "failed_precondition", field: "confirmCount", limit: "2")
            let done = try await service.post("/nexus/n/forget", "{\"kinds\":[\"event\"],\"confirmCount\":2}")
            #expect(done["forgotten"]?.int == 2 && done["mode"]?.string == "soft", "\(done)")
            #expect(try await service.post("/nexus/n/recall", "{\(vector)}").ids == ["a2"])
            #expect(try await service.get("/nexus/n/memories/b")["forgottenAt"]?.string != nil)
            let soft = try await service.send(.delete, "/nexus/n/memories/a2?mode=soft")
            #expect(soft.status == 200, "\(soft)")
            #expect(try await service.get("/nexus/n/memories/a2").status == 200)
            let export = try await service.get("/nexus/n/memories?includeVectors=true")
            #expect(export.ids == ["a", "b", "c", "a2"], "\(export)")
            #expect(export["items"]?.array.first?["vector"]?.array.count == 4, "\(export)")
        }
    }

    @Test("decay, consolidation and batch recall")
    func upkeep() async throws {
        try await run { service in
            let decay = try await service.get("/nexus/n/memories/decay?threshold=0.5")
            #expect(decay.ids == ["b", "c", "a"], "\(decay)")
            #expect(decay["items"]?.array.first?["fallsBelowAt"]?.string != nil, "\(decay)")
            let clusters = try await service.get("/nexus/n/consolidation")
            #expect(clusters["items"]?.array.first?["memories"]?.array.count == 2, "\(clusters)")
            let batch = try await service.post(
                "/nexus/recall",
                "{\"recalls\":[{\"nexusId\":\"n\",\(vector),\"k\":1},{\"nexusId\":\"m\",\(vector)}]}")
            #expect(batch.status == 200, "\(batch)")
            let items = batch["items"]?.array ?? []
            #expect(items.map { $0["nexusId"]?.string } == ["n", "m"], "\(batch)")
            #expect(items.map { $0["items"]?.array.count } == [1, 0], "\(batch)")
        }
    }

    @Test("bad requests name the field and the limit, and change nothing")
    func badInput() async throws {
        try await run { service in
            let before = try await service.record("/nexus/n")
            let listed = try await service.record("/nexus/n/memories")
            let kinds = "event, chat, fact, preference"
            for (method, uri, body, status, field, limit) in [
                (HTTPRequest.Method.put, "/nexus/n", "{\"k\":0}", 400, "k", "1…1000"),
                (.put, "/nexus/n", "{\"weights\":{}}", 400, "weights", "at least one > 0"),
                (.put, "/nexus/n", "{\"weights\":{\"recency\":-1}}", 400, "weights.recency", "0…1000"),
                (.put, "/nexus/n", "{\"weights\":{\"recency\":1e9}}", 400, "weights.recency", "0…1000"),
                (.put, "/nexus/n", "{\"halfLifeDays\":{\"chat\":0}}", 400, "halfLifeDays.chat", "> 0, ≤ 36500"),
                (.put, "/nexus/n", "{\"mmrLambda\":2}", 400, "mmrLambda", "0…1"),
                (.put, "/nexus/n", "{\"pinnedBoost\":0.5}", 400, "pinnedBoost", "1…10"),
                (.post, "/nexus/n/memories/a/supersede", "{}", 400, "by", "exactly one of by, memory"),
                (
                    .post, "/nexus/n/memories/a/supersede", "{\"memory\":{\"vector\":[1]}}", 400, "memory.vector",
                    "4 numbers"
                ),
                (.post, "/nexus/n/memories/a/supersede", "{\"by\":\"a\"}", 400, "by", "another memory"),
                (.post, "/nexus/n/forget", "{}", 400, "all", "ids, kinds, tags, entities, from, to, or all alone"),
                (.post, "/nexus/n/forget", "{\"kinds\":[\"dream\"]}", 400, "kinds[0]", kinds),
                (.post, "/nexus/n/forget", "{\"all\":true,\"mode\":\"maybe\"}", 400, "mode", "soft, hard"),
                (.post, "/nexus/n/forget", "{\"all\":true,\"confirmCount\":-1}", 400, "confirmCount", "0…4294967295"),
                (.post, "/nexus/recall", "{\"recalls\":[]}", 400, "recalls", "1…100 items"),
                (
                    .post, "/nexus/recall", "{\"recalls\":[{\"nexusId\":\"n\",\(vector),\"k\":0}]}", 400,
                    "recalls[0].k", "1…1000"
                ),
                (
                    .post, "/nexus/recall",
                    "{\"recalls\":[{\"nexusId\":\"n\",\(vector)},{\"nexusId\":\"n\",\"vector\":[1]}]}", 400,
                    "recalls[1].vector", "4 numbers"
                ),
                (.post, "/nexus/recall", "{\"recalls\":[{\(vector)}]}", 400, "recalls[0].nexusId", nil),
                (.get, "/nexus/n/memories/decay?threshold=x", nil, 400, "threshold", "0.0…10.0"),
                (.get, "/nexus/n/memories/decay?limit=0", nil, 400, "limit", "1…1000"),
                (.get, "/nexus/n/consolidation?cosineMin=-1", nil, 400, "cosineMin", "0.0…1.0"),
                (.get, "/nexus/n/consolidation?sizeMax=1", nil, 400, "sizeMax", "2…1000"),
                (.get, "/nexus/n/consolidation?kinds=dream", nil, 400, "kinds", kinds),
                (.delete, "/nexus/n/memories/a?mode=maybe", nil, 400, "mode", "soft, hard"),
                (.post, "/nexus/n/memories", "{\"id\":\"decay\",\(vector)}", 400, "id", "not decay"),
            ] as [(HTTPRequest.Method, String, String?, Int, String, String?)] {
                let answer = try await service.send(method, uri, body: body)
                #expect(answer.status == status, "\(method) \(uri) \(body ?? ""): \(answer)")
                #expect(answer.error?["field"]?.string == field, "\(method) \(uri) \(body ?? ""): \(answer)")
                if let limit {
                    #expect(answer.error?["limit"]?.string == limit, "\(method) \(uri) \(body ?? ""): \(answer)")
                }
            }
            #expect(try await service.record("/nexus/n") == before)
            #expect(try await service.record("/nexus/n/memories") == listed)
        }
    }
}
