import Engine
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import PineconeAPI

/// Turns every error into the documented body, and gives every answer its request id.
struct ErrorMiddleware: RouterMiddleware {
    /// Time that a caller has to read a refusal before its connection goes.
    private static let lingering = TimeAmount.seconds(2)

    let logger: Logger
    let routes: RouteTable

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let requestID = Self.requestID(request, context)
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            // The connection's own loop answers 400 and hangs up: after this nothing on it can be read.
            throw error
        } catch {
            response = try answer(error, request: request, context: context, requestID: requestID)
        }
        response.headers[.requestID] = requestID
        if PineconePlane(path: request.uri.path) != nil { response.headers[.pineconeRequestID] = requestID }
        return response
    }

    /// The caller's id when it is a sensible one, ours otherwise.
    private static func requestID(_ request: Request, _ context: APIContext) -> String {
        if let given = request.headers[.requestID], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        {
            return given
        }
        return context.id
    }

    private func answer(
        _ error: any Error, request: Request, context: APIContext, requestID: String
    ) throws -> Response {
        var failure = HTTPFailure(error)
        if failure.status == .notFound, error is HTTPError { failure = unrouted(request) }
        if failure.status.kind == .serverError, failure.error.code != .notImplemented {
            logger.error(
                "request failed",
                metadata: [
                    "requestId": "\(requestID)", "route": "\(request.method.rawValue) \(request.uri.path)",
                    "error": "\(error)",
                ])
        }
        var response: Response
        if let plane = PineconePlane(path: request.uri.path) {
            response = plane.response(to: failure, error)
        } else {
            response = try Response(
                status: failure.status, encoding: ErrorBody(error: failure.error, requestID: requestID))
            response.headers.append(contentsOf: failure.headers)
        }
        if failure.abandonsBody {
            // The rest of the body is still on its way and nobody will read it.
            response.headers[.connection] = "close"
            let channel = context.channel
            channel.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// Nothing answers this path, or nothing answers this method on it.
    private func unrouted(_ request: Request) -> HTTPFailure {
        let path = request.uri.path.prefix(200)
        let allowed = routes.methods(of: request.uri.path).joined(separator: ", ")
        guard !allowed.isEmpty else {
            return HTTPFailure(EngineError(.notFound, "there is no route \(path)", field: "path"))
        }
        var failure = HTTPFailure(
            EngineError(
                .methodNotAllowed, "\(path) does not answer \(request.method.rawValue.prefix(20))", field: "method",
                limit: allowed))
        failure.headers[.allow] = allowed
        return failure
    }
}
