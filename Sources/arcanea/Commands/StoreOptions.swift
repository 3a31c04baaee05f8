import ArgumentParser
import Engine
import Foundation
import Platform
import StrictJSON

/// Options that every command shares.
struct StoreOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The store's directory.", valueName: "dir"))
    var data = "./.arcanea"

    @Flag(name: .long, help: "Print JSON instead of tables.")
    var json = false

    /// Opens the store for reading, beside a running server if there is one.
    func openForReading() async throws -> ArcaneaPlatform {
        try requireStore()
        return try await ArcaneaPlatform.open(PlatformConfiguration(directory: data, mode: .readOnly))
    }

    /// - Throws: `notFound`, with what to do, when there is no store.
    func requireStore() throws {
        guard FileManager.default.fileExists(atPath: data + "/arcanea.sqlite") else {
            throw EngineError(
                .notFound,
                "no store in \(data). Make one with `arcanea import --data \(data) --essences FILE`, or name another with --data",
                field: "--data")
        }
    }

    func printJSON(_ value: some Encodable) throws {
        Terminal.out(String(decoding: try JSONOutput.encode(value), as: UTF8.self))
    }
}
