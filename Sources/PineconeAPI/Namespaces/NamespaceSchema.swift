import Engine
public import StrictJSON

/// The fields by which the records of a namespace may be filtered, stored as a fact about the store.
struct NamespaceSchema {
    static let factPrefix = "pinecone.schema."

    var index: String
    var namespace: String
    var fields: [String]

    var factKey: String { Self.factPrefix(of: index) + namespace }

    static func factPrefix(of index: String) -> String { factPrefix + index + "." }

    func encoded() -> String {
        var json = JSONBuilder()
        json.object { json in
            json.field("index", index)
            json.field("namespace", namespace)
            json.array("fields") { json in for field in fields { json.value(field) } }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    init(index: String, namespace: String, fields: [String]) {
        self.index = index
        self.namespace = namespace
        self.fields = fields
    }

    /// - Throws: `dataLoss` when the text is not what ``encoded()`` writes.
    init(decoding text: String) throws {
        do {
            var object = try JSONDocument(parsing: Array(text.utf8)).root.object()
            let any = 0...Int.max
            index = try object.requiredString("index", bytes: any)
            namespace = try object.requiredString("namespace", bytes: any)
            fields = try object.requiredValue("fields").strings(count: any, bytes: any)
        } catch {
            throw EngineError(.dataLoss, "the schema of a namespace cannot be read: \(error)")
        }
    }
}

/// The body of `POST /namespaces`.
public struct NamespaceDraft: Sendable {
    public var name: String
    public var filterableFields: [String]?

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        let value = try object.requiredValue("name")
        let name = try value.string()
        guard let canonical = NamespaceName.canonical(name), canonical != NamespaceName.default else {
            throw value.refusal(
                .outOfRange, "must be 1…512 ASCII characters without NUL, and not that of the default namespace",
                limit: "1…512 ASCII characters")
        }
        self.name = canonical
        filterableFields = try object.optionalObject("schema").map { fields throws(JSONError) in
            try IndexDraft.filterableFields(fields)
        }
    }
}
