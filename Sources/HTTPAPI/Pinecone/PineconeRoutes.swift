import HTTPTypes
import Hummingbird
import PineconeAPI
import Platform
import StrictJSON

/// What the files of the Pinecone surface add their routes to.
struct PineconeRoutes {
    let api: APIRoutes
    let service: PineconeService
    let configuration: APIServerConfiguration

    /// A route that reads path, query and headers only.
    func on(
        _ method: HTTPRequest.Method, _ path: String,
        _ handler: @escaping @Sendable (PineconeRequest) async throws -> Response
    ) {
        api.table.add(.init(method: method, path: path))
        api.router.on(RouterPath(path), method: method) { request, context in
            try await handler(PineconeRequest(request, context))
        }
    }

    /// A route that reads a JSON body as well.
    func on<Body: Sendable>(
        _ method: HTTPRequest.Method, _ path: String, body decode: @escaping @Sendable (JSONElement) throws -> Body,
        _ handler: @escaping @Sendable (PineconeRequest, Body) async throws -> Response
    ) {
        api.table.add(.init(method: method, path: path, reads: { _ = try decode($0) }))
        let reader = api.reader
        api.router.on(RouterPath(path), method: method) { request, context in
            let read = try PineconeRequest(request, context)
            return try await handler(read, reader.read(request, decode))
        }
    }

    /// A route whose body holds one JSON object a line.
    func onLines<Line: Sendable>(
        _ path: String, _ decode: @escaping @Sendable (JSONElement) throws -> Line, count: ClosedRange<Int>,
        _ handler: @escaping @Sendable (PineconeRequest, [Line]) async throws -> Response
    ) {
        api.table.add(.init(method: .post, path: path, reads: { _ = try decode($0) }, readsLines: true))
        let reader = api.reader
        api.router.on(RouterPath(path), method: .post) { request, context in
            let read = try PineconeRequest(request, context)
            return try await handler(read, reader.readLines(request, count: count, decode))
        }
    }

    /// A route whose body depends on the dialect.
    func on<Body: Sendable>(
        _ method: HTTPRequest.Method, _ path: String,
        dialectBody decode: @escaping @Sendable (JSONElement, PineconeDialect) throws -> Body,
        _ handler: @escaping @Sendable (PineconeRequest, Body) async throws -> Response
    ) {
        api.table.add(.init(method: method, path: path, reads: { _ = try decode($0, .spec) }))
        let reader = api.reader
        api.router.on(RouterPath(path), method: method) { request, context in
            let read = try PineconeRequest(request, context)
            let dialect = read.dialect
            return try await handler(read, reader.read(request) { try decode($0, dialect) })
        }
    }
}

/// The whole surface: control plane at the root, the data plane of each index below `/_index/{index}`.
func addPineconeRoutes(_ api: APIRoutes, _ configuration: APIServerConfiguration) {
    let routes = PineconeRoutes(api: api, service: api.platform.pinecone, configuration: configuration)
    addIndexRoutes(routes)
    addRecordRoutes(routes)
    addNamespaceRoutes(routes)
    addInferenceRoutes(routes)
    addBackupRoutes(routes)
    addUnofferedRoutes(routes)
}
