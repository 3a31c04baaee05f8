import Lineage

/// Edge list: header `parent,child,kind,weight,flags,at`, one credit a record, RFC 4180 with CRLF.
///
/// Flags are joined by `|`, times are RFC 3339, an unknown time is empty. Works that no credit names are not in it.
struct CSVLineageWriter: LineageWriter {
    let passes = LineagePasses(works: 0, credits: 1)

    static let columns = ["parent", "child", "kind", "weight", "flags", "at"]

    func write(_ source: some LineageSource, to sink: ByteSink) throws {
        try sink(Array((Self.columns.joined(separator: ",") + "\r\n").utf8))
        try source.forEachCredit { credit in
            let fields = [
                credit.parent, credit.child, credit.kind.name, "\(credit.weight)", ExchangeText.joined(credit.flags),
                credit.at.map(ExchangeText.text) ?? "",
            ]
            var record: [UInt8] = []
            for (position, field) in fields.enumerated() {
                if position > 0 { record.append(UInt8(ascii: ",")) }
                Self.append(field, to: &record)
            }
            try sink(record + [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
        }
    }

    /// Byte by byte: a quote before a combining accent is still a quote.
    private static func append(_ field: String, to record: inout [UInt8]) {
        let special: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        guard field.utf8.contains(where: special.contains) else {
            record += field.utf8
            return
        }
        record.append(UInt8(ascii: "\""))
        for byte in field.utf8 {
            if byte == UInt8(ascii: "\"") { record.append(byte) }
            record.append(byte)
        }
        record.append(UInt8(ascii: "\""))
    }
}

/// Reads an edge list. The columns may stand in any order; `parent` and `child` must be there, the others have defaults:
/// remix, 1, no flags, unknown time. The works of the document are those that credits name, in order of appearance.
struct CSVLineageReader: LineageReader {
    func read(_ input: LineageInput) throws -> LineageReading {
        var records = CSVRecords(file: input.name)
        var builder = DocumentBuilder(file: input.name)
        var header: [String: Int]?
        let body: ([String], Int) throws -> Void = { fields, line in
            if let header {
                try Self.add(fields, header, input.name, line, &builder)
            } else {
                header = try locating(input.name, line) { try Self.header(fields) }
            }
        }
        while let piece = try input.next() { try records.add(piece, body) }
        try records.finish(body)
        guard header != nil else {
            throw LineageFormatError(
                file: input.name, line: 1, field: "header", message: "there is none",
                limit: CSVLineageWriter.columns.joined(separator: ","))
        }
        return builder.finish()
    }

    private static func header(_ fields: [String]) throws(FieldFault) -> [String: Int] {
        var header: [String: Int] = [:]
        let limit = CSVLineageWriter.columns.joined(separator: ",")
        for (position, name) in fields.enumerated() {
            // Spreadsheets put a byte order mark in front.
            let name = position == 0 && name.hasPrefix("\u{FEFF}") ? String(name.unicodeScalars.dropFirst()) : name
            guard CSVLineageWriter.columns.contains(name) else {
                throw FieldFault("header", "unknown column \(name.excerpt)", limit: limit)
            }
            guard header.updateValue(position, forKey: name) == nil else {
                throw FieldFault("header", "column \(name) is there twice", limit: limit)
            }
        }
        for name in ["parent", "child"] where header[name] == nil {
            throw FieldFault("header", "column \(name) is missing", limit: limit)
        }
        return header
    }

    private static func add(
        _ fields: [String], _ header: [String: Int], _ file: String, _ line: Int, _ builder: inout DocumentBuilder
    ) throws {
        let credit = try locating(file, line) {
            guard fields.count == header.count else {
                throw FieldFault(
                    "record", "has \(fields.count) fields, the header has \(header.count)", limit: "\(header.count)")
            }
            func field(_ name: String) -> String? {
                header[name].map { fields[$0] }.flatMap { $0.isEmpty ? nil : $0 }
            }
            guard let parent = field("parent") else { throw FieldFault("parent", "is empty", limit: "1…512 bytes") }
            guard let child = field("child") else { throw FieldFault("child", "is empty", limit: "1…512 bytes") }
            return LineageDocument.Credit(
                parent: parent, child: child,
                kind: try field("kind").map { try ExchangeText.kind($0, field: "kind") } ?? .remix,
                weight: try field("weight").map { try ExchangeText.weight($0, field: "weight") } ?? 1,
                flags: try ExchangeText.flags(joined: field("flags") ?? "", field: "flags"),
                at: try field("at").map { try ExchangeText.time($0, field: "at") })
        }
        try builder.add(credit, line: line)
        for id in [credit.parent, credit.child] where !builder.isListed(id) {
            try builder.add(LineageDocument.Work(id: id), line: line)
        }
    }
}
