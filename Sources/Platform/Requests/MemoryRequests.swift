public import StrictJSON

/// Kinds of memory that callers may name.
enum MemoryKindNames {
    static let all = ["event", "chat", "fact", "preference"]
}

extension MemoryDraft {
    /// One memory of `POST /nexus/{nexusId}/memories`, and a line of a memories file (there with `nexusId` beside it).
    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        try self.init(object: &object)
        try object.rejectUnknownFields()
    }

    init(object: inout JSONObjectReader) throws(JSONError) {
        self.init(
            id: try object.optionalString("id", bytes: Limits.idBytes),
            text: try object.optionalString("text", bytes: 1...Limits.textBytesMax),
            vector: try object.optionalEmbedding("vector"),
            kind: try object.optionalChoice("kind", from: MemoryKindNames.all) ?? "event",
            importance: try object.optionalDouble("importance", in: 0...1) ?? 0.5,
            entities: try object.optionalStrings(
                "entities", count: 0...Limits.entityCountMax, bytes: Limits.idBytes) ?? [],
            tags: try object.optionalStrings("tags", count: 0...Limits.tagCountMax, bytes: Limits.tagBytes) ?? [],
            pinned: try object.optionalBool("pinned") ?? false,
            createdAt: try object.optionalTime("createdAt"),
            validFrom: try object.optionalTime("validFrom"),
            validTo: try object.optionalTime("validTo"),
            expiresAt: try object.optionalTime("expiresAt"),
            dedup: try object.optionalChoice("dedup", of: MemoryDedup.self) ?? .none,
            metadata: try object.optionalFreeForm("metadata", bytesMax: Limits.metadataBytesMax))
        if text == nil && vector == nil {
            throw object.refusal("text", "or vector is required", code: .missingField, limit: "text, vector or both")
        }
        if let validFrom, let validTo, validTo < validFrom {
            throw object.refusal("validTo", "must not be before validFrom", limit: "≥ validFrom")
        }
    }
}

/// The body of `POST /nexus/{nexusId}/memories`: one memory, or `{"items":[…]}`.
public struct MemoryBatch: Sendable {
    public var items: [MemoryDraft]

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        guard let array = try object.optionalArray("items", count: Limits.batchCount) else {
            items = [try MemoryDraft(json: json)]
            return
        }
        items = []
        for value in array { items.append(try MemoryDraft(json: value)) }
        try object.rejectUnknownFields()
    }
}

/// A line of a memories file.
public struct MemoryLine: Sendable {
    public var nexusId: String
    public var memory: MemoryDraft

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        nexusId = try object.requiredString("nexusId", bytes: Limits.idBytes)
        memory = try MemoryDraft(object: &object)
        try object.rejectUnknownFields()
    }
}
