import Glibc
import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import Testing

/// Through a socket: what only shows there.
@Suite(.serialized)
struct LiveTests {
    @Test("requests go through a real connection, one after another")
    func keepAlive() async throws {
        try await TestService.run(setup: .live) { service in
            for number in 1...20 {
                let answer = try await service.create("w\(number)", title: "work \(number)")
                #expect(answer["seq"]?.int == number)
            }
            #expect(try await service.get("/essences/w20").status == 200)
            #expect(try await service.get("/nope").status == 404)
            let found = try await service.post("/essences/search", "{\"text\":\"work\",\"topK\":20}")
            #expect(found.ids.count == 20)
        }
    }

    @Test("a body that trickles in is answered 408 and its connection closed")
    func slowBody() async throws {
        let configuration = APIServerConfiguration(
            bodyTimeout: .milliseconds(200), bodyBytesPerSecondMin: 1_000_000, idleTimeout: .seconds(20))
        try await TestService.run(configuration: configuration, setup: .live) { service in
            let port = try #require(service.client.port)
            let answer = await RawConnection.offPool { () -> String? in
                guard let connection = RawConnection(port: port) else { return nil }
                defer { connection.close() }
                connection.send("POST /essences HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
                for _ in 0..<400 {
                    guard connection.send("x") else { return "hung up" }
                    if let text = connection.receive(waiting: 20) { return text }
                }
                return nil
            }
            #expect(answer?.hasPrefix("HTTP/1.1 408") == true, "\(answer ?? "no answer")")
            #expect(answer?.contains("request_timeout") == true, "\(answer ?? "no answer")")
            #expect(answer?.lowercased().contains("connection: close") == true)
            #expect(try await service.get("/healthz").status == 200)
        }
    }

    @Test("an announced body beyond the limit is refused before it arrives, and the connection is closed")
    func announcedBody() async throws {
        try await TestService.run(configuration: APIServerConfiguration(bodyBytesMax: 1_000), setup: .live) { service in
            let port = try #require(service.client.port)
            let answer = await RawConnection.offPool { () -> String? in
                guard let connection = RawConnection(port: port) else { return nil }
                defer { connection.close() }
                connection.send("POST /essences HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
                return connection.receiveAll(waiting: 20_000)
            }
            #expect(answer?.hasPrefix("HTTP/1.1 413") == true, "\(answer ?? "the connection stayed open")")
            #expect(answer?.contains("1000 bytes") == true)
        }
    }

    @Test("a caller that waits for a go-ahead gets it, and no go-ahead for a body that is too large")
    func expectContinue() async throws {
        try await TestService.run(configuration: APIServerConfiguration(bodyBytesMax: 1_000), setup: .live) { service in
            let port = try #require(service.client.port)
            let answers = await RawConnection.offPool { () -> [String?] in
                guard let small = RawConnection(port: port), let large = RawConnection(port: port) else { return [] }
                defer {
                    small.close()
                    large.close()
                }
                let body = "{\"id\":\"waited\",\"realmId\":\"r\",\"title\":\"t\"}"
                let head = "POST /essences HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
                small.send(head + "\(body.utf8.count)\r\n\r\n")
                let goAhead = small.receive(waiting: 20_000)
                small.send(body)
                let created = small.receive(waiting: 20_000)
                large.send(head + "1001\r\n\r\n")
                return [goAhead, created, large.receive(waiting: 20_000)]
            }
            try #require(answers.count == 3)
            #expect(answers[0] == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(answers[1]?.hasPrefix("HTTP/1.1 201") == true, "\(answers)")
            #expect(answers[2]?.hasPrefix("HTTP/1.1 413") == true, "\(answers)")
        }
    }

    @Test("chunked bodies are read, and cut off at the limit")
    func chunkedBody() async throws {
        try await TestService.run(configuration: APIServerConfiguration(bodyBytesMax: 1_000), setup: .live) { service in
            let port = try #require(service.client.port)
            let head = "POST /essences/search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            let answers = await RawConnection.offPool { () -> [String?] in
                guard let good = RawConnection(port: port), let endless = RawConnection(port: port) else { return [] }
                defer {
                    good.close()
                    endless.close()
                }
                good.send(head + "c\r\n{\"text\":\"sea\r\n2\r\n\"}\r\n0\r\n\r\n")
                let first = good.receive(waiting: 20_000)
                endless.send(head)
                let chunk = "64\r\n" + String(repeating: "x", count: 100) + "\r\n"
                for _ in 0..<1_000 where !endless.send(chunk) { break }
                return [first, endless.receive(waiting: 20_000)]
            }
            #expect(answers.first??.hasPrefix("HTTP/1.1 200") == true, "\(answers)")
            #expect(answers.last??.hasPrefix("HTTP/1.1 413") == true, "\(answers)")
        }
    }

    @Test(
        "requests that are not HTTP are answered 400 or cut off, and the service goes on",
        arguments: [
            "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\u{0} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST /essences HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
            "POST /essences HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: \(String(repeating: "x", count: 40_000))\r\n\r\n",
        ])
    func notHTTP(_ text: String) async throws {
        try await TestService.run(setup: .live) { service in
            let port = try #require(service.client.port)
            let answer = await RawConnection.offPool { () -> String? in
                guard let connection = RawConnection(port: port) else { return nil }
                defer { connection.close() }
                connection.send(text)
                return connection.receive(waiting: 20_000)
            }
            #expect(answer == "" || answer?.hasPrefix("HTTP/1.1 4") == true, "\(answer ?? "no answer")")
            #expect(try await service.get("/healthz").status == 200)
        }
    }

    @Test("a request in flight is finished when the service is asked to stop")
    func gracefulShutdown() async throws {
        let (halfSent, half) = AsyncStream.makeStream(of: Void.self)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        async let answer = { () -> String? in
            guard let port = await ports.first(where: { _ in true }) else { return nil }
            return await RawConnection.offPool {
                guard let connection = RawConnection(port: port) else { return nil }
                defer { connection.close() }
                let body = "{\"id\":\"late\",\"realmId\":\"r\",\"title\":\"sent while stopping\"}"
                // Two requests in one packet: when the first is answered, the service has seen the head of the second.
                connection.send(
                    "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /essences HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n" + body.prefix(10))
                guard connection.receive(waiting: 20_000)?.hasPrefix("HTTP/1.1 200") == true else { return nil }
                half.yield()
                half.finish()
                // The listening socket goes first: when no new connection is taken, the service is stopping.
                for _ in 0..<2_000 {
                    guard let probe = RawConnection(port: port) else { break }
                    probe.close()
                    poll(nil, 0, 5)
                }
                connection.send(String(body.dropFirst(10)))
                return connection.receive(waiting: 20_000)
            }
        }()
        try await TestService.run(setup: .live) { service in
            port.yield(try #require(service.client.port))
            port.finish()
            _ = await halfSent.first { _ in true }
        }
        let text = await answer
        #expect(text?.hasPrefix("HTTP/1.1 201") == true, "\(text ?? "no answer")")
        #expect(text?.contains("\"late\"") == true, "\(text ?? "no answer")")
    }
}
