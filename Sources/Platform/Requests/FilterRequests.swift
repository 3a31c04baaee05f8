import Metadata
import StrictJSON

extension JSONObjectReader {
    /// A metadata filter, such as `{"realmId":"aurora","year":{"$gte":2024}}`.
    mutating func optionalFilter(_ name: String) throws(JSONError) -> MetadataFilter? {
        guard let value = value(name) else { return nil }
        let node = try FilterNode(value)
        do throws(FilterError) {
            return try MetadataFilter(parsing: node)
        } catch {
            let path = error.path.isEmpty ? name : "\(name).\(error.path)"
            throw refusal(path, error.message, limit: error.limit)
        }
    }
}

extension FilterNode {
    fileprivate init(_ element: JSONElement) throws(JSONError) {
        switch element.type {
        case .object:
            var object = try element.object()
            var members: [(name: String, value: FilterNode)] = []
            for (name, value) in object.allFields() { members.append((name, try FilterNode(value))) }
            self = .object(members)
        case .array:
            var values: [FilterNode] = []
            for value in try element.array() { values.append(try FilterNode(value)) }
            self = .array(values)
        case .string: self = .string(try element.string())
        case .integer, .double: self = .number(try element.double())
        case .bool: self = .bool(try element.bool())
        case .null: self = .null
        }
    }
}
