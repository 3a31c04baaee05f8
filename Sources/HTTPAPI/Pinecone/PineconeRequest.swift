import Engine
import HTTPTypes
import Hummingbird
import PineconeAPI

/// A request's path, query and headers as the Pinecone surface reads them: names may come more than once, and unknown ones
/// are passed over, because newer clients send more than older servers know.
struct PineconeRequest: Sendable {
    private let context: APIContext
    private let query: [(name: String, value: String)]
    let headers: HTTPFields
    private let authority: String?

    init(_ request: Request, _ context: APIContext) throws {
        self.context = context
        headers = request.headers
        authority = request.head.authority
        query = try (request.uri.query?.split(separator: "&") ?? []).map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentDecoding.decode(parts[0], plusIsSpace: true),
                let value = PercentDecoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else {
                throw EngineError.invalid("query", "the query is not percent-encoded UTF-8", limit: "UTF-8")
            }
            return (name, value)
        }
    }

    var dialect: PineconeDialect { PineconeDialect(version: headers[.pineconeVersion]) }

    /// Name of the index in the path.
    var index: String { get throws { try path("index") } }

    func path(_ name: String) throws -> String {
        guard let segment = context.parameters.get(name),
            let text = PercentDecoding.decode(segment[...], plusIsSpace: false)
        else {
            throw EngineError.invalid(name, "the \(name) in the path is not percent-encoded UTF-8", limit: "UTF-8")
        }
        return text
    }

    /// All values of a name, in order.
    func values(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }

    /// The last value of a name; `nil` also for an empty one.
    func value(_ name: String) -> String? {
        query.last { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    func namespace() throws -> String { try NamespaceName.checked(value("namespace") ?? "") }

    func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws -> Int {
        guard let text = value(name) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw EngineError.invalid(
                name, "\(name) must be a whole number in \(range.text), got \"\(text.prefix(80))\"", limit: range.text)
        }
        return number
    }

    /// Page size and where to go on.
    func page() throws -> (limit: Int, token: String?) {
        (
            try integer("limit", in: PineconeLimits.listLimit, default: PineconeLimits.listDefault),
            value("paginationToken") ?? value("pagination_token")
        )
    }

    func prefix() throws -> String {
        let prefix = value("prefix") ?? ""
        guard prefix.utf8.count <= PineconeLimits.idCount.upperBound else {
            throw EngineError.invalid("prefix", "prefix must be at most 512 bytes", limit: "512 bytes")
        }
        return prefix
    }

    /// Where the data plane of an index answers, as the caller reaches this server.
    func host(of index: String, _ configuration: APIServerConfiguration) -> String {
        let scheme = headers[.forwardedProto].map { $0.lowercased() == "https" ? "https" : "http" } ?? "http"
        let base =
            configuration.publicURL ?? "\(scheme)://\(authority ?? "\(configuration.host):\(configuration.port)")"
        let host = base.hasSuffix("/") ? String(base.dropLast()) : base
        let url = host + PineconePlane.pathPrefix + index
        guard !configuration.hostsHaveScheme, let scheme = url.split(separator: "://", maxSplits: 1).first else {
            return url
        }
        return String(url.dropFirst(scheme.count + 3))
    }
}
