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
            let output = try LineWriter(path: essences)
            let bar = ProgressBar("works", silent: store.json)
            let count = try exporter.exportEssences(progress: { bar.update($0, essences) }, output.write)
            try output.finish()
            bar.finish("\(Terminal.count(count)) works to \(essences)")
        }
        if let memories {
            let output = try LineWriter(path: memories)
            let count = try exporter.exportMemories(output.write)
            try output.finish()
            if !store.json { Terminal.error("\(Terminal.count(count)) memories to \(memories)\n") }
        }
    }
}

/// Buffered lines to a file that takes its name when it is complete, or to standard output.
private final class LineWriter {
    private let handle: FileHandle
    private let path: String?
    private var buffer: [UInt8] = []

    init(path: String) throws {
        guard path != "-" else {
            self.path = nil
            handle = .standardOutput
            return
        }
        let temporary = path + ".part"
        guard FileManager.default.createFile(atPath: temporary, contents: nil),
            let handle = FileHandle(forWritingAtPath: temporary)
        else { throw EngineError(.unavailable, "cannot write \(path)", field: path) }
        self.path = path
        self.handle = handle
    }

    func write(_ line: [UInt8]) throws {
        buffer += line
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count > 1 << 18 { try flush() }
    }

    func finish() throws {
        try flush()
        guard let path else { return }
        try handle.synchronize()
        try handle.close()
        guard rename(path + ".part", path) == 0 else { throw EngineError(.unavailable, "cannot rename \(path).part") }
    }

    private func flush() throws {
        try handle.write(contentsOf: Data(buffer))
        buffer.removeAll(keepingCapacity: true)
    }
}
