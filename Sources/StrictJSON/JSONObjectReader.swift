/// Reads an object field by field and at the end refuses what nobody asked for.
///
/// `null` counts as absent: optional reads give `nil`, required reads throw.
public struct JSONObjectReader: Sendable {
    struct Field {
        /// Positions of name and value on the tape.
        var name: Int
        var value: Int
        var isAsked = false
    }

    /// The object itself.
    public let element: JSONElement
    private(set) var fields: [Field] = []
    /// Names asked for so far, for the error about unknown fields.
    private var allowed: [String] = []

    /// - Throws: `duplicateField` when two fields have the same name.
    /// - Complexity: O(fields).
    init(_ element: JSONElement) throws(JSONError) {
        guard element.tag == JSONElement.Tag.object else { throw element.wrongType("an object") }
        self.element = element
        var cursor = element.index + 1
        let end = element.indexAfter - 1
        fields.reserveCapacity(Int(element.word >> 32 & 0xFF_FFFF))
        while cursor < end {
            let value = JSONElement(document: element.document, index: cursor + 1)
            fields.append(Field(name: cursor, value: cursor + 1))
            cursor = value.indexAfter
        }
        try rejectDuplicates()
    }

    public var count: Int { fields.count }

    /// All fields in document order. Marks every one of them as asked for.
    public mutating func allFields() -> [(name: String, value: JSONElement)] {
        for position in fields.indices { fields[position].isAsked = true }
        return fields.map { field in
            (String(decoding: at(field.name).stringBytes, as: UTF8.self), at(field.value))
        }
    }

    /// The value of a field, `nil` when absent or null.
    public mutating func value(_ name: String) -> JSONElement? {
        allowed.append(name)
        var name = name
        let position = name.withUTF8 { bytes in
            fields.firstIndex { at($0.name).stringBytes.elementsEqual(bytes) }
        }
        guard let position else { return nil }
        fields[position].isAsked = true
        let value = at(fields[position].value)
        return value.isNull ? nil : value
    }

    /// The value of a field.
    public mutating func requiredValue(_ name: String) throws(JSONError) -> JSONElement {
        guard let value = value(name) else { throw missing(name) }
        return value
    }

    /// Refuses the first field that was not asked for, and lists those that may stand here.
    public func rejectUnknownFields() throws(JSONError) {
        guard let unknown = fields.first(where: { !$0.isAsked }) else { return }
        let path = at(unknown.value).path
        let limit = allowed.joined(separator: ", ")
        throw JSONError(.unknownField, "\(path) is not a known field; allowed: \(limit)", field: path, limit: limit)
    }

    /// The error for a field that must be there.
    public func missing(_ name: String) -> JSONError {
        let path = JSONPath.joined(element.path, name)
        return JSONError(.missingField, "\(path) is required", field: path)
    }

    /// An error about one field of this object, present or not.
    public func refusal(
        _ name: String, _ message: String, code: JSONError.Code = .outOfRange, limit: String? = nil
    ) -> JSONError {
        let path = JSONPath.joined(element.path, name)
        return JSONError(code, "\(path) \(message)", field: path, limit: limit)
    }

    func at(_ index: Int) -> JSONElement { JSONElement(document: element.document, index: index) }

    /// Names are compared as bytes. Long objects go through a set, so that a hostile one costs no more than linear time.
    private func rejectDuplicates() throws(JSONError) {
        if fields.count <= 16 {
            for (position, field) in fields.enumerated().dropFirst() {
                let name = at(field.name).stringBytes
                if fields[..<position].contains(where: { at($0.name).stringBytes.elementsEqual(name) }) {
                    throw duplicate(field)
                }
            }
        } else {
            var seen = Set<[UInt8]>(minimumCapacity: fields.count)
            for field in fields where !seen.insert(Array(at(field.name).stringBytes)).inserted {
                throw duplicate(field)
            }
        }
    }

    private func duplicate(_ field: Field) -> JSONError {
        let path = at(field.value).path
        return JSONError(.duplicateField, "\(path) is given more than once", field: path, limit: "once")
    }
}

extension JSONPath {
    static func joined(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
