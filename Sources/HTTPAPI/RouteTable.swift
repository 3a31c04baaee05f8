import HTTPTypes
import StrictJSON
import Synchronization

/// All routes: what a wrong method is told apart from a wrong path by, and what `/openapi.json` is made of.
final class RouteTable: Sendable {
    struct Route: Sendable {
        var method: HTTPRequest.Method
        /// As the router has it, with names in braces: `/essences/{id}`.
        var path: String
        /// Names of the query parameters.
        var query: Set<String> = []
        /// Reads a JSON body, for routes that have one: it is asked for its fields, types and limits.
        var reads: (@Sendable (JSONElement) throws -> Void)?
        /// Whether the body holds one object a line.
        var readsLines = false
        /// Of an answer that is no error.
        var status: HTTPResponse.Status = .ok
        var contentType = "application/json; charset=utf-8"

        var hasBody: Bool { reads != nil }
        /// `GET /essences/{id}`
        var name: String { "\(method.rawValue) \(path)" }

        var segments: [Substring] { path.split(separator: "/") }
    }

    private let routes = Mutex<[Route]>([])

    /// In the order in which they were added.
    var all: [Route] { routes.withLock { $0 } }

    func add(_ route: Route) {
        routes.withLock { $0.append(route) }
    }

    /// Names of the methods of a path, in alphabetical order; empty when there is no such path. As in the router, a
    /// written-out path goes before one with an id in its place.
    func methods(of path: String) -> [String] {
        let asked = path.split(separator: "/")
        let found = all.filter { Self.matches($0, asked) }
        let writtenOut = found.filter { $0.segments == asked }
        var names = Set((writtenOut.isEmpty ? found : writtenOut).map(\.method.rawValue))
        if names.contains("GET") { names.insert("HEAD") }
        return names.sorted()
    }

    private static func matches(_ route: Route, _ asked: [Substring]) -> Bool {
        let segments = route.segments
        return segments.count == asked.count && zip(segments, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
