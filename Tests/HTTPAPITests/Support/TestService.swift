import HTTPAPI
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Platform
import StrictJSON
import TestSupport
import Testing

/// A service over a store of its own in a temporary directory.
struct TestService {
    let client: any TestClientProtocol
    let platform: ArcaneaPlatform

    /// - Parameter setup: `.router` hands requests to the router, `.live` goes through a socket.
    static func run(
        embedder: PlatformConfiguration.Embedder = .builtIn, configuration: APIServerConfiguration = .init(),
        backups: String? = nil, setup: TestingSetup = .router, _ body: @Sendable (TestService) async throws -> Void
    ) async throws {
        let directory = TemporaryDirectory()
        let platform = try await ArcaneaPlatform.open(
            PlatformConfiguration(directory: directory.path, embedder: embedder, backups: backups))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = makeApplication(platform: platform, configuration: configuration, logger: logger)
        do {
            try await application.test(setup) { client in
                try await body(TestService(client: client, platform: platform))
            }
        } catch {
            await platform.close()
            throw error
        }
        await platform.close()
        withExtendedLifetime(directory) {}
    }

    func send(
        _ method: HTTPRequest.Method, _ uri: String, body: String? = nil, headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await send(method, uri, bytes: body.map { Array($0.utf8) }, headers: headers)
    }

    func send(
        _ method: HTTPRequest.Method, _ uri: String, bytes: [UInt8]?, headers: HTTPFields = [:]
    ) async throws -> Answer {
        let response = try await client.execute(
            uri: uri, method: method, headers: headers, body: bytes.map { ByteBuffer(bytes: $0) })
        return Answer(
            status: response.status.code, headers: response.headers, bytes: Array(buffer: response.body))
    }

    func get(_ uri: String) async throws -> Answer { try await send(.get, uri) }

    func post(_ uri: String, _ body: String) async throws -> Answer { try await send(.post, uri, body: body) }

    /// Creates a work and gives its answer.
    @discardableResult
    func create(
        _ id: String, title: String? = nil, realm: String = "aurora", parents: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let sources = parents.map { "{\"essenceId\":\"\($0)\"}" }.joined(separator: ",")
        let answer = try await post(
            "/essences",
            "{\"id\":\"\(id)\",\"realmId\":\"\(realm)\",\"title\":\"\(title ?? id)\",\"remixFrom\":[\(sources)]}")
        #expect(answer.status == 201, "\(answer)", sourceLocation: sourceLocation)
        return answer
    }

    /// A record without the time that reading it took.
    func record(_ uri: String) async throws -> JSONValue? {
        guard case .object(var members)? = try await get(uri).json else { return nil }
        members["tookMicros"] = nil
        return .object(members)
    }

    /// Everything that a write could change, as the service itself reports it.
    func state() async throws -> JSONValue {
        let answer = try await get("/readyz")
        return try #require(answer.json)
    }
}

/// An answer, with its JSON when it has one.
struct Answer: CustomStringConvertible {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var json: JSONValue? { try? JSONValue(parsing: bytes) }

    var error: JSONValue? { json?["error"] }

    subscript(path: String) -> JSONValue? { json?[path] }

    /// `id` of each item.
    var ids: [String] { json?["items"]?.array.compactMap { $0["id"]?.string } ?? [] }

    var description: String { "\(status) \(String(decoding: bytes.prefix(600), as: UTF8.self))" }
}

extension JSONValue {
    /// A member by path: `essence.title`.
    subscript(path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(self)) { value, name in
            if case .object(let members)? = value { members[String(name)] } else { nil }
        }
    }

    var array: [JSONValue] { if case .array(let values) = self { values } else { [] } }
    var string: String? { if case .string(let value) = self { value } else { nil } }
    var int: Int? { if case .int(let value) = self { Int(value) } else { nil } }
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}

/// What a refusal must say: status, code, field and limit; a message and a request id besides.
func expectRefusal(
    _ answer: Answer, _ status: Int, _ code: String, field: String?, limit: String?,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer.error?["code"]?.string == code, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer.error?["field"]?.string == field, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer.error?["limit"]?.string == limit, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer.error?["message"]?.string?.isEmpty == false, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer.error?["requestId"]?.string?.isEmpty == false, "\(answer)", sourceLocation: sourceLocation)
}
