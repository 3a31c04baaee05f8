import Engine
import PineconeAPI
import StrictJSON

/// What the columns of a CSV file are.
///
/// One holds ids, one dense vectors as JSON arrays, one perhaps sparse vectors as JSON objects of `indices` and `values`; the
/// others are metadata. A cell of metadata is a number, a boolean or a list of strings when it is written as JSON writes
/// them, and a string otherwise; an empty one means that the record lacks the field.
public struct CSVColumns: Sendable {
    public var id: String
    public var values: String
    public var sparseValues: String
    /// Columns whose cells are strings whatever they look like, such as postal codes.
    public var strings: Set<String>

    public init(
        id: String = "id", values: String = "values", sparseValues: String = "sparse_values", strings: Set<String> = []
    ) {
        self.id = id
        self.values = values
        self.sparseValues = sparseValues
        self.strings = strings
    }

    func layout(_ header: [String], _ path: String) throws -> CSVLayout {
        guard Set(header).count == header.count else {
            throw EngineError.invalid(path, "\(path) names a column twice", limit: "each column once")
        }
        for wanted in [id] + strings.sorted() where !header.contains(wanted) {
            throw EngineError.invalid(
                path, "\(path) has no column \"\(wanted)\"; its columns are \(header.joined(separator: ", "))",
                limit: wanted)
        }
        guard header.contains(values) || header.contains(sparseValues) else {
            throw EngineError.invalid(
                path,
                "\(path) has no column \"\(values)\" with vectors; its columns are "
                    + header.joined(separator: ", "), limit: values)
        }
        return CSVLayout(columns: self, header: header)
    }
}

/// Reads the rows of one file.
struct CSVLayout {
    let columns: CSVColumns
    let header: [String]

    /// - Throws: naming the column.
    func record(_ row: [String]) throws -> VectorDraft {
        guard row.count == header.count else {
            throw EngineError.invalid(
                "row", "has \(row.count) cells; the header has \(header.count)", limit: "\(header.count) cells")
        }
        // Read as a record of a request is: the same limits, the same errors.
        var json = JSONBuilder(capacity: 1_024)
        var metadata: [(String, JSONValue)] = []
        try json.object { json in
            for (name, cell) in zip(header, row) {
                switch name {
                case columns.id: json.field("id", cell)
                case columns.values where !cell.isEmpty:
                    json.name("values")
                    json.value(try value(of: cell, name))
                case columns.sparseValues where !cell.isEmpty:
                    json.name("sparseValues")
                    json.value(try value(of: cell, name))
                default:
                    guard !cell.isEmpty else { continue }
                    metadata.append((name, columns.strings.contains(name) ? .string(cell) : Self.typed(cell)))
                }
            }
            json.object("metadata") { json in
                for (name, value) in metadata {
                    json.name(name)
                    json.value(value)
                }
            }
        }
        return try VectorDraft(json: JSONDocument(parsing: json.bytes).root)
    }

    private func value(of cell: String, _ column: String) throws -> JSONValue {
        do {
            return try JSONValue(JSONDocument(parsing: Array(cell.utf8)).root)
        } catch {
            throw EngineError.invalid(column, "\(column) is not JSON: \(error.message)", limit: "JSON")
        }
    }

    private static func typed(_ cell: String) -> JSONValue {
        guard let document = try? JSONDocument(parsing: Array(cell.utf8)), let value = try? JSONValue(document.root)
        else { return .string(cell) }
        switch value {
        case .int, .double, .bool: return value
        case .array(let elements):
            let holdsStrings = elements.allSatisfy { if case .string = $0 { true } else { false } }
            return holdsStrings ? value : .string(cell)
        case .string, .null, .object: return .string(cell)
        }
    }
}
