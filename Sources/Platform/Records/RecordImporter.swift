import Engine
import Foundation
import PineconeAPI
import StrictJSON
public import Vectors

/// Where imported records go.
public struct RecordImportOptions: Sendable {
    public static let batchSizes = 1...1_000

    /// Made with the first record's dimension when it is not there.
    public var index: String
    /// For records that name none.
    public var namespace: String
    /// Of an index that the import makes.
    public var metric: Metric
    /// Put imported records in the place of those with the same id, instead of leaving them out.
    public var overwrites: Bool
    /// Records of one transaction.
    public var batchSize: Int

    public init(
        index: String, namespace: String = "", metric: Metric = .cosine, overwrites: Bool = false, batchSize: Int = 500
    ) {
        self.index = index
        self.namespace = namespace
        self.metric = metric
        self.overwrites = overwrites
        self.batchSize = min(max(batchSize, Self.batchSizes.lowerBound), Self.batchSizes.upperBound)
    }
}

/// Loads records of an index from files.
///
/// Batches are all or nothing, and durable when they are counted. A record that is refused is reported with its line and left
/// out. Records whose ids are there are skipped unless told otherwise, so that an interrupted import is completed by a second
/// run.
public struct RecordImporter: Sendable {
    let platform: ArcaneaPlatform
    let options: RecordImportOptions
    /// Called after each batch is durable.
    let onProgress: @Sendable (ImportProgress) -> Void

    public init(
        platform: ArcaneaPlatform, options: RecordImportOptions,
        onProgress: @escaping @Sendable (ImportProgress) -> Void = { _ in }
    ) {
        self.platform = platform
        self.options = options
        self.onProgress = onProgress
    }

    /// JSON Lines, plain or gzip: one ``RecordLine`` a line.
    public func importJSONLines(_ path: String) async throws -> ImportReport {
        var sink = try makeSink(path)
        let size = Self.size(path)
        var lines = try LineReader(path: path)
        while let line = try lines.next() {
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            do {
                let read = try RecordLine(json: JSONDocument(parsing: line).root)
                sink.add(read.record, namespace: read.namespace, line: lines.lineNumber)
            } catch {
                sink.report.fail(line: lines.lineNumber, error)
            }
            try await flush(&sink, Double(lines.bytesRead) / size)
        }
        return try await finish(&sink)
    }

    /// A CSV file with a header, plain or gzip; see ``CSVColumns`` for what its columns mean.
    public func importCSV(_ path: String, columns: CSVColumns = CSVColumns()) async throws -> ImportReport {
        var sink = try makeSink(path)
        let size = Self.size(path)
        var rows = try CSVReader(path: path)
        guard let header = try rows.next() else {
            throw EngineError.invalid(path, "\(path) is empty", limit: "a header and rows")
        }
        let layout = try columns.layout(header, path)
        while let row = try rows.next() {
            do {
                sink.add(try layout.record(row), namespace: nil, line: rows.lineNumber)
            } catch {
                sink.report.fail(line: rows.lineNumber, error)
            }
            try await flush(&sink, Double(rows.bytesRead) / size)
        }
        return try await finish(&sink)
    }

    /// A matrix in an npy file, and its ids, one a line, in a file of as many lines as the matrix has rows.
    public func importMatrix(_ path: String, ids idsPath: String) async throws -> ImportReport {
        var sink = try makeSink(path)
        let matrix = try NPY.Matrix(path: path)
        // Counted first: a list that is shorter or longer belongs to another matrix.
        var count = 0
        var counted = try LineReader(path: idsPath)
        while try counted.next() != nil { count += 1 }
        guard count == matrix.rows else {
            throw EngineError.invalid(
                idsPath, "\(idsPath) holds \(count) ids, and \(path) \(matrix.rows) rows", limit: "as many ids as rows")
        }
        var lines = try LineReader(path: idsPath)
        var row = 0
        while let line = try lines.next() {
            do {
                let id = String(decoding: line.last == 0x0D ? line.dropLast() : line[...], as: UTF8.self)
                try RecordID.check(id, "id")
                let values = matrix.row(row)
                guard values.allSatisfy(\.isFinite) else {
                    throw EngineError.invalid("values", "values must be finite", limit: "finite numbers")
                }
                sink.add(VectorDraft(id: id, values: values, sparse: nil, metadata: [:]), namespace: nil, line: row + 1)
            } catch {
                sink.report.fail(line: row + 1, error)
            }
            row += 1
            try await flush(&sink, Double(row) / Double(max(1, count)))
        }
        return try await finish(&sink)
    }

    // MARK: Steps

    private func makeSink(_ path: String) throws -> RecordSink {
        try RecordSink(service: platform.pinecone, options: options, name: path)
    }

    private func flush(_ sink: inout RecordSink, _ fraction: Double) async throws {
        guard sink.isFull else { return }
        try await sink.flush()
        onProgress(ImportProgress(fraction: fraction, acknowledged: sink.acknowledged))
    }

    private func finish(_ sink: inout RecordSink) async throws -> ImportReport {
        try await sink.flush()
        onProgress(ImportProgress(fraction: 1, acknowledged: sink.acknowledged))
        return sink.report
    }

    private static func size(_ path: String) -> Double {
        Double(max(1, (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 1))
    }
}
