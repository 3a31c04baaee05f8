import Engine
public import StrictJSON
import Vectors

/// Which description of an index a caller speaks.
public enum PineconeDialect: Sendable, Equatable {
    /// Up to 2026-04: dimension, metric and spec.
    case spec
    /// From 2026-07 on, and its preview: schema and deployment.
    case schema

    /// - Parameter version: the value of `X-Pinecone-Api-Version`.
    public init(version: String?) {
        self = version.map { $0 == "2026-01.alpha" || $0 >= "2026-07" } == true ? .schema : .spec
    }
}

/// The body of `POST /indexes`, in either dialect.
public struct IndexDraft: Sendable {
    /// `nil` lets the server choose one.
    public var name: String?
    public var dense: PineconeIndex.Dense?
    public var filterableFields: [String]?
    public var deployment: PineconeIndex.Deployment
    public var readCapacity: JSONValue?
    public var embed: PineconeIndex.Embed?
    public var documentFields: JSONValue?
    public var isProtected: Bool
    public var tags: [String: String]

    /// Reserved field names by which the 2026-07 dialect declares what `/vectors/…` addresses.
    static let denseField = "_values"
    static let sparseField = "_sparse_values"

    public init(json: JSONElement, dialect: PineconeDialect) throws(JSONError) {
        var object = try json.object()
        switch dialect {
        case .spec: try self.init(specDialect: &object)
        case .schema: try self.init(schemaDialect: &object)
        }
    }

    private init(specDialect object: inout JSONObjectReader) throws(JSONError) {
        let name = try object.requiredValue("name").indexName()
        let isSparse = try object.optionalChoice("vector_type", from: ["dense", "sparse"]) == "sparse"
        let metric = try object.optionalChoice("metric", of: Metric.self)
        let dimension = try object.optionalInt("dimension", in: PineconeLimits.dimension)
        var dense: PineconeIndex.Dense?
        if isSparse {
            if dimension != nil {
                throw object.refusal("dimension", "has no meaning for a sparse index", limit: "absent")
            }
            if let metric, metric != .dotProduct {
                throw object.refusal("metric", "of a sparse index is dotproduct", limit: "dotproduct")
            }
        } else {
            guard let dimension else { throw object.missing("dimension") }
            dense = PineconeIndex.Dense(dimension: dimension, metric: metric ?? .cosine)
        }
        var spec = try object.requiredValue("spec").object()
        let (deployment, inner) = try Self.deployment(&spec)
        var filterable: [String]?
        var readCapacity: JSONValue?
        if var inner {
            filterable = try inner.optionalObject("schema").map { fields throws(JSONError) in
                try Self.filterableFields(fields)
            }
            readCapacity = try inner.value("read_capacity").jsonValue()
        }
        self.init(
            name: name, dense: dense, filterableFields: filterable, deployment: deployment, readCapacity: readCapacity,
            isProtected: try object.deletionProtection() ?? false, tags: try object.newTags())
    }

    private init(schemaDialect object: inout JSONObjectReader) throws(JSONError) {
        let name = try object.value("name").map { value throws(JSONError) in try value.indexName() }
        var schema = try object.requiredValue("schema").object()
        var fields = try schema.requiredValue("fields").object()
        let declared = fields.allFields()
        guard !declared.isEmpty else {
            throw schema.refusal("fields", "must declare at least one field", limit: "≥ 1 field")
        }
        var dense: PineconeIndex.Dense?
        var documentFields: JSONValue?
        let names = Set(declared.map(\.name))
        if names.isSubset(of: [Self.denseField, Self.sparseField]) {
            for (name, value) in declared {
                let field = try SchemaField(name: name, value)
                switch (name, field.dense) {
                case (Self.denseField, let vectors?): dense = vectors
                case (Self.sparseField, nil) where field.type == "sparse_vector": break
                default:
                    throw value.refusal(
                        .outOfRange, "is reserved for the vectors of the index", limit: "dense_vector, sparse_vector")
                }
            }
            if let dense, names.contains(Self.sparseField), dense.metric != .dotProduct {
                throw fields.refusal(
                    Self.denseField, "must have metric dotproduct beside sparse values", limit: "dotproduct")
            }
        } else {
            for (name, value) in declared { _ = try SchemaField(name: name, value).requireDocumentField(value) }
            documentFields = try JSONValue(fields.element)
        }
        var deployment = PineconeIndex.Deployment.managed(cloud: "aws", region: "us-east-1")
        if var given = try object.optionalObject("deployment") {
            deployment = try PineconeIndex.Deployment(object: &given)
        }
        self.init(
            name: name, dense: dense, deployment: deployment,
            readCapacity: try object.value("read_capacity").jsonValue(), documentFields: documentFields,
            isProtected: try object.deletionProtection() ?? false, tags: try object.newTags())
    }

    init(
        name: String?, dense: PineconeIndex.Dense?, filterableFields: [String]? = nil,
        deployment: PineconeIndex.Deployment, readCapacity: JSONValue? = nil, embed: PineconeIndex.Embed? = nil,
        documentFields: JSONValue? = nil, isProtected: Bool, tags: [String: String]
    ) {
        self.name = name
        self.dense = dense
        self.filterableFields = filterableFields
        self.deployment = deployment
        self.readCapacity = readCapacity
        self.embed = embed
        self.documentFields = documentFields
        self.isProtected = isProtected
        self.tags = tags
    }

    /// `{"serverless":{…}}`, `{"pod":{…}}` or `{"byoc":{…}}`, and the object inside.
    private static func deployment(
        _ spec: inout JSONObjectReader
    ) throws(JSONError) -> (PineconeIndex.Deployment, JSONObjectReader?) {
        let words = 1...128
        if var serverless = try spec.optionalObject("serverless") {
            let deployment = PineconeIndex.Deployment.managed(
                cloud: try serverless.requiredString("cloud", bytes: words),
                region: try serverless.requiredString("region", bytes: words))
            return (deployment, serverless)
        }
        if var pod = try spec.optionalObject("pod") {
            let deployment = PineconeIndex.Deployment.pod(
                environment: try pod.requiredString("environment", bytes: words),
                podType: try pod.optionalString("pod_type", bytes: words) ?? "p1.x1",
                replicas: try pod.optionalInt("replicas", in: 1...10_000) ?? 1,
                shards: try pod.optionalInt("shards", in: 1...10_000) ?? 1)
            return (deployment, nil)
        }
        if var byoc = try spec.optionalObject("byoc") {
            return (.byoc(environment: try byoc.requiredString("environment", bytes: words)), byoc)
        }
        throw spec.refusal("serverless", "is required, or pod, or byoc", code: .missingField, limit: "serverless")
    }

    /// The names in `{"fields":{"genre":{"filterable":true}}}`.
    static func filterableFields(_ schema: JSONObjectReader) throws(JSONError) -> [String] {
        var schema = schema
        var fields = try schema.requiredValue("fields").object()
        var names: [String] = []
        for (name, value) in fields.allFields() {
            var field = try value.object()
            guard try field.optionalBool("filterable") == true else {
                throw value.refusal(
                    .outOfRange, "must be filterable: a field that is left out is not indexed",
                    limit: "{\"filterable\":true}")
            }
            names.append(name)
        }
        return names.sorted()
    }
}

/// One field of a 2026-07 schema.
private struct SchemaField {
    let name: String
    let type: String
    var dense: PineconeIndex.Dense?
    var isSearchable = false

    init(name: String, _ value: JSONElement) throws(JSONError) {
        self.name = name
        var object = try value.object()
        type = try object.requiredString("type", bytes: 1...64)
        switch type {
        case "dense_vector":
            dense = PineconeIndex.Dense(
                dimension: try object.requiredValue("dimension").integer(in: PineconeLimits.dimension),
                metric: try object.optionalChoice("metric", of: Metric.self) ?? .cosine)
        case "sparse_vector": break
        case "string":
            isSearchable =
                object.value("full_text_search") != nil
                || object.value("embed") != nil || object.value("sparse_embed") != nil
        default:
            throw object.refusal(
                "type",
                "must be declared as a vector or a searchable string; metadata is never declared, got \"\(type)\"",
                limit: "dense_vector, sparse_vector, string")
        }
    }

    func requireDocumentField(_ value: JSONElement) throws(JSONError) {
        guard PineconeLimits.fieldNameBytes.contains(name.utf8.count), !name.hasPrefix("$"), !name.hasPrefix("_") else {
            throw value.refusal(
                .outOfRange, "has a name that is reserved or not 1…64 bytes long",
                limit: "1…64 bytes, no leading $ or _")
        }
        guard type != "string" || isSearchable else {
            throw value.refusal(
                .outOfRange, "is a string that nothing searches; metadata is never declared",
                limit: "full_text_search, embed or sparse_embed")
        }
    }
}

extension JSONElement {
    /// 1–45 lower-case letters, digits and hyphens, a letter or digit at both ends.
    func indexName() throws(JSONError) -> String {
        let name = try string(bytes: PineconeLimits.indexNameCount)
        guard IndexName.isValid(name) else {
            throw refusal(
                .outOfRange,
                "must consist of lower-case letters, digits and hyphens, with a letter or digit at both ends",
                limit: "1…45 of a-z, 0-9, -")
        }
        return name
    }
}

/// What an index may be called.
public enum IndexName {
    public static func isValid(_ name: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: false
            }
        }
        guard let first = name.utf8.first, let last = name.utf8.last else { return false }
        return PineconeLimits.indexNameCount.contains(name.utf8.count) && isAlphanumeric(first) && isAlphanumeric(last)
            && name.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
}

extension JSONObjectReader {
    /// `"enabled"` or `"disabled"`.
    mutating func deletionProtection() throws(JSONError) -> Bool? {
        try optionalChoice("deletion_protection", from: ["enabled", "disabled"]).map { $0 == "enabled" }
    }

    /// Tags of a new index; those with empty values are left out.
    mutating func newTags() throws(JSONError) -> [String: String] {
        let tags = (try tags() ?? [:]).filter { !$0.value.isEmpty }
        guard tags.count <= PineconeLimits.tagCountMax else {
            throw refusal(
                "tags", "must hold at most \(PineconeLimits.tagCountMax) tags, got \(tags.count)",
                limit: "\(PineconeLimits.tagCountMax) tags")
        }
        return tags
    }

    mutating func tags() throws(JSONError) -> [String: String]? {
        guard var object = try optionalObject("tags") else { return nil }
        var tags: [String: String] = [:]
        for (key, element) in object.allFields() {
            let value = element.isNull ? "" : try element.string()
            guard PineconeLimits.tagKeyCount.contains(key.utf8.count), key.utf8.allSatisfy(Self.isTagLetter) else {
                throw element.refusal(
                    .outOfRange, "has a name that is not 1…80 letters, digits, _ or -",
                    limit: "1…80 of A-Z, a-z, 0-9, _, -")
            }
            guard value.utf8.count <= PineconeLimits.tagValueCountMax,
                value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
            else {
                throw element.refusal(
                    .outOfRange, "must be at most 120 printable ASCII characters", limit: "120 characters")
            }
            tags[key] = value
        }
        return tags
    }

    private static func isTagLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
