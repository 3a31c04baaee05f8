import Engine
import HTTPTypes
import Hummingbird

/// Routes that monitors ask without a key; they tell nothing about the data but its size.
enum OpenRoutes {
    static let paths: Set<String> = ["/healthz", "/readyz", "/version", "/openapi.json"]
    /// The page asks for the key itself; its files are the same for everyone.
    private static let pagePaths = Set(PageFile.all.map(\.path))

    static func needsNoKey(_ path: String) -> Bool { paths.contains(path) || pagePaths.contains(path) }
}

/// Lets requests pass that carry the key, as `Api-Key: KEY` or `Authorization: Bearer KEY`.
struct AuthenticationMiddleware: RouterMiddleware {
    private let key: [UInt8]

    init(key: String) {
        self.key = Array(key.utf8)
    }

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard !OpenRoutes.needsNoKey(request.uri.path) else { return try await next(request, context) }
        guard let given = Self.key(of: request), Self.equal(Array(given.utf8), key) else {
            throw EngineError(
                .unauthenticated, "this route needs the key, as `Api-Key: KEY` or `Authorization: Bearer KEY`",
                field: "Api-Key")
        }
        return try await next(request, context)
    }

    private static func key(of request: Request) -> String? {
        if let key = request.headers[.apiKey] { return key }
        guard let authorization = request.headers[.authorization], authorization.lowercased().hasPrefix("bearer ")
        else { return nil }
        return String(authorization.dropFirst("bearer ".count))
    }

    /// Takes the same time for every wrong key of a length, wherever it differs.
    static func equal(_ given: [UInt8], _ expected: [UInt8]) -> Bool {
        var difference = UInt8(given.count == expected.count ? 0 : 1)
        for index in expected.indices {
            difference |= expected[index] ^ (given.isEmpty ? 0 : given[index % given.count])
        }
        return difference == 0
    }
}

/// Keeps pages in a browser on this machine away from a service that asks for no key.
///
/// A page may send simple requests to any address, loopback included, and the browser adds `Origin`. A name that its
/// owner points at 127.0.0.1 would make such a page "same origin", so the name in `Host` has to be a loopback one too.
struct LoopbackGuardMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        if let authority = request.head.authority, !Self.isLoopback(Self.host(authority)) {
            throw EngineError(
                .permissionDenied, "without a key this service answers to loopback names only", field: "Host",
                limit: "localhost, 127.0.0.1, [::1]")
        }
        if let origin = request.headers[.origin] {
            let authority = origin.split(separator: "://", maxSplits: 1).last.map(String.init) ?? origin
            guard Self.isLoopback(Self.host(authority)) else {
                throw EngineError(
                    .permissionDenied, "without a key this service does not answer pages of other sites",
                    field: "Origin", limit: "loopback origins")
            }
        }
        return try await next(request, context)
    }

    /// The host of `host`, `host:port` or `[v6]:port`.
    private static func host(_ authority: String) -> Substring {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return authority[authority.index(after: authority.startIndex)..<end]
        }
        return authority.prefix { $0 != ":" }
    }

    static func isLoopback(_ host: some StringProtocol) -> Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}

extension HTTPField.Name {
    static let apiKey = HTTPField.Name("Api-Key")!
    static let requestID = HTTPField.Name("X-Request-Id")!
}
