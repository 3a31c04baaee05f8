import ArgumentParser
import LineageExchange
import Platform

struct LineageExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage-export",
        abstract: "Write the whole lineage for other programs.",
        discussion: """
              arcanea lineage-export --format graphml --out lineage.graphml --data DIR
              arcanea lineage-export --format csv --out - | head

            csv      one credit a line: parent,child,kind,weight,flags,at; works without credits are not in it
            jsonl    one JSON object a line: works, then credits; everything, the shortest way
            graphml  GraphML with typed keys, for networkx, Gephi, yEd, igraph; edges go from parent to child
            prov     W3C PROV-JSON: entities, agents, wasDerivedFrom, wasInfluencedBy
            c2pa     C2PA ingredient assertions, one manifest-like object a line, not signed

            Works that were taken down are in it with their state and without their title; of redacted ones only that they \
            are there. Credits that were taken back carry the flag `retracted`. A server may have the store open.
            """)

    @OptionGroup var store: StoreOptions

    @Option(
        help: ArgumentHelp(
            "csv, jsonl, graphml, prov or c2pa; by default what the file's name says.", valueName: "format"),
        transform: LineageFormat.named)
    var format: LineageFormat?

    @Option(help: ArgumentHelp("File to write; - for standard output.", valueName: "file"))
    var out: String

    func validate() throws { _ = try LineageFormat.chosen(format, file: out) }

    func run() async throws {
        let format = try LineageFormat.chosen(self.format, file: out)
        let platform = try await store.openForReading()
        var source = try platform.lineage.exchangeSource()
        let output = try FileOutput(path: out)
        let bar = ProgressBar("lineage", silent: store.json || out == "-")
        let passes = format.writer.passes
        let total = passes.works * source.workCount + passes.credits * source.creditCount
        var done = 0
        source.onElement = {
            done += 1
            guard done % 1_024 == 0 else { return }
            bar.update(Double(done) / Double(max(1, total)), "\(Terminal.count(output.byteCount)) bytes")
        }
        try format.writer.write(source) { try output.write($0) }
        try output.finish()
        if store.json {
            let report = Report(
                format: format.rawValue, works: source.workCount, credits: source.creditCount, bytes: output.byteCount)
            // Standard output may be the file itself.
            if out != "-" { try store.printJSON(report) }
        } else if out != "-" {
            let works = format == .csv ? "" : "\(Terminal.count(source.workCount)) works and "
            bar.finish("\(works)\(Terminal.count(source.creditCount)) credits to \(out)")
        }
    }

    private struct Report: Encodable {
        var format: String
        var works: Int
        var credits: Int
        var bytes: Int
    }
}

extension LineageFormat {
    private static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The format of an option's value.
    @Sendable static func named(_ name: String) throws -> LineageFormat {
        if let format = LineageFormat(rawValue: name) { return format }
        throw ValidationError("--format must be one of \(names), got \(name)")
    }

    /// The format that was named, or that of the file's name.
    static func chosen(_ format: LineageFormat?, file: String) throws -> LineageFormat {
        if let format = format ?? LineageFormat(fileName: file) { return format }
        throw ValidationError(
            "cannot tell the format from \"\(file)\": add --format with one of \(names)")
    }
}
