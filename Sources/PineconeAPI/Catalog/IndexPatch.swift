public import StrictJSON

/// The body of `PATCH /indexes/{name}`. At least one known field must be there.
public struct IndexPatch: Sendable {
    public var isProtected: Bool?
    /// Merged into the tags; an empty value removes its key.
    public var tags: [String: String]?
    public var readCapacity: JSONValue?
    /// Turns an index of vectors into one that takes text as well.
    public var embed: EmbedRequest?

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        isProtected = try object.deletionProtection()
        tags = try object.tags()
        readCapacity = try object.value("read_capacity").jsonValue()
        if var spec = try object.optionalObject("spec"), var serverless = try spec.optionalObject("serverless") {
            readCapacity = try serverless.value("read_capacity").jsonValue()
        }
        embed = try object.optionalObject("embed").map { fields throws(JSONError) in try EmbedRequest(object: fields) }
        if object.value("schema") != nil {
            throw object.refusal("schema", "of an index never changes", limit: "absent")
        }
        let known = ["deletion_protection", "tags", "spec", "embed", "deployment", "read_capacity"]
        guard known.contains(where: { object.value($0) != nil }) else {
            throw json.refusal(
                .outOfRange, "must hold at least one field to change", limit: known.joined(separator: ", "))
        }
    }
}

/// `embed` of create-for-model and of a patch.
public struct EmbedRequest: Sendable {
    public var model: String
    public var textField: String
    public var metric: String?
    public var dimension: Int?
    public var readParameters: JSONValue?
    public var writeParameters: JSONValue?

    init(object: JSONObjectReader) throws(JSONError) {
        var object = object
        model = try object.requiredString("model", bytes: 1...256)
        var map = try object.requiredValue("field_map").object()
        textField = try map.requiredString("text", bytes: PineconeLimits.fieldNameBytes)
        metric = try object.optionalChoice("metric", from: ["cosine", "dotproduct", "euclidean"])
        dimension = try object.optionalInt("dimension", in: PineconeLimits.dimension)
        readParameters = try object.value("read_parameters").jsonValue()
        writeParameters = try object.value("write_parameters").jsonValue()
    }
}

/// The body of `POST /indexes/create-for-model`.
public struct ModelIndexDraft: Sendable {
    public var name: String
    public var deployment: PineconeIndex.Deployment
    public var embed: EmbedRequest
    public var filterableFields: [String]?
    public var readCapacity: JSONValue?
    public var isProtected: Bool
    public var tags: [String: String]

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        name = try object.requiredValue("name").indexName()
        deployment = .managed(
            cloud: try object.requiredString("cloud", bytes: 1...128),
            region: try object.requiredString("region", bytes: 1...128))
        embed = try EmbedRequest(object: try object.requiredValue("embed").object())
        filterableFields = try object.optionalObject("schema").map { fields throws(JSONError) in
            try IndexDraft.filterableFields(fields)
        }
        readCapacity = try object.value("read_capacity").jsonValue()
        isProtected = try object.deletionProtection() ?? false
        tags = try object.newTags()
    }
}
