import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import Platform
import StrictJSON
import Testing

/// Feed, recall, discovery and review at their limits: the last value within is taken, the first beyond is refused with
/// field and limit, and a refusal changes nothing.
struct RankingLimitTests {
    private struct Edge {
        var uri: String
        var method = HTTPRequest.Method.post
        /// Around the value.
        var before = ""
        var after = ""
        var field: String
        var limit: String?
        var taken: [String]
        var refused: [String]
    }

    private static func list(_ count: Int, _ item: String) -> String {
        "[" + (0..<count).map { "\"\(item)\($0)\"" }.joined(separator: ",") + "]"
    }

    private static let edges: [Edge] = [
        Edge(
            uri: "/feed/rank", before: "{\"k\":", after: "}", field: "k", limit: "1…200", taken: ["1", "199", "200"],
            refused: ["0", "201", "-1", "1.5", "\"5\"", "[]", "true"]),
        Edge(
            uri: "/feed/rank", before: "{\"weights\":{\"taste\":1,\"quality\":", after: "}}", field: "weights.quality",
            limit: "0…1000", taken: ["0", "999.5", "1000"], refused: ["-0.001", "1000.5", "1e300", "\"1\""]),
        Edge(
            uri: "/feed/rank", before: "{\"weights\":", after: "}", field: "weights", limit: "at least one > 0",
            taken: ["{\"taste\":0.001}"], refused: ["{\"taste\":0}", "{}"]),
        Edge(
            uri: "/feed/rank", before: "{\"diversity\":", after: "}", field: "diversity", limit: "mmr, dpp",
            taken: ["\"mmr\"", "\"dpp\""], refused: ["\"MMR\"", "\"\""]),
        Edge(
            uri: "/feed/rank", before: "{\"tasteVectors\":[", after: "]}", field: "tasteVectors", limit: nil,
            taken: [Array(repeating: "[1,0,0,0]", count: 16).joined(separator: ",")],
            refused: [Array(repeating: "[1,0,0,0]", count: 17).joined(separator: ",")]),
        Edge(
            uri: "/feed/rank", before: "{\"cursor\":", after: "}", field: "cursor", limit: nil, taken: [],
            refused: ["\"\"", "\"nonsense\"", "7"]),
        Edge(
            uri: "/feed/rank", before: "{\"viewerId\":\"", after: "\"}", field: "viewerId", limit: nil,
            taken: ["v", String(repeating: "v", count: 512)], refused: ["", String(repeating: "v", count: 513)]),
        Edge(
            uri: "/feed/events", before: "{\"events\":[{\"viewerId\":\"v\",\"essenceId\":\"a\",\"kind\":", after: "}]}",
            field: "events[0].kind", limit: nil, taken: [], refused: ["\"stare\"", "\"\"", "7", "null"]),
        Edge(
            uri: "/feed/events", before: "{\"events\":", after: "}", field: "events", limit: nil, taken: [],
            refused: ["[]", "{}", "\"like\""]),
        Edge(
            uri: "/nexus/n/recall", before: "{\"vector\":[1,0,0,0],\"k\":", after: "}", field: "k", limit: "1…1000",
            taken: ["1", "999", "1000"], refused: ["0", "1001", "2.5", "\"3\""]),
        Edge(
            uri: "/nexus/n/recall", before: "{\"vector\":[1,0,0,0],\"minRelevance\":", after: "}",
            field: "minRelevance", limit: "0…1", taken: ["0", "0.999", "1"], refused: ["-0.001", "1.001", "\"1\""]),
        Edge(
            uri: "/nexus/n/recall", before: "{\"vector\":[1,0,0,0],\"halfLifeDays\":{\"chat\":", after: "}}",
            field: "halfLifeDays.chat", limit: nil, taken: ["0.001", "36500"], refused: ["0", "-1", "36500.5"]),
        Edge(
            uri: "/nexus/n/recall", before: "{\"vector\":[1,0,0,0],\"weights\":", after: "}", field: "weights",
            limit: "at least one > 0", taken: ["{\"recency\":1}"], refused: ["{\"recency\":0,\"relevance\":0}", "{}"]),
        Edge(
            uri: "/nexus/n/recall", before: "{\"vector\":[1,0,0,0],\"tags\":", after: "}", field: "tags", limit: nil,
            taken: [list(1, "t"), list(63, "t"), list(64, "t")], refused: [list(0, "t"), list(65, "t"), "\"t\""]),
        Edge(
            uri: "/nexus/n/recall", before: "{\"vector\":[1,0,0,0],\"kinds\":[", after: "]}", field: "kinds[0]",
            limit: "event, chat, fact, preference", taken: ["\"fact\""], refused: ["\"dream\"", "\"Fact\"", "7"]),
        Edge(
            uri: "/nexus/recall", before: "{\"recalls\":[", after: "]}", field: "recalls", limit: nil,
            taken: [Array(repeating: "{\"nexusId\":\"n\",\"vector\":[1,0,0,0]}", count: 100).joined(separator: ",")],
            refused: [
                "", Array(repeating: "{\"nexusId\":\"n\",\"vector\":[1,0,0,0]}", count: 101).joined(separator: ","),
            ]),
        Edge(
            uri: "/nexus/n/memories", before: "{\"vector\":[1,0,0,0],\"importance\":", after: "}", field: "importance",
            limit: "0…1", taken: [], refused: ["-0.001", "1.001", "1e40", "\"high\""]),
        Edge(
            uri: "/essences/c/related?limit=", method: .get, field: "limit", limit: "1…200",
            taken: ["1", "199", "200"],
            refused: ["0", "201", "-1", "two", "1.5"]),
        Edge(
            uri: "/essences/c/related?relevance=", method: .get, field: "relevance", limit: "0…1000",
            taken: ["0.001", "1000"], refused: ["-1", "1000.5", "nan", "inf"]),
        Edge(
            uri: "/essences/c/uncredited?threshold=", method: .get, field: "threshold", limit: "-1.0…1.0",
            taken: ["-1", "0", "1"], refused: ["-1.001", "1.001", "high"]),
        Edge(
            uri: "/essences/c/lineage?limit=", method: .get, field: "limit", limit: "1…10000",
            taken: ["1", "9999", "10000"], refused: ["0", "10001"]),
        Edge(
            uri: "/lineage/top?limit=", method: .get, field: "limit", limit: "1…1000", taken: ["1", "999", "1000"],
            refused: ["0", "1001", "all"]),
        Edge(
            uri: "/feed/trending?limit=", method: .get, field: "limit", limit: "1…1000", taken: ["1", "999", "1000"],
            refused: ["0", "1001"]),
        Edge(
            uri: "/feed/trending?window=", method: .get, field: "window", limit: nil, taken: ["6h", "7d"],
            refused: ["8h", "6H"]),
        Edge(
            uri: "/essences/c/uncredited/a", method: .put, before: "{\"decision\":", after: "}", field: "decision",
            limit: nil, taken: [], refused: ["\"maybe\"", "7", "null"]),
        Edge(
            uri: "/essences/c/uncredited/a", method: .put, before: "{\"decision\":\"accepted\",\"weight\":",
            after: "}", field: "weight", limit: nil, taken: [], refused: ["0", "-1", "1.001", "\"1\""]),
        Edge(
            uri: "/essences/c?viewerRealmId=", method: .get, field: "viewerRealmId", limit: nil,
            taken: ["r", String(repeating: "r", count: 512)], refused: ["", String(repeating: "r", count: 513)]),
    ]

    @Test("the last values within are taken, the first beyond refused by name, and nothing changes")
    func edges() async throws {
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
            let before = try await service.state()
            for edge in Self.edges {
                func send(_ value: String) async throws -> Answer {
                    edge.method == .get
                        ? try await service.get(edge.uri + value)
                        : try await service.send(edge.method, edge.uri, body: edge.before + value + edge.after)
                }
                for value in edge.taken {
                    let answer = try await send(value)
                    #expect(answer.status == 200, "\(edge.uri) \(edge.field) \(value.prefix(60)): \(answer)")
                }
                for value in edge.refused {
                    let answer = try await send(value)
                    let what = "\(edge.uri) \(edge.field) \(value.prefix(60)): \(answer)"
                    #expect(answer.status == 400, "\(what)")
                    #expect(answer.error?["code"]?.string == "invalid_argument", "\(what)")
                    #expect(answer.error?["field"]?.string == edge.field, "\(what)")
                    #expect(answer.error?["message"]?.string?.isEmpty == false, "\(what)")
                    guard let limit = edge.limit else { continue }
                    // A value of another type is told its type instead of its range.
                    let isTyped = !["\"", "n", "t", "["].contains { value.hasPrefix($0) } || edge.method == .get
                    if isTyped, Double(value) != nil, value != "1.5" || edge.method == .get {
                        #expect(answer.error?["limit"]?.string?.contains(limit) == true, "\(what)")
                    }
                }
            }
            #expect(try await service.state() == before)
            #expect(try await service.get("/nexus/n/memories").ids == ["m"])
            #expect(try await service.get("/essences/c/reviews").ids.isEmpty)
        }
    }

    @Test("viewers without history, agents without memories, times to come, and works that do not exist")
    func emptiness() async throws {
        try await TestService.run(embedder: .external(dimension: 4)) { service in
            for (uri, body) in [
                ("/feed/rank", "{\"viewerId\":\"nobody\"}"), ("/nexus/nobody/recall", "{\"vector\":[1,0,0,0]}"),
                ("/essences/search", "{\"vector\":[1,0,0,0]}"),
            ] {
                let answer = try await service.post(uri, body)
                #expect(answer.status == 200 && answer.ids.isEmpty, "\(uri): \(answer)")
            }
            let added = try await service.post(
                "/essences", "{\"id\":\"a\",\"realmId\":\"r\",\"title\":\"t\",\"vector\":[1,0,0,0]}")
            try #require(added.status == 201, "\(added)")
            let late = try await service.post(
                "/feed/events",
                "{\"events\":[{\"kind\":\"like\",\"viewerId\":\"v\",\"essenceId\":\"a\",\"at\":\"2999-01-01T00:00:00Z\"}]}"
            )
            #expect(late.status == 400 && late.error?["field"]?.string == "events[0].at", "\(late)")
            let trending = try await service.get("/feed/trending")
            #expect(trending["items"]?.array.first?["parts.events"]?.int ?? 0 == 0, "\(trending)")
            for field in ["candidates", "recentEssenceIds"] {
                let answer = try await service.post("/feed/rank", "{\"\(field)\":[\"a\",\"ghost\"]}")
                #expect(answer.status == 404 && answer.error?["field"]?.string == "\(field)[1]", "\(answer)")
                let doubled = try await service.post("/feed/rank", "{\"\(field)\":[\"a\",\"a\"]}")
                expectRefusal(doubled, 400, "invalid_argument", field: "\(field)[1]", limit: "each work once")
            }
        }
    }

    @Test("a cursor of another viewer is refused")
    func foreignCursor() async throws {
        try await TestService.run(embedder: .external(dimension: 4)) { service in
            for number in 0..<12 {
                let answer = try await service.post(
                    "/essences",
                    "{\"id\":\"w\(number)\",\"realmId\":\"r\(number)\",\"title\":\"t\",\"vector\":[\(number + 1),1,\(number % 5),\(number % 3)]}"
                )
                try #require(answer.status == 201, "\(answer)")
            }
            let first = try await service.post("/feed/rank", "{\"viewerId\":\"ann\",\"k\":2}")
            let cursor = try #require(first["cursor"]?.string, "\(first)")
            let own = try await service.post("/feed/rank", "{\"viewerId\":\"ann\",\"k\":2,\"cursor\":\"\(cursor)\"}")
            #expect(own.status == 200 && Set(own.ids).isDisjoint(with: first.ids), "\(own)")
            for body in [
                "{\"viewerId\":\"bob\",\"k\":2,\"cursor\":\"\(cursor)\"}", "{\"k\":2,\"cursor\":\"\(cursor)\"}",
                "{\"viewerId\":\"ann\",\"k\":2,\"cursor\":\"\(cursor.dropLast(3))\"}",
            ] {
                let answer = try await service.post("/feed/rank", body)
                #expect(answer.status == 400 && answer.error?["field"]?.string == "cursor", "\(body): \(answer)")
            }
        }
    }
}
