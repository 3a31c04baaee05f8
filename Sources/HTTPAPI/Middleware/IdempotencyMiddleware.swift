import Engine
import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import Synchronization

/// Answers a write that is sent again under the same `Idempotency-Key` with its first answer, and does nothing twice.
///
/// Requests with the header cost a second commit, for the answer. Answers that are no success are not kept.
final class IdempotencyMiddleware: RouterMiddleware {
    private static let keyBytes = 1...255

    private let platform: ArcaneaPlatform
    private let bodyBytesMax: Int
    private let inWork = Mutex<Set<String>>([])

    init(platform: ArcaneaPlatform, bodyBytesMax: Int) {
        self.platform = platform
        self.bodyBytesMax = bodyBytesMax
    }

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard let key = request.headers[.idempotencyKey], ![.get, .head, .options].contains(request.method) else {
            return try await next(request, context)
        }
        guard Self.keyBytes.contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw EngineError.invalid(
                "Idempotency-Key", "the key must be 1…255 printable ASCII characters",
                limit: "1…255 printable ASCII characters")
        }
        guard inWork.withLock({ $0.insert(key).inserted }) else {
            throw EngineError(
                .failedPrecondition, "a request with this key is in work: ask again in a moment",
                field: "Idempotency-Key")
        }
        defer { inWork.withLock { _ = $0.remove(key) } }
        if try platform.hasAnswer(forKey: key) { return try await repeated(request, key) }
        return try await first(request, key, context, next)
    }

    /// The body is read only to see that it is the same request.
    private func repeated(_ request: Request, _ key: String) async throws -> Response {
        let content = Content(request)
        for try await chunk in request.body {
            guard content.add(chunk) <= bodyBytesMax else {
                throw EngineError(
                    .tooLarge, "the body may have at most \(bodyBytesMax) bytes", field: "body",
                    limit: "\(bodyBytesMax) bytes")
            }
        }
        guard let answer = try platform.keptAnswer(forKey: key, fingerprint: content.fingerprint) else {
            throw EngineError(.unavailable, "the answer has just become too old: use a new key")
        }
        return Self.response(answer)
    }

    private func first(
        _ request: Request, _ key: String, _ context: APIContext, _ next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let content = Content(request)
        var request = request
        request.body = RequestBody(
            asyncSequence: request.body.map { chunk in
                _ = content.add(chunk)
                return chunk
            })
        let pending = IdempotentRequest(key: key) { content.fingerprint }
        do {
            let response = try await IdempotentRequest.$current.withValue(pending) { [request] in
                try await next(request, context)
            }
            guard pending.isRecorded, response.status.kind == .successful else { return response }
            let bytes = try await Self.bytes(of: response.body)
            try await platform.keep(
                KeptAnswer(status: response.status.code, body: Array(buffer: bytes)), of: pending)
            var kept = response
            kept.body = ResponseBody(byteBuffer: bytes)
            return kept
        } catch let answered as AnsweredBefore {
            return Self.response(answered.answer)
        }
    }

    private static func response(_ answer: KeptAnswer) -> Response {
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
        headers[.idempotencyReplayed] = "true"
        guard answer.status != 0 else {
            let text = #"{"replayed":true,"message":"the request was carried out before; its answer was lost"}"#
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        return Response(
            status: .init(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private static func bytes(of body: ResponseBody) async throws -> ByteBuffer {
        let collector = Collector()
        try await body.write(collector)
        return collector.bytes.withLock { $0 }
    }

    private final class Collector: ResponseBodyWriter, Sendable {
        let bytes = Mutex(ByteBuffer())

        func write(_ buffer: ByteBuffer) async throws {
            bytes.withLock { bytes in
                var buffer = buffer
                bytes.writeBuffer(&buffer)
            }
        }

        func finish(_: HTTPFields?) async throws {}
    }

    /// Method, path and body of a request, in one run of bytes.
    private final class Content: Sendable {
        private let bytes: Mutex<ByteBuffer>
        private let start: Int

        init(_ request: Request) {
            let head = ByteBuffer(string: "\(request.method.rawValue) \(request.uri.string)\n")
            start = head.readableBytes
            bytes = Mutex(head)
        }

        /// - Returns: bytes of the body so far.
        func add(_ chunk: ByteBuffer) -> Int {
            bytes.withLock { bytes in
                var chunk = chunk
                bytes.writeBuffer(&chunk)
                return bytes.readableBytes - start
            }
        }

        var fingerprint: UInt64 {
            bytes.withLock { $0.withUnsafeReadableBytes { IdempotentRequest.fingerprint(of: $0) } }
        }
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")!
}
