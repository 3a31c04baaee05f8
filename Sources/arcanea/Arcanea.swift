import ArgumentParser
import Platform

@main
struct Arcanea: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arcanea",
        abstract: "A self-hosted vector-search and lineage-graph engine for creative works.",
        discussion: """
            One data directory holds a store: works with their vectors and lineage, agents' memories, feed events.

              arcanea import --data DIR --essences works.jsonl.gz    load works
              arcanea serve --data DIR                               answer over HTTP on 127.0.0.1:5080
              arcanea search "a dragon in the mist" --data DIR       ask from the terminal

            `search`, `recall`, `lineage`, `export`, `lineage-export`, `stats`, `verify` and `backup` may read a store that a
            server has open.
            Every command takes --json for scripts.
            """,
        version: "arcanea \(BuildInformation.version)",
        subcommands: [
            Serve.self, Import.self, Export.self, Search.self, Recall.self, LineageCommand.self, LineageExport.self,
            LineageImport.self, Stats.self, Verify.self, Backup.self, Restore.self,
            Compact.self,
        ])
}
