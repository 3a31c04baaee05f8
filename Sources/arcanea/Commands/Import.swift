import ArgumentParser
import Engine
import Foundation
import Platform
import Storage
import StrictJSON

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load works, memories, events, and records of an index.",
        discussion: """
            Files may be gzip. Works are create calls, one a line, parents before children; memories carry their \
            `nexusId`; events are those of the feed. Batches are all or nothing and durable when they are counted. \
            Running an import again skips what is there, so an interrupted one is completed by a second run.

              arcanea import --essences works.jsonl.gz --memories memories.jsonl
              arcanea import --events events.jsonl

            Records go to an index as clients of Pinecone know it, from JSON Lines, a NumPy matrix with a file of ids, a CSV \
            table, or another service that speaks Pinecone's API:

              arcanea import --index movies --records movies.jsonl.gz
              arcanea import --index movies --npy vectors.npy --ids ids.txt
              arcanea import --index movies --csv movies.csv --values-column embedding
              PINECONE_API_KEY=… arcanea import --index movies \\
                --from https://api.pinecone.io

            A work is {"id":"dusk","realmId":"aurora","title":"Dragon at dusk","remixFrom":[{"essenceId":"dragon"}]}; `id`, \
            `text` and `remixFrom` may be absent. A memory is {"nexusId":"muse","text":"Prefers jasmine tea"}, an event \
            {"kind":"like","viewerId":"mira","essenceId":"dusk"}.

            With --json, standard output gets a line after each durable batch.
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: ArgumentHelp("File of works; may be given several times.", valueName: "file"))
    var essences: [String] = []

    @Option(help: ArgumentHelp("File of memories; may be given several times.", valueName: "file"))
    var memories: [String] = []

    @Option(help: ArgumentHelp("File of feed events; may be given several times.", valueName: "file"))
    var events: [String] = []

    @OptionGroup(title: "Records of an index") var recordOptions: RecordImportArguments

    @Option(help: "Lines of one transaction, 1 to 1000.")
    var batch = 500

    @Flag(help: "Leave the index to the server's background work.")
    var skipIndex = false

    @Option(
        help: ArgumentHelp("Room to keep free on the disk, as with `serve`.", valueName: "size"),
        transform: DiskFloor.init(option:))
    var diskFloor = DiskFloor.automatic

    @Option(help: ArgumentHelp("Dimension of an external embedder, chosen when the store is made.", valueName: "n"))
    var externalDimension: Int?

    func validate() throws {
        guard !(essences + memories + events).isEmpty || !recordOptions.isEmpty else {
            throw ValidationError(
                "name at least one file with --essences, --memories, --events, --records, --npy or --csv, or a service with --from"
            )
        }
        guard CatalogImporter.batchSizes.contains(batch) else { throw ValidationError("--batch must be 1 to 1000") }
    }

    func run() async throws {
        for file in essences + memories + events + recordOptions.files
        where !FileManager.default.isReadableFile(atPath: file) {
            throw EngineError(.notFound, "cannot read \(file)", field: file)
        }
        let platform = try await ArcaneaPlatform.open(
            PlatformConfiguration(
                directory: store.data, embedder: externalDimension.map { .external(dimension: $0) } ?? .builtIn,
                storage: StorageOptions(floor: diskFloor, onFailedIO: FailedDisk.end)))
        do {
            var failed = 0
            for file in essences {
                failed += try await load(file, "works", platform) { try await $0.importEssences(file) }
            }
            for file in memories {
                failed += try await load(file, "memories", platform) { try await $0.importMemories(file) }
            }
            for file in events {
                failed += try await load(file, "events", platform) { try await $0.importEvents(file) }
            }
            failed += try await recordOptions.run(platform, batchSize: batch, store)
            await index(platform)
            await platform.close()
            if failed > 0 { throw ExitCode(65) }
        } catch {
            await platform.close()
            throw error
        }
    }

    /// Builds the graph of what was loaded. A server would do so in the background; here a person waits anyway.
    private func index(_ platform: ArcaneaPlatform) async {
        let status = platform.status()
        guard skipIndex == false, status.vectors > status.sealedVectors || !recordOptions.isEmpty else { return }
        let bar = ProgressBar("index", silent: store.json)
        await platform.waitForIndexes { bar.update($0, "graph of the vectors") }
        let sealed = platform.status().sealedVectors
        bar.finish(sealed > 0 ? "\(Terminal.count(sealed)) works' vectors in the graph" : "graphs are ready")
    }

    /// - Returns: the number of lines that were left out.
    private func load(
        _ file: String, _ what: String, _ platform: ArcaneaPlatform,
        _ body: (CatalogImporter) async throws -> ImportReport
    ) async throws -> Int {
        try await ImportRun.load(file, what, store) { progress in
            try await body(CatalogImporter(platform: platform, batchSize: batch, onProgress: progress))
        }
    }
}
