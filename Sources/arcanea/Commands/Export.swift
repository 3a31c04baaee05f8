import ArgumentParser
import Engine
import Foundation
import Platform

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write works, memories, and records of an index.",
        discussion: """
            The files can be imported again. A server may have the store open.

              arcanea export --essences works.jsonl --memories memories.jsonl
              arcanea export --index movies --records movies.jsonl
              arcanea export --index movies --npy vectors.npy --ids ids.txt
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: ArgumentHelp("File to write the works to; - for standard output.", valueName: "file"))
    var essences: String?

    @Option(help: ArgumentHelp("File to write the memories to; - for standard output.", valueName: "file"))
    var memories: String?

    @Option(help: ArgumentHelp("Index, as clients of Pinecone know it, to write records of.", valueName: "name"))
    var index: String?

    @Option(help: ArgumentHelp("Only this namespace of the index.", valueName: "name"))
    var namespace: String?

    @Option(
        help: ArgumentHelp(
            "File to write the index's records to, as JSON Lines; - for standard output.", valueName: "file"))
    var records: String?

    @Option(help: ArgumentHelp("File to write the index's dense vectors to, as a float32 matrix.", valueName: "file"))
    var npy: String?

    @Option(help: ArgumentHelp("File to write the ids of the matrix's rows to, one a line.", valueName: "file"))
    var ids: String?

    @Flag(help: "Write the works' vectors as well, so that an import needs no embedder.")
    var vectors = false

    func validate() throws {
        guard essences != nil || memories != nil || index != nil else {
            throw ValidationError("name at least one file with --essences or --memories, or an index with --index")
        }
        guard (index != nil) == (records != nil || npy != nil) else {
            throw ValidationError("--index goes with --records, or with --npy and --ids")
        }
        guard (npy == nil) == (ids == nil) else { throw ValidationError("--npy and --ids go together") }
        guard npy != "-" else { throw ValidationError("--npy needs a file: its header is written last") }
    }

    func run() async throws {
        let platform = try await store.openForReading()
        let exporter = CatalogExporter(platform: platform, includeVectors: vectors)
        if let essences {
            let output = try FileOutput(path: essences)
            let bar = ProgressBar("works", silent: store.json)
            let count = try exporter.exportEssences(progress: { bar.update($0, essences) }, output.writeLine)
            try output.finish()
            bar.finish("\(Terminal.count(count)) works to \(essences)")
        }
        if let memories {
            let output = try FileOutput(path: memories)
            let count = try exporter.exportMemories(output.writeLine)
            try output.finish()
            if !store.json { Terminal.error("\(Terminal.count(count)) memories to \(memories)\n") }
        }
        if let index { try export(index, platform) }
    }

    private func export(_ index: String, _ platform: ArcaneaPlatform) throws {
        let exporter = RecordExporter(platform: platform, index: index, namespace: namespace)
        if let records {
            let output = try FileOutput(path: records)
            let bar = ProgressBar("records", silent: store.json)
            let count = try exporter.exportJSONLines(progress: { bar.update($0, records) }, output.writeLine)
            try output.finish()
            bar.finish("\(Terminal.count(count)) records to \(records)")
        }
        if let npy, let ids {
            let matrix = try FileOutput(path: npy)
            let list = try FileOutput(path: ids)
            let bar = ProgressBar("vectors", silent: store.json)
            try matrix.write([UInt8](repeating: 0, count: NPY.headerSize))
            let (rows, columns) = try exporter.exportMatrix(
                progress: { bar.update($0, npy) }, row: matrix.write, id: list.writeLine)
            try matrix.overwriteStart(NPY.header(rows: rows, columns: columns))
            // The ids first: a matrix that is there has its ids.
            try list.finish()
            try matrix.finish()
            bar.finish("\(Terminal.count(rows)) vectors of \(columns) numbers to \(npy)")
        }
    }
}
