import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import StrictJSON

/// What the noun files add their routes to: each handler turns a request into an encodable answer or throws.
struct APIRoutes {
    let router: Router<APIContext>
    let table: RouteTable
    let reader: BodyReader
    let platform: ArcaneaPlatform

    /// A route whose answer is no JSON, or that looks at the request's headers.
    ///
    /// - Parameters:
    ///   - contentType: of the answer.
    ///   - query: names of the query parameters that the route knows; all others are refused.
    func on(
        _ method: HTTPRequest.Method, _ path: String, answering contentType: String, query: Set<String> = [],
        _ handler: @escaping @Sendable (Request, RequestReader) async throws -> Response
    ) {
        table.add(.init(method: method, path: path, query: query, contentType: contentType))
        router.on(RouterPath(path), method: method) { request, context in
            try await handler(request, RequestReader(request: request, context: context, allowed: query))
        }
    }

    /// A route whose answer goes on for as long as its caller listens.
    func onStream(
        _ path: String, answering contentType: String, query: Set<String>,
        _ handler: @escaping @Sendable (Request, APIContext, RequestReader) throws -> Response
    ) {
        table.add(.init(method: .get, path: path, query: query, contentType: contentType))
        router.get(RouterPath(path)) { request, context in
            try handler(request, context, RequestReader(request: request, context: context, allowed: query))
        }
    }

    /// A route that reads the path and the query only.
    ///
    /// - Parameter query: names of the query parameters that the route knows; all others are refused.
    func on<Answer: Encodable & SendableMetatype>(
        _ method: HTTPRequest.Method, _ path: String, query: Set<String> = [], status: HTTPResponse.Status = .ok,
        _ handler: @escaping @Sendable (RequestReader) async throws -> Answer
    ) {
        table.add(.init(method: method, path: path, query: query, status: status))
        router.on(RouterPath(path), method: method) { request, context in
            let reader = try RequestReader(request: request, context: context, allowed: query)
            return try Response(status: status, encoding: await handler(reader))
        }
    }

    /// A route whose answer is a file of another format.
    ///
    /// - Parameter handler: gives the bytes and their content type.
    func onBytes(
        _ method: HTTPRequest.Method, _ path: String, query: Set<String> = [],
        _ handler: @escaping @Sendable (RequestReader) async throws -> (bytes: [UInt8], contentType: String)
    ) {
        table.add(.init(method: method, path: path, query: query))
        router.on(RouterPath(path), method: method) { request, context in
            let answer = try await handler(RequestReader(request: request, context: context, allowed: query))
            return Response(
                status: .ok, headers: [.contentType: answer.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.bytes)))
        }
    }

    /// A route that reads a JSON body as well.
    func on<Body: Sendable, Answer: Encodable & SendableMetatype>(
        _ method: HTTPRequest.Method, _ path: String, status: HTTPResponse.Status = .ok,
        body decode: @escaping @Sendable (JSONElement) throws -> Body,
        _ handler: @escaping @Sendable (RequestReader, Body) async throws -> Answer
    ) {
        table.add(.init(method: method, path: path, reads: { _ = try decode($0) }, status: status))
        let reader = reader
        router.on(RouterPath(path), method: method) { request, context in
            let query = try RequestReader(request: request, context: context, allowed: [])
            let body = try await reader.read(request, decode)
            return try Response(status: status, encoding: await handler(query, body))
        }
    }
}

extension Response {
    /// An answer as JSON.
    init(status: HTTPResponse.Status, encoding value: some Encodable) throws {
        self.init(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONOutput.encode(value))))
    }
}
