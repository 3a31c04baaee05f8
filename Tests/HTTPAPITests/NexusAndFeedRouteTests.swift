import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import StrictJSON
import Testing

/// Memories of agents over HTTP.
struct NexusRouteTests {
    @Test("what is remembered is recalled with its score's parts, in its own nexus only")
    func recall() async throws {
        try await TestService.run { service in
            let added = try await service.post(
                "/nexus/bestiary/memories",
                """
                {"items":[{"id":"m1","text":"Dragons hoard gold in mountain caves","kind":"fact","importance":0.9,
                           "tags":["dragon"]},
                          {"id":"m2","text":"The user prefers watercolor","kind":"preference","pinned":true},
                          {"id":"m3","text":"We talked about soup recipes","kind":"chat"}]}
                """)
            #expect(added.status == 201, "\(added)")
            #expect(added.ids == ["m1", "m2", "m3"], "\(added)")
            let recalled = try await service.post(
                "/nexus/bestiary/recall", "{\"text\":\"where do dragons keep their gold?\",\"k\":2}")
            #expect(recalled.status == 200, "\(recalled)")
            #expect(recalled.ids.first == "m1", "\(recalled)")
            for part in ["rel", "cos", "rec", "imp"] {
                #expect(recalled["items"]?.array.first?["parts.\(part)"]?.number != nil, "\(part): \(recalled)")
            }
            #expect(recalled["items"]?.array.first?["memory.text"]?.string == "Dragons hoard gold in mountain caves")
            let kinds = try await service.post(
                "/nexus/bestiary/recall", "{\"text\":\"dragons\",\"kinds\":[\"chat\"],\"minRelevance\":0}")
            #expect(kinds.ids.allSatisfy { $0 == "m3" }, "\(kinds)")
            let elsewhere = try await service.post("/nexus/other/recall", "{\"text\":\"dragons\"}")
            #expect(elsewhere.status == 200 && elsewhere.ids.isEmpty, "\(elsewhere)")
        }
    }

    @Test("one memory: listed, read, used, deleted")
    func life() async throws {
        try await TestService.run { service in
            for number in 1...5 {
                let answer = try await service.post(
                    "/nexus/n/memories", "{\"id\":\"m\(number)\",\"text\":\"memory number \(number)\"}")
                #expect(answer["seq"]?.int == number, "\(answer)")
            }
            var listed: [String] = []
            var cursor = ""
            repeat {
                let page = try await service.get(
                    "/nexus/n/memories?limit=2" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
                #expect(page.status == 200 && page.ids.count <= 2, "\(page)")
                listed += page.ids
                cursor = page["cursor"]?.string ?? ""
            } while !cursor.isEmpty && listed.count < 20
            #expect(listed.sorted() == ["m1", "m2", "m3", "m4", "m5"])

            let used = try await service.send(.post, "/nexus/n/memories/m1/use")
            #expect(used.status == 200 && used["uses"]?.int == 1, "\(used)")
            let read = try await service.get("/nexus/n/memories/m1")
            #expect(read["text"]?.string == "memory number 1" && read["uses"]?.int == 1, "\(read)")
            let deleted = try await service.send(.delete, "/nexus/n/memories/m1")
            #expect(deleted.status == 200 && deleted["id"]?.string == "m1", "\(deleted)")
            #expect(try await service.get("/nexus/n/memories/m1").status == 404)
            let recalled = try await service.post(
                "/nexus/n/recall", "{\"text\":\"memory number 1\",\"minRelevance\":0}")
            #expect(!recalled.ids.contains("m1") && !recalled.ids.isEmpty, "\(recalled)")
        }
    }
}

/// The feed over HTTP.
struct FeedRouteTests {
    @Test("a page of works with parts; events move it; repeats of an event count once")
    func feed() async throws {
        try await TestService.run { service in
            for number in 1...12 {
                try await service.create(
                    "w\(number)",
                    title: "Work number \(number) about \(number % 2 == 0 ? "ships at sea" : "mountain flowers")",
                    realm: "realm\(number)")
            }
            let page = try await service.post("/feed/rank", "{\"viewerId\":\"vic\",\"k\":5,\"seed\":7}")
            #expect(page.status == 200, "\(page)")
            #expect(page.ids.count == 5 && Set(page.ids).count == 5, "\(page)")
            for part in ["taste", "qual", "fresh", "lin", "expl"] {
                #expect(page["items"]?.array.first?["parts.\(part)"]?.number != nil, "\(part): \(page)")
            }
            let chosen = try await service.post("/feed/rank", "{\"candidates\":[\"w1\",\"w2\"],\"diversity\":\"dpp\"}")
            #expect(Set(chosen.ids) == ["w1", "w2"], "\(chosen)")

            let events = """
                {"events":[{"kind":"like","viewerId":"vic","essenceId":"w3"},{"kind":"save","viewerId":"vic","essenceId":"w3"},
                           {"kind":"like","viewerId":"wim","essenceId":"w3"},{"kind":"follow","viewerId":"vic","realmId":"realm3"}]}
                """
            let first = try await service.post("/feed/events", events)
            #expect((200...201).contains(first.status), "\(first)")
            #expect(first["accepted"]?.int == 4 && first["duplicates"]?.int == 0, "\(first)")
            let second = try await service.post("/feed/events", events)
            #expect(second["accepted"]?.int == 0 && second["duplicates"]?.int == 4, "\(second)")
            for window in ["6h", "7d"] {
                let trending = try await service.get("/feed/trending?window=\(window)&limit=3")
                #expect(trending.ids.first == "w3", "\(trending)")
                #expect(trending["items"]?.array.first?["parts.events"]?.int == 3, "\(trending)")
            }
        }
    }
}
