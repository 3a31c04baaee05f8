/// Free-form JSON, such as a record's metadata: kept, shown and compared, never looked into.
///
/// Requests with known fields are read with `JSONObjectReader`, which neither builds a tree nor forgets where it is.
public enum JSONValue: Sendable, Hashable {
    case object([String: JSONValue])
    case array([JSONValue])
    case string(String)
    case int(Int64)
    case double(Double)
    case bool(Bool)
    case null
}

extension JSONValue {
    /// - Throws: as `JSONDocument`, and for what `init(_:)` refuses.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try JSONValue(JSONDocument(parsing: bytes).root)
    }

    /// - Throws: when an object holds a field twice, or a whole number lies above 2^63-1.
    public init(_ element: JSONElement) throws(JSONError) {
        switch element.type {
        case .object:
            var reader = try element.object()
            var members: [String: JSONValue] = [:]
            for (name, value) in reader.allFields() {
                // Names that differ as bytes may still be equal strings: canonically equivalent Unicode.
                guard members.updateValue(try JSONValue(value), forKey: name) == nil else {
                    throw value.refusal(.duplicateField, "is given more than once", limit: "once")
                }
            }
            self = .object(members)
        case .array:
            var values: [JSONValue] = []
            for value in try element.array() { values.append(try JSONValue(value)) }
            self = .array(values)
        case .string: self = .string(try element.string())
        case .integer: self = .int(Int64(try element.integer()))
        case .double: self = .double(try element.double())
        case .bool: self = .bool(try element.bool())
        case .null: self = .null
        }
    }
}

extension JSONValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .object(let members): try container.encode(members)
        case .array(let values): try container.encode(values)
        case .string(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .bool(let value): try container.encode(value)
        case .null: try container.encodeNil()
        }
    }
}
