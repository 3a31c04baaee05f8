import ArgumentParser
import Engine
import Foundation
import LineageExchange
import Platform

struct LineageImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage-import",
        abstract: "Give the credits of a file between works that the store has.",
        discussion: """
              arcanea lineage-import credits.csv --data DIR
              arcanea lineage-import --format prov provenance.json --dry-run

            Reads what `lineage-export` writes, and such files of other programs. The whole file is read and checked first; \
            a malformed one is refused with its line and field, and nothing is imported. Works are not made: `arcanea import` \
            does that. Each credit is given late, at the time of the import, with all rules of the store; those that it \
            refuses, such as credits of unknown works or ones that would close a circle, are left out and reported with \
            their line and reason. Importing a file again adds only what is missing.

            The smallest file is an edge list:

              parent,child,kind,weight
              dragon,dragon-at-dusk,remix,1

            Exit status 65 says that some credits were left out.
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: ArgumentHelp("File to read.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "csv, jsonl, graphml, prov or c2pa; by default what the file's name says.", valueName: "format"),
        transform: LineageFormat.named)
    var format: LineageFormat?

    @Flag(help: "Read and check the file only.")
    var dryRun = false

    func validate() throws { _ = try LineageFormat.chosen(format, file: file) }

    func run() async throws {
        let reading = try read(try LineageFormat.chosen(format, file: file))
        if dryRun {
            let document = reading.document
            Terminal.out(
                "\(Terminal.count(document.works.count)) works and \(Terminal.count(document.credits.count)) credits, "
                    + "well formed; nothing imported")
            return
        }
        guard FileManager.default.fileExists(atPath: store.data + "/arcanea.sqlite") else {
            throw EngineError(
                .notFound, "no store in \(store.data): credits are given between works that a store has",
                field: "--data")
        }
        let platform = try await ArcaneaPlatform.open(
            PlatformConfiguration(directory: store.data, storage: StorageOptions(onFailedIO: FailedDisk.end)))
        do {
            let report = try await give(reading, platform)
            await platform.close()
            if report.skipped > 0 { throw ExitCode(65) }
        } catch {
            await platform.close()
            throw error
        }
    }

    private func read(_ format: LineageFormat) throws -> LineageReading {
        let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 1
        let bar = ProgressBar("reading", silent: store.json)
        let input = try LineageInput(path: file).reporting { count in
            bar.update(Double(count) / Double(max(1, size)), "\(Terminal.count(count)) bytes")
        }
        do {
            let reading = try format.reader.read(input)
            try reading.document.checkNoCircle()
            return reading
        } catch let error as LineageFormatError {
            throw EngineError(.invalidArgument, "\(error); nothing was imported")
        } catch let circle as LineageCircle {
            throw EngineError(.invalidArgument, "\(file): \(circle); nothing was imported", field: "credits")
        }
    }

    private func give(_ reading: LineageReading, _ platform: ArcaneaPlatform) async throws -> LineageImportReport {
        let total = reading.document.credits.count
        let bar = ProgressBar("credits", silent: store.json)
        let report = try await platform.lineage.importCredits(reading, file: file) { done in
            bar.update(Double(done) / Double(max(1, total)), "\(Terminal.count(done)) credits")
        }
        if store.json {
            try store.printJSON(report)
            return report
        }
        bar.finish(
            "\(Terminal.count(report.added)) credits added, \(Terminal.count(report.present)) there already, "
                + "\(Terminal.count(report.skipped)) left out")
        if report.withoutDispute > 0 {
            Terminal.error("  \(Terminal.count(report.withoutDispute)) added without their flag `disputed`\n")
        }
        for skip in report.skips {
            Terminal.error("  \(file):\(skip.line): \(skip.parent) -> \(skip.child): \(skip.reason)\n")
        }
        if report.skipped > report.skips.count {
            Terminal.error("  … and \(Terminal.count(report.skipped - report.skips.count)) more\n")
        }
        return report
    }
}
