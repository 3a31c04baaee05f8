import Engine
import Foundation
import PineconeAPI
import StrictJSON
import Vectors

/// A service that speaks Pinecone's API, as an import reads it.
public protocol RecordEndpoint: Sendable {
    /// The body of a successful answer to `GET url`.
    ///
    /// - Throws: `notFound` for 404, `invalidArgument` for other refusals, `unavailable` when it could not be had at all.
    func get(_ url: String) async throws -> [UInt8]
}

/// Copies an index from a running service: its ids page by page, then their records.
///
/// A checkpoint in the store says after which page the next run goes on; within the pages that were under way, records that
/// are there are not asked for again.
public struct EndpointImporter: Sendable {
    /// Ids of one page, and of one fetch: what every service answers.
    private static let pageSize = 100
    /// Pages whose records are fetched at the same time, then written together.
    private static let pagesAtOnce = 8
    /// Bytes of ids in one URL.
    private static let urlBytesMax = 6_000

    let platform: ArcaneaPlatform
    let endpoint: any RecordEndpoint
    /// URL of the service's control plane.
    let controller: String
    let source: String
    let options: RecordImportOptions
    let onProgress: @Sendable (ImportProgress) -> Void

    /// - Parameters:
    ///   - source: name of the index there.
    ///   - options: its namespace, when not empty, is the only one that is copied; batches have the size of the service's pages.
    public init(
        platform: ArcaneaPlatform, endpoint: any RecordEndpoint, controller: String, source: String,
        options: RecordImportOptions, onProgress: @escaping @Sendable (ImportProgress) -> Void = { _ in }
    ) {
        self.platform = platform
        self.endpoint = endpoint
        self.controller = controller.hasSuffix("/") ? String(controller.dropLast()) : controller
        self.source = source
        self.options = options
        self.onProgress = onProgress
    }

    public func run() async throws -> ImportReport {
        let host = try await makeIndex()
        var options = options
        options.batchSize = RecordImportOptions.batchSizes.upperBound
        var sink = try RecordSink(service: platform.pinecone, options: options, name: "\(controller)/\(source)")
        let counts = try await namespaces(host)
        let total = max(1, counts.reduce(0) { $0 + $1.count })
        for (namespace, _) in counts {
            try await copy(namespace, host, &sink, total)
        }
        onProgress(ImportProgress(fraction: 1, acknowledged: sink.acknowledged))
        return sink.report
    }

    // MARK: What is there

    /// Makes the index here as it is there.
    ///
    /// - Returns: where its records are.
    private func makeIndex() async throws -> String {
        let (host, dimension, metric) = try await read(controller + "/indexes/" + Self.escaped(source)) {
            json throws(JSONError) in
            let any = 0...Int.max
            let host = try json.requiredString("host", bytes: any)
            let isSparse = try json.optionalString("vector_type", bytes: any) == "sparse"
            let dimension = isSparse ? nil : try json.optionalInt("dimension", in: any)
            let metric = try json.optionalChoice("metric", of: Metric.self) ?? .cosine
            return (host, dimension, metric)
        }
        try await platform.pinecone.makeIndex(options.index, dimension: dimension, metric: metric)
        if host.contains("://") { return host }
        return (controller.hasPrefix("http://") ? "http://" : "https://") + host
    }

    private func namespaces(_ host: String) async throws -> [(name: String, count: Int)] {
        var counts = try await read(host + "/describe_index_stats") { json throws(JSONError) in
            var counts: [(name: String, count: Int)] = []
            if var namespaces = try json.optionalObject("namespaces") {
                for (name, value) in namespaces.allFields() {
                    var fields = try value.object()
                    counts.append((name, try fields.optionalInt("vectorCount", in: 0...Int.max) ?? 0))
                }
            }
            return counts
        }
        if !options.namespace.isEmpty {
            let wanted = try NamespaceName.checked(options.namespace)
            counts = try counts.filter { try NamespaceName.checked($0.name) == wanted }
            guard !counts.isEmpty else {
                throw EngineError.notFound("namespace", options.namespace, field: "namespace")
            }
        }
        return counts.sorted { $0.name < $1.name }
    }

    // MARK: Copying

    private func copy(_ namespace: String, _ host: String, _ sink: inout RecordSink, _ total: Int) async throws {
        let local = try NamespaceName.checked(namespace)
        let checkpoint = "\(options.index)\u{1F}\(local)\u{1F}\(controller)\u{1F}\(source)"
        var token = try platform.pinecone.importCheckpoint(checkpoint)
        let isResumed = token != nil
        var ids: [String] = []
        var pages = 0
        repeat {
            let page: (ids: [String], next: String?)
            do {
                page = try await list(namespace, host, after: token)
            } catch let error as EngineError where isResumed && pages == 0 && error.code == .invalidArgument {
                // The service has forgotten the page: from the beginning, where what is there is skipped.
                page = try await list(namespace, host, after: nil)
            }
            ids += page.ids
            token = page.next
            pages += 1
            guard pages % Self.pagesAtOnce == 0 || token == nil else { continue }
            try await copy(ids, local, namespace, host, &sink)
            ids.removeAll(keepingCapacity: true)
            if token != nil || pages >= Self.pagesAtOnce || isResumed {
                try await platform.pinecone.setImportCheckpoint(checkpoint, token)
            }
            onProgress(
                ImportProgress(
                    fraction: Double(sink.acknowledged) / Double(total), acknowledged: sink.acknowledged))
        } while token != nil
    }

    private func copy(
        _ ids: [String], _ local: String, _ namespace: String, _ host: String, _ sink: inout RecordSink
    ) async throws {
        var wanted = ids
        if !options.overwrites {
            let known = try platform.pinecone.known(ids, namespace: local, in: options.index)
            wanted.removeAll { known.contains($0) }
            sink.report.skipped += ids.count - wanted.count
        }
        let urls = Self.urls(host + "/vectors/fetch?namespace=" + Self.escaped(namespace), wanted)
        let fetched = try await withThrowingTaskGroup(of: (Int, [(VectorDraft?, (any Error)?)]).self) { group in
            for (position, url) in urls.enumerated() {
                group.addTask { (position, try await self.fetch(url)) }
            }
            var parts: [(Int, [(VectorDraft?, (any Error)?)])] = []
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
        for (record, error) in fetched {
            let number = sink.acknowledged + sink.report.failed + 1
            if let record { sink.add(record, namespace: local, line: number) }
            if let error { sink.report.fail(line: number, error) }
        }
        try await sink.flush()
    }

    private func list(
        _ namespace: String, _ host: String, after token: String?
    ) async throws -> (ids: [String], next: String?) {
        var url = host + "/vectors/list?limit=\(Self.pageSize)&namespace=" + Self.escaped(namespace)
        if let token { url += "&paginationToken=" + Self.escaped(token) }
        return try await read(url) { json throws(JSONError) in
            let any = 0...Int.max
            var ids: [String] = []
            for element in try json.optionalArray("vectors", count: any)?.map({ $0 }) ?? [] {
                var vector = try element.object()
                ids.append(try vector.requiredString("id", bytes: any))
            }
            guard var pagination = try json.optionalObject("pagination") else { return (ids, nil) }
            let next = try pagination.optionalString("next", bytes: any)
            return (ids, next?.isEmpty == true ? nil : next)
        }
    }

    /// Records of one answer; one that cannot be read is an error of its own.
    private func fetch(_ url: String) async throws -> [(VectorDraft?, (any Error)?)] {
        try await read(url) { json throws(JSONError) in
            guard var vectors = try json.optionalObject("vectors") else { return [] }
            return vectors.allFields().map { _, value in
                do throws(JSONError) {
                    return (try VectorDraft(json: value), nil)
                } catch {
                    return (nil, error)
                }
            }
        }
    }

    // MARK: Asking

    private func read<Value>(
        _ url: String, _ decode: (inout JSONObjectReader) throws(JSONError) -> Value
    ) async throws -> Value {
        let bytes = try await endpoint.get(url)
        do throws(JSONError) {
            var json = try JSONDocument(parsing: bytes).root.object()
            return try decode(&json)
        } catch {
            throw EngineError(.unavailable, "\(url.prefix(200)) answered what is not expected: \(error.message)")
        }
    }

    /// URLs that ask for all of the ids, few enough in each.
    private static func urls(_ base: String, _ ids: [String]) -> [String] {
        var urls: [String] = []
        var url = base
        var count = 0
        for id in ids {
            let part = "&ids=" + escaped(id)
            if count == pageSize || (count > 0 && url.utf8.count + part.utf8.count > urlBytesMax) {
                urls.append(url)
                url = base
                count = 0
            }
            url += part
            count += 1
        }
        if count > 0 { urls.append(url) }
        return urls
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Character(Unicode.Scalar(byte))
            if byte < 0x80, scalar.isLetter || scalar.isNumber || "-._~".contains(scalar) {
                result.append(scalar)
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
