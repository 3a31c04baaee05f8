import HTTPTypes
import StrictJSON
import TestSupport
import Testing

/// The data plane: every limit just below, at and above it; what is refused changes nothing.
struct PineconeRecordTests {
    @Test("upserts: counts, ids, dimensions, numbers, metadata")
    func upsertLimits() async throws {
        try await PineconeClient.run { client in
            try await client.create("a")
            func vector(_ id: String, _ rest: String = "\"values\":[1,2]") -> String { "{\"id\":\"\(id)\",\(rest)}" }
            func many(_ count: Int) -> String { (0..<count).map { vector("v\($0)") }.joined(separator: ",") }
            let thousand = try await client.upsert("a", many(1_000))
            #expect(thousand["upsertedCount"]?.int == 1_000, "\(thousand)")
            expectDataError(try await client.upsert("a", many(1_001), namespace: "no"), 400, 3)
            expectDataError(try await client.upsert("a", "", namespace: "no"), 400, 3)

            let long = String(repeating: "i", count: 512)
            #expect(try await client.upsert("a", vector(long)).status == 200)
            for id in ["", long + "i", "ü", "\\u0000"] {
                expectDataError(try await client.upsert("a", vector(id), namespace: "no"), 400, 3)
            }
            for rest in [
                "\"values\":[1]", "\"values\":[1,2,3]", "\"values\":[0,0]", "\"values\":[]", "\"metadata\":{}",
                "\"values\":[1,1e39]", "\"values\":[1,\"2\"]", "\"values\":[1,null]", "\"values\":\"x\"",
                "\"values\":[1,2],\"sparseValues\":{\"indices\":[1],\"values\":[1]}",
                "\"values\":[1,2],\"metadata\":{\"a\":null}", "\"values\":[1,2],\"metadata\":{\"a\":{\"b\":1}}",
                "\"values\":[1,2],\"metadata\":{\"a\":[1]}", "\"values\":[1,2],\"metadata\":{\"$a\":1}",
                "\"values\":[1,2],\"metadata\":[]", "\"values\":[1,2],\"metadata\":{\"a\":1,\"a\":2}",
            ] {
                expectDataError(try await client.upsert("a", vector("x", rest), namespace: "no"), 400, 3)
                // The good one beside it is not stored either.
                let batch = vector("good") + "," + vector("x", rest)
                expectDataError(try await client.upsert("a", batch, namespace: "no"), 400, 3)
            }
            // {"t":"…"} has 8 bytes around its text.
            for (length, status) in [(40_959, 200), (40_960, 200), (40_961, 400)] {
                let text = String(repeating: "x", count: length - 8)
                let answer = try await client.upsert(
                    "a", vector("m", "\"values\":[1,2],\"metadata\":{\"t\":\"\(text)\"}"), namespace: "meta\(status)")
                #expect(answer.status == status, "\(length) bytes: \(answer)")
            }
            expectDataError(try await client.data(.post, "a", "/vectors/upsert", "[]"), 400, 3)
            expectDataError(try await client.data(.post, "a", "/vectors/upsert", "{\"vectors\":"), 400, 3)
            expectDataError(try await client.upsert("none", vector("a")), 404, 5)
            let space = try await client.data(.get, "a", "/namespaces")
            let names = space["namespaces"]?.array.compactMap { $0["name"]?.string }
            #expect(names == ["__default__", "meta200"], "a refused batch makes no namespace")
            #expect(try await client.count("a", namespace: "meta400") == 0)
            #expect(try await client.count("a") == 1_001)
        }
    }

    @Test("the last of two records with one id in a batch counts; an upsert replaces the whole record")
    func replacing() async throws {
        try await PineconeClient.run { client in
            try await client.create("a")
            let twice = try await client.upsert(
                "a",
                """
                {"id":"x","values":[1,0],"metadata":{"n":1}},{"id":"y","values":[1,1]},{"id":"x","values":[0,2],"metadata":{"m":2}}
                """)
            #expect(twice["upsertedCount"]?.int == 3)
            let fetched = try await client.data(.get, "a", "/vectors/fetch?ids=x&ids=x&ids=none")
            let record = try #require(fetched["vectors.x"])
            #expect(fetched["vectors"] == .object(["x": record]))
            #expect(fetched["vectors.x.values"] == .array([.double(0), .double(2)]), "as it was sent, not normalized")
            #expect(fetched["vectors.x.metadata"] == .object(["m": .int(2)]))
            #expect(try await client.count("a") == 2)
            #expect(try await client.matches("a", "{\"vector\":[1,0],\"topK\":9,\"filter\":{\"n\":1}}").isEmpty)
        }
    }

    @Test("queries: topK, vectors, ids, filters")
    func queryLimits() async throws {
        try await PineconeClient.run { client in
            try await client.create("a")
            try await client.upsert("a", "{\"id\":\"x\",\"values\":[1,0]},{\"id\":\"y\",\"values\":[0,1]}")
            for (topK, status) in [
                ("0", 400), ("1", 200), ("10000", 200), ("10001", 400), ("\"1\"", 400), ("1.5", 400),
            ] {
                let answer = try await client.data(.post, "a", "/query", "{\"vector\":[1,0],\"topK\":\(topK)}")
                #expect(answer.status == status, "topK \(topK): \(answer)")
            }
            for body in [
                "{\"vector\":[1,0]}", "{\"topK\":1}", "{\"topK\":1,\"vector\":[1]}",
                "{\"topK\":1,\"vector\":[1,0],\"id\":\"x\"}",
                "{\"topK\":1,\"vector\":[1,0],\"sparseVector\":{\"indices\":[1],\"values\":[1]}}",
                "{\"topK\":1,\"vector\":[1,0],\"includeValues\":1}", "{\"topK\":1,\"vector\":[1,0],\"filter\":[]}",
                "{\"topK\":1,\"vector\":[1,0],\"filter\":{\"a\":{\"$regex\":\"x\"}}}",
                "{\"topK\":1,\"vector\":[1,0],\"filter\":{\"$xor\":[{\"a\":1}]}}",
                "{\"topK\":1,\"vector\":[1,0],\"filter\":{\"a\":{}}}",
                "{\"topK\":1,\"vector\":[1,0],\"filter\":{\"$and\":[]}}",
                "{\"topK\":1,\"vector\":[1,0],\"filter\":{\"a\":{\"$gt\":\"1\"}}}",
                "{\"topK\":1,\"vector\":[1,0],\"filter\":{\"a\":null}}",
                "{\"topK\":1,\"vector\":[1,0],\"namespace\":\"\(String(repeating: "n", count: 513))\"}",
            ] {
                expectDataError(try await client.data(.post, "a", "/query", body), 400, 3)
            }
            #expect(try await client.matches("a", "{\"topK\":9,\"id\":\"y\"}") == ["y", "x"])
            #expect(try await client.matches("a", "{\"topK\":9,\"id\":\"none\"}").isEmpty)
            #expect(try await client.matches("a", "{\"topK\":9,\"vector\":[1,0],\"filter\":{}}") == ["x", "y"])
            #expect(
                try await client.matches("a", "{\"topK\":9,\"vector\":[0,0]}").count == 2, "a zero query is for filters"
            )
            #expect(try await client.matches("a", "{\"topK\":9,\"vector\":[1,0],\"namespace\":\"none\"}").isEmpty)
            for (count, status) in [(10_000, 200), (10_001, 400)] {
                let values = (0..<count).map(String.init).joined(separator: ",")
                let answer = try await client.data(
                    .post, "a", "/query", "{\"topK\":1,\"vector\":[1,0],\"filter\":{\"a\":{\"$in\":[\(values)]}}}")
                #expect(answer.status == status, "$in of \(count): \(answer)")
            }
            let deep =
                String(repeating: "{\"$and\":[", count: 40) + "{\"a\":1}" + String(repeating: "]}", count: 40)
            expectDataError(
                try await client.data(.post, "a", "/query", "{\"topK\":1,\"vector\":[1,0],\"filter\":\(deep)}"), 400, 3)
        }
    }

    @Test("fetches and listings: numbers of ids, pages, tokens")
    func readingLimits() async throws {
        try await PineconeClient.run { client in
            try await client.create("a")
            let vectors = (0..<250).map { "{\"id\":\"v\($0)\",\"values\":[1,\($0)],\"metadata\":{\"n\":\($0)}}" }
            try await client.upsert("a", vectors.joined(separator: ","))
            for (count, status) in [(0, 400), (1, 200), (1_000, 200), (1_001, 400)] {
                let ids = (0..<count).map { "ids=v\($0)" }.joined(separator: "&")
                #expect(try await client.data(.get, "a", "/vectors/fetch?\(ids)").status == status, "\(count) ids")
            }
            for (limit, status) in [("0", 400), ("1", 200), ("100", 200), ("101", 400), ("x", 400)] {
                #expect(try await client.data(.get, "a", "/vectors/list?limit=\(limit)").status == status)
            }
            for (limit, status) in [(0, 400), (1, 200), (10_000, 200), (10_001, 400)] {
                let body = "{\"filter\":{\"n\":{\"$gte\":0}},\"limit\":\(limit)}"
                #expect(try await client.data(.post, "a", "/vectors/fetch_by_metadata", body).status == status)
            }
            var listed: [String] = []
            var token: String?
            repeat {
                let page = try await client.data(
                    .get, "a", "/vectors/list?prefix=v1&limit=50" + (token.map { "&paginationToken=\($0)" } ?? ""))
                listed += page["vectors"]?.array.compactMap { $0["id"]?.string } ?? []
                token = page["pagination.next"]?.string
            } while token != nil
            #expect(listed == (0..<250).map { "v\($0)" }.filter { $0.hasPrefix("v1") }.sorted())
            for token in ["!", "A", "dj==", "%20"] {
                let answer = try await client.data(.get, "a", "/vectors/list?paginationToken=\(token)")
                expectDataError(answer, 400, 3)
            }
            expectDataError(try await client.data(.get, "a", "/vectors/list?prefix=%FF"), 400, 3)
            expectDataError(try await client.data(.post, "a", "/vectors/fetch_by_metadata", "{\"filter\":{}}"), 400, 3)
            expectDataError(
                try await client.data(.post, "a", "/describe_index_stats", "{\"filter\":{\"n\":1}}"), 400, 3)
            #expect(try await client.data(.post, "a", "/describe_index_stats", "{}").status == 200)
        }
    }

    @Test("updates: what they keep, what they refuse, and a dry run")
    func updates() async throws {
        try await PineconeClient.run { client in
            try await client.create("a")
            try await client.upsert(
                "a",
                """
                {"id":"x","values":[1,0],"metadata":{"a":1,"t":"\(String(repeating: "x", count: 30_000))"}},
                {"id":"y","values":[0,1],"metadata":{"a":1}}
                """)
            func update(_ body: String) async throws -> Answer {
                try await client.data(.post, "a", "/vectors/update", body)
            }
            for body in [
                "{}", "{\"setMetadata\":{\"a\":1}}", "{\"id\":\"x\",\"filter\":{\"a\":1},\"setMetadata\":{\"b\":1}}",
                "{\"filter\":{},\"setMetadata\":{\"b\":1}}", "{\"filter\":{\"a\":1}}",
                "{\"filter\":{\"a\":1},\"values\":[1,2]}", "{\"id\":\"x\",\"values\":[1]}",
                "{\"id\":\"x\",\"setMetadata\":{\"b\":null}}",
                "{\"id\":\"x\",\"sparseValues\":{\"indices\":[1],\"values\":[1]}}",
                "{\"id\":\"x\",\"setMetadata\":{\"u\":\"\(String(repeating: "u", count: 12_000))\"}}",
                "{\"filter\":{\"a\":1},\"setMetadata\":{\"u\":\"\(String(repeating: "u", count: 12_000))\"}}",
            ] {
                expectDataError(try await update(body), 400, 3)
            }
            let before = try await client.data(.get, "a", "/vectors/fetch?ids=x&ids=y")
            #expect(before["vectors.y.metadata"] == .object(["a": .int(1)]), "nothing was changed by refusals")
            let dry = try await update("{\"filter\":{\"a\":1},\"setMetadata\":{\"b\":2},\"dryRun\":true}")
            #expect(dry["matchedRecords"]?.int == 2)
            let none = try await update("{\"id\":\"none\",\"setMetadata\":{\"b\":2}}")
            #expect(none.json == .object([:]))
            #expect(try await update("{\"id\":\"y\",\"values\":[0,5]}").status == 200)
            let real = try await update("{\"filter\":{\"a\":1},\"setMetadata\":{\"b\":2}}")
            #expect(real["matchedRecords"]?.int == 2)
            let after = try await client.data(.get, "a", "/vectors/fetch?ids=x&ids=y&ids=none")
            #expect(after["vectors.y.metadata"] == .object(["a": .int(1), "b": .int(2)]))
            #expect(after["vectors.y.values"] == .array([.double(0), .double(5)]))
            #expect(after["vectors.none"] == nil)
            #expect(try await client.matches("a", "{\"vector\":[1,0],\"topK\":9,\"filter\":{\"b\":2}}") == ["x", "y"])
        }
    }

    @Test("deletes: exactly one way at a time; sequences go on through the deletion of all")
    func deletes() async throws {
        try await PineconeClient.run { client in
            try await client.create("a")
            let written = try await client.upsert(
                "a",
                (0..<6).map { "{\"id\":\"v\($0)\",\"values\":[1,\($0)],\"metadata\":{\"n\":\($0)}}" }
                    .joined(separator: ","))
            #expect(written.headers[PineconeClient.requestLSN] == "1")
            func delete(_ body: String) async throws -> Answer {
                try await client.data(.post, "a", "/vectors/delete", body)
            }
            for body in [
                "{}", "{\"ids\":[]}", "{\"deleteAll\":false}", "{\"ids\":[\"v1\"],\"deleteAll\":true}",
                "{\"filter\":{}}",
                "{\"filter\":{\"n\":1},\"deleteAll\":true}", "{\"filter\":{\"n\":{\"$gt\":\"1\"}}}", "{\"ids\":[1]}",
                "{\"ids\":[\(Array(repeating: "\"v1\"", count: 1_001).joined(separator: ","))]}",
            ] {
                expectDataError(try await delete(body), 400, 3)
            }
            #expect(try await client.count("a") == 6)
            #expect(try await delete("{\"ids\":[\"v1\",\"v1\",\"none\"]}").json == .object([:]))
            #expect(try await delete("{\"filter\":{\"n\":{\"$gte\":4}}}").headers[PineconeClient.requestLSN] == "3")
            let listed = try await client.data(.get, "a", "/vectors/list")
            #expect(listed["vectors"]?.array.compactMap { $0["id"]?.string } == ["v0", "v2", "v3"])
            #expect(listed.headers[PineconeClient.indexedLSN] == "3")
            #expect(try await delete("{\"deleteAll\":true}").headers[PineconeClient.requestLSN] == "4")
            #expect(try await client.count("a") == 0)
            #expect(try await client.matches("a", "{\"vector\":[1,0],\"topK\":9}").isEmpty)
            let again = try await client.upsert("a", "{\"id\":\"v1\",\"values\":[1,1]}")
            #expect(again.headers[PineconeClient.requestLSN] == "5")
            #expect(try await client.matches("a", "{\"vector\":[1,0],\"topK\":9}") == ["v1"])
            #expect(try await delete("{\"ids\":[\"v1\"],\"namespace\":\"none\"}").status == 200)
            #expect(try await client.data(.get, "a", "/namespaces/none").status == 404)
        }
    }

    @Test("namespaces: two names of the default one, pages, and what may not be created")
    func namespaces() async throws {
        try await PineconeClient.run { client in
            try await client.create("a")
            try await client.upsert("a", "{\"id\":\"x\",\"values\":[1,0]}", namespace: "__default__")
            try await client.upsert("a", "{\"id\":\"y\",\"values\":[1,0]}", namespace: "")
            #expect(try await client.count("a") == 2)
            func create(_ name: String, _ rest: String = "") async throws -> Answer {
                try await client.data(.post, "a", "/namespaces", "{\"name\":\"\(name)\"\(rest)}")
            }
            let long = String(repeating: "n", count: 512)
            #expect(try await create(long).status == 200)
            for name in ["", "__default__", long + "n", "ü"] { expectDataError(try await create(name), 400, 3) }
            expectDataError(try await create("s", ",\"schema\":{\"fields\":{\"g\":{\"filterable\":false}}}"), 400, 3)
            #expect(try await create("p/1").status == 200)
            expectDataError(try await create("p/1"), 409, 6)
            #expect(try await create("p/2").status == 200)
            let page = try await client.data(.get, "a", "/namespaces?prefix=p%2F&limit=1")
            #expect(page["namespaces"]?.array.compactMap { $0["name"]?.string } == ["p/1"])
            #expect(page["total_count"]?.int == 2)
            let next = try #require(page["pagination.next"]?.string)
            let last = try await client.data(.get, "a", "/namespaces?prefix=p%2F&limit=1&paginationToken=\(next)")
            #expect(last["namespaces"]?.array.compactMap { $0["name"]?.string } == ["p/2"])
            #expect(last["pagination"] == nil)
            let emptied = try await client.data(.get, "a", "/namespaces/p%2F1")
            #expect(emptied["record_count"]?.int == 0)
            #expect(try await client.data(.delete, "a", "/namespaces/p%2F1").json == .object([:]))
            expectDataError(try await client.data(.get, "a", "/namespaces/p%2F1"), 404, 5)
            expectDataError(try await client.data(.delete, "a", "/namespaces/p%2F1"), 404, 5)
            #expect(try await client.data(.delete, "a", "/namespaces/__default__").status == 200)
            #expect(try await client.count("a") == 0)
        }
    }

    @Test("a schema names the fields by which records can be filtered: others are refused everywhere, and kept")
    func filterable() async throws {
        try await PineconeClient.run { client in
            let schema = "\"schema\":{\"fields\":{\"g\":{\"filterable\":true}}}"
            let made = try await client.control(
                .post, "/indexes",
                "{\"name\":\"a\",\"dimension\":2,\"spec\":{\"serverless\":{\"cloud\":\"aws\",\"region\":\"r\",\(schema)}}}"
            )
            #expect(made.status == 201, "\(made)")
            let own = "{\"name\":\"own\",\"schema\":{\"fields\":{\"h\":{\"filterable\":true}}}}"
            #expect(try await client.data(.post, "a", "/namespaces", own).status == 200)
            for (namespace, right, wrong) in [("", "g", "h"), ("own", "h", "g"), ("unwritten", "g", "h")] {
                if namespace != "unwritten" {
                    try await client.upsert(
                        "a", "{\"id\":\"x\",\"values\":[1,0],\"metadata\":{\"g\":1,\"h\":1}}", namespace: namespace)
                }
                func filter(_ field: String) -> String {
                    "\"filter\":{\"$or\":[{\"\(field)\":{\"$ne\":7}}]},\"namespace\":\"\(namespace)\""
                }
                for (path, rest) in [
                    ("/query", "\"topK\":1,\"vector\":[1,0],"), ("/vectors/fetch_by_metadata", ""),
                    ("/vectors/update", "\"setMetadata\":{\"k\":1},"), ("/vectors/delete", ""),
                ] {
                    expectDataError(try await client.data(.post, "a", path, "{\(rest)\(filter(wrong))}"), 400, 3)
                    let fine = try await client.data(.post, "a", path, "{\(rest)\(filter(right))}")
                    #expect(fine.status == 200, "\(path): \(fine)")
                }
            }
            #expect(try await client.count("a", namespace: "own") == 0, "only the last of the four deletes")
        }
    }
}
