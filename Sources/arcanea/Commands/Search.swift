import ArgumentParser
import Foundation
import Platform
import StrictJSON

struct Search: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find works by meaning.",
        discussion: """
            The text is embedded by the store's built-in embedder and compared with every work. The score is the \
            cosine: 1 says the same, 0 has nothing to do with it.

              arcanea search "a storm over the sea"
              arcanea search "wind instrument" --filter '{"realmId":"artifact"}' \\
                --top 5
              arcanea search "dragon" --group-by root --json | jq -r '.items[].id'
            """)

    @Argument(help: "What to look for.")
    var text: String

    @OptionGroup var store: StoreOptions

    @Option(name: .customLong("top"), help: "Number of works, 1 to 10000.")
    var topK = 10

    @Option(help: "A filter as JSON: $eq $ne $gt $gte $lt $lte $in $nin $exists $and $or.")
    var filter: String?

    @Option(help: "Keep the best work of each realm or root family: realm, root.")
    var groupBy: String?

    func run() async throws {
        var body: [String: JSONValue] = ["text": .string(text), "topK": .int(Int64(topK))]
        if let filter { body["filter"] = try JSONValue(parsing: Array(filter.utf8)) }
        if let groupBy { body["groupBy"] = .string(groupBy) }
        let request = try EssenceSearchRequest(
            json: JSONDocument(parsing: try JSONOutput.encode(JSONValue.object(body))).root)
        let platform = try await store.openForReading()
        let listing = try platform.essences.search(request)
        if store.json { return try store.printJSON(listing) }
        var table = Table([
            .init("score", .right), .init("id", widthMax: 36), .init("realm", widthMax: 24), .init("kind"),
            .init("title", widthMax: 28), .init("text", widthMax: 72),
        ])
        for hit in listing.items {
            table.add([
                Terminal.decimal(hit.score), hit.id, hit.essence.realmId ?? "", hit.essence.kind ?? "",
                hit.essence.title ?? "", hit.essence.text ?? "",
            ])
        }
        Terminal.out(table.render())
        Terminal.error("\(listing.items.count) works in \(Terminal.duration(Double(listing.tookMicros) / 1e6))\n")
    }
}
