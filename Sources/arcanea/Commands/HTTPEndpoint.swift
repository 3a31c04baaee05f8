import Engine
import Foundation
import FoundationNetworking
import Platform

/// A running service that speaks Pinecone's API.
struct HTTPEndpoint: RecordEndpoint {
    private static let attempts = 6
    private static let timeout = 60.0

    private let session: URLSession
    private let apiKey: String

    /// - Parameter apiKey: sent with every request; local services take any.
    init(apiKey: String) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = Self.timeout
        configuration.httpMaximumConnectionsPerHost = 8
        session = URLSession(configuration: configuration)
        self.apiKey = apiKey
    }

    func get(_ url: String) async throws -> [UInt8] {
        guard let address = URL(string: url), ["http", "https"].contains(address.scheme) else {
            throw EngineError.invalid(
                "--from", "\(url.prefix(200)) is not a URL of http or https", limit: "http, https")
        }
        var request = URLRequest(url: address)
        request.setValue(apiKey, forHTTPHeaderField: "Api-Key")
        request.setValue("2025-04", forHTTPHeaderField: "X-Pinecone-Api-Version")
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        var last = ""
        for attempt in 0..<Self.attempts {
            if attempt > 0 { try await Task.sleep(for: .milliseconds(Self.pause(attempt))) }
            let data: Data
            let response: URLResponse
            do {
                (data, response) = try await session.data(for: request)
            } catch let error as URLError {
                last = error.localizedDescription
                continue
            }
            let status = (response as? HTTPURLResponse)?.statusCode ?? 0
            switch status {
            case 200..<300: return Array(data)
            case 408, 429, 500...: last = "status \(status): \(Self.excerpt(data))"
            case 404: throw EngineError(.notFound, "\(url.prefix(200)) does not exist: \(Self.excerpt(data))")
            case 401, 403:
                throw EngineError(
                    .permissionDenied,
                    "\(address.host ?? "") refuses the key in PINECONE_API_KEY: \(Self.excerpt(data))")
            default:
                throw EngineError(.invalidArgument, "\(url.prefix(200)): status \(status): \(Self.excerpt(data))")
            }
        }
        throw EngineError(.unavailable, "\(url.prefix(200)) failed \(Self.attempts) times, at last with \(last)")
    }

    /// Milliseconds before another attempt: 250, 500, … with some of it random, so that clients do not come in step.
    private static func pause(_ attempt: Int) -> Int {
        let full = 250 << (attempt - 1)
        return full / 2 + Int.random(in: 0...full / 2)
    }

    private static func excerpt(_ data: Data) -> String { String(decoding: data.prefix(300), as: UTF8.self) }
}
