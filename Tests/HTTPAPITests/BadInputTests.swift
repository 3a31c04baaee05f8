import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import Platform
import StrictJSON
import Testing

/// Bad input of every kind over HTTP: a 4xx with code, message, field and limit, and nothing changed.
struct BadInputTests {
    /// A service with three works (`c` made from `b`, `b` from `a`) in four dimensions and one memory. The body's
    /// requests must all be refused: the state is compared before and after.
    private func unchanged(_ body: @Sendable (TestService) async throws -> Void) async throws {
        try await TestService.run(embedder: .external(dimension: 4)) { service in
            for (id, vector, parent) in [("a", "[1,0,0,0]", ""), ("b", "[0,1,0,0]", "a"), ("c", "[0,0,1,0]", "b")] {
                let sources = parent.isEmpty ? "" : ",\"remixFrom\":[{\"essenceId\":\"\(parent)\"}]"
                let answer = try await service.post(
                    "/essences",
                    "{\"id\":\"\(id)\",\"realmId\":\"r-\(id)\",\"title\":\"\(id)\",\"vector\":\(vector)\(sources)}")
                try #require(answer.status == 201, "\(answer)")
            }
            let memory = try await service.post("/nexus/n/memories", "{\"id\":\"m\",\"vector\":[1,1,0,0]}")
            try #require(memory.status == 201, "\(memory)")
            let works = ["a", "b", "c"]
            let before = try await service.state()
            var worksBefore: [JSONValue?] = []
            for id in works { worksBefore.append(try await service.record("/essences/\(id)?includeVector=true")) }
            let edgesBefore = try await service.get("/essences/c/lineage")["edges"]

            try await body(service)

            #expect(try await service.state() == before)
            for (id, work) in zip(works, worksBefore) {
                #expect(try await service.record("/essences/\(id)?includeVector=true") == work, "\(id) changed")
            }
            #expect(try await service.get("/essences/c/lineage")["edges"] == edgesBefore)
            #expect(try await service.get("/nexus/n/memories").ids == ["m"])
        }
    }

    /// Each form of request that carries a vector, around the vector's text.
    private static let vectorForms: [@Sendable (String) -> (HTTPRequest.Method, String, String, String)] = [
        { (.post, "/essences", "{\"realmId\":\"r\",\"title\":\"t\",\"vector\":\($0)}", "vector") },
        { (.patch, "/essences/a", "{\"vector\":\($0)}", "vector") },
        { (.post, "/essences/search", "{\"vector\":\($0)}", "vector") },
        { (.post, "/nexus/n/memories", "{\"vector\":\($0)}", "vector") },
        { (.post, "/nexus/n/recall", "{\"vector\":\($0)}", "vector") },
        { (.post, "/feed/rank", "{\"tasteVectors\":[\($0)]}", "tasteVectors[0]") },
        {
            (
                .post, "/essences/batch", "{\"items\":[{\"realmId\":\"r\",\"title\":\"t\",\"vector\":\($0)}]}",
                "items[0].vector"
            )
        },
        {
            (
                .post, "/essence/remix", "{\"parentIds\":[\"a\"],\"realmId\":\"r\",\"title\":\"t\",\"vector\":\($0)}",
                "vector"
            )
        },
    ]

    @Test("vectors of another dimension")
    func dimension() async throws {
        try await unchanged { service in
            for form in Self.vectorForms {
                for vector in ["[1,2,3]", "[1,2,3,4,5]", "[1]"] {
                    let (method, uri, body, field) = form(vector)
                    let answer = try await service.send(method, uri, body: body)
                    #expect(answer.status == 400, "\(method) \(uri) \(body): \(answer)")
                    #expect(answer.error?["code"]?.string == "invalid_argument", "\(uri): \(answer)")
                    #expect(answer.error?["field"]?.string == field, "\(uri): \(answer)")
                    #expect(answer.error?["limit"]?.string?.contains("4") == true, "\(uri): \(answer)")
                }
            }
        }
    }

    @Test("NaN, infinities, numbers beyond a float, zeros, and things that are no numbers")
    func vectorValues() async throws {
        try await unchanged { service in
            for form in Self.vectorForms {
                let (method, uri, _, field) = form("")
                for (vector, suffix, limit) in [
                    ("[0,1,NaN,0]", "[2]", "one JSON document in UTF-8"),
                    ("[Infinity,1,0,0]", "[0]", "one JSON document in UTF-8"),
                    ("[0,-Infinity,0,0]", "[1]", "one JSON document in UTF-8"),
                    ("[0,1e999,0,0]", "[1]", nil),
                    ("[0,0,0,1e39]", "[3]", "-3.4028235e+38…3.4028235e+38"),
                    ("[0,0,0,0]", "", "length > 0"), ("[0,null,0,0]", "[1]", nil), ("[0,\"1\",0,0]", "[1]", nil),
                    ("[]", "", "1…20000 numbers"), ("\"AAAA\"", "", nil), ("[[1,0,0,0]]", "[0]", nil),
                ] as [(String, String, String?)] {
                    let answer = try await service.send(method, uri, body: form(vector).2)
                    #expect(answer.status == 400, "\(uri) \(vector): \(answer)")
                    #expect(answer.error?["code"]?.string == "invalid_argument", "\(uri) \(vector): \(answer)")
                    #expect(answer.error?["field"]?.string == field + suffix, "\(uri) \(vector): \(answer)")
                    if let limit {
                        #expect(answer.error?["limit"]?.string == limit, "\(uri) \(vector): \(answer)")
                    }
                }
            }
        }
    }

    @Test("works that do not exist")
    func unknownEssences() async throws {
        try await unchanged { service in
            for path in [
                "", "/similar", "/lineage", "/roots", "/siblings", "/cousins", "/attribution", "/metrics", "/related",
                "/uncredited",
            ] {
                let answer = try await service.get("/essences/nobody\(path)")
                #expect(answer.status == 404, "\(path): \(answer)")
                #expect(answer.error?["code"]?.string == "not_found", "\(path): \(answer)")
            }
            for (method, uri, body) in [
                (HTTPRequest.Method.patch, "/essences/nobody", "{\"title\":\"x\"}"),
                (.delete, "/essences/nobody", nil), (.get, "/lineage/path?from=a&to=nobody", nil),
                (.get, "/lineage/common?a=nobody&b=a", nil), (.get, "/nexus/n/memories/nobody", nil),
                (.delete, "/nexus/n/memories/nobody", nil), (.post, "/nexus/n/memories/nobody/use", nil),
                (.delete, "/lineage/edges?child=a&parent=nobody", nil),
                (.delete, "/lineage/edges?child=a&parent=c", nil),
                (.delete, "/essences/a?state=merged&mergedInto=nobody", nil),
                (.post, "/lineage/edges", "{\"child\":\"a\",\"parent\":\"nobody\"}"),
                (.post, "/lineage/edges", "{\"child\":\"nobody\",\"parent\":\"a\"}"),
                (.post, "/lineage/is-ancestor", "{\"pairs\":[{\"ancestor\":\"a\",\"descendant\":\"nobody\"}]}"),
                (
                    .post, "/essences",
                    "{\"realmId\":\"r\",\"title\":\"t\",\"vector\":[1,0,0,0],\"remixFrom\":[{\"essenceId\":\"nobody\"}]}"
                ),
                (
                    .post, "/essence/remix",
                    "{\"parentIds\":[\"a\",\"nobody\"],\"realmId\":\"r\",\"title\":\"t\",\"vector\":[1,0,0,0]}"
                ),
                (
                    .post, "/feed/events",
                    "{\"events\":[{\"kind\":\"like\",\"viewerId\":\"v\",\"essenceId\":\"nobody\"}]}"
                ),
            ] as [(HTTPRequest.Method, String, String?)] {
                let answer = try await service.send(method, uri, body: body)
                #expect(answer.status == 404, "\(method) \(uri): \(answer)")
                #expect(answer.error?["code"]?.string == "not_found", "\(method) \(uri): \(answer)")
                #expect(answer.error?["message"]?.string?.isEmpty == false, "\(method) \(uri): \(answer)")
            }
        }
    }

    @Test("a work as its own parent, a parent named twice, an edge that exists, an id that exists")
    func parents() async throws {
        try await unchanged { service in
            let frame = "\"realmId\":\"r\",\"title\":\"t\",\"vector\":[1,0,0,0]"
            expectRefusal(
                try await service.post(
                    "/essences", "{\"id\":\"x\",\(frame),\"remixFrom\":[{\"essenceId\":\"x\"}]}"),
                400, "invalid_argument", field: "remixFrom[0].essenceId", limit: "another work")
            expectRefusal(
                try await service.post(
                    "/essences", "{\"id\":\"x\",\(frame),\"remixFrom\":[{\"essenceId\":\"a\"},{\"essenceId\":\"a\"}]}"),
                400, "invalid_argument", field: "remixFrom[1].essenceId", limit: "each parent once")
            expectRefusal(
                try await service.post("/essence/remix", "{\"id\":\"x\",\(frame),\"parentIds\":[\"a\",\"a\"]}"),
                400, "invalid_argument", field: "parentIds[1]", limit: "each parent once")
            expectRefusal(
                try await service.post("/lineage/edges", "{\"child\":\"a\",\"parent\":\"a\"}"), 400,
                "invalid_argument", field: "parent", limit: "another work")
            let edge = try await service.post("/lineage/edges", "{\"child\":\"b\",\"parent\":\"a\"}")
            #expect(edge.status == 409, "\(edge)")
            #expect(edge.error?["code"]?.string == "already_exists", "\(edge)")
            let id = try await service.post("/essences", "{\"id\":\"a\",\(frame)}")
            #expect(id.status == 409, "\(id)")
            #expect(id.error?["code"]?.string == "already_exists", "\(id)")
        }
    }

    @Test("a late credit that closes a cycle is refused with the cycle")
    func cycle() async throws {
        try await unchanged { service in
            let answer = try await service.post("/lineage/edges", "{\"child\":\"a\",\"parent\":\"c\"}")
            #expect(answer.status == 409, "\(answer)")
            #expect(answer.error?["code"]?.string == "cycle", "\(answer)")
            let cycle = answer.error?["details.cycle"]?.array.compactMap(\.string) ?? []
            #expect(Set(cycle) == ["a", "b", "c"], "\(answer)")
        }
    }

    @Test("a batch with one bad work writes none of it")
    func batch() async throws {
        try await unchanged { service in
            let good = "{\"id\":\"good\",\"realmId\":\"r\",\"title\":\"t\",\"vector\":[1,0,0,0]}"
            for bad in [
                "{\"id\":\"bad\",\"realmId\":\"r\",\"title\":\"t\",\"vector\":[1,0,0,0],\"remixFrom\":[{\"essenceId\":\"nobody\"}]}",
                "{\"id\":\"bad\",\"realmId\":\"r\",\"title\":\"t\",\"vector\":[1,0,0]}",
                "{\"id\":\"good\",\"realmId\":\"r\",\"title\":\"t\",\"vector\":[1,0,0,0]}",
                "{\"id\":\"a\",\"realmId\":\"r\",\"title\":\"t\",\"vector\":[1,0,0,0]}",
                "{\"id\":\"bad\",\"realmId\":\"r\"}",
            ] {
                let answer = try await service.post("/essences/batch", "{\"items\":[\(good),\(bad)]}")
                #expect((400..<500).contains(answer.status), "\(bad): \(answer)")
                #expect(try await service.get("/essences/good").status == 404, "\(bad)")
            }
            let memories = try await service.post(
                "/nexus/n/memories", "{\"items\":[{\"id\":\"x\",\"vector\":[1,0,0,0]},{\"id\":\"y\",\"vector\":[1,0]}]}"
            )
            expectRefusal(memories, 400, "invalid_argument", field: "items[1].vector", limit: "4 numbers")
            let fresh = try await service.post("/nexus/fresh/memories", "{\"vector\":[1,0]}")
            #expect(fresh.status == 400, "\(fresh)")
        }
    }

    @Test("broken JSON, bad UTF-8, deep nesting, doubled and unknown fields on every route with a body")
    func brokenBodies() async throws {
        try await unchanged { service in
            for (method, uri) in [
                (HTTPRequest.Method.post, "/essences"), (.post, "/essences/batch"), (.post, "/essence/remix"),
                (.patch, "/essences/a"), (.post, "/essences/search"), (.post, "/lineage/edges"),
                (.post, "/lineage/is-ancestor"), (.post, "/nexus/n/memories"), (.post, "/nexus/n/recall"),
                (.post, "/feed/rank"), (.post, "/feed/events"),
            ] {
                for text in [
                    "{", "{\"id\":}", "{\"id\":\"x\"", "{\"id\":\"x\"}}", "not json", "[1,]", "\u{0}", "{'a':1}",
                ] {
                    let answer = try await service.send(method, uri, body: text)
                    #expect(answer.status == 400, "\(uri) \(text): \(answer)")
                    #expect(answer.error?["code"]?.string == "invalid_argument", "\(uri) \(text): \(answer)")
                    #expect(answer.error?["limit"]?.string == "one JSON document in UTF-8", "\(uri) \(text): \(answer)")
                    #expect(answer.error?["field"]?.string != nil, "\(uri) \(text): \(answer)")
                }
                for text in ["[]", "7", "\"x\"", "null"] {
                    expectRefusal(
                        try await service.send(method, uri, body: text), 400, "invalid_argument", field: "body",
                        limit: nil)
                }
                let badUTF8 = try await service.send(
                    method, uri, bytes: Array("{\"title\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8))
                expectRefusal(
                    badUTF8, 400, "invalid_argument", field: "title", limit: "one JSON document in UTF-8")
                let unknown = try await service.send(method, uri, body: "{\"surprise\":1}")
                #expect(unknown.status == 400, "\(uri): \(unknown)")
                let doubled = try await service.send(method, uri, body: "{\"id\":\"x\",\"id\":\"x\"}")
                expectRefusal(doubled, 400, "invalid_argument", field: "id", limit: "once")
                let deep = String(repeating: "{\"a\":", count: 65) + "1" + String(repeating: "}", count: 65)
                let nested = try await service.send(method, uri, body: deep)
                #expect(nested.status == 400, "\(uri): \(nested)")
                #expect(nested.error?["limit"]?.string == "64 levels", "\(uri): \(nested)")
            }
            let typo = try await service.post("/essences/search", "{\"vector\":[1,0,0,0],\"topk\":5}")
            expectRefusal(
                typo, 400, "invalid_argument", field: "topk",
                limit: "text, vector, filter, topK, groupBy, minScore, includeVectors, viewerRealmId, efSearch, explain"
            )
        }
    }

    @Test("numbers of results out of range")
    func counts() async throws {
        try await unchanged { service in
            for (uri, body, field, limit) in [
                ("/essences/search", "{\"vector\":[1,0,0,0],\"topK\":0}", "topK", "1…10000"),
                ("/essences/search", "{\"vector\":[1,0,0,0],\"topK\":-1}", "topK", "1…10000"),
                ("/essences/search", "{\"vector\":[1,0,0,0],\"topK\":10001}", "topK", "1…10000"),
                ("/essences/search", "{\"vector\":[1,0,0,0],\"topK\":1e9}", "topK", "1…10000"),
                ("/nexus/n/recall", "{\"vector\":[1,0,0,0],\"k\":0}", "k", "1…1000"),
                ("/nexus/n/recall", "{\"vector\":[1,0,0,0],\"k\":1001}", "k", "1…1000"),
                ("/feed/rank", "{\"k\":0}", "k", "1…200"), ("/feed/rank", "{\"k\":201}", "k", "1…200"),
            ] {
                expectRefusal(
                    try await service.post(uri, body), 400, "invalid_argument", field: field, limit: limit)
            }
        }
    }

    @Test("a text where the store's vectors come from outside")
    func textWithoutEmbedder() async throws {
        try await unchanged { service in
            for (uri, body) in [
                ("/essences", "{\"realmId\":\"r\",\"title\":\"t\"}"), ("/essences/search", "{\"text\":\"storm\"}"),
                ("/nexus/n/memories", "{\"text\":\"storm\"}"), ("/nexus/n/recall", "{\"text\":\"storm\"}"),
            ] {
                let answer = try await service.post(uri, body)
                #expect((400..<500).contains(answer.status), "\(uri): \(answer)")
                #expect(answer.error?["message"]?.string?.contains("vector") == true, "\(uri): \(answer)")
                #expect(answer.error?["field"]?.string == "vector", "\(uri): \(answer)")
            }
        }
    }

    @Test("takedowns that make no sense")
    func takedowns() async throws {
        try await unchanged { service in
            for (query, field, limit) in [
                ("state=live", "state", "hidden, redacted, merged"),
                ("state=gone", "state", "hidden, redacted, merged"),
                ("state=merged", "mergedInto", "required"), ("state=hidden&mergedInto=b", "mergedInto", "absent"),
                ("mergedInto=b", "mergedInto", "absent"),
            ] {
                expectRefusal(
                    try await service.send(.delete, "/essences/a?\(query)"), 400, "invalid_argument", field: field,
                    limit: limit)
            }
            let itself = try await service.send(.delete, "/essences/a?state=merged&mergedInto=a")
            #expect((400..<500).contains(itself.status), "\(itself)")
        }
    }
}
