import StrictJSON

/// Finds out what a route's body may hold by asking its reader: what the document says is what the reader does.
///
/// An example that the reader takes is changed in one field at a time, and the refusals tell the rest: which names may
/// stand there, which must, of which type they are, and within which limits.
struct BodyProbe {
    struct Field {
        var name: String
        /// JSON Schema's names; empty when no sample was taken.
        var types: [String]
        var isRequired: Bool
        /// What the reader says of values that it refuses: `1…512 bytes`, or the words that may stand there.
        var limit: String?
    }

    let example: JSONValue
    let reads: @Sendable (JSONElement) throws -> Void

    /// Of the outermost object, the required ones first.
    func fields() -> [Field] {
        guard case .object(let members) = example else { return [] }
        let found = allowedNames(members).map { name in
            Field(
                name: name, types: types(of: name, members), isRequired: isRequired(name, members),
                limit: limit(of: name, members))
        }
        return found.filter(\.isRequired) + found.filter { !$0.isRequired }
    }

    /// All names when the reader refuses others, the example's own when it passes over them.
    private func allowedNames(_ members: [String: JSONValue]) -> [String] {
        let stranger = "\u{1}"
        if let refusal = refusal(members, stranger, .bool(true)), refusal.code == .unknownField {
            return refusal.limit?.split(separator: ", ").map(String.init) ?? []
        }
        return members.keys.sorted()
    }

    private func isRequired(_ name: String, _ members: [String: JSONValue]) -> Bool {
        guard members[name] != nil else { return false }
        return refusal(members, name, nil)?.code == .missingField
    }

    private func types(of name: String, _ members: [String: JSONValue]) -> [String] {
        var types: [String] = []
        let samples: [(String, JSONValue)] = [
            ("string", .string("sample")), ("integer", .int(1)), ("number", .double(0.5)), ("boolean", .bool(true)),
            ("array", .array([])), ("object", .object([:])),
        ]
        for (type, sample) in samples {
            guard let refusal = refusal(members, name, sample) else {
                types.append(type)
                continue
            }
            // A refusal for another reason means that the type was right; one for something inside, too.
            if refusal.code != .wrongType || refusal.field != name { types.append(type) }
        }
        // A reader of numbers takes whole ones.
        if types.contains("number") { types.removeAll { $0 == "integer" } }
        return types
    }

    private func limit(of name: String, _ members: [String: JSONValue]) -> String? {
        for sample in [JSONValue.string(""), .int(-1 << 53), .double(-1e300), .array([])] {
            if let refusal = refusal(members, name, sample), refusal.field == name, refusal.code != .wrongType,
                refusal.code != .missingField, let limit = refusal.limit
            {
                return limit
            }
        }
        return nil
    }

    private func refusal(_ members: [String: JSONValue], _ name: String, _ value: JSONValue?) -> JSONError? {
        var changed = members
        changed[name] = value
        var json = JSONBuilder()
        json.value(.object(changed))
        do {
            try reads(JSONDocument(parsing: json.bytes).root)
            return nil
        } catch {
            return error as? JSONError
        }
    }
}
