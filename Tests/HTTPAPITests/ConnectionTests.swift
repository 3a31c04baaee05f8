import Engine
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import StrictJSON
import Testing

@testable import HTTPAPI

/// Parts that need no service: on a channel with a clock of its own, and on plain values.
struct ConnectionTests {
    @Test("a peer that does not read is cut off after the timeout, one that reads again is not")
    func slowReader() throws {
        let channel = EmbeddedChannel(handler: SlowReaderHandler(timeout: .seconds(30)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        func setWritable(_ isWritable: Bool) {
            channel.isWritable = isWritable
            channel.pipeline.fireChannelWritabilityChanged()
        }
        setWritable(false)
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        setWritable(true)
        channel.embeddedEventLoop.advanceTime(by: .seconds(3_600))
        #expect(channel.isActive)
        setWritable(false)
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test("each code has its status; what happened inside stays inside")
    func statuses() {
        let expected: [(EngineError.Code, Int)] = [
            (.invalidArgument, 400), (.unauthenticated, 401), (.permissionDenied, 403), (.notFound, 404),
            (.alreadyExists, 409), (.cycle, 409), (.failedPrecondition, 409), (.tooLarge, 413), (.overloaded, 503),
            (.unavailable, 503), (.outOfSpace, 507), (.dataLoss, 500), (.internal, 500),
            (EngineError.Code(rawValue: "of tomorrow"), 500),
        ]
        for (code, status) in expected {
            #expect(HTTPFailure(EngineError(code, "why")).status.code == status, "\(code)")
        }
        struct Secret: Error {}
        for error in [EngineError(.internal, "/var/secret"), Secret(), HTTPError(.badGateway, message: "secret")]
            as [any Error]
        {
            let failure = HTTPFailure(error)
            #expect(failure.status == .internalServerError)
            #expect(!failure.error.message.contains("ecret"))
        }
        #expect(HTTPFailure(EngineError(.dataLoss, "row 7 is damaged")).error.code == .dataLoss)
        #expect(HTTPFailure(EngineError(.overloaded, "why")).headers[.retryAfter] == "1")
        #expect(HTTPFailure(JSONError(.outOfMemory, "why")).status == .serviceUnavailable)
        #expect(HTTPFailure(JSONError(.unknownField, "why", field: "a.b", limit: "c")).error.field == "a.b")
        #expect(HTTPFailure(CancellationError()).status == .serviceUnavailable)
    }

    @Test("percent decoding is strict")
    func percentDecoding() {
        for (text, decoded) in [
            ("a%20b", "a b"), ("%C3%A9", "é"), ("%f0%9f%98%80", "😀"), ("a+b", "a+b"), ("", ""), ("%25", "%"),
        ] {
            #expect(PercentDecoding.decode(text[...], plusIsSpace: false) == decoded)
        }
        #expect(PercentDecoding.decode("a+b%2Bc", plusIsSpace: true) == "a b+c")
        for text in ["%", "%4", "%4g", "%g4", "%00", "%ff", "%c0%af", "%ed%a0%80", "% 41", "%+41"] {
            #expect(PercentDecoding.decode(text[...], plusIsSpace: false) == nil, "\(text)")
        }
    }

    @Test("keys are equal only when every byte is")
    func keys() {
        let key = Array("0123456789abcdef".utf8)
        #expect(AuthenticationMiddleware.equal(key, key))
        for length in 0...40 {
            let repeated = (0..<length).map { key[$0 % key.count] }
            #expect(AuthenticationMiddleware.equal(repeated, key) == (length == key.count), "length \(length)")
        }
        for position in key.indices {
            var wrong = key
            wrong[position] ^= 1
            #expect(!AuthenticationMiddleware.equal(wrong, key), "position \(position)")
        }
    }

    @Test("loopback names")
    func loopback() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.255.0.9", "::1"] {
            #expect(LoopbackGuardMiddleware.isLoopback(host), "\(host)")
        }
        for host in ["127.0.0.1.nip.io", "127.1", "128.0.0.1", "localhost.example", "127.0.0.256", "", "::", "0.0.0.0"]
        {
            #expect(!LoopbackGuardMiddleware.isLoopback(host), "\(host)")
        }
    }

    @Test("the request beyond the limit is refused at once, the ones before it are served")
    func admission() async throws {
        let admission = AdmissionMiddleware(inFlightMax: 2)
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        @Sendable func request(_ path: String, waiting: Bool) async throws -> HTTPResponse.Status {
            let channel = NIOAsyncTestingChannel()
            let context = APIContext(source: .init(channel: channel, logger: Logger(label: "test")))
            let head = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: path)
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            return try await admission.handle(request, context: context) { _, _ in
                if waiting {
                    enter.yield()
                    for await _ in released { break }
                }
                return Response(status: .ok)
            }.status
        }
        async let first = request("/a", waiting: true)
        async let second = request("/b", waiting: true)
        var count = 0
        for await _ in entered {
            count += 1
            if count == 2 { break }
        }
        let refused = await #expect(throws: EngineError.self) { try await request("/c", waiting: false) }
        #expect(refused?.code == .overloaded)
        #expect(refused?.limit == "2 requests")
        #expect(try await request("/healthz", waiting: false) == .ok)
        release.finish()
        #expect(try await first == .ok)
        #expect(try await second == .ok)
        #expect(try await request("/c", waiting: false) == .ok)
    }
}
