import Engine
import Hummingbird
import Synchronization

/// Refuses at once what would only wait: with this many requests in work, one more makes all of them slower.
final class AdmissionMiddleware: RouterMiddleware {
    private let inFlightMax: Int
    private let inFlight = Atomic(0)

    init(inFlightMax: Int) {
        self.inFlightMax = inFlightMax
    }

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let count = inFlight.add(1, ordering: .relaxed).newValue
        defer { inFlight.subtract(1, ordering: .relaxed) }
        // Monitors must hear that the service lives, above all when it is busy.
        guard count <= inFlightMax || OpenRoutes.paths.contains(request.uri.path) else {
            throw EngineError(
                .overloaded, "too many requests at a time; ask again in a second", limit: "\(inFlightMax) requests")
        }
        return try await next(request, context)
    }
}
