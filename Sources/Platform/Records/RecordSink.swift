import Engine
import PineconeAPI
import StrictJSON
import Vectors

/// Takes records one by one and writes them in batches.
struct RecordSink {
    private struct Entry {
        var namespace: String
        var record: VectorDraft
        var line: Int
    }

    private let service: PineconeService
    private let options: RecordImportOptions
    private let namespace: String
    private var batch: [Entry] = []
    private var hasIndex = false
    var report: ImportReport

    /// - Throws: `invalidArgument` for a namespace that may not be.
    init(service: PineconeService, options: RecordImportOptions, name: String) throws {
        self.service = service
        self.options = options
        namespace = try NamespaceName.checked(options.namespace)
        report = ImportReport(file: name)
    }

    var isFull: Bool { batch.count >= options.batchSize }

    /// Records that are durable now, or were there before.
    var acknowledged: Int { report.created + report.skipped }

    mutating func add(_ record: VectorDraft, namespace: String?, line: Int) {
        batch.append(Entry(namespace: namespace ?? self.namespace, record: record, line: line))
    }

    /// Writes what is waiting; durable when the call returns.
    ///
    /// - Throws: errors of the store. Records that are refused are in the report.
    mutating func flush() async throws {
        guard let first = batch.first else { return }
        defer { batch.removeAll(keepingCapacity: true) }
        try Task.checkCancellation()
        try await makeIndex(for: first.record)
        for (namespace, entries) in Dictionary(grouping: batch, by: \.namespace).sorted(by: { $0.key < $1.key }) {
            var fresh = entries
            if !options.overwrites {
                let known = try service.known(entries.map(\.record.id), namespace: namespace, in: options.index)
                fresh.removeAll { known.contains($0.record.id) }
                report.skipped += entries.count - fresh.count
            }
            try await write(fresh, namespace)
        }
    }

    /// In one transaction; when it is refused, one by one, so that only the bad ones are left out.
    private mutating func write(_ entries: [Entry], _ namespace: String) async throws {
        guard !entries.isEmpty else { return }
        do {
            _ = try await service.upsert(
                UpsertRequest(namespace: namespace, vectors: entries.map(\.record)), in: options.index)
            report.created += entries.count
        } catch let error as EngineError where error.code == .invalidArgument {
            for entry in entries {
                do {
                    _ = try await service.upsert(
                        UpsertRequest(namespace: namespace, vectors: [entry.record]), in: options.index)
                    report.created += 1
                } catch let error as EngineError where error.code == .invalidArgument {
                    report.fail(line: entry.line, error)
                }
            }
        }
    }

    private mutating func makeIndex(for record: VectorDraft) async throws {
        guard !hasIndex else { return }
        try await service.makeIndex(options.index, dimension: record.values?.count, metric: options.metric)
        hasIndex = true
    }
}

extension PineconeService {
    /// Makes an index unless there is one of that name.
    ///
    /// - Parameter dimension: `nil` for one of sparse vectors.
    func makeIndex(_ name: String, dimension: Int?, metric: Metric) async throws {
        do {
            _ = try describe(name)
            return
        } catch let error as EngineError where error.code == .notFound {}
        var json = JSONBuilder()
        json.object { json in
            json.field("name", name)
            if let dimension {
                json.field("dimension", dimension)
                json.field("metric", metric.rawValue)
            } else {
                json.field("vector_type", "sparse")
            }
            json.object("spec") { json in
                json.object("serverless") { json in
                    json.field("cloud", "aws")
                    json.field("region", "us-east-1")
                }
            }
        }
        do {
            _ = try await create(IndexDraft(json: JSONDocument(parsing: json.bytes).root, dialect: .spec))
        } catch let error as JSONError {
            throw EngineError.invalid("index", error.message, limit: error.limit)
        }
    }
}
