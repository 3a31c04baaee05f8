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

/// A service over a directory that outlives it, spoken to as Pinecone's clients do.
struct PineconeClient {
    let service: TestService

    /// Opens the directory, runs the body, and closes it again.
    static func run(
        _ directory: TemporaryDirectory = TemporaryDirectory(), configuration: APIServerConfiguration = .init(),
        aliases: [String: String] = [:], _ body: @Sendable (PineconeClient) async throws -> Void
    ) async throws {
        let platform = try await ArcaneaPlatform.open(
            PlatformConfiguration(directory: directory.appending("store"), modelAliases: aliases))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = makeApplication(platform: platform, configuration: configuration, logger: logger)
        do {
            try await application.test(.router) { client in
                try await body(PineconeClient(service: TestService(client: client, platform: platform)))
            }
        } catch {
            await platform.close()
            throw error
        }
        await platform.close()
        withExtendedLifetime(directory) {}
    }

    /// The control plane.
    func control(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, version: String = "2025-10"
    ) async throws -> Answer {
        try await service.send(method, path, body: body, headers: [Self.version: version])
    }

    /// The data plane of an index.
    func data(
        _ method: HTTPRequest.Method, _ index: String, _ path: String, _ body: String? = nil
    ) async throws -> Answer {
        try await service.send(method, "/_index/\(index)\(path)", body: body)
    }

    /// Makes an index of dense vectors, or of sparse ones when there is no dimension.
    @discardableResult
    func create(_ name: String, dimension: Int? = 2, metric: String = "cosine") async throws -> Answer {
        let vectors =
            dimension.map { "\"dimension\":\($0),\"metric\":\"\(metric)\"" } ?? "\"vector_type\":\"sparse\""
        let answer = try await control(.post, "/indexes", "{\"name\":\"\(name)\",\(vectors),\(Self.spec)}")
        #expect(answer.status == 201, "\(answer)")
        return answer
    }

    @discardableResult
    func upsert(_ index: String, _ vectors: String, namespace: String = "") async throws -> Answer {
        try await data(.post, index, "/vectors/upsert", "{\"vectors\":[\(vectors)],\"namespace\":\"\(namespace)\"}")
    }

    /// Number of records of a namespace, as the statistics tell.
    func count(_ index: String, namespace: String = "__default__") async throws -> Int {
        let stats = try await data(.get, index, "/describe_index_stats")
        guard case .object(let namespaces)? = stats["namespaces"] else { return 0 }
        return namespaces[namespace]?["vectorCount"]?.int ?? 0
    }

    /// Ids of a query's matches, best first.
    func matches(_ index: String, _ body: String) async throws -> [String] {
        let answer = try await data(.post, index, "/query", body)
        #expect(answer.status == 200, "\(answer)")
        return answer["matches"]?.array.compactMap { $0["id"]?.string } ?? []
    }

    static let spec = "\"spec\":{\"serverless\":{\"cloud\":\"aws\",\"region\":\"us-east-1\"}}"
    static let version = HTTPField.Name("X-Pinecone-Api-Version")!
    static let requestLSN = HTTPField.Name("x-pinecone-request-lsn")!
    static let indexedLSN = HTTPField.Name("x-pinecone-max-indexed-lsn")!
}

/// What a refusal of the control plane must be.
func expectControlError(
    _ answer: Answer, _ status: Int, _ code: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer["status"]?.int == status, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer["error.code"]?.string == code, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer["error.message"]?.string?.isEmpty == false, "\(answer)", sourceLocation: sourceLocation)
}

/// What a refusal of the data plane must be: `google.rpc.Status`.
func expectDataError(
    _ answer: Answer, _ status: Int, _ code: Int, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer["code"]?.int == code, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer["message"]?.string?.isEmpty == false, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer["details"] == .array([]), "\(answer)", sourceLocation: sourceLocation)
}
