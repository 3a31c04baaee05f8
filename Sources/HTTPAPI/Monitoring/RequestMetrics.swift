import HTTPTypes
import Hummingbird
import Synchronization

/// How many requests each route was asked, how they ended, and how long they took.
///
/// Labels are the routes as they were registered, never paths as they were asked, and a fixed set of methods: the number of
/// series does not grow with what callers send.
final class RequestMetrics: Sendable {
    /// Upper bounds in seconds. Reads take tens of microseconds, durable writes milliseconds.
    static let bounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete]

    struct Key: Hashable, Comparable {
        var route: String
        var method: String

        static func < (a: Key, b: Key) -> Bool { (a.route, a.method) < (b.route, b.method) }
    }

    struct Series {
        /// Requests by the first bound that they did not exceed; the last place is for those beyond all bounds.
        var buckets = [Int](repeating: 0, count: bounds.count + 1)
        var sum = Duration.zero
        var statuses: [Int: Int] = [:]

        var count: Int { buckets.reduce(0, +) }
    }

    private let series = Mutex<[Key: Series]>([:])
    private let inFlightCount = Atomic(0)

    /// In the order of the routes' names.
    var all: [(key: Key, series: Series)] {
        series.withLock { $0.map { (key: $0.key, series: $0.value) } }.sorted { $0.key < $1.key }
    }

    var inFlight: Int { inFlightCount.load(ordering: .relaxed) }

    func began() { inFlightCount.add(1, ordering: .relaxed) }

    /// - Parameter route: as it was registered; `nil` when there is none for the path.
    func ended(_ method: HTTPRequest.Method, route: String?, status: HTTPResponse.Status, after duration: Duration) {
        inFlightCount.subtract(1, ordering: .relaxed)
        let key = Key(
            route: route.flatMap { $0 == "NotFound" ? nil : $0 } ?? "none",
            method: Self.methods.contains(method) ? method.rawValue : "other")
        let seconds = duration / .seconds(1)
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        series.withLock { all in
            all[key, default: Series()].buckets[bucket] += 1
            all[key, default: Series()].sum += duration
            all[key, default: Series()].statuses[status.code, default: 0] += 1
        }
    }
}

/// Measures each request, from its head to its answer's head: bodies of answers are written by whoever reads them.
struct RequestMetricsMiddleware: RouterMiddleware {
    let metrics: RequestMetrics

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        metrics.began()
        do {
            let response = try await next(request, context)
            metrics.ended(
                request.method, route: context.endpointPath, status: response.status, after: .now - start)
            return response
        } catch {
            metrics.ended(
                request.method, route: context.endpointPath, status: .internalServerError, after: .now - start)
            throw error
        }
    }
}
