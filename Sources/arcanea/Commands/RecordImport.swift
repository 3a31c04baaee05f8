import ArgumentParser
import Engine
import Foundation
import Platform
import Vectors

/// Options of `import` that are about records of an index.
struct RecordImportArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Index that records go to; made with their dimension when it is not there.", valueName: "name"))
    var index: String?

    @Option(
        help: ArgumentHelp("JSON Lines of records: id, values, sparseValues, metadata, namespace.", valueName: "file"))
    var records: [String] = []

    @Option(help: ArgumentHelp("Matrix of vectors, float16, float32 or float64; needs --ids.", valueName: "file"))
    var npy: String?

    @Option(help: ArgumentHelp("Ids of the matrix's rows, one a line.", valueName: "file"))
    var ids: String?

    @Option(help: ArgumentHelp("Table with a header: ids, vectors as JSON arrays, and metadata.", valueName: "file"))
    var csv: [String] = []

    @Option(help: ArgumentHelp("The table's column of ids.", valueName: "column"))
    var idColumn = "id"

    @Option(help: ArgumentHelp("The table's column of vectors.", valueName: "column"))
    var valuesColumn = "values"

    @Option(
        help: ArgumentHelp("Column whose cells stay strings, such as postal codes; several times.", valueName: "column")
    )
    var stringColumn: [String] = []

    @Option(
        help: ArgumentHelp(
            "Service that speaks Pinecone's API, to copy an index from. Its key is read from PINECONE_API_KEY.",
            valueName: "url"))
    var from: String?

    @Option(help: ArgumentHelp("Name of the index there, when it is another one.", valueName: "name"))
    var fromIndex: String?

    @Option(
        help: ArgumentHelp("Namespace for records that name none; with --from the only one to copy.", valueName: "name")
    )
    var namespace = ""

    @Option(help: "Metric of an index that is made: cosine, dotproduct, euclidean.")
    var metric = "cosine"

    @Flag(help: "Put records in the place of those with the same id, instead of leaving them out.")
    var overwrite = false

    var files: [String] { records + csv + [npy, ids].compactMap { $0 } }

    var isEmpty: Bool { files.isEmpty && from == nil }

    func validate() throws {
        guard !isEmpty else {
            if index != nil { throw ValidationError("name what to import with --records, --npy, --csv or --from") }
            return
        }
        guard index != nil else { throw ValidationError("name the index that the records go to with --index") }
        guard (npy == nil) == (ids == nil) else { throw ValidationError("--npy and --ids go together") }
        guard Metric(rawValue: metric) != nil else {
            throw ValidationError("--metric must be one of \(Metric.allCases.map(\.rawValue).joined(separator: ", "))")
        }
    }

    /// - Returns: the number of records that were left out.
    func run(_ platform: ArcaneaPlatform, batchSize: Int, _ store: StoreOptions) async throws -> Int {
        guard let index, !isEmpty else { return 0 }
        let options = RecordImportOptions(
            index: index, namespace: namespace, metric: Metric(rawValue: metric) ?? .cosine, overwrites: overwrite,
            batchSize: batchSize)
        var failed = 0
        func load(_ name: String, _ body: (@escaping @Sendable (ImportProgress) -> Void) async throws -> ImportReport)
            async throws
        {
            failed += try await ImportRun.load(name, "records", store, body)
        }
        for file in records {
            try await load(file) { progress in
                try await RecordImporter(platform: platform, options: options, onProgress: progress)
                    .importJSONLines(file)
            }
        }
        if let npy, let ids {
            try await load(npy) { progress in
                try await RecordImporter(platform: platform, options: options, onProgress: progress)
                    .importMatrix(npy, ids: ids)
            }
        }
        let columns = CSVColumns(id: idColumn, values: valuesColumn, strings: Set(stringColumn))
        for file in csv {
            try await load(file) { progress in
                try await RecordImporter(platform: platform, options: options, onProgress: progress)
                    .importCSV(file, columns: columns)
            }
        }
        if let from {
            let key = ProcessInfo.processInfo.environment["PINECONE_API_KEY"] ?? "none"
            try await load(from) { progress in
                try await EndpointImporter(
                    platform: platform, endpoint: HTTPEndpoint(apiKey: key), controller: from,
                    source: fromIndex ?? index, options: options, onProgress: progress
                ).run()
            }
        }
        return failed
    }
}

/// One file's or service's import, as a person or a script sees it.
enum ImportRun {
    /// - Returns: the number of lines or records that were left out.
    static func load(
        _ name: String, _ what: String, _ store: StoreOptions,
        _ body: (@escaping @Sendable (ImportProgress) -> Void) async throws -> ImportReport
    ) async throws -> Int {
        let bar = ProgressBar(what, silent: store.json)
        let isJSON = store.json
        let started = ContinuousClock.now
        let report = try await body { progress in
            if isJSON {
                Terminal.out(#"{"event":"acknowledged","\#(what)":\#(progress.acknowledged)}"#)
            } else {
                bar.update(progress.fraction, "\(Terminal.count(progress.acknowledged)) \(what)")
            }
        }
        let seconds = (ContinuousClock.now - started).seconds
        if isJSON {
            try store.printJSON(report)
            return report.failed
        }
        let rate = Int(Double(report.created) / max(seconds, 0.001))
        bar.finish(
            "\(Terminal.count(report.created)) \(what) created, \(Terminal.count(report.skipped)) there already, "
                + "\(Terminal.count(report.failed)) left out (\(Terminal.count(rate))/s)")
        for failure in report.failures {
            Terminal.error("  \(name):\(failure.line): \(failure.message)\n")
        }
        return report.failed
    }
}
