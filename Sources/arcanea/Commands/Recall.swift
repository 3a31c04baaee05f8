import ArgumentParser
import Foundation
import Platform

struct Recall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask an agent's memory.",
        discussion: """
            Ranks the memories of one nexus by relevance, recency and importance; each part is shown. A memory's recency halves \
            with each half-life of its kind; what was of use fades more slowly. `arcanea stats` tells whether there are \
            memories.

              arcanea recall dramatis "a monster that breathes fire"
              arcanea recall dramatis "tea or coffee?" --kind preference --top 3
            """)

    @Argument(help: "The nexus whose memories are asked.")
    var nexus: String

    @Argument(help: "The question.")
    var text: String

    @OptionGroup var store: StoreOptions

    @Option(name: .customLong("top"), help: "Number of memories, 1 to 1000.")
    var k = 10

    @Option(help: "Only memories of these kinds: event, chat, fact, preference.")
    var kind: [String] = []

    func run() async throws {
        var request = RecallRequest(text: text, k: k)
        request.kinds = kind.isEmpty ? nil : kind
        let platform = try await store.openForReading()
        let listing = try await platform.nexus.recall(nexus, request)
        if store.json { return try store.printJSON(listing) }
        var table = Table([
            .init("score", .right), .init("relevance", .right), .init("recency", .right), .init("importance", .right),
            .init("kind"), .init("created"), .init("memory", widthMax: 88),
        ])
        for hit in listing.items {
            table.add([
                Terminal.decimal(hit.score), Terminal.decimal(hit.parts.rel, 2), Terminal.decimal(hit.parts.rec, 2),
                Terminal.decimal(hit.parts.imp, 2), hit.memory.kind,
                String(hit.memory.createdAt.formatted.prefix(10)), hit.memory.text ?? "",
            ])
        }
        Terminal.out(table.render())
        Terminal.error("\(listing.items.count) memories in \(Terminal.duration(Double(listing.tookMicros) / 1e6))\n")
    }
}
