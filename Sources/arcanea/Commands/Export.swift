import ArgumentParser
import Engine
import Foundation
import Platform

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write works and memories as JSON Lines.",
        discussion: """
            The files can be imported again. A server may have the store open.

              arcanea export --data DIR --essences works.jsonl --memories memories.jsonl
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: ArgumentHelp("File to write the works to; - for standard output.", valueName: "file"))
    var essences: String?

    @Option(help: ArgumentHelp("File to write the memories to; - for standard output.", valueName: "file"))
    var memories: String?

    @Flag(help: "Write vectors as well, so that an import needs no embedder.")
    var vectors = false

    func validate() throws {
        guard essences != nil || memories != nil else {
            throw ValidationError("name at least one file with --essences or --memories")
        }
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
    }
}
