import Engine
import Foundation
import PineconeAPI
import Platform
import StrictJSON
import Synchronization
import TestSupport

/// Random records of an index, of every kind that may be stored.
struct RecordWorld {
    static let dimension = 6
    var generator: SeededGenerator

    private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

    /// A record's line, its fields in the order of exports.
    mutating func line(_ number: Int, namespace: String) -> String {
        var json = JSONBuilder()
        json.object { json in
            json.field("namespace", namespace)
            json.field("id", id(number))
            json.field("values", floats: generator.vector(Self.dimension))
            if below(3) == 0 {
                json.object("sparseValues") { json in
                    json.array("indices") { json in
                        for index in [3, 70 + below(5), 4_000_000_000] { json.value(index) }
                    }
                    json.field("values", floats: generator.vector(3))
                }
            }
            if below(4) > 0 {
                json.object("metadata") { json in json.field("text", "line\nbreak, \"quotes\", é \(below(100))") }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Ids with everything that paths and queries must escape.
    func id(_ number: Int) -> String { "a/b ?&#%+=\(number)" }
}

/// A path in a directory, its contents written.
func file(_ name: String, _ text: String, in directory: TemporaryDirectory) throws -> String {
    let path = directory.appending(name)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
}

/// All lines of an index, sorted.
func exportedLines(_ platform: ArcaneaPlatform, _ index: String, namespace: String? = nil) throws -> [String] {
    var lines: [String] = []
    let count = try RecordExporter(platform: platform, index: index, namespace: namespace).exportJSONLines {
        lines.append(String(decoding: $0, as: UTF8.self))
    }
    guard count == lines.count else { throw EngineError(.internal, "counted \(count), wrote \(lines.count)") }
    return lines.sorted()
}

/// A service that answers from another platform's index, refuses now and then, and counts what it is asked.
final class PlatformEndpoint: RecordEndpoint {
    struct Asked {
        var lists = 0
        var fetches = 0
        /// Fetches after which every call fails, once.
        var failsAfter = Int.max
    }

    let platform: ArcaneaPlatform
    let index: String
    let asked = Mutex(Asked())

    init(_ platform: ArcaneaPlatform, _ index: String) {
        self.platform = platform
        self.index = index
    }

    func get(_ url: String) async throws -> [UInt8] {
        guard let parts = URLComponents(string: url), parts.host == "source" else {
            throw EngineError(.invalidArgument, "no such host: \(url)")
        }
        func values(_ name: String) -> [String] {
            (parts.queryItems ?? []).filter { $0.name == name }.compactMap(\.value)
        }
        let namespace = try NamespaceName.checked(values("namespace").first ?? "")
        var json = JSONBuilder()
        switch parts.path {
        case "/indexes/\(index)":
            json.object { json in
                json.field("host", "source/data")
                json.field("dimension", RecordWorld.dimension)
                json.field("metric", "dotproduct")
                json.field("vector_type", "dense")
            }
        case "/data/describe_index_stats": try platform.pinecone.stats(of: index).write(to: &json)
        case "/data/vectors/list":
            asked.withLock { $0.lists += 1 }
            let limit = values("limit").first.flatMap { Int($0) } ?? 0
            try platform.pinecone.list(
                namespace: namespace, prefix: "", limit: limit, token: values("paginationToken").first, in: index
            ).value.write(to: &json)
        case "/data/vectors/fetch":
            let isFailing = asked.withLock { asked in
                asked.fetches += 1
                return asked.fetches > asked.failsAfter
            }
            if isFailing { throw EngineError(.unavailable, "the line is cut") }
            try platform.pinecone.fetch(values("ids"), namespace: namespace, in: index).value.write(to: &json)
        default: throw EngineError(.notFound, "no such path: \(url)")
        }
        return json.bytes
    }
}
