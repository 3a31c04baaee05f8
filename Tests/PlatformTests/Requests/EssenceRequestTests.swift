import Platform
import StrictJSON
import Testing

struct EssenceRequestTests {
    private let full = """
        {"id":"e1","realmId":"r1","nexusId":"n1","kind":"image","title":"Storm","text":"A storm over the sea",
         "vector":[0.25,-0.5,1e-3],"spark":{"prompt":"storm","inspiration":["Turner"],"model":"m1","params":{"steps":30}},
         "shadow":{"negativePrompt":"calm","constraints":["no ships"],"notes":"n"},
         "remixFrom":[{"essenceId":"a"},{"essenceId":"b","kind":"variation","weight":0.5}],
         "createdAt":"2026-11-20T08:15:00.250Z","tags":["sea","oil"],"metadata":{"year":2026,"deep":{"a":[1,null]}},
         "visibility":"unlisted"}
        """

    @Test("a full work is read field by field")
    func fullDraft() throws {
        let draft = try EssenceDraft(json: json(full))
        #expect(draft.id == "e1")
        #expect(draft.realmId == "r1")
        #expect(draft.nexusId == "n1")
        #expect(draft.kind == "image")
        #expect(draft.title == "Storm")
        #expect(draft.text == "A storm over the sea")
        #expect(draft.vector == [0.25, -0.5, 1e-3])
        #expect(draft.spark.prompt == "storm")
        #expect(draft.spark.inspiration == ["Turner"])
        #expect(draft.spark.model == "m1")
        #expect(draft.spark.params == .object(["steps": .int(30)]))
        #expect(draft.shadow == Shadow(negativePrompt: "calm", constraints: ["no ships"], notes: "n"))
        #expect(
            draft.remixFrom == [
                RemixSource(essenceId: "a"), RemixSource(essenceId: "b", kind: "variation", weight: 0.5),
            ])
        #expect(draft.createdAt == Timestamp(milliseconds: 1_795_162_500_250))
        #expect(draft.tags == ["sea", "oil"])
        #expect(draft.metadata == .object(["year": .int(2026), "deep": .object(["a": .array([.int(1), .null])])]))
        #expect(draft.visibility == .unlisted)
    }

    @Test("a work needs a realm and a title; the rest has defaults")
    func defaults() throws {
        let draft = try EssenceDraft(json: json("{\"realmId\":\"r\",\"title\":\"t\",\"vector\":null}"))
        #expect(draft.kind == "text")
        #expect(draft.visibility == .public)
        #expect(draft.vector == nil && draft.id == nil && draft.createdAt == nil)
        #expect(draft.remixFrom.isEmpty && draft.tags.isEmpty)
        expectRefusal("{\"title\":\"t\"}", field: "realmId", limit: nil) { try EssenceDraft(json: $0) }
        expectRefusal("{\"realmId\":\"r\"}", field: "title", limit: nil) { try EssenceDraft(json: $0) }
    }

    @Test("each limit holds at its edge and is refused one past it")
    func limits() throws {
        func text(_ rest: String) -> String { "{\"realmId\":\"r\",\"title\":\"t\",\(rest)}" }
        func check(_ good: String, _ bad: String, field: String, limit: String?) {
            #expect(throws: Never.self) { try EssenceDraft(json: json(text(good))) }
            expectRefusal(text(bad), field: field, limit: limit) { try EssenceDraft(json: $0) }
        }
        check(long("id", 512), long("id", 513), field: "id", limit: "1…512 bytes")
        check(long("id", 1), long("id", 0), field: "id", limit: "1…512 bytes")
        check(long("nexusId", 512), long("nexusId", 513), field: "nexusId", limit: "1…512 bytes")
        check(long("kind", 64), long("kind", 65), field: "kind", limit: "1…64 bytes")
        check(long("text", 65_536), long("text", 65_537), field: "text", limit: "0…65536 bytes")
        let tags = { (count: Int) in "\"tags\":[" + (0..<count).map { "\"t\($0)\"" }.joined(separator: ",") + "]" }
        check(tags(64), tags(65), field: "tags", limit: "0…64 items")
        check("\"tags\":[\"a\"]", "\"tags\":[\"a\",\"\"]", field: "tags[1]", limit: "1…128 bytes")
        let parents = { (count: Int) in
            "\"remixFrom\":[" + (0..<count).map { "{\"essenceId\":\"p\($0)\"}" }.joined(separator: ",") + "]"
        }
        check(parents(64), parents(65), field: "remixFrom", limit: "0…64 items")
        let weight = { (weight: String) in "\"remixFrom\":[{\"essenceId\":\"a\",\"weight\":\(weight)}]" }
        check(weight("1"), weight("1.001"), field: "remixFrom[0].weight", limit: "> 0, ≤ 1")
        check(weight("1e-9"), weight("0"), field: "remixFrom[0].weight", limit: "> 0, ≤ 1")
        let metadata = { (bytes: Int) in
            "\"metadata\":{\"a\":\"\(String(repeating: "x", count: bytes - 8))\"}"
        }
        check(metadata(40_960), metadata(40_961), field: "metadata", limit: "40960 bytes")
        check(
            "\"visibility\":\"private\"", "\"visibility\":\"secret\"", field: "visibility",
            limit: "public, unlisted, private")
        check(
            "\"createdAt\":\"2026-01-01T00:00:00Z\"", "\"createdAt\":\"2026-01-01\"", field: "createdAt",
            limit: RFC3339.limit)
    }

    @Test("vectors are finite numbers with a direction")
    func vectors() {
        func check(_ vector: String, field: String, limit: String?) {
            expectRefusal("{\"realmId\":\"r\",\"title\":\"t\",\"vector\":\(vector)}", field: field, limit: limit) {
                try EssenceDraft(json: $0)
            }
        }
        check("[0,0.0,-0.0]", field: "vector", limit: "length > 0")
        check("[1e-20,1e-20]", field: "vector", limit: "length 1e-15…1e15")
        check("[1e38,1e38]", field: "vector", limit: "length 1e-15…1e15")
        check("[1,1e39]", field: "vector[1]", limit: "-3.4028235e+38…3.4028235e+38")
        check("[1,\"2\"]", field: "vector[1]", limit: nil)
        check("[]", field: "vector", limit: "1…20000 numbers")
        check("{}", field: "vector", limit: nil)
    }

    @Test("a work is not its own parent, names each parent once, and edges have known kinds")
    func parents() {
        func check(_ rest: String, field: String, limit: String?) {
            expectRefusal("{\"id\":\"me\",\"realmId\":\"r\",\"title\":\"t\",\(rest)}", field: field, limit: limit) {
                try EssenceDraft(json: $0)
            }
        }
        check("\"remixFrom\":[{\"essenceId\":\"me\"}]", field: "remixFrom[0].essenceId", limit: "another work")
        check(
            "\"remixFrom\":[{\"essenceId\":\"a\"},{\"essenceId\":\"a\",\"kind\":\"collab\"}]",
            field: "remixFrom[1].essenceId", limit: "each parent once")
        check(
            "\"remixFrom\":[{\"essenceId\":\"a\",\"kind\":\"copy\"}]", field: "remixFrom[0].kind",
            limit: "remix, variation, collab, inspiredBy")
        check("\"remixFrom\":[{}]", field: "remixFrom[0].essenceId", limit: nil)
        check("\"remixFrom\":{}", field: "remixFrom", limit: nil)
        check(
            "\"remixFrom\":[{\"essenceId\":\"a\",\"flags\":[]}]", field: "remixFrom[0].flags",
            limit: "essenceId, kind, weight")
    }

    @Test("the remix form takes parentIds in place of remixFrom")
    func remix() throws {
        let draft = try EssenceDraft(
            remixJSON: json(
                "{\"parentIds\":[\"a\",\"b\"],\"realmId\":\"r\",\"title\":\"t\",\"spark\":{\"prompt\":\"p\"}}"))
        #expect(draft.remixFrom == [RemixSource(essenceId: "a"), RemixSource(essenceId: "b")])
        func check(_ text: String, field: String, limit: String?) {
            expectRefusal(text, field: field, limit: limit) { try EssenceDraft(remixJSON: $0) }
        }
        check("{\"realmId\":\"r\",\"title\":\"t\"}", field: "parentIds", limit: nil)
        check("{\"parentIds\":[],\"realmId\":\"r\",\"title\":\"t\"}", field: "parentIds", limit: "1…64 items")
        check(
            "{\"parentIds\":[\"a\",\"a\"],\"realmId\":\"r\",\"title\":\"t\"}", field: "parentIds[1]",
            limit: "each parent once")
        check(
            "{\"id\":\"a\",\"parentIds\":[\"a\"],\"realmId\":\"r\",\"title\":\"t\"}", field: "parentIds[0]",
            limit: "another work")
    }

    @Test("unknown fields are refused at every level")
    func unknownFields() throws {
        for (path, text) in [
            ("titel", "{\"realmId\":\"r\",\"title\":\"t\",\"titel\":\"x\"}"),
            ("spark.promt", "{\"realmId\":\"r\",\"title\":\"t\",\"spark\":{\"promt\":\"x\"}}"),
            ("shadow.note", "{\"realmId\":\"r\",\"title\":\"t\",\"shadow\":{\"note\":\"x\"}}"),
        ] {
            let error = #expect(throws: JSONError.self) { try EssenceDraft(json: json(text)) }
            #expect(error?.code == .unknownField)
            #expect(error?.field == path)
        }
    }

    @Test("batches and patches")
    func batchesAndPatches() throws {
        let batch = try EssenceBatch(
            json: json("{\"items\":[{\"realmId\":\"r\",\"title\":\"a\"},{\"realmId\":\"r\",\"title\":\"b\"}]}"))
        #expect(batch.items.map(\.title) == ["a", "b"])
        expectRefusal(
            "{\"items\":[{\"realmId\":\"r\",\"title\":\"a\"},{\"realmId\":\"r\"}]}", field: "items[1].title",
            limit: nil
        ) { try EssenceBatch(json: $0) }
        expectRefusal("{\"items\":[]}", field: "items", limit: "1…1000 items") { try EssenceBatch(json: $0) }

        let patch = try EssencePatch(json: json("{\"title\":\"new\",\"tags\":[]}"))
        #expect(patch.title == "new")
        #expect(patch.tags == [])
        #expect(patch.text == nil && patch.spark == nil && patch.visibility == nil)
        expectRefusal(
            "{\"remixFrom\":[]}", field: "remixFrom",
            limit: "title, text, nexusId, vector, spark, shadow, "
                + "tags, metadata, visibility"
        ) { try EssencePatch(json: $0) }
        let empty = #expect(throws: JSONError.self) { try EssencePatch(json: json("{}")) }
        #expect(empty?.limit == "≥ 1 field")
    }
}
