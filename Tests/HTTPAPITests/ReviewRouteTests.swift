import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import Platform
import StrictJSON
import Testing

/// Reviews, calibration, provenance and explanations over HTTP.
struct ReviewRouteTests {
    private func run(_ body: @Sendable (TestService) async throws -> Void) async throws {
        try await TestService.run(embedder: .external(dimension: 4)) { service in
            let works = ["a": "[1,0,0,0]", "b": "[0,1,0,0]", "x": "[0.99,0.01,0.01,0]"]
            for (number, id) in works.keys.sorted().enumerated() {
                let answer = try await service.post(
                    "/essences",
                    "{\"id\":\"\(id)\",\"realmId\":\"r\(number)\",\"title\":\"\(id)\",\"vector\":\(works[id] ?? ""),"
                        + "\"createdAt\":\"2026-01-0\(number + 1)T00:00:00Z\"}")
                #expect(answer.status == 201, "\(answer)")
            }
            try await body(service)
        }
    }

    @Test("a case is raised with evidence, reviewed, and never raised again")
    func review() async throws {
        try await run { service in
            let raised = try await service.get("/essences/x/uncredited?explain=true")
            #expect(raised.ids == ["a"], "\(raised)")
            #expect(raised["explain.calibration.threshold"]?.number == 0.95, "\(raised)")
            #expect(raised["explain.sources.neighbors"]?.int == 2, "\(raised)")
            let rejected = try await service.send(
                .put, "/essences/x/uncredited/a", body: "{\"decision\":\"rejected\",\"note\":\"own idea\"}")
            #expect(rejected.status == 200 && rejected["decision"]?.string == "rejected", "\(rejected)")
            #expect(try await service.get("/essences/x/uncredited").ids.isEmpty)
            let reviews = try await service.get("/essences/x/reviews")
            #expect(reviews["items"]?.array.first?["note"]?.string == "own idea", "\(reviews)")
            let accepted = try await service.send(
                .put, "/essences/x/uncredited/a", body: "{\"decision\":\"accepted\"}")
            #expect(accepted["edge.parent"]?.string == "a", "\(accepted)")
            let metrics = try await service.get("/essences/x/metrics")
            #expect(metrics["credit.accepted"]?.int == 1 && metrics["creator.realmId"]?.string == "r2", "\(metrics)")
            let related = try await service.get("/essences/x/related?relevance=0&walk=1&explain=true")
            #expect(related["explain.weights.walk"]?.number == 1, "\(related)")
            #expect(related["explain.sources.neighbors"]?.int == 2, "\(related)")
        }
    }

    @Test("calibration and provenance")
    func calibration() async throws {
        try await run { service in
            #expect(try await service.get("/lineage/calibration")["version"]?.int == 0)
            let made = try await service.post("/lineage/calibration", "{}")
            #expect(made.status == 200 && made["version"]?.int == 1 && made["threshold"]?.number == 0.95, "\(made)")
            #expect(try await service.get("/lineage/calibration")["version"]?.int == 1)
            let prov = try await service.get("/essences/x/provenance")
            #expect(prov.status == 200 && prov["entity"] != nil, "\(prov)")
            let c2pa = try await service.get("/essences/x/provenance?format=c2pa")
            #expect(c2pa.headers[.contentType] == "application/x-ndjson; charset=utf-8")
            #expect(c2pa["instanceID"]?.string == "urn:arcanea:work:x", "\(c2pa)")
        }
    }

    @Test("the feed explains its sources, weights, seed and moment; the same request gives the same page")
    func feed() async throws {
        try await run { service in
            let body = "{\"viewerId\":\"v\",\"k\":3,\"seed\":7,\"now\":\"2026-02-01T00:00:00Z\",\"explain\":true}"
            let page = try await service.post("/feed/rank", body)
            #expect(page["explain.seed"]?.int == 7 && page["explain.now"]?.string != nil, "\(page)")
            #expect(page["explain.sources.exploration"]?.int == 3, "\(page)")
            #expect(page["explain.weights.taste"]?.number == 0, "a viewer without history: \(page)")
            let again = try await service.post("/feed/rank", body)
            #expect(page["items"] == again["items"] && page["explain"] == again["explain"])
            let trending = try await service.get("/feed/trending?now=2026-02-01T00:00:00Z")
            #expect(trending.status == 200, "\(trending)")
        }
    }

    @Test("bad requests name the field and the limit, and change nothing")
    func badInput() async throws {
        try await run { service in
            let before = try await service.state()
            for (method, uri, body, status, field, limit) in [
                (
                    HTTPRequest.Method.put, "/essences/x/uncredited/a", "{\"decision\":\"maybe\"}", 400, "decision",
                    "accepted, rejected, open"
                ),
                (.put, "/essences/x/uncredited/a", "{}", 400, "decision", nil),
                (
                    .put, "/essences/x/uncredited/a", "{\"decision\":\"accepted\",\"weight\":0}", 400, "weight",
                    "> 0, ≤ 1"
                ),
                (.put, "/essences/x/uncredited/x", "{\"decision\":\"open\"}", 400, "otherId", "another work"),
                (.put, "/essences/x/uncredited/nobody", "{\"decision\":\"rejected\"}", 404, "otherId", nil),
                (.put, "/essences/nobody/uncredited/a", "{\"decision\":\"rejected\"}", 404, "id", nil),
                (.get, "/essences/nobody/reviews", nil, 404, "id", nil),
                (.get, "/essences/nobody/provenance", nil, 404, "id", nil),
                (.get, "/essences/x/provenance?format=pdf", nil, 400, "format", "prov, c2pa"),
                (.post, "/lineage/calibration", "{\"sample\":1}", 400, "sample", "1000…1000000"),
                (.post, "/lineage/calibration", "{\"baseRate\":1}", 400, "baseRate", "0…0.9"),
                (.get, "/essences/x/related?walk=-1", nil, 400, "walk", "0.0…1000.0"),
                (.get, "/essences/x/related?walk=0", nil, 400, "weights", "sum > 0"),
                (.get, "/feed/trending?now=yesterday", nil, 400, "now", "RFC 3339"),
                (
                    .post, "/feed/events",
                    "{\"events\":[{\"kind\":\"like\",\"viewerId\":\"v\",\"essenceId\":\"a\",\"at\":\"9000-01-01T00:00:00Z\"}]}",
                    400, "events[0].at", "at most 300 s ahead"
                ),
                (.post, "/feed/rank", "{\"candidates\":[\"nobody\"]}", 404, "candidates[0]", nil),
                (.post, "/feed/rank", "{\"weights\":{\"taste\":-1}}", 400, "weights.taste", "0…1000"),
                (.post, "/feed/rank", "{\"weights\":{\"taste\":1e7}}", 400, "weights.taste", "0…1000"),
                (.post, "/feed/rank", "{\"weights\":{\"taste\":0}}", 400, "weights", "at least one > 0"),
            ] as [(HTTPRequest.Method, String, String?, Int, String, String?)] {
                let answer = try await service.send(method, uri, body: body)
                #expect(answer.status == status, "\(method) \(uri) \(body ?? ""): \(answer)")
                #expect(answer.error?["field"]?.string == field, "\(method) \(uri) \(body ?? ""): \(answer)")
                if let limit {
                    #expect(answer.error?["limit"]?.string == limit, "\(method) \(uri) \(body ?? ""): \(answer)")
                }
            }
            let page = try await service.post("/feed/rank", "{\"viewerId\":\"v\",\"k\":1}")
            let cursor = try #require(page["cursor"]?.string)
            let foreign = try await service.post("/feed/rank", "{\"viewerId\":\"w\",\"k\":1,\"cursor\":\"\(cursor)\"}")
            expectRefusal(foreign, 400, "invalid_argument", field: "cursor", limit: "a cursor of the answer before")
            #expect(try await service.state() == before)
        }
    }
}
