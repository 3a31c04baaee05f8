import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import Testing

/// What holds on every route: ids, errors, methods, types, sizes, keys.
struct ProtocolTests {
    @Test("monitors' routes answer")
    func operations() async throws {
        try await TestService.run { service in
            let health = try await service.get("/healthz")
            #expect(health.status == 200)
            #expect(health["status"]?.string == "ok")
            let ready = try await service.get("/readyz")
            #expect(ready.status == 200)
            #expect(ready["state"]?.string == "ready")
            #expect(ready["essences"]?.int == 0)
            let version = try await service.get("/version")
            #expect(version["name"]?.string == "arcanea")
            #expect(version["version"]?.string?.split(separator: ".").count == 3)
            #expect(version.headers[.contentType] == "application/json; charset=utf-8")
        }
    }

    @Test("a request id is taken over when it is sensible and made when it is not")
    func requestIDs() async throws {
        try await TestService.run { service in
            let name = try #require(HTTPField.Name("X-Request-Id"))
            let given = try await service.send(.get, "/essences/none", headers: [name: "trace-42"])
            #expect(given.headers[name] == "trace-42")
            #expect(given.error?["requestId"]?.string == "trace-42")
            let made = try await service.get("/healthz")
            #expect(made.headers[name]?.isEmpty == false)
            let long = try await service.send(.get, "/healthz", headers: [name: String(repeating: "x", count: 129)])
            #expect(long.headers[name].map { $0.utf8.count < 129 } == true)
        }
    }

    @Test("unknown paths are 404, known paths with another method 405 with Allow, both as JSON")
    func routing() async throws {
        try await TestService.run { service in
            expectRefusal(try await service.get("/nothing/here"), 404, "not_found", field: "path", limit: nil)
            expectRefusal(try await service.get("/page"), 404, "not_found", field: "path", limit: nil)
            let wrong = try await service.send(.put, "/essences/a")
            expectRefusal(wrong, 405, "method_not_allowed", field: "method", limit: "DELETE, GET, HEAD, PATCH")
            #expect(wrong.headers[.allow] == "DELETE, GET, HEAD, PATCH")
            expectRefusal(
                try await service.get("/essences/search"), 405, "method_not_allowed", field: "method", limit: "POST")
            expectRefusal(
                try await service.send(.delete, "/healthz"), 405, "method_not_allowed", field: "method",
                limit: "GET, HEAD")
        }
    }

    @Test("HEAD answers like GET without a body")
    func head() async throws {
        try await TestService.run { service in
            let head = try await service.send(.head, "/version")
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)
            #expect(head.headers[.contentLength].flatMap { Int($0) }.map { $0 > 0 } == true)
            let missing = try await service.send(.head, "/essences/none")
            #expect(missing.status == 404)
            #expect(missing.bytes.isEmpty)
        }
    }

    @Test("JSON bodies of other types are refused; no type, a suffix, or curl's default are fine")
    func contentTypes() async throws {
        try await TestService.run { service in
            for type in ["text/plain", "multipart/form-data; boundary=x", "application/xml", "application/jsonx", ""] {
                let answer = try await service.send(
                    .post, "/essences/search", body: "{}", headers: [.contentType: type])
                expectRefusal(
                    answer, 415, "unsupported_media_type", field: "Content-Type", limit: "application/json")
            }
            for type in [
                "application/json", "application/json; charset=utf-8", "Application/JSON", "application/ld+json",
                "application/x-www-form-urlencoded",
            ] {
                let answer = try await service.send(
                    .post, "/essences/search", body: "{}", headers: [.contentType: type])
                #expect(answer.status == 400, "\(type): \(answer)")
            }
        }
    }

    @Test("a body is taken up to the limit and refused one byte past it, announced or not")
    func bodySize() async throws {
        let limit = 100_000
        try await TestService.run(configuration: APIServerConfiguration(bodyBytesMax: limit)) { service in
            func body(_ bytes: Int) -> String {
                let frame = "{\"text\":\"\"}"
                return "{\"text\":\"\(String(repeating: "x", count: bytes - frame.utf8.count))\"}"
            }
            // Within the body's limit, the text's own limit answers.
            let fits = try await service.post("/essences/search", body(limit))
            expectRefusal(fits, 400, "invalid_argument", field: "text", limit: "1…65536 bytes")
            let tooLarge = try await service.post("/essences/search", body(limit + 1))
            expectRefusal(tooLarge, 413, "too_large", field: "body", limit: "100000 bytes")
            #expect(tooLarge.headers[.connection] == "close")
            let empty = try await service.send(.post, "/essences/search")
            expectRefusal(empty, 400, "invalid_argument", field: "body", limit: "a JSON object")
        }
    }

    @Test("query parameters are known, given once, in range and percent-encoded UTF-8")
    func queries() async throws {
        try await TestService.run { service in
            func check(_ uri: String, field: String, limit: String) async throws {
                expectRefusal(try await service.get(uri), 400, "invalid_argument", field: field, limit: limit)
            }
            try await check("/essences/a?x=1", field: "x", limit: "includeVector, viewerRealmId")
            try await check("/essences/a?includeVector=yes", field: "includeVector", limit: "true, false")
            try await check(
                "/essences/a?includeVector=true&includeVector=true", field: "includeVector", limit: "once")
            try await check("/essences/a/similar?topK=0", field: "topK", limit: "1…10000")
            try await check("/essences/a/similar?topK=10001", field: "topK", limit: "1…10000")
            try await check("/essences/a/similar?topK=ten", field: "topK", limit: "1…10000")
            try await check("/essences/a/similar?topK=", field: "topK", limit: "1…10000")
            try await check("/essences/a/similar?minScore=nan", field: "minScore", limit: "-1.0…1.0")
            try await check("/essences/a/lineage?direction=up", field: "direction", limit: "ancestors, descendants")
            try await check("/essences/a/lineage?depth=0", field: "depth", limit: "1…1000000")
            try await check("/essences/a/lineage?limit=10001", field: "limit", limit: "1…10000")
            try await check(
                "/essences/a/lineage?kinds=remix,copy", field: "kinds",
                limit: "remix, variation, collab, inspiredBy")
            try await check("/essences/a/lineage?asOf=yesterday", field: "asOf", limit: "RFC 3339")
            try await check("/essences/a/attribution?by=tribe", field: "by", limit: "work, creator, root")
            try await check("/lineage/path?from=a", field: "to", limit: "required")
            try await check("/lineage/path?from=a&to=", field: "to", limit: "1…512 bytes")
            try await check("/lineage/path?from=%ff&to=b", field: "from", limit: "UTF-8")
            try await check("/lineage/path?from=%4&to=b", field: "from", limit: "UTF-8")
            try await check("/lineage/path?from=%00&to=b", field: "from", limit: "UTF-8")
            try await check("/lineage/top?by=likes", field: "by", limit: "descendants, creators")
            try await check("/feed/trending?window=1h", field: "window", limit: "6h, 7d")
            try await check("/feed/trending?limit=1001", field: "limit", limit: "1…1000")
            try await check("/version?x", field: "x", limit: "none is allowed")
            try await check("/essences/%zz", field: "id", limit: "UTF-8")
            try await check("/essences/%c0%af", field: "id", limit: "UTF-8")
            try await check("/essences/" + String(repeating: "x", count: 513), field: "id", limit: "1…512 bytes")
        }
    }

    @Test("with a key set, every route but the monitors' needs it")
    func keys() async throws {
        let key = "0123456789abcdef-key"
        try await TestService.run(configuration: APIServerConfiguration(apiKey: key)) { service in
            let name = try #require(HTTPField.Name("Api-Key"))
            for path in ["/healthz", "/readyz", "/version"] {
                #expect(try await service.get(path).status == 200, "\(path)")
            }
            let wrong: [HTTPFields] = [
                [:], [name: ""], [name: "0123456789abcdef-kez"], [name: key + key], [name: String(key.dropLast())],
                [.authorization: key], [.authorization: "Basic \(key)"], [.authorization: "Bearer "],
            ]
            for headers in wrong {
                for (method, path) in [
                    (HTTPRequest.Method.get, "/essences/a"), (.post, "/essences"), (.get, "/nothing"),
                    (.get, "/healthz/"), (.get, "/feed/trending"),
                ] {
                    let answer = try await service.send(
                        method, path, body: method == .post ? "{}" : nil, headers: headers)
                    expectRefusal(answer, 401, "unauthenticated", field: "Api-Key", limit: nil)
                    #expect(answer.headers[.wwwAuthenticate] == "Bearer")
                }
            }
            let right: [HTTPFields] = [
                [name: key], [.authorization: "Bearer \(key)"], [.authorization: "bearer \(key)"],
            ]
            for headers in right {
                #expect(try await service.send(.get, "/essences/a", headers: headers).status == 404)
            }
        }
    }

    @Test("without a key, pages of other sites and foreign names for this machine are kept out")
    func browsers() async throws {
        try await TestService.run { service in
            for origin in ["https://example.com", "http://localhost.example.com", "http://127.0.0.1.nip.io", "null"] {
                let answer = try await service.send(.get, "/essences/a", headers: [.origin: origin])
                expectRefusal(answer, 403, "permission_denied", field: "Origin", limit: "loopback origins")
            }
            for origin in ["http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:5080"] {
                #expect(try await service.send(.get, "/essences/a", headers: [.origin: origin]).status == 404)
            }
        }
    }

    @Test("an address that others reach needs a key, and a key has a length")
    func configuration() throws {
        for host in ["127.0.0.1", "127.8.9.10", "localhost", "::1"] {
            #expect(throws: Never.self, "\(host)") { try APIServerConfiguration(host: host).validate() }
        }
        for host in ["0.0.0.0", "::", "192.168.1.5", "example.com", "127.evil.com", ""] {
            #expect(throws: (any Error).self, "\(host)") { try APIServerConfiguration(host: host).validate() }
            #expect(throws: Never.self, "\(host)") {
                try APIServerConfiguration(host: host, apiKey: "0123456789abcdef").validate()
            }
        }
        #expect(throws: (any Error).self) { try APIServerConfiguration(apiKey: "").validate() }
        #expect(throws: (any Error).self) { try APIServerConfiguration(apiKey: "0123456789abcde").validate() }
    }
}
