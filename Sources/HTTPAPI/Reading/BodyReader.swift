import Engine
import Foundation
import Hummingbird
import NIOCore
import NIOHTTP1
import StrictJSON

/// Reads JSON bodies within the limits of type, size and time.
struct BodyReader: Sendable {
    let configuration: APIServerConfiguration

    func read<Body>(_ request: Request, _ decode: (JSONElement) throws -> Body) async throws -> Body {
        try checkType(request)
        let buffer = try await collect(request)
        guard buffer.readableBytes > 0 else {
            throw EngineError.invalid("body", "the request needs a JSON body", limit: "a JSON object")
        }
        let document = try buffer.withUnsafeReadableBytes { try JSONDocument(parsing: $0) }
        return try decode(document.root)
    }

    /// One JSON document a line; empty lines are passed over.
    ///
    /// - Parameter count: allowed number of lines.
    func readLines<Line>(
        _ request: Request, count: ClosedRange<Int>, _ decode: (JSONElement) throws -> Line
    ) async throws -> [Line] {
        let buffer = try await collect(request)
        return try buffer.withUnsafeReadableBytes { bytes in
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
                .filter { line in !line.allSatisfy { $0 <= UInt8(ascii: " ") } }
            guard count.contains(lines.count) else {
                throw EngineError.invalid(
                    "body", "the body must hold \(count.text) records, one a line, got \(lines.count)",
                    limit: "\(count.text) records")
            }
            return try lines.map { try decode(JSONDocument(parsing: UnsafeRawBufferPointer(rebasing: $0)).root) }
        }
    }

    /// JSON, or nothing said, or what curl says when it is not told: a form. Everything else is refused.
    private func checkType(_ request: Request) throws {
        guard let type = request.headers[.contentType]?.lowercased() else { return }
        let name = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
        guard name == "application/json" || name.hasSuffix("+json") || name == "application/x-www-form-urlencoded"
        else {
            throw EngineError(
                .unsupportedMediaType, "the body must be application/json, got \(name.prefix(100))",
                field: "Content-Type", limit: "application/json")
        }
    }

    private func collect(_ request: Request) async throws -> ByteBuffer {
        let limit = configuration.bodyBytesMax
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > limit { throw tooLarge(announced) }
        let start = ContinuousClock.now
        var collected: ByteBuffer?
        do {
            for try await var chunk in request.body {
                let count = (collected?.readableBytes ?? 0) + chunk.readableBytes
                guard count <= limit else { throw tooLarge(nil) }
                try checkPace(count, since: start)
                if collected == nil {
                    collected = chunk
                    // What the caller announced is believed up to a point: memory follows bytes, not promises.
                    if let announced { collected?.reserveCapacity(min(announced, 1 << 20)) }
                } else {
                    collected?.writeBuffer(&chunk)
                }
            }
        } catch let error as EngineError {
            throw error
        } catch let error as HTTPParserError {
            throw error
        } catch {
            throw EngineError.invalid("body", "the connection broke while the body arrived", limit: "a whole body")
        }
        return collected ?? ByteBuffer()
    }

    /// A body may take `bodyTimeout`, and a second more for every `bodyBytesPerSecondMin` bytes of it. A sender that falls
    /// silent altogether is cut off by the idle timeout.
    private func checkPace(_ count: Int, since start: ContinuousClock.Instant) throws {
        let allowed = configuration.bodyTimeout + .seconds(count / configuration.bodyBytesPerSecondMin)
        guard ContinuousClock.now - start > allowed else { return }
        let limit =
            "\(configuration.bodyTimeout.components.seconds) s + 1 s per \(configuration.bodyBytesPerSecondMin) bytes"
        throw EngineError(
            .requestTimeout, "the body arrived too slowly: \(count) bytes so far", field: "body", limit: limit)
    }

    private func tooLarge(_ announced: Int?) -> EngineError {
        let limit = configuration.bodyBytesMax
        let got = announced.map { ", got \($0)" } ?? ""
        return EngineError(
            .tooLarge, "the body may have at most \(limit) bytes\(got)", field: "body", limit: "\(limit) bytes")
    }
}
