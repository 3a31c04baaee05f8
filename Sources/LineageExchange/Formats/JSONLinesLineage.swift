import Lineage
import StrictJSON

/// One JSON object a line: `{"id":…}` for a work, `{"parent":…,"child":…}` for a credit. Fields without a value are left out.
struct JSONLinesLineageWriter: LineageWriter {
    let passes = LineagePasses(works: 1, credits: 1)

    func write(_ source: some LineageSource, to sink: ByteSink) throws {
        try source.forEachWork { work in
            try sink(JSONOutput.encode(WorkLine(work)) + [UInt8(ascii: "\n")])
        }
        try source.forEachCredit { credit in
            try sink(JSONOutput.encode(CreditLine(credit)) + [UInt8(ascii: "\n")])
        }
    }

    private struct WorkLine: Encodable {
        var id: String
        var title: String?
        var creator: String?
        var createdAt: String?
        var state: String?

        init(_ work: LineageDocument.Work) {
            id = work.id
            title = work.title
            creator = work.creator
            createdAt = work.createdAt.map(ExchangeText.text)
            state = work.state.map(ExchangeText.name)
        }
    }

    private struct CreditLine: Encodable {
        var parent: String
        var child: String
        var kind: String
        var weight: Float
        var flags: [String]?
        var at: String?

        init(_ credit: LineageDocument.Credit) {
            parent = credit.parent
            child = credit.child
            kind = credit.kind.name
            weight = credit.weight
            flags = credit.flags.isEmpty ? nil : credit.flags.names
            at = credit.at.map(ExchangeText.text)
        }
    }
}

/// Reads works and credits in any order. Credits may name works that the file does not list.
struct JSONLinesLineageReader: LineageReader {
    func read(_ input: LineageInput) throws -> LineageReading {
        var builder = DocumentBuilder(file: input.name)
        try input.forEachLine { bytes, line in
            guard bytes.contains(where: { $0 > 0x20 }) else { return }
            try locating(input.name, line) {
                var object = try JSONDocument(parsing: bytes).root.object()
                if object.value("id") != nil {
                    let work = try Self.work(&object)
                    try object.rejectUnknownFields()
                    try builder.add(work, line: line)
                } else {
                    let credit = try Self.credit(&object)
                    try object.rejectUnknownFields()
                    try builder.add(credit, line: line)
                }
            }
        }
        return builder.finish()
    }

    private static func work(_ object: inout JSONObjectReader) throws -> LineageDocument.Work {
        LineageDocument.Work(
            id: try object.requiredString("id", bytes: ExchangeLimits.idBytes),
            title: try object.optionalString("title", bytes: 0...ExchangeLimits.titleBytesMax),
            creator: try object.optionalString("creator", bytes: ExchangeLimits.idBytes),
            createdAt: try object.optionalTimestamp("createdAt"),
            state: try object.optionalString("state", bytes: 0...64).map {
                try ExchangeText.state($0, field: "state")
            })
    }

    private static func credit(_ object: inout JSONObjectReader) throws -> LineageDocument.Credit {
        LineageDocument.Credit(
            parent: try object.requiredString("parent", bytes: ExchangeLimits.idBytes),
            child: try object.requiredString("child", bytes: ExchangeLimits.idBytes),
            kind: try object.optionalString("kind", bytes: 0...64).map { try ExchangeText.kind($0, field: "kind") }
                ?? .remix,
            weight: try object.optionalDouble("weight", in: .any).map { Float($0) } ?? 1,
            flags: try ExchangeText.flags(
                object.optionalStrings("flags", count: 0...4, bytes: 0...64) ?? [], field: "flags"),
            at: try object.optionalTimestamp("at"))
    }
}
