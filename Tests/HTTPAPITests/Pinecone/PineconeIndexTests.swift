import HTTPAPI
import HTTPTypes
import StrictJSON
import TestSupport
import Testing

/// The control plane: both dialects, its limits and errors, and what a restart keeps.
struct PineconeIndexTests {
    @Test("an index made in either dialect is described in both")
    func dialects() async throws {
        try await PineconeClient.run { client in
            try await client.create("older", dimension: 3, metric: "euclidean")
            let made = try await client.control(
                .post, "/indexes",
                """
                {"name":"newer","schema":{"fields":{"_values":{"type":"dense_vector","dimension":3,"metric":"euclidean"}}}}
                """, version: "2026-07")
            #expect(made.status == 201, "\(made)")
            for name in ["older", "newer"] {
                let spec = try await client.control(.get, "/indexes/\(name)", version: "2025-04")
                #expect(spec["dimension"]?.int == 3)
                #expect(spec["metric"]?.string == "euclidean")
                #expect(spec["vector_type"]?.string == "dense")
                #expect(spec["spec.serverless.cloud"]?.string == "aws")
                #expect(spec["schema"] == nil)
                for version in ["2026-07", "2026-10", "2026-01.alpha"] {
                    let schema = try await client.control(.get, "/indexes/\(name)", version: version)
                    #expect(schema["schema.fields._values.type"]?.string == "dense_vector")
                    #expect(schema["schema.fields._values.dimension"]?.int == 3)
                    #expect(schema["deployment.deployment_type"]?.string == "managed")
                    #expect(schema["dimension"] == nil)
                    #expect(schema["host"] == spec["host"])
                }
            }
            let unnamed = try await client.control(
                .post, "/indexes", "{\"schema\":{\"fields\":{\"_sparse_values\":{\"type\":\"sparse_vector\"}}}}",
                version: "2026-07")
            #expect(unnamed["name"]?.string?.hasPrefix("index-") == true)
            #expect(unnamed["schema.fields._sparse_values.type"]?.string == "sparse_vector")
        }
    }

    @Test("names, dimensions, metrics and tags at their limits")
    func limits() async throws {
        try await PineconeClient.run { client in
            func create(_ name: String, _ rest: String) async throws -> Answer {
                try await client.control(.post, "/indexes", "{\"name\":\"\(name)\",\(rest),\(PineconeClient.spec)}")
            }
            let dense = "\"dimension\":2"
            #expect(try await create(String(repeating: "a", count: 45), dense).status == 201)
            #expect(try await create("a", dense).status == 201)
            for name in ["", String(repeating: "a", count: 46), "-a", "a-", "A", "a_b", "a.b", "é"] {
                expectControlError(try await create(name, dense), 400, "INVALID_ARGUMENT")
            }
            #expect(try await create("d1", "\"dimension\":1").status == 201)
            #expect(try await create("d2", "\"dimension\":20000").status == 201)
            for dimension in ["0", "20001", "-1"] {
                expectControlError(try await create("bad", "\"dimension\":\(dimension)"), 400, "INVALID_ARGUMENT")
            }
            for rest in ["\"dimension\":\"2\"", "\"dimension\":2.5", "\"metric\":\"cosine\""] {
                expectControlError(try await create("bad", rest), 422, "UNPROCESSABLE_ENTITY")
            }
            for rest in [
                "\"dimension\":2,\"metric\":\"hamming\"", "\"dimension\":2,\"vector_type\":\"sparse\"",
                "\"vector_type\":\"sparse\",\"metric\":\"cosine\"",
            ] {
                expectControlError(try await create("bad", rest), 400, "INVALID_ARGUMENT")
            }
            func tags(_ pairs: [String]) -> String { "\(dense),\"tags\":{\(pairs.joined(separator: ","))}" }
            let twenty = (0..<20).map { "\"k\($0)\":\"v\"" }
            #expect(try await create("t20", tags(twenty)).status == 201)
            expectControlError(try await create("bad", tags(twenty + ["\"k20\":\"v\""])), 400, "INVALID_ARGUMENT")
            let (key, value) = (String(repeating: "k", count: 80), String(repeating: "v", count: 120))
            #expect(try await create("tkv", tags(["\"\(key)\":\"\(value)\""])).status == 201)
            for pair in ["\"\(key)k\":\"v\"", "\"k\":\"\(value)v\"", "\"a b\":\"v\"", "\"k\":\"ü\"", "\"\":\"v\""] {
                expectControlError(try await create("bad", tags([pair])), 400, "INVALID_ARGUMENT")
            }
            expectControlError(
                try await client.control(.patch, "/indexes/t20", "{\"tags\":{\"more\":\"1\"}}"), 400, "INVALID_ARGUMENT"
            )
            let merged = try await client.control(
                .patch, "/indexes/t20", "{\"tags\":{\"more\":\"1\",\"k0\":\"\",\"k1\":\"new\"}}")
            #expect(merged.status == 202)
            #expect(merged["tags.more"]?.string == "1")
            #expect(merged["tags.k0"] == nil)
            #expect(merged["tags.k1"]?.string == "new")
            expectControlError(try await client.control(.get, "/indexes/bad"), 404, "NOT_FOUND")
        }
    }

    @Test("schemas of 2026-07: document indexes are kept and described; fields that cannot be declared are refused")
    func schemas() async throws {
        try await PineconeClient.run { client in
            func create(_ fields: String) async throws -> Answer {
                try await client.control(
                    .post, "/indexes", "{\"name\":\"docs\",\"schema\":{\"fields\":{\(fields)}}}", version: "2026-07")
            }
            for fields in [
                "", "\"x\":{\"type\":\"float\"}", "\"x\":{\"type\":\"string\"}", "\"$x\":{\"type\":\"sparse_vector\"}",
                "\"_id\":{\"type\":\"sparse_vector\"}", "\"_values\":{\"type\":\"sparse_vector\"}",
                "\"\(String(repeating: "x", count: 65))\":{\"type\":\"sparse_vector\"}",
                "\"e\":{\"type\":\"dense_vector\",\"dimension\":20001}",
            ] {
                expectControlError(try await create(fields), 400, "INVALID_ARGUMENT")
            }
            expectControlError(try await create("\"e\":{\"type\":\"dense_vector\"}"), 422, "UNPROCESSABLE_ENTITY")
            let made = try await create(
                "\"emb\":{\"type\":\"dense_vector\",\"dimension\":3},\"body\":{\"type\":\"string\",\"full_text_search\":{}}"
            )
            #expect(made.status == 201, "\(made)")
            #expect(made["schema.fields.body.full_text_search"] == .object([:]))
            expectDataError(
                try await client.upsert("docs", "{\"id\":\"a\",\"values\":[1,2,3]}"), 400, 3)
            expectDataError(
                try await client.data(.post, "docs", "/namespaces/n/documents/search", "{}"), 501, 12)
            expectControlError(
                try await client.control(.patch, "/indexes/docs", "{\"schema\":{}}", version: "2026-07"), 400,
                "INVALID_ARGUMENT")
        }
    }

    @Test("taken names, unknown names, protection, and patches of nothing")
    func errors() async throws {
        try await PineconeClient.run { client in
            try await client.create("taken")
            let again = try await client.control(
                .post, "/indexes", "{\"name\":\"taken\",\"dimension\":9,\(PineconeClient.spec)}")
            expectControlError(again, 409, "ALREADY_EXISTS")
            for method in [HTTPRequest.Method.get, .delete] {
                expectControlError(try await client.control(method, "/indexes/none"), 404, "NOT_FOUND")
            }
            expectControlError(try await client.control(.patch, "/indexes/taken", "{\"x\":1}"), 400, "INVALID_ARGUMENT")
            expectControlError(try await client.control(.post, "/indexes", "{"), 400, "INVALID_ARGUMENT")
            expectControlError(try await client.control(.put, "/indexes"), 405, "UNIMPLEMENTED")
            expectControlError(try await client.control(.get, "/indexes/a/b/c"), 404, "NOT_FOUND")
            let on = try await client.control(.patch, "/indexes/taken", "{\"deletion_protection\":\"enabled\"}")
            #expect(on["deletion_protection"]?.string == "enabled")
            expectControlError(try await client.control(.delete, "/indexes/taken"), 403, "FORBIDDEN")
            _ = try await client.control(.patch, "/indexes/taken", "{\"deletion_protection\":\"disabled\"}")
            let gone = try await client.control(.delete, "/indexes/taken")
            #expect(gone.status == 202)
            #expect(gone.bytes.isEmpty)
            expectControlError(try await client.control(.get, "/indexes/taken"), 404, "NOT_FOUND")
            expectDataError(try await client.data(.get, "taken", "/describe_index_stats"), 404, 5)
        }
    }

    @Test("hosts name the port by which the caller came, the public URL, or no scheme")
    func hosts() async throws {
        var configuration = APIServerConfiguration(publicURL: "https://vectors.example.com/")
        try await PineconeClient.run(configuration: configuration) { client in
            let made = try await client.create("hosted")
            #expect(made["host"]?.string == "https://vectors.example.com/_index/hosted")
        }
        configuration.hostsHaveScheme = false
        try await PineconeClient.run(configuration: configuration) { client in
            let made = try await client.create("hosted")
            #expect(made["host"]?.string == "vectors.example.com/_index/hosted")
        }
        try await PineconeClient.run { client in
            let host = try await client.create("hosted")["host"]?.string
            #expect(host?.hasPrefix("http://") == true && host?.hasSuffix("/_index/hosted") == true, "\(host ?? "")")
        }
        #expect(throws: (any Error).self) { try APIServerConfiguration(publicURL: "vectors.example.com").validate() }
    }

    @Test("a key that is configured is needed on both planes; without one any key is fine")
    func keys() async throws {
        let configuration = APIServerConfiguration(apiKey: "0123456789abcdef")
        try await PineconeClient.run(configuration: configuration) { client in
            expectControlError(try await client.control(.get, "/indexes"), 401, "UNAUTHENTICATED")
            expectDataError(try await client.data(.get, "a", "/describe_index_stats"), 401, 16)
            let name = try #require(HTTPField.Name("Api-Key"))
            let right = try await client.service.send(.get, "/indexes", headers: [name: "0123456789abcdef"])
            #expect(right.status == 200)
        }
        try await PineconeClient.run { client in
            let name = try #require(HTTPField.Name("Api-Key"))
            #expect(try await client.service.send(.get, "/indexes", headers: [name: "pclocal"]).status == 200)
        }
    }

    @Test("a restart keeps indexes, schemas and records, and finishes removing what was deleted")
    func restart() async throws {
        let directory = TemporaryDirectory()
        try await PineconeClient.run(directory) { client in
            try await client.create("kept", dimension: 2, metric: "dotproduct")
            _ = try await client.control(.patch, "/indexes/kept", "{\"tags\":{\"a\":\"b\"}}")
            try await client.upsert(
                "kept",
                """
                {"id":"x","values":[3,4],"sparseValues":{"indices":[7],"values":[2]},"metadata":{"n":1,"l":["p","q"]}}
                """, namespace: "ns")
            _ = try await client.data(
                .post, "kept", "/namespaces", "{\"name\":\"s\",\"schema\":{\"fields\":{\"g\":{\"filterable\":true}}}}")
            try await client.create("gone")
            try await client.upsert("gone", "{\"id\":\"x\",\"values\":[1,0]}")
            #expect(try await client.control(.delete, "/indexes/gone").status == 202)
        }
        try await PineconeClient.run(directory) { client in
            let kept = try await client.control(.get, "/indexes/kept")
            #expect(kept["tags.a"]?.string == "b")
            #expect(kept["metric"]?.string == "dotproduct")
            let fetched = try await client.data(.get, "kept", "/vectors/fetch?ids=x&namespace=ns")
            #expect(fetched["vectors.x.values"] == .array([.double(3), .double(4)]))
            #expect(fetched["vectors.x.sparseValues.indices"] == .array([.int(7)]))
            #expect(fetched["vectors.x.metadata.l"] == .array([.string("p"), .string("q")]))
            let found = try await client.data(
                .post, "kept", "/query",
                "{\"vector\":[1,1],\"sparseVector\":{\"indices\":[7],\"values\":[10]},\"topK\":1,\"namespace\":\"ns\"}")
            #expect(found["matches"]?.array.first?["score"]?.number == 27)
            let schema = try await client.data(.get, "kept", "/namespaces/s")
            #expect(schema["schema.fields.g.filterable"]?.bool == true)
            expectControlError(try await client.control(.get, "/indexes/gone"), 404, "NOT_FOUND")
            try await client.create("gone", dimension: 5)
            #expect(try await client.count("gone") == 0)
        }
    }

    @Test("what is not offered says so in the shape of its plane")
    func unoffered() async throws {
        try await PineconeClient.run { client in
            try await client.create("a")
            #expect(try await client.control(.get, "/collections")["collections"] == .array([]))
            expectControlError(try await client.control(.post, "/collections", "{}"), 400, "INVALID_ARGUMENT")
            expectControlError(try await client.control(.get, "/collections/c"), 404, "NOT_FOUND")
            expectControlError(try await client.control(.get, "/indexes/a/backup-schedules"), 501, "UNIMPLEMENTED")
            expectDataError(try await client.data(.post, "a", "/bulk/imports", "{}"), 501, 12)
            expectDataError(try await client.data(.get, "a", "/bulk/imports"), 501, 12)
        }
    }
}
