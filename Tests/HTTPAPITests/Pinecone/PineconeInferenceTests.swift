import HTTPTypes
import PineconeAPI
import StrictJSON
import TestSupport
import Testing

/// Models and their other names, embedding, reranking, and records of text.
struct PineconeInferenceTests {
    private static let embed = InferenceModels.embedName
    private static let rerank = InferenceModels.rerankName

    /// A list of texts as `/embed` and `/rerank` take them.
    private static func texts(_ texts: [String]) -> String {
        "[" + texts.map { "{\"text\":\"\($0)\"}" }.joined(separator: ",") + "]"
    }

    @Test("an alias answers under its own name, as the model it stands for; other names are not found")
    func aliases() async throws {
        let aliases = ["multilingual-e5-large": Self.embed, "bge-reranker-v2-m3": Self.rerank]
        try await PineconeClient.run(aliases: aliases) { client in
            let listed = try await client.control(.get, "/models")
            let names = listed["models"]?.array.compactMap { $0["model"]?.string }
            #expect(names == [Self.embed, Self.rerank, "bge-reranker-v2-m3", "multilingual-e5-large"])
            for (kind, expected) in [("embed", "multilingual-e5-large"), ("rerank", "bge-reranker-v2-m3")] {
                let some = try await client.control(.get, "/models?type=\(kind)")
                #expect(some["models"]?.array.count == 2)
                #expect(some["models"]?.array.last?["model"]?.string == expected)
            }
            #expect(try await client.control(.get, "/models?vector_type=sparse")["models"]?.array.isEmpty == true)

            func embed(_ model: String) async throws -> Answer {
                try await client.control(
                    .post, "/embed", "{\"model\":\"\(model)\",\"inputs\":\(Self.texts(["a sea of ships"]))}")
            }
            let own = try await embed(Self.embed)
            let other = try await embed("multilingual-e5-large")
            #expect(own.status == 200 && own["model"]?.string == Self.embed, "\(own)")
            #expect(other["model"]?.string == "multilingual-e5-large")
            #expect(other["data"] == own["data"])
            // A reranker does not embed, under whatever name.
            for name in ["no-such-model", Self.rerank, "bge-reranker-v2-m3"] {
                expectControlError(try await embed(name), 404, "NOT_FOUND")
                let path = "/models/" + name
                #expect(try await client.control(.get, path).status == (name == "no-such-model" ? 404 : 200))
            }
            let ranked = try await client.control(
                .post, "/rerank",
                """
                {"model":"bge-reranker-v2-m3","query":"the capital of France","top_n":1,"return_documents":false,
                "documents":\(Self.texts(["Apples are a fruit.", "The capital of France is Paris."]))}
                """)
            #expect(ranked.status == 200 && ranked["model"]?.string == "bge-reranker-v2-m3", "\(ranked)")
            #expect(ranked["data"]?.array.count == 1)
            #expect(ranked["data"]?.array.first?["index"]?.int == 1)
            #expect(ranked["data"]?.array.first?["document"] == nil)
        }
    }

    @Test("an alias of a model that is not there, or under a name that is taken, is refused")
    func badAliases() throws {
        #expect(throws: (any Error).self) { try InferenceModels(aliases: ["a": "no-such-model"]) }
        #expect(throws: (any Error).self) { try InferenceModels(aliases: ["": Self.embed]) }
        #expect(throws: (any Error).self) { try InferenceModels(aliases: [Self.rerank: Self.embed]) }
        // An alias of an alias stands for nothing.
        #expect(throws: (any Error).self) { try InferenceModels(aliases: ["a": Self.embed, "b": "a"]) }
    }

    @Test("texts and documents: numbers and bytes just below, at and above their limits")
    func limits() async throws {
        try await PineconeClient.run { client in
            func embed(_ texts: [String], _ rest: String = "") async throws -> Answer {
                try await client.control(
                    .post, "/embed", "{\"model\":\"\(Self.embed)\",\"inputs\":\(Self.texts(texts))\(rest)}")
            }
            for (count, status) in [(0, 400), (1, 200), (95, 200), (96, 200), (97, 400)] {
                let answer = try await embed(Array(repeating: "word", count: count))
                #expect(answer.status == status, "\(count) texts: \(answer)")
                if status == 200 { #expect(answer["data"]?.array.count == count) }
            }
            for (count, status) in [(65_535, 200), (65_536, 200), (65_537, 400)] {
                #expect(
                    try await embed([String(repeating: "a ", count: count / 2) + (count % 2 == 0 ? "" : "b")])
                        .status == status, "\(count) bytes")
            }
            for rest in [
                ",\"parameters\":{\"input_type\":\"other\"}", ",\"parameters\":{\"truncate\":\"MIDDLE\"}",
                ",\"parameters\":{\"dimension\":1}",
            ] {
                expectControlError(try await embed(["a"], rest), 400, "INVALID_ARGUMENT")
            }
            // A wrong type and a missing field are the interface's 422.
            expectControlError(try await embed(["a"], ",\"parameters\":[]"), 422, "UNPROCESSABLE_ENTITY")
            for (count, status) in [(0, 400), (1, 200), (99, 200), (100, 200), (101, 400)] {
                let documents = Self.texts((0..<count).map { "document \($0)" })
                let answer = try await client.control(
                    .post, "/rerank",
                    "{\"model\":\"\(Self.rerank)\",\"query\":\"document\",\"documents\":\(documents)}")
                #expect(answer.status == status, "\(count) documents: \(answer)")
                if status == 200 { #expect(answer["data"]?.array.count == count) }
            }
            let unread = "{\"model\":\"\(Self.rerank)\",\"query\":\"a\",\"documents\":[{\"body\":\"a\"}]}"
            expectControlError(try await client.control(.post, "/rerank", unread), 422, "UNPROCESSABLE_ENTITY")
        }
    }

    @Test("records of text: 96 of them, found by meaning, and nothing stored of a batch with a bad one")
    func records() async throws {
        try await PineconeClient.run { client in
            func create(_ name: String, _ embed: String) async throws -> Answer {
                try await client.control(
                    .post, "/indexes/create-for-model",
                    "{\"name\":\"\(name)\",\"cloud\":\"aws\",\"region\":\"us-east-1\",\"embed\":{\(embed)}}")
            }
            let map = "\"field_map\":{\"text\":\"body\"}"
            expectControlError(try await create("t", "\"model\":\"no-such-model\",\(map)"), 400, "INVALID_ARGUMENT")
            expectControlError(
                try await create("t", "\"model\":\"\(Self.embed)\",\(map),\"dimension\":3"), 400, "INVALID_ARGUMENT")
            #expect(try await create("t", "\"model\":\"\(Self.embed)\",\(map)").status == 201)

            func upsert(_ lines: [String], _ index: String = "t") async throws -> Answer {
                try await client.data(
                    .post, index, "/records/namespaces/n/upsert", lines.joined(separator: "\n"))
            }
            func record(_ id: String, _ text: String) -> String { "{\"_id\":\"\(id)\",\"body\":\"\(text)\",\"n\":1}" }
            for count in [95, 96, 97] {
                let answer = try await upsert((0..<count).map { record("r\($0)", "a loaf of bread, number \($0)") })
                #expect(answer.status == (count <= 96 ? 201 : 400), "\(count) records: \(answer)")
            }
            #expect(try await client.count("t", namespace: "n") == 96)
            let good = record("good", "a ship crosses the stormy sea")
            for bad in ["{\"_id\":\"x\"}", record("x", ""), record("", "a word"), "{\"_id\":\"x\",\"body\":1}", "{"] {
                expectDataError(try await upsert([good, bad]), 400, 3)
            }
            #expect(try await client.count("t", namespace: "n") == 96)
            #expect(try await upsert([good]).status == 201)

            func search(_ body: String, _ index: String = "t") async throws -> Answer {
                try await client.data(.post, index, "/records/namespaces/n/search", body)
            }
            let query = "\"inputs\":{\"text\":\"sailors on the ocean\"}"
            let found = try await search("{\"query\":{\(query),\"top_k\":2},\"fields\":[\"body\"]}")
            let hits = found["result.hits"]?.array ?? []
            #expect(hits.count == 2 && hits.first?["_id"]?.string == "good", "\(found)")
            #expect(hits.first?["fields"] == .object(["body": .string("a ship crosses the stormy sea")]))
            let none = try await search("{\"query\":{\(query),\"top_k\":2,\"filter\":{\"n\":{\"$gt\":1}}}}")
            #expect(none["result.hits"]?.array.isEmpty == true, "\(none)")
            for (topK, status) in [(0, 400), (9_999, 200), (10_000, 200), (10_001, 400)] {
                let answer = try await search("{\"query\":{\(query),\"top_k\":\(topK)},\"fields\":[]}")
                #expect(answer.status == status, "top_k \(topK): \(answer)")
            }
            expectDataError(try await search("{\"query\":{\"top_k\":2}}"), 400, 3)
            expectDataError(try await search("{\"query\":{\(query),\"id\":\"good\",\"top_k\":2}}"), 400, 3)
            // An index that was made for vectors takes no text.
            try await client.create("plain")
            expectDataError(try await upsert([good], "plain"), 400, 3)
            expectDataError(try await search("{\"query\":{\(query),\"top_k\":2}}", "plain"), 400, 3)
        }
    }
}
