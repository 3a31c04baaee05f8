import Engine
public import StrictJSON

/// The body of `POST /operations/backups`.
public struct BackupRequest: Sendable {
    public var name: String
    public var allowDamage: Bool

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        name = try object.requiredString("name", bytes: MaintenanceJobs.nameBytes)
        allowDamage = try object.optionalBool("allowDamage") ?? false
        try object.rejectUnknownFields()
    }
}

/// The body of `POST /operations/verifications`.
public struct VerificationRequest: Sendable {
    public var deep: Bool

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        deep = try object.optionalBool("deep") ?? false
        try object.rejectUnknownFields()
    }
}

/// The body of `POST /operations/compactions`: an object without fields.
public struct CompactionRequest: Sendable {
    public init(json: JSONElement) throws(JSONError) { try json.object().rejectUnknownFields() }
}
