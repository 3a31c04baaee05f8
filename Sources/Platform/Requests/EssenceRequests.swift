public import StrictJSON

/// Works out of JSON: each form checks every field against `Limits` and refuses the ones that it does not know.

extension EssenceDraft {
    /// The body of `POST /essences`, and a line of a catalog file.
    ///
    /// - Throws: `JSONError` naming the field and its limit.
    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        let remixFrom = try object.optionalArray("remixFrom", count: 0...Limits.parentCountMax)
        try self.init(object: &object, sources: Self.sources(remixFrom))
        try object.rejectUnknownFields()
        try Self.checkSources(self.remixFrom, child: id, in: object, field: "remixFrom")
    }

    /// The body of `POST /essence/remix`: `parentIds` in place of `remixFrom`, every one a plain remix.
    public init(remixJSON json: JSONElement) throws(JSONError) {
        var object = try json.object()
        let ids = try object.requiredArray("parentIds", count: 1...Limits.parentCountMax)
        var sources: [RemixSource] = []
        for id in ids { sources.append(RemixSource(essenceId: try id.string(bytes: Limits.idBytes))) }
        try self.init(object: &object, sources: sources)
        try object.rejectUnknownFields()
        try Self.checkSources(remixFrom, child: id, in: object, field: "parentIds")
    }

    private init(object: inout JSONObjectReader, sources: [RemixSource]) throws(JSONError) {
        self.init(
            id: try object.optionalString("id", bytes: Limits.idBytes),
            realmId: try object.requiredString("realmId", bytes: Limits.idBytes),
            nexusId: try object.optionalString("nexusId", bytes: Limits.idBytes),
            kind: try object.optionalString("kind", bytes: Limits.kindBytes) ?? "text",
            title: try object.requiredString("title", bytes: Limits.titleBytes),
            text: try object.optionalString("text", bytes: 0...Limits.textBytesMax),
            vector: try object.optionalEmbedding("vector"),
            spark: try Spark(object: object.optionalObject("spark")),
            shadow: try Shadow(object: object.optionalObject("shadow")),
            remixFrom: sources,
            createdAt: try object.optionalTimestamp("createdAt").map(Timestamp.init(milliseconds:)),
            tags: try object.optionalStrings("tags", count: 0...Limits.tagCountMax, bytes: Limits.tagBytes) ?? [],
            metadata: try object.optionalFreeForm("metadata", bytesMax: Limits.metadataBytesMax),
            visibility: try object.optionalChoice("visibility", of: Visibility.self) ?? .public)
    }

    private static func sources(_ array: JSONArray?) throws(JSONError) -> [RemixSource] {
        var sources: [RemixSource] = []
        for value in array?.map({ $0 }) ?? [] {
            var object = try value.object()
            sources.append(
                RemixSource(
                    essenceId: try object.requiredString("essenceId", bytes: Limits.idBytes),
                    kind: try object.optionalChoice("kind", from: EdgeKindNames.all) ?? "remix",
                    weight: try object.optionalDouble("weight", in: .above(0, upTo: 1)) ?? 1))
            try object.rejectUnknownFields()
        }
        return sources
    }

    private static func checkSources(
        _ sources: [RemixSource], child: String?, in object: JSONObjectReader, field: String
    ) throws(JSONError) {
        var seen: Set<String> = []
        for (position, source) in sources.enumerated() {
            let name = field == "parentIds" ? "parentIds[\(position)]" : "remixFrom[\(position)].essenceId"
            if source.essenceId == child {
                throw object.refusal(name, "must not name the work itself", limit: "another work")
            }
            if !seen.insert(source.essenceId).inserted {
                throw object.refusal(name, "names \"\(source.essenceId)\" a second time", limit: "each parent once")
            }
        }
    }
}

/// The body of `POST /essences/batch`.
public struct EssenceBatch: Sendable {
    public var items: [EssenceDraft]

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        items = []
        for value in try object.requiredArray("items", count: Limits.batchCount) {
            items.append(try EssenceDraft(json: value))
        }
        try object.rejectUnknownFields()
    }
}

extension EssencePatch {
    /// The body of `PATCH /essences/{id}`. At least one field must be there.
    public init(json: JSONElement) throws(JSONError) {
        self.init()
        var object = try json.object()
        title = try object.optionalString("title", bytes: Limits.titleBytes)
        text = try object.optionalString("text", bytes: 0...Limits.textBytesMax)
        nexusId = try object.optionalString("nexusId", bytes: Limits.idBytes)
        vector = try object.optionalEmbedding("vector")
        if let fields = try object.optionalObject("spark") { spark = try Spark(object: fields) }
        if let fields = try object.optionalObject("shadow") { shadow = try Shadow(object: fields) }
        tags = try object.optionalStrings("tags", count: 0...Limits.tagCountMax, bytes: Limits.tagBytes)
        metadata = try object.optionalFreeForm("metadata", bytesMax: Limits.metadataBytesMax)
        visibility = try object.optionalChoice("visibility", of: Visibility.self)
        try object.rejectUnknownFields()
        if object.count == 0 {
            throw json.refusal(.missingField, "must hold at least one field to change", limit: "≥ 1 field")
        }
    }
}

extension Spark {
    init(object: JSONObjectReader?) throws(JSONError) {
        self.init()
        guard var object else { return }
        prompt = try object.optionalString("prompt", bytes: 0...Limits.textBytesMax)
        inspiration =
            try object.optionalStrings(
                "inspiration", count: 0...Limits.noteCountMax, bytes: Limits.titleBytes) ?? []
        model = try object.optionalString("model", bytes: Limits.idBytes)
        params = try object.optionalFreeForm("params", bytesMax: Limits.metadataBytesMax)
        try object.rejectUnknownFields()
    }
}

extension Shadow {
    init(object: JSONObjectReader?) throws(JSONError) {
        self.init()
        guard var object else { return }
        negativePrompt = try object.optionalString("negativePrompt", bytes: 0...Limits.textBytesMax)
        constraints =
            try object.optionalStrings(
                "constraints", count: 0...Limits.noteCountMax, bytes: Limits.titleBytes) ?? []
        notes = try object.optionalString("notes", bytes: 0...Limits.textBytesMax)
        try object.rejectUnknownFields()
    }
}

/// The kinds of edge that callers may name.
public enum EdgeKindNames {
    public static let all = ["remix", "variation", "collab", "inspiredBy"]
}
