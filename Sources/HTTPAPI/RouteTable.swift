import HTTPTypes
import Synchronization

/// Which methods each path has, so that a wrong method is told apart from a wrong path.
final class RouteTable: Sendable {
    private let routes = Mutex<[(method: HTTPRequest.Method, segments: [Substring])]>([])

    func add(_ method: HTTPRequest.Method, _ path: String) {
        routes.withLock { $0.append((method, path.split(separator: "/"))) }
    }

    /// Names of the methods of a path, in alphabetical order; empty when there is no such path. As in the router, a
    /// written-out path goes before one with an id in its place.
    func methods(of path: String) -> [String] {
        let asked = path.split(separator: "/")
        let found = routes.withLock { routes in
            routes.filter { route in
                route.segments.count == asked.count
                    && zip(route.segments, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
            }
        }
        let writtenOut = found.filter { $0.segments == asked }
        var names = Set((writtenOut.isEmpty ? found : writtenOut).map(\.method.rawValue))
        if names.contains("GET") { names.insert("HEAD") }
        return names.sorted()
    }
}
