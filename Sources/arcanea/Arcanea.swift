import ArgumentParser
import Platform

@main
struct Arcanea: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arcanea",
        abstract: "A self-hosted vector-search and lineage-graph engine for creative works.",
        discussion: """
            One data directory holds a store: works with their vectors and lineage, agents' memories, feed events.

              arcanea import --essences works.jsonl.gz      load works
              arcanea search "a dragon in the mist"         ask from the terminal
              arcanea lineage WORK --svg --out lineage.svg  see where one comes from
              arcanea serve                                 a page and an API
                                                            on 127.0.0.1:5080
              arcanea backup /backups/monday                while it serves

            The store is ./.arcanea unless --data says otherwise. A store is served by one process; search, recall, \
            lineage, export, lineage-export, stats, verify and backup may read it meanwhile. Every command takes --json \
            for scripts.

            Exit status: 0 done; 64 a wrong command line; other numbers a failure, which standard error explains.
            """,
        version: "arcanea \(BuildInformation.version)",
        subcommands: [
            Serve.self, Import.self, Export.self, Search.self, Recall.self, LineageCommand.self, LineageExport.self,
            LineageImport.self, Stats.self, Verify.self, Backup.self, Restore.self,
            Compact.self,
        ])
}
