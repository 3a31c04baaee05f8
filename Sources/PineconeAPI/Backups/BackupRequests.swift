public import StrictJSON

/// The body of `POST /indexes/{name}/backups`.
public struct BackupDraft: Sendable {
    public var name: String?
    public var text: String?

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        name = try object.optionalString("name", bytes: 0...PineconeLimits.backupTextBytesMax)
        text = try object.optionalString("description", bytes: 0...PineconeLimits.backupTextBytesMax)
    }
}

/// The body of `POST /backups/{id}/create-index`.
public struct RestoreDraft: Sendable {
    public var name: String
    /// Those of the index that was backed up, when absent.
    public var tags: [String: String]?
    public var isProtected: Bool
    public var readCapacity: JSONValue?

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        name = try object.requiredValue("name").indexName()
        tags = object.value("tags") == nil ? nil : try object.newTags()
        isProtected = try object.deletionProtection() ?? false
        readCapacity = try object.value("read_capacity").jsonValue()
    }
}
