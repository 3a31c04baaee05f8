import Lineage
import StrictJSON

/// Reads PROV-JSON, of this program or of another one.
///
/// Entities become works, `wasDerivedFrom` and `wasInfluencedBy` between works credits, `wasAttributedTo` creators and the
/// `prov:time` of `wasGeneratedBy` times. Other records and attributes are not about lineage and are passed over; bundles
/// are refused. Works that relations name need no entity of their own: PROV does not ask for one.
struct PROVLineageReader: LineageReader {
    func read(_ input: LineageInput) throws -> LineageReading {
        let bytes = try input.all()
        do {
            let root = try JSONDocument(parsing: bytes).root.object()
            var reading = PROVReading(file: input.name, lines: RecordLines(bytes))
            return try reading.read(root)
        } catch let error as JSONError {
            let line = RecordLines.line(inMessage: error.message)
            throw LineageFormatError(
                file: input.name, line: line, field: error.field, message: error.message, limit: error.limit)
        }
    }
}

private struct PROVReading {
    let file: String
    let lines: RecordLines
    private var creators: [String: String] = [:]
    private var times: [String: Int64] = [:]

    init(file: String, lines: RecordLines) {
        self.file = file
        self.lines = lines
    }

    private struct Relation {
        var credit: LineageDocument.Credit
        var position: Int
        var line: Int?
    }

    mutating func read(_ root: JSONObjectReader) throws -> LineageReading {
        var root = root
        if root.value("bundle") != nil {
            throw LineageFormatError(
                file: file, line: lines.line(ofSection: "bundle"), field: "bundle", message: "bundles are not read",
                limit: "one document without bundles")
        }
        for (name, record) in try members("wasAttributedTo", &root) {
            try Self.locating(name, "wasAttributedTo", file, lines) {
                var record = record
                let entity = try work(&record, "prov:entity")
                let agent = try record.requiredString("prov:agent", bytes: 1...4_096)
                creators[entity] = try PROVVocabulary.id(agent, prefix: PROVVocabulary.agentPrefix)
            }
        }
        for (name, record) in try members("wasGeneratedBy", &root) {
            try Self.locating(name, "wasGeneratedBy", file, lines) {
                var record = record
                let entity = try work(&record, "prov:entity")
                if let time = try record.optionalTimestamp("prov:time") { times[entity] = time }
            }
        }
        var builder = DocumentBuilder(
            file: file, fields: .init(title: "prov:label", parent: "prov:usedEntity", weight: "arc:weight"))
        try readEntities(&root, &builder)
        for relation in try relations(&root) {
            try builder.add(relation.credit, line: relation.line)
        }
        return builder.finish()
    }

    private func readEntities(_ root: inout JSONObjectReader, _ builder: inout DocumentBuilder) throws {
        for (name, record) in try members("entity", &root) {
            try Self.locating(name, "entity", file, lines) {
                var record = record
                let id = try PROVVocabulary.id(name, prefix: PROVVocabulary.workPrefix)
                let state = try record.optionalString("arc:state", bytes: 0...64)
                // Labels of other programs may be literals with a language, or several: only a plain one is a title.
                let label = record.value("prov:label").flatMap { $0.type == .string ? $0 : nil }
                let work = LineageDocument.Work(
                    id: id, title: try label?.string(), creator: creators[id], createdAt: times[id],
                    state: try state.map { try ExchangeText.state($0, field: "arc:state") })
                try builder.add(work, line: lines.line(of: name, in: "entity"))
            }
        }
    }

    /// The credits of both relations: by child in the order of the file, then by their stated positions.
    private func relations(_ root: inout JSONObjectReader) throws -> [Relation] {
        var relations: [Relation] = []
        for (section, child, parent) in [
            ("wasDerivedFrom", "prov:generatedEntity", "prov:usedEntity"),
            ("wasInfluencedBy", "prov:influencee", "prov:influencer"),
        ] {
            for (name, record) in try members(section, &root) {
                try Self.locating(name, section, file, lines) {
                    var record = record
                    let fallback: EdgeKind = section == "wasInfluencedBy" ? .inspiredBy : Self.kind(ofType: &record)
                    let credit = LineageDocument.Credit(
                        parent: try work(&record, parent), child: try work(&record, child),
                        kind: try record.optionalString("arc:kind", bytes: 0...64).map {
                            try ExchangeText.kind($0, field: "arc:kind")
                        } ?? fallback,
                        weight: try Self.weight(&record),
                        flags: try ExchangeText.flags(Self.texts(record.value("arc:flags")), field: "arc:flags"),
                        at: try Self.literal(record.value("arc:at")).map {
                            try ExchangeText.time($0, field: "arc:at")
                        })
                    let position = try Self.position(record.value("arc:position"))
                    let line = lines.line(of: name, in: section)
                    relations.append(Relation(credit: credit, position: position ?? .max, line: line))
                }
            }
        }
        // Only the order among the credits of one child counts. Stable, because the offset decides among equals.
        return relations.enumerated()
            .sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }.map(\.element)
    }

    private static func weight(_ record: inout JSONObjectReader) throws -> Float {
        guard let value = record.value("arc:weight") else { return 1 }
        if value.type == .object {
            return try ExchangeText.weight(try literal(value) ?? "", field: "arc:weight")
        }
        return Float(try value.double())
    }

    /// Other programs write numbers as typed literals.
    private static func position(_ value: JSONElement?) throws -> Int? {
        guard let value else { return nil }
        guard value.type == .object else { return try value.integer(in: 0...LineageGraph.parentsMax) }
        guard let position = try literal(value).flatMap({ Int($0) }), position >= 0 else {
            throw FieldFault("arc:position", "must be a whole number", limit: "0…\(LineageGraph.parentsMax)")
        }
        return position
    }

    /// One text or several: other programs write an array of one as its element.
    private static func texts(_ value: JSONElement?) throws -> [String] {
        guard let value else { return [] }
        guard value.type == .array else { return [try literal(value) ?? ""] }
        return try value.array(count: 0...4).map { try literal($0) ?? "" }
    }

    /// The text of a string or of a typed literal `{"$": …, "type": …}`.
    private static func literal(_ value: JSONElement?) throws -> String? {
        guard let value else { return nil }
        guard value.type == .object else { return try value.string() }
        var object = try value.object()
        return try object.requiredString("$", bytes: 0...4_096)
    }

    private static func kind(ofType record: inout JSONObjectReader) -> EdgeKind {
        let type = record.value("prov:type").flatMap { try? literal($0) }
        return type == "prov:Revision" ? .variation : .remix
    }

    private func work(_ record: inout JSONObjectReader, _ field: String) throws -> String {
        let name = try record.requiredString(field, bytes: 1...4_096)
        return try PROVVocabulary.id(name, prefix: PROVVocabulary.workPrefix)
    }

    /// The records of a section: one for each name, or several in an array.
    private func members(
        _ section: String, _ root: inout JSONObjectReader
    ) throws -> [(name: String, record: JSONObjectReader)] {
        guard var object = try root.optionalObject(section) else { return [] }
        return try object.allFields().flatMap { name, value in
            guard value.type == .array else { return [(name, try value.object())] }
            return try value.array().map { (name, try $0.object()) }
        }
    }

    /// Gives faults the line where the record's name stands.
    ///
    /// Given what it needs: as a method it would hold a copy of the reading while `body` changes it, which would copy the
    /// tables at each change.
    private static func locating(
        _ name: String, _ section: String, _ file: String, _ lines: RecordLines, _ body: () throws -> Void
    ) throws {
        do {
            try body()
        } catch let fault as FieldFault {
            throw LineageFormatError(
                file: file, line: lines.line(of: name, in: section), field: "\(name).\(fault.field)",
                message: fault.message,
                limit: fault.limit)
        } catch let error as JSONError {
            throw LineageFormatError(
                file: file, line: lines.line(of: name, in: section), field: error.field, message: error.message,
                limit: error.limit)
        }
    }
}
