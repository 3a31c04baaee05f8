import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import StrictJSON
import TestSupport
import Testing

/// Nothing private of one realm, and nothing of one agent, comes out for another, whatever is asked.
struct IsolationTests {
    private static let realms = 4
    private static let perRealm = 6

    /// A word that stands in everything private of a realm or an agent and nowhere else.
    private static func mark(_ kind: String, _ number: Int) -> String { "zq\(kind)\(number)zq" }

    private func expectNone(
        _ answer: Answer, of kind: String, besides own: Int?, _ what: String, _ seed: UInt64,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let text = String(decoding: answer.bytes, as: UTF8.self)
        for number in 0..<Self.realms where number != own {
            #expect(
                !text.contains(Self.mark(kind, number)), "\(what) tells of \(kind) \(number), seed \(seed): \(text)",
                sourceLocation: sourceLocation)
        }
    }

    /// Works of every visibility in every realm, remixed across realms where that is allowed; private ones carry their
    /// realm's mark in every text. Returns the ids of all works with realm and visibility.
    private func fill(
        _ service: TestService, _ random: inout SeededGenerator
    ) async throws -> [(id: String, realm: Int, visibility: String)] {
        var works: [(id: String, realm: Int, visibility: String)] = []
        for number in 0..<Self.realms * Self.perRealm {
            let realm = number % Self.realms
            let visibility = ["public", "private", "public", "unlisted"][number / Self.realms % 4]
            let secret = visibility == "private" ? Self.mark("realm", realm) : "open"
            let allowed = works.filter { $0.visibility != "private" || $0.realm == realm }
            let parents = Set((0..<2).compactMap { _ in allowed.randomElement(using: &random)?.id }).sorted()
            let sources = parents.map { "{\"essenceId\":\"\($0)\"}" }.joined(separator: ",")
            let answer = try await service.post(
                "/essences",
                """
                {"id":"w\(number)","realmId":"realm\(realm)","visibility":"\(visibility)","remixFrom":[\(sources)],
                 "title":"A storm of number \(number) \(secret)","text":"\(secret) waves and wind","tags":["\(secret)"],
                 "spark":{"prompt":"\(secret)"},"shadow":{"notes":"\(secret)"},"metadata":{"note":"\(secret)"}}
                """)
            try #require(answer.status == 201, "\(answer)")
            works.append((id: "w\(number)", realm: realm, visibility: visibility))
        }
        // Everybody's works are looked at and liked, so that feeds and trends have reasons to show them.
        let events = works.flatMap { work in
            (0..<Self.realms).map {
                "{\"kind\":\"\($0 == work.realm ? "like" : "view")\",\"viewerId\":\"fan\($0)\",\"essenceId\":\"\(work.id)\"}"
            }
        }
        let counted = try await service.post("/feed/events", "{\"events\":[\(events.joined(separator: ","))]}")
        try #require((200...201).contains(counted.status), "\(counted)")
        return works
    }

    @Test("private works: found and read on behalf of their own realm only, and told of by no answer about others")
    func works() async throws {
        let seed = testSeed()
        try await TestService.run { service in
            var random = SeededGenerator(seed: seed)
            let works = try await fill(service, &random)
            for viewer in [0, Self.realms - 1] {
                let me = "realm\(viewer)"
                for text in ["storm", Self.mark("realm", (viewer + 1) % Self.realms)] {
                    for filter in ["", ",\"filter\":{\"visibility\":\"private\"}", ",\"groupBy\":\"root\""] {
                        let body = "{\"text\":\"\(text)\",\"topK\":100,\"viewerRealmId\":\"\(me)\"\(filter)}"
                        let found = try await service.post("/essences/search", body)
                        // The question itself is not in the answer.
                        expectNone(found, of: "realm", besides: viewer, body, seed)
                        if filter.contains("private") {
                            let own = works.filter { $0.realm == viewer && $0.visibility == "private" }.map(\.id)
                            #expect(Set(found.ids) == Set(own), "\(body), seed \(seed): \(found)")
                        }
                    }
                }
                for body in [
                    "{\"k\":50,\"viewerId\":\"\(me)\",\"explain\":true}", "{\"k\":50,\"viewerId\":\"newcomer\"}",
                    "{\"k\":50,\"viewerId\":\"\(me)\",\"recentEssenceIds\":[\"w4\",\"w5\",\"w6\",\"w7\"]}",
                    "{\"k\":50,\"candidates\":[\(works.map { "\"\($0.id)\"" }.joined(separator: ","))]}",
                ] {
                    let page = try await service.post("/feed/rank", body)
                    #expect(page.status == 200 && !page.ids.isEmpty, "\(body), seed \(seed): \(page)")
                    expectNone(page, of: "realm", besides: nil, body, seed)
                    let shown = works.filter { page.ids.contains($0.id) }
                    #expect(shown.allSatisfy { $0.visibility == "public" }, "\(body), seed \(seed): \(page.ids)")
                }
                for work in works {
                    let isForeign = work.visibility == "private" && work.realm != viewer
                    for path in [
                        "", "/similar", "/lineage", "/roots", "/siblings", "/cousins", "/attribution", "/metrics",
                        "/related", "/uncredited", "/reviews", "/provenance", "/picture",
                    ] {
                        let uri = "/essences/\(work.id)\(path)?viewerRealmId=\(me)"
                        let answer = try await service.get(uri)
                        expectNone(answer, of: "realm", besides: viewer, uri, seed)
                        #expect(answer.status == (isForeign ? 404 : 200), "\(uri), seed \(seed): \(answer)")
                    }
                    if isForeign {
                        let nobody = try await service.get("/essences/nobody?viewerRealmId=\(me)")
                        let answer = try await service.get("/essences/\(work.id)?viewerRealmId=\(me)")
                        #expect(
                            answer.error?["message"]?.string
                                == nobody.error?["message"]?.string?.replacing("nobody", with: work.id),
                            "hidden and missing works are told apart: \(answer)")
                    } else if work.visibility == "private" {
                        let own = try await service.get("/essences/\(work.id)?viewerRealmId=\(me)")
                        #expect(own["title"]?.string?.contains(Self.mark("realm", viewer)) == true, "\(own)")
                    }
                }
            }
            // Without a viewer, answers about others tell nothing of private works either.
            for work in works where work.visibility != "private" {
                for path in [
                    "", "/similar?topK=100", "/lineage?direction=descendants", "/lineage", "/roots", "/siblings",
                    "/cousins",
                    "/attribution?by=work", "/attribution?by=root", "/related?limit=100", "/uncredited", "/provenance",
                    "/provenance?format=c2pa", "/picture",
                ] {
                    let answer = try await service.get("/essences/\(work.id)\(path)")
                    #expect(answer.status == 200, "\(work.id)\(path): \(answer)")
                    expectNone(answer, of: "realm", besides: nil, "\(work.id)\(path)", seed)
                }
            }
            for uri in [
                "/lineage/top?limit=100", "/lineage/top?by=remixes&limit=100", "/feed/trending?limit=100",
                "/feed/trending?window=6h&limit=100", "/lineage/path?from=w0&to=w19", "/lineage/common?a=w17&b=w19",
                "/feed/viewers", "/readyz", "/metrics", "/nexus", "/lineage/calibration",
            ] {
                expectNone(try await service.get(uri), of: "realm", besides: nil, uri, seed)
            }
            // A foreign private work cannot be remixed, and the refusal does not tell what it is.
            let refused = try await service.post(
                "/essences", "{\"realmId\":\"realm0\",\"title\":\"t\",\"remixFrom\":[{\"essenceId\":\"w5\"}]}")
            #expect(refused.status == 403, "\(refused)")
            expectNone(refused, of: "realm", besides: nil, "the refusal of a remix", seed)
        }
    }

    @Test("memories: what one agent remembers is recalled, listed, changed and told of for that agent only")
    func memories() async throws {
        let seed = testSeed()
        try await TestService.run { service in
            var random = SeededGenerator(seed: seed)
            for agent in 0..<Self.realms {
                let items = (0..<30).map { number in
                    """
                    {"id":"m\(number)","text":"\(Self.mark("agent", agent)) storm number \(Int.random(in: 0..<9, using: &random))",
                     "tags":["storm"],"entities":["shared"],"kind":"fact","metadata":{"by":"\(Self.mark("agent", agent))"}}
                    """
                }
                let added = try await service.post(
                    "/nexus/agent\(agent)/memories", "{\"items\":[\(items.joined(separator: ","))]}")
                try #require(added.status == 201, "\(added)")
                expectNone(added, of: "agent", besides: agent, "what is similar to new memories", seed)
            }
            for agent in 0..<Self.realms {
                let nexus = "/nexus/agent\(agent)"
                for more in [
                    "", ",\"tags\":[\"storm\"]", ",\"entities\":[\"shared\"]", ",\"explain\":true", ",\"touch\":true",
                    ",\"asOf\":\"2100-01-01T00:00:00Z\"",
                ] {
                    let asked = Self.mark("agent", (agent + 1) % Self.realms)
                    let answer = try await service.post(
                        nexus + "/recall", "{\"text\":\"\(asked) storm\",\"k\":100,\"minRelevance\":0\(more)}")
                    #expect(answer.ids.count == 30, "all of its own, \(more), seed \(seed): \(answer)")
                    expectNone(answer, of: "agent", besides: agent, "recall\(more)", seed)
                }
                for path in [
                    "", "/memories?limit=1000&includeVectors=true", "/memories/m3", "/memories/decay?limit=100",
                    "/consolidation", "/memories/m99",
                ] {
                    expectNone(try await service.get(nexus + path), of: "agent", besides: agent, path, seed)
                }
            }
            let batch = try await service.post(
                "/nexus/recall",
                "{\"recalls\":[{\"nexusId\":\"agent1\",\"text\":\"storm\"},{\"nexusId\":\"nobody\",\"text\":\"storm\"}]}"
            )
            #expect(batch.status == 200, "\(batch)")
            expectNone(batch, of: "agent", besides: 1, "recalls of several agents", seed)

            // What one agent forgets or uses is not touched for the others, though ids are equal.
            let forgotten = try await service.post(
                "/nexus/agent0/forget", "{\"all\":true,\"mode\":\"hard\",\"confirmCount\":30}")
            #expect(forgotten.status == 200, "\(forgotten)")
            #expect(try await service.get("/nexus/agent0/memories").ids.isEmpty)
            for agent in 1..<Self.realms {
                #expect(try await service.get("/nexus/agent\(agent)/memories?limit=1000").ids.count == 30)
            }
            // Memories are no works: searches and feeds know none.
            for (uri, body) in [
                ("/essences/search", "{\"text\":\"storm\",\"topK\":100}"), ("/feed/rank", "{\"k\":50}"),
            ] {
                expectNone(try await service.post(uri, body), of: "agent", besides: nil, uri, seed)
            }
        }
    }
}
