import Metadata
import Platform
import StrictJSON
import Testing

struct SearchRequestTests {
    @Test("a search is a text or a vector, with its filter")
    func search() throws {
        let request = try EssenceSearchRequest(
            json: json(
                """
                {"text":"storm","topK":5,"groupBy":"root","minScore":-0.5,"includeVectors":true,"explain":true,
                 "efSearch":64,"viewerRealmId":"r","filter":{"year":{"$gte":2024},"$or":[{"kind":"image"},{"tags":{"$in":["a"]}}]}}
                """))
        #expect(request.text == "storm")
        #expect(request.topK == 5)
        #expect(request.groupBy == .root)
        #expect(request.minScore == -0.5)
        #expect(request.includeVectors && request.explain)
        #expect(request.efSearch == 64)
        let filter = try #require(request.filter)
        #expect(filter.matches(["year": .number(2025), "kind": .string("image")]))
        #expect(!filter.matches(["year": .number(2023), "kind": .string("image")]))
        #expect(filter.matches(["year": .number(2024), "tags": .strings(["b", "a"])]))
        #expect(try EssenceSearchRequest(json: json("{\"vector\":[1,2]}")).topK == 10)
    }

    @Test(
        "searches that make no sense are refused",
        arguments: [
            ("{}", "text", "exactly one of text, vector"),
            ("{\"text\":\"a\",\"vector\":[1]}", "text", "exactly one of text, vector"),
            ("{\"text\":\"\"}", "text", "1…65536 bytes"),
            ("{\"text\":\"a\",\"topK\":0}", "topK", "1…10000"),
            ("{\"text\":\"a\",\"topK\":10001}", "topK", "1…10000"),
            ("{\"text\":\"a\",\"topK\":1.5}", "topK", "1…10000"),
            ("{\"text\":\"a\",\"topK\":\"5\"}", "topK", "1…10000"),
            ("{\"text\":\"a\",\"minScore\":1.01}", "minScore", "-1…1"),
            ("{\"text\":\"a\",\"efSearch\":0}", "efSearch", "1…100000"),
            ("{\"text\":\"a\",\"groupBy\":\"kind\"}", "groupBy", "realm, root"),
            ("{\"text\":\"a\",\"filter\":{}}", "filter", "≥ 1 condition"),
            ("{\"text\":\"a\",\"filter\":[]}", "filter", "object"),
            ("{\"text\":\"a\",\"filter\":{\"y\":{\"$gt\":\"1\"}}}", "filter.y.$gt", "number"),
            ("{\"text\":\"a\",\"filter\":{\"$xor\":[]}}", "filter.$xor", "$and, $or, or a field"),
            ("{\"text\":\"a\",\"filter\":{\"$and\":[{\"y\":null}]}}", "filter.$and[0].y", "string, number, boolean"),
            ("{\"vector\":[0,0]}", "vector", "length > 0"),
        ] as [(String, String, String)])
    func refusedSearch(_ text: String, _ field: String, _ limit: String) {
        expectRefusal(text, field: field, limit: limit) { try EssenceSearchRequest(json: $0) }
    }

    @Test("a recall with everything in it")
    func recall() throws {
        let request = try RecallRequest(
            json: json(
                """
                {"text":"dragons","k":3,"kinds":["fact","chat"],"tags":["t"],"entities":["e"],"from":"2026-01-01T00:00:00Z",
                 "to":"2026-02-01T00:00:00Z","asOf":"2026-03-01T00:00:00Z","now":"2026-04-01T00:00:00Z",
                 "weights":{"relevance":2,"recency":1},"halfLifeDays":{"chat":7.5},"minRelevance":0.2,"touch":true,
                 "explain":true}
                """))
        #expect(request.k == 3)
        #expect(request.kinds == ["fact", "chat"])
        #expect(request.weights == RecallWeightsRequest(relevance: 2, recency: 1, importance: 0))
        #expect(request.halfLifeDays == ["chat": 7.5])
        #expect(request.touch && request.explain)
        #expect(request.from?.formatted == "2026-01-01T00:00:00Z")
    }

    @Test(
        "recalls that make no sense are refused",
        arguments: [
            ("{\"k\":5}", "text", "exactly one of text, vector"),
            ("{\"text\":\"a\",\"k\":0}", "k", "1…1000"), ("{\"text\":\"a\",\"k\":1001}", "k", "1…1000"),
            ("{\"text\":\"a\",\"kinds\":[]}", "kinds", "1…4 items"),
            ("{\"text\":\"a\",\"kinds\":[\"rumor\"]}", "kinds[0]", "event, chat, fact, preference"),
            ("{\"text\":\"a\",\"weights\":{\"relevance\":0}}", "weights", "at least one > 0"),
            ("{\"text\":\"a\",\"weights\":{\"recency\":-1}}", "weights.recency", "0…1000"),
            ("{\"text\":\"a\",\"halfLifeDays\":{\"chat\":0}}", "halfLifeDays.chat", "> 0, ≤ 36500"),
            ("{\"text\":\"a\",\"halfLifeDays\":{\"rumor\":1}}", "halfLifeDays.rumor", "event, chat, fact, preference"),
            ("{\"text\":\"a\",\"minRelevance\":2}", "minRelevance", "0…1"),
            (
                "{\"text\":\"a\",\"from\":\"2026-02-01T00:00:00Z\",\"to\":\"2026-01-01T00:00:00Z\"}", "to", "≥ from"
            ),
        ] as [(String, String, String)])
    func refusedRecall(_ text: String, _ field: String, _ limit: String) {
        expectRefusal(text, field: field, limit: limit) { try RecallRequest(json: $0) }
    }

    @Test("a feed request with everything in it, and with nothing")
    func feed() throws {
        let request = try FeedRequest(
            json: json(
                """
                {"viewerId":"v","tasteVectors":[[1,0],[0,1]],"recentEssenceIds":["a"],"candidates":["b","c"],"k":7,
                 "weights":{"taste":1},"diversity":"dpp","seed":18446744073709551615,"cursor":"c","explain":true,
                 "now":"2026-04-01T00:00:00Z"}
                """))
        #expect(request.tasteVectors == [[1, 0], [0, 1]])
        #expect(request.candidates == ["b", "c"])
        #expect(request.diversity == .dpp)
        #expect(request.seed == .max)
        let plain = try FeedRequest(json: json("{}"))
        #expect(plain.k == 20 && plain.diversity == .mmr && plain.viewerId == nil && plain.candidates == nil)
        for (text, field, limit) in [
            ("{\"k\":0}", "k", "1…200"), ("{\"k\":201}", "k", "1…200"), ("{\"seed\":-1}", "seed", "0…\(UInt64.max)"),
            ("{\"diversity\":\"none\"}", "diversity", "mmr, dpp"),
            ("{\"candidates\":[]}", "candidates", "1…1000 items"),
            ("{\"tasteVectors\":[[0,0]]}", "tasteVectors[0]", "length > 0"),
            ("{\"weights\":{}}", "weights", "at least one > 0"),
        ] {
            expectRefusal(text, field: field, limit: limit) { try FeedRequest(json: $0) }
        }
    }
}

struct NexusAndEventRequestTests {
    @Test("one memory, or a list of them")
    func memories() throws {
        let one = try MemoryBatch(
            json: json("{\"text\":\"hello\",\"kind\":\"chat\",\"importance\":0.75,\"pinned\":true,\"dedup\":\"merge\"}")
        )
        #expect(one.items.count == 1)
        #expect(one.items[0].kind == "chat" && one.items[0].importance == 0.75)
        #expect(one.items[0].pinned && one.items[0].dedup == .merge)
        let two = try MemoryBatch(json: json("{\"items\":[{\"text\":\"a\"},{\"vector\":[1,2]}]}"))
        #expect(two.items.map(\.text) == ["a", nil])
        #expect(two.items[0].importance == 0.5 && two.items[0].kind == "event")
    }

    @Test(
        "memories that make no sense are refused",
        arguments: [
            ("{\"kind\":\"fact\"}", "text", "text, vector or both"),
            ("{\"text\":\"a\",\"kind\":\"rumor\"}", "kind", "event, chat, fact, preference"),
            ("{\"text\":\"a\",\"importance\":1.5}", "importance", "0…1"),
            ("{\"text\":\"a\",\"dedup\":\"yes\"}", "dedup", "none, merge"),
            (
                "{\"text\":\"a\",\"validFrom\":\"2026-02-01T00:00:00Z\",\"validTo\":\"2026-01-01T00:00:00Z\"}",
                "validTo", "≥ validFrom"
            ),
            ("{\"items\":[{\"text\":\"a\"},{\"text\":\"\"}]}", "items[1].text", "1…65536 bytes"),
            ("{\"items\":[]}", "items", "1…1000 items"),
            ("{\"items\":[{\"text\":\"a\"}],\"text\":\"b\"}", "text", "items"),
        ] as [(String, String, String)])
    func refusedMemories(_ text: String, _ field: String, _ limit: String) {
        expectRefusal(text, field: field, limit: limit) { try MemoryBatch(json: $0) }
    }

    @Test("a line of a memories file names its nexus")
    func memoryLine() throws {
        let line = try MemoryLine(json: json("{\"nexusId\":\"n\",\"id\":\"m\",\"text\":\"t\"}"))
        #expect(line.nexusId == "n" && line.memory.id == "m")
        expectRefusal("{\"text\":\"t\"}", field: "nexusId", limit: nil) { try MemoryLine(json: $0) }
    }

    @Test("events name what they are about")
    func events() throws {
        let batch = try FeedEventBatch(
            json: json(
                """
                {"events":[{"kind":"like","viewerId":"v","essenceId":"e","at":"2026-01-01T00:00:00Z"},
                           {"kind":"follow","viewerId":"v","realmId":"r"}]}
                """))
        #expect(batch.events.map(\.kind) == ["like", "follow"])
        for (text, field, limit) in [
            ("{\"events\":[]}", "events", "1…10000 items"),
            ("{\"events\":[{\"kind\":\"like\",\"viewerId\":\"v\"}]}", "events[0].essenceId", nil),
            ("{\"events\":[{\"kind\":\"follow\",\"viewerId\":\"v\"}]}", "events[0].realmId", nil),
            ("{\"events\":[{\"kind\":\"like\",\"essenceId\":\"e\"}]}", "events[0].viewerId", nil),
            (
                "{\"events\":[{\"kind\":\"like\",\"viewerId\":\"v\",\"essenceId\":\"e\",\"realmId\":\"r\"}]}",
                "events[0].realmId", "absent"
            ),
            (
                "{\"events\":[{\"kind\":\"poke\",\"viewerId\":\"v\"}]}", "events[0].kind",
                "view, like, save, share, remix, negative, report, follow, unfollow, block, unblock"
            ),
        ] as [(String, String, String?)] {
            expectRefusal(text, field: field, limit: limit) { try FeedEventBatch(json: $0) }
        }
    }

    @Test("late credits and ancestry questions")
    func lineage() throws {
        let edge = try LateEdge(json: json("{\"child\":\"c\",\"parent\":\"p\",\"kind\":\"inspiredBy\",\"weight\":0.5}"))
        #expect(edge.child == "c" && edge.parent == "p" && edge.kind == "inspiredBy" && edge.weight == 0.5)
        expectRefusal("{\"child\":\"c\",\"parent\":\"c\"}", field: "parent", limit: "another work") {
            try LateEdge(json: $0)
        }
        expectRefusal("{\"child\":\"c\"}", field: "parent", limit: nil) { try LateEdge(json: $0) }
        let questions = try AncestryQuestions(json: json("{\"pairs\":[{\"ancestor\":\"a\",\"descendant\":\"d\"}]}"))
        #expect(questions.pairs.map(\.ancestor) == ["a"])
        expectRefusal("{\"pairs\":[{\"ancestor\":\"a\"}]}", field: "pairs[0].descendant", limit: nil) {
            try AncestryQuestions(json: $0)
        }
    }
}
