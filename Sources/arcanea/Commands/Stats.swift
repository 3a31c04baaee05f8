import ArgumentParser
import Platform

struct Stats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Count what a store holds.",
        discussion: """
            Works, credits between them, memories and viewers, and how many vectors are in the graph: the others are \
            searched exactly until they are. A server may have the store open.

              arcanea stats
              arcanea stats --json | jq .essences
            """)

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let platform = try await store.openForReading()
        let status = platform.status()
        if store.json { return try store.printJSON(status) }
        for (label, value) in status.lines { Terminal.out(label.padding(to: 22) + value) }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(1, width - count))
    }
}
