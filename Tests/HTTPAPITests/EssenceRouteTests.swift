import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import Platform
import StrictJSON
import Testing

/// Works over HTTP: written, read, changed, taken down, found.
struct EssenceRouteTests {
    @Test("a work comes back as it was written, with its sequence")
    func createAndGet() async throws {
        try await TestService.run { service in
            let created = try await service.post(
                "/essences",
                """
                {"id":"storm/1","realmId":"aurora","nexusId":"bestiary","kind":"image","title":"Storm",
                 "text":"A storm over the sea","spark":{"prompt":"a storm","inspiration":["Turner"],"model":"m",
                 "params":{"steps":30,"cfg":7.5}},"shadow":{"negativePrompt":"calm","constraints":["no ships"]},
                 "createdAt":"2026-01-02T03:04:05.678Z","tags":["sea"],"metadata":{"year":2026,"n":{"a":[1,null,"é"]}}}
                """)
            #expect(created.status == 201, "\(created)")
            let read = try await service.get("/essences/storm%2F1")
            #expect(read.status == 200, "\(read)")
            for answer in [created, read] {
                #expect(answer["id"]?.string == "storm/1")
                #expect(answer["realmId"]?.string == "aurora")
                #expect(answer["nexusId"]?.string == "bestiary")
                #expect(answer["kind"]?.string == "image")
                #expect(answer["title"]?.string == "Storm")
                #expect(answer["spark.prompt"]?.string == "a storm")
                #expect(answer["spark.params.cfg"]?.number == 7.5)
                #expect(answer["shadow.constraints"] == .array([.string("no ships")]))
                #expect(answer["createdAt"]?.string == "2026-01-02T03:04:05.678Z")
                #expect(
                    answer["metadata"]
                        == (try JSONValue(parsing: Array("{\"n\":{\"a\":[1,null,\"é\"]},\"year\":2026}".utf8))))
                #expect(answer["remixFrom"] == .array([]))
                #expect(answer["state"]?.string == "live")
                #expect(answer["visibility"]?.string == "public")
                #expect(answer["vector"] == nil)
                #expect(answer["seq"]?.int == 1)
                #expect(answer["tookMicros"]?.int.map { $0 >= 0 } == true)
            }
            let withVector = try await service.get("/essences/storm%2F1?includeVector=true")
            #expect(withVector["vector"]?.array.count == 256)
        }
    }

    @Test("an id is made when none is given; sequences have no gaps")
    func madeIDs() async throws {
        try await TestService.run { service in
            var ids: Set<String> = []
            for round in 1...5 {
                let answer = try await service.post("/essences", "{\"realmId\":\"r\",\"title\":\"work \(round)\"}")
                #expect(answer["seq"]?.int == round, "\(answer)")
                let id = try #require(answer["id"]?.string)
                #expect(id.utf8.count == 36)
                ids.insert(id)
                #expect(try await service.get("/essences/\(id)")["title"]?.string == "work \(round)")
            }
            #expect(ids.count == 5)
        }
    }

    @Test("a patch changes what it names and nothing else")
    func patch() async throws {
        try await TestService.run { service in
            try await service.create("a", title: "Old title")
            let before = try await service.get("/essences/a")
            let patched = try await service.send(
                .patch, "/essences/a", body: "{\"title\":\"New title\",\"tags\":[\"x\"],\"visibility\":\"unlisted\"}")
            #expect(patched.status == 200, "\(patched)")
            let after = try await service.get("/essences/a")
            #expect(after["title"]?.string == "New title")
            #expect(after["tags"] == .array([.string("x")]))
            #expect(after["visibility"]?.string == "unlisted")
            #expect(after["realmId"] == before["realmId"])
            #expect(after["createdAt"] == before["createdAt"])
            #expect(after["seq"]?.int == patched["seq"]?.int)
            #expect(after["seq"]?.int.map { $0 > (before["seq"]?.int ?? 0) } == true)
        }
    }

    @Test("works taken down lose their content and keep their lineage")
    func takedown() async throws {
        try await TestService.run { service in
            try await service.create("a", title: "A dragon over the mountains")
            try await service.create("b", title: "A dragon over the sea", parents: ["a"])
            try await service.create("c", title: "A dragon under the sea", parents: ["b"])
            let hidden = try await service.send(.delete, "/essences/b")
            #expect(hidden.status == 200, "\(hidden)")
            #expect(hidden["state"]?.string == "hidden")
            let work = try await service.get("/essences/b")
            #expect(work["title"] == nil && work["state"]?.string == "hidden", "\(work)")
            let found = try await service.post("/essences/search", "{\"text\":\"dragon over the sea\"}")
            #expect(!found.ids.contains("b") && found.ids.contains("a"), "\(found)")
            let lineage = try await service.get("/essences/c/lineage")
            #expect(lineage.ids == ["b", "a"], "\(lineage)")
            #expect(lineage["items"]?.array.first?["tombstone"]?.string == "hidden", "\(lineage)")
            let merged = try await service.send(.delete, "/essences/c?state=merged&mergedInto=a")
            #expect(merged["state"]?.string == "merged" && merged["mergedInto"]?.string == "a", "\(merged)")
        }
    }

    @Test("a write is found by the search that follows it; filters, groups and topK narrow it")
    func search() async throws {
        try await TestService.run { service in
            for (id, realm, title) in [
                ("w1", "sea", "A storm over the sea"), ("w2", "sea", "Waves in a storm"),
                ("w3", "music", "A flute, a wind instrument"), ("w4", "music", "Brass instruments of an orchestra"),
            ] { try await service.create(id, title: title, realm: realm) }
            let storm = try await service.post(
                "/essences/search", "{\"text\":\"stormy sea\",\"topK\":2,\"explain\":true}")
            #expect(storm.status == 200, "\(storm)")
            #expect(Set(storm.ids) == ["w1", "w2"], "\(storm)")
            #expect(storm["seq"]?.int == 4)
            #expect(storm["explain.plan"]?.string?.isEmpty == false)
            let scores = storm["items"]?.array.compactMap { $0["score"]?.number } ?? []
            #expect(scores == scores.sorted(by: >) && scores.count == 2)
            #expect(storm["items"]?.array.first?["parts.cosine"]?.number != nil)
            #expect(storm["items"]?.array.first?["essence.realmId"]?.string == "sea")

            let filtered = try await service.post(
                "/essences/search", "{\"text\":\"stormy sea\",\"filter\":{\"realmId\":\"music\"}}")
            #expect(Set(filtered.ids) == ["w3", "w4"], "\(filtered)")
            let grouped = try await service.post("/essences/search", "{\"text\":\"stormy sea\",\"groupBy\":\"realm\"}")
            #expect(grouped.ids.count == 2, "\(grouped)")
            #expect(Set(grouped["items"]?.array.compactMap { $0["group"]?.string } ?? []) == ["sea", "music"])
            let none = try await service.post(
                "/essences/search", "{\"text\":\"stormy sea\",\"filter\":{\"realmId\":\"nowhere\"}}")
            #expect(none.status == 200 && none.ids.isEmpty, "\(none)")
            let similar = try await service.get("/essences/w1/similar?topK=1")
            #expect(similar.ids == ["w2"], "\(similar)")
        }
    }

    @Test("a batch is written as one")
    func batch() async throws {
        try await TestService.run { service in
            let answer = try await service.post(
                "/essences/batch",
                """
                {"items":[{"id":"a","realmId":"r","title":"first"},
                          {"id":"b","realmId":"r","title":"second","remixFrom":[{"essenceId":"a"}]}]}
                """)
            #expect(answer.status == 201, "\(answer)")
            #expect(answer["ids"] == .array([.string("a"), .string("b")]))
            #expect(try await service.get("/essences/b/lineage").ids == ["a"])
        }
    }

    @Test("vectors of the caller are kept to the last bit and searched exactly")
    func externalVectors() async throws {
        try await TestService.run(embedder: .external(dimension: 3)) { service in
            for (id, vector) in [("x", "[1,0,0]"), ("y", "[0.8,0.6,0]"), ("z", "[0,0,-2.5]")] {
                let answer = try await service.post(
                    "/essences", "{\"id\":\"\(id)\",\"realmId\":\"r\",\"title\":\"\(id)\",\"vector\":\(vector)}")
                #expect(answer.status == 201, "\(answer)")
            }
            let found = try await service.post(
                "/essences/search", "{\"vector\":[10,0,0],\"topK\":3,\"includeVectors\":true}")
            #expect(found.ids == ["x", "y", "z"], "\(found)")
            let scores = found["items"]?.array.compactMap { $0["score"]?.number } ?? []
            for (score, expected) in zip(scores, [1, 0.8, 0]) { #expect(abs(score - expected) < 1e-6, "\(found)") }
        }
    }
}
