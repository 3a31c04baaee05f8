import ArgumentParser
import Engine
import LineageExchange
import Platform

struct LineageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage",
        abstract: "Show where a work comes from, what grew from it, and who shares in it.",
        discussion: """
            Prints ancestors and descendants as trees, each work under the one through which it was reached first.

              arcanea lineage dragon-n09494388
              arcanea lineage dragon-n09494388 --descendants --depth 2
              arcanea lineage dragon-n09494388 --attribution creator
              arcanea lineage dragon-n09494388 --svg --out dragon.svg
              arcanea lineage dragon-n09494388 --dot | dot -Tpng > dragon.png

            A picture has ancestors on the left and descendants on the right, at most --limit works, those with the largest \
            shares and the most remixes first; "+12 more" says what is left out. The SVG stands alone, light or dark as \
            the reader's system is; hover over a work or a line for its particulars.
            """)

    @Argument(help: "Id of a work.")
    var id: String

    @OptionGroup var store: StoreOptions

    @Flag(help: "Ancestors only.")
    var ancestors = false

    @Flag(help: "Descendants only.")
    var descendants = false

    @Option(help: "Credits to follow from the work, at most.")
    var depth = 5

    @Option(help: "Most works in each direction.")
    var limit = 50

    @Option(help: "Shares by work, creator or root instead of trees.")
    var attribution: String?

    @Flag(help: "A picture of the neighborhood as SVG instead of trees.")
    var svg = false

    @Flag(help: "A picture of the neighborhood as a Graphviz file instead of trees.")
    var dot = false

    @Option(help: ArgumentHelp("File to write the picture to; - for standard output.", valueName: "file"))
    var out = "-"

    func validate() throws {
        guard !(svg && dot) else { throw ValidationError("choose one of --svg and --dot") }
        guard out == "-" || svg || dot else { throw ValidationError("--out is for pictures: add --svg or --dot") }
        guard !(svg || dot) || (attribution == nil && !store.json && ancestors == descendants) else {
            throw ValidationError("--svg and --dot go with --depth, --limit and --out only")
        }
    }

    func run() async throws {
        let platform = try await store.openForReading()
        if svg || dot {
            let picture = try platform.lineage.picture(id, works: limit, depth: depth)
            let output = try FileOutput(path: out)
            try output.write(Array((svg ? picture.svg() : picture.dot()).utf8))
            try output.finish()
            if out != "-" { Terminal.error("\(Terminal.count(output.byteCount)) bytes to \(out)\n") }
            return
        }
        if let attribution {
            guard let group = AttributionGroup(rawValue: attribution) else {
                throw ValidationError("--attribution must be work, creator or root, got \(attribution)")
            }
            return try printAttribution(platform.lineage.attribution(id, by: group))
        }
        let directions: [LineageDirection] =
            ancestors == descendants ? [.ancestors, .descendants] : ancestors ? [.ancestors] : [.descendants]
        let answers = try directions.map { direction in
            try platform.lineage.lineage(id, LineageQuery(direction: direction, depth: depth, limit: limit))
        }
        if store.json { return try store.printJSON(answers) }
        let work = try platform.essences.get(id, includeVector: false)
        Terminal.out("\(id)  \(work.title ?? "(\(work.state.rawValue))")  by \(work.realmId ?? "-")")
        for answer in answers { printTree(answer) }
    }

    private func printTree(_ answer: LineageAnswer) {
        let heading = answer.direction == LineageDirection.ancestors.rawValue ? "made from" : "remixed into"
        Terminal.out(
            "\n\(heading): \(answer.items.count)\(answer.truncated ? "+ works (cut by --depth or --limit)" : " works")")
        let children = Dictionary(grouping: answer.items) { $0.via ?? id }
        printLevel(children, under: id, prefix: "")
    }

    private func printLevel(_ children: [String: [LineageWork]], under parent: String, prefix: String) {
        let works = children[parent] ?? []
        for (position, work) in works.enumerated() {
            let isLast = position == works.count - 1
            let title = work.title ?? work.tombstone.map { "(\($0.rawValue))" } ?? ""
            Terminal.out("\(prefix)\(isLast ? "└─ " : "├─ ")\(work.id)  \(title)  by \(work.realmId ?? "-")")
            printLevel(children, under: work.id, prefix: prefix + (isLast ? "   " : "│  "))
        }
    }

    private func printAttribution(_ answer: AttributionAnswer) throws {
        if store.json { return try store.printJSON(answer) }
        var table = Table([
            .init("share", .right), .init("ppm", .right), .init("hops", .right), .init("id", widthMax: 40),
            .init("title", widthMax: 48),
        ])
        for share in answer.items {
            table.add([
                Terminal.decimal(share.share * 100, 2) + " %", Terminal.count(share.ppm),
                share.hops.map(String.init) ?? "", share.id, share.title ?? "",
            ])
        }
        Terminal.out(table.render())
    }
}
