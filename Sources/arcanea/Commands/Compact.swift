import ArgumentParser
import Engine

struct Compact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give the room of deleted records back to the disk.",
        discussion: """
            Writes the database of a store anew, without what deletions freed. No server may have the store open; the database \
            is needed twice for a while. A running server does the same in small steps, by itself when a quarter of the \
            database is free, and when asked: POST /operations/compactions.

              arcanea compact
            """)

    @OptionGroup var store: StoreOptions

    func run() async throws {
        try store.requireStore()
        let space = try StoreMaintenance.compact(directory: store.data)
        if store.json { return try store.printJSON(space) }
        Terminal.out(
            "\(Terminal.count(space.reclaimedBytes >> 10)) kB given back: \(Terminal.count(space.before.bytes >> 10)) kB before, "
                + "\(Terminal.count(space.after.bytes >> 10)) kB after")
    }
}
