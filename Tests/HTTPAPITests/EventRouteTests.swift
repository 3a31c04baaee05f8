import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import Platform
import StrictJSON
import Testing

/// `/events` through a socket: what a listener is told, and what it costs the service when it goes, lags or comes back.
@Suite(.serialized)
struct EventRouteTests {
    private func run(
        _ configuration: APIServerConfiguration = .init(), _ body: @Sendable (TestService, Int) async throws -> Void
    ) async throws {
        try await TestService.run(
            embedder: .external(dimension: 4), configuration: configuration, setup: .live
        ) { service in
            try await body(service, try #require(service.client.port))
        }
    }

    private func make(
        _ service: TestService, _ id: String, realm: String, vector: String, parents: [String] = [], day: Int = 1,
        visibility: String = "public"
    ) async throws {
        let sources = parents.map { "{\"essenceId\":\"\($0)\"}" }.joined(separator: ",")
        let answer = try await service.post(
            "/essences",
            "{\"id\":\"\(id)\",\"realmId\":\"\(realm)\",\"title\":\"\(id)\",\"vector\":\(vector),"
                + "\"visibility\":\"\(visibility)\",\"createdAt\":\"2026-01-0\(day)T00:00:00Z\","
                + "\"remixFrom\":[\(sources)]}")
        #expect(answer.status == 201, "\(answer)")
    }

    /// A socket's blocking reads, off the pool that the service needs.
    private func read<Value: Sendable>(
        _ listener: UncheckedBox<EventListener>, _ work: @escaping @Sendable (EventListener) -> Value
    ) async -> Value {
        await RawConnection.offPool { work(listener.value) }
    }

    private func listen(
        _ port: Int, _ query: String = "", lastEventID: String? = nil
    ) async throws -> UncheckedBox<EventListener> {
        try #require(
            await RawConnection.offPool {
                EventListener(port: port, query, lastEventID: lastEventID).map { UncheckedBox(value: $0) }
            })
    }

    @Test("a realm hears of remixes by others and of uncredited look-alikes as they happen")
    func tells() async throws {
        try await run { service, port in
            try await make(service, "dragon", realm: "aurora", vector: "[1,0,0,0]")
            let listener = try await listen(port, "?realmId=aurora")
            let ready = await read(listener) { ($0.head, $0.next()) }
            #expect(ready.0.lowercased().contains("content-type: text/event-stream"), "\(ready.0)")
            #expect(ready.1?.name == "ready" && ready.1?.id != nil)

            try await make(service, "own", realm: "aurora", vector: "[0,1,0,0]", parents: ["dragon"], day: 2)
            try await make(service, "dusk", realm: "bruma", vector: "[0,0,1,0]", parents: ["dragon"], day: 3)
            let remix = await read(listener) { $0.next() }
            #expect(remix?.name == "remix")
            #expect(remix?.data?["work.id"]?.string == "dusk" && remix?.data?["parent.id"]?.string == "dragon")
            #expect(remix?.data?["realmId"]?.string == "aurora" && remix?.data?["work.realmId"]?.string == "bruma")

            try await make(
                service, "hidden", realm: "corona", vector: "[0.98,0.01,0,0]", day: 4, visibility: "private")
            try await make(service, "copy", realm: "corona", vector: "[0.99,0.01,0.01,0]", day: 5)
            let suspected = await read(listener) { $0.next() }
            #expect(suspected?.name == "uncredited")
            #expect(suspected?.data?["work.id"]?.string == "copy", "\(String(describing: suspected))")
            #expect(suspected?.data?["items"]?.array.compactMap { $0["id"]?.string } == ["dragon"])

            // A credit given later is a remix as well, also by way of a review.
            let review = try await service.send(
                .put, "/essences/copy/uncredited/dragon", body: "{\"decision\":\"accepted\"}")
            #expect(review.status == 200, "\(review)")
            let credited = await read(listener) { $0.next() }
            #expect(credited?.name == "remix" && credited?.data?["work.id"]?.string == "copy")
            await read(listener) { $0.close() }
        }
    }

    @Test("a listener that comes back with its last id is told everything since, once, also in another subscription")
    func resume() async throws {
        try await run { service, port in
            try await make(service, "dragon", realm: "aurora", vector: "[1,0,0,0]")
            let first = try await listen(port, "?kinds=remix")
            let start = await read(first) { listener -> String? in
                _ = listener.next()
                listener.close()
                return listener.lastID
            }
            for number in 1...5 {
                try await make(service, "r\(number)", realm: "bruma", vector: "[0,0,1,0]", parents: ["dragon"])
            }
            let second = try await listen(port, "?kinds=remix&realmId=aurora", lastEventID: start)
            let told = await read(second) { listener -> [String?] in
                #expect(listener.next()?.id == start)
                return (0..<3).map { _ in listener.next()?.data?["work.id"]?.string }
            }
            #expect(told == ["r1", "r2", "r3"])
            let place = try #require(await read(second) { $0.lastID })
            await read(second) { $0.close() }
            // By the address, as a program would; the header goes first.
            let third = try await listen(port, "?kinds=remix&lastEventId=\(start ?? "")", lastEventID: place)
            let rest = await read(third) { listener in (0..<3).map { _ in listener.next()?.data?["work.id"]?.string } }
            #expect(rest == [nil, "r4", "r5"])
            await read(third) { $0.close() }
        }
    }

    @Test("one listener too many is answered 503; a seat is free again when its listener has left")
    func seats() async throws {
        try await run(APIServerConfiguration(listenersMax: 1)) { service, port in
            let first = try await listen(port)
            _ = await read(first) { $0.next() }
            let refused = try await listen(port)
            let head = await read(refused) { $0.head }
            #expect(head.hasPrefix("HTTP/1.1 503") && head.lowercased().contains("retry-after"), "\(head)")
            await read(refused) { $0.close() }
            #expect(service.platform.events.listenerCount == 1)
            await read(first) { $0.close() }
            // Nothing is written meanwhile: the end of the connection itself is noticed.
            for _ in 0..<1_000 where service.platform.events.listenerCount > 0 {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(service.platform.events.listenerCount == 0)
            // The seat follows when the last part of the service has let go of the stream.
            var status = ""
            for _ in 0..<1_000 where status != "HTTP/1.1 200" {
                try await Task.sleep(for: .milliseconds(10))
                let next = try await listen(port)
                status = String(await read(next) { $0.head }.prefix(12))
                await read(next) { $0.close() }
            }
            #expect(status == "HTTP/1.1 200")
        }
    }

    @Test("silence is broken by signs of life that carry the place")
    func heartbeats() async throws {
        try await run(APIServerConfiguration(heartbeat: .milliseconds(50))) { service, port in
            try await make(service, "dragon", realm: "aurora", vector: "[1,0,0,0]")
            let listener = try await listen(port, "?realmId=nobody")
            let ids = await read(listener) { listener in
                [listener.next()?.id, listener.next(withData: false)?.id, listener.next(withData: false)?.id]
            }
            #expect(ids[0] != nil && ids[1] == ids[0] && ids[2] == ids[0], "\(ids)")
            try await make(service, "dusk", realm: "bruma", vector: "[0,0,1,0]", parents: ["dragon"])
            let moved = await read(listener) { listener in
                for _ in 0..<100 {
                    guard let beat = listener.next(withData: false) else { return false }
                    if beat.id != ids[0] { return beat.data == nil }
                }
                return false
            }
            #expect(moved, "what is not for this listener moves its place all the same")
            await read(listener) { $0.close() }
        }
    }

    @Test("streams end with a last id when the service stops")
    func stops() async throws {
        let (boxes, box) = AsyncStream.makeStream(of: UncheckedBox<EventListener>.self)
        async let end = { () -> (Bool, Bool) in
            guard let listener = await boxes.first(where: { _ in true }) else { return (false, false) }
            return await read(listener) { listener in
                let last = listener.next(withData: false)
                return (last?.id != nil && last?.id == listener.lastID, listener.next(withData: false) == nil)
            }
        }()
        try await run { _, port in
            let listener = try await listen(port)
            _ = await read(listener) { $0.next() }
            box.yield(listener)
            box.finish()
        }
        let result = await end
        #expect(result.0 && result.1, "\(result)")
    }

    @Test("bad requests name the field and the limit")
    func badInput() async throws {
        try await run { service, _ in
            func refuse(_ query: String, _ field: String, _ limit: String?, _ headers: HTTPFields = [:]) async throws {
                let answer = try await service.send(.get, "/events" + query, headers: headers)
                expectRefusal(answer, 400, "invalid_argument", field: field, limit: limit)
            }
            try await refuse("?kinds=remix,gossip", "kinds", "remix, uncredited")
            try await refuse("?kinds=", "kinds", "remix, uncredited")
            try await refuse("?own=yes", "own", "true, false")
            try await refuse("?realmId=", "realmId", "1…512 bytes")
            try await refuse("?realmId=" + String(repeating: "r", count: 513), "realmId", "1…512 bytes")
            try await refuse("?topic=x", "topic", "kinds, lastEventId, own, realmId")
            try await refuse("?lastEventId=nonsense", "lastEventId", "the id of an event")
            try await refuse(
                "", "lastEventId", "the id of an event", [HTTPField.Name("Last-Event-ID")!: "AAAA"])
            #expect(service.platform.events.listenerCount == 0)
        }
    }
}

/// What only one task at a time uses.
struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
}
