public import StrictJSON

extension FeedEvent {
    private static let workKinds = ["view", "like", "save", "share", "remix", "negative", "report"]
    private static let realmKinds = ["follow", "unfollow", "block", "unblock"]

    /// One event of `POST /feed/events`, and a line of an events file.
    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        let kind = try object.requiredValue("kind").choice(from: Self.workKinds + Self.realmKinds)
        self.init(
            kind: kind,
            viewerId: try object.requiredString("viewerId", bytes: Limits.idBytes),
            essenceId: try object.optionalString("essenceId", bytes: Limits.idBytes),
            realmId: try object.optionalString("realmId", bytes: Limits.idBytes),
            at: try object.optionalTime("at"))
        try object.rejectUnknownFields()
        if Self.workKinds.contains(kind) {
            if essenceId == nil { throw object.missing("essenceId") }
            if realmId != nil { throw object.refusal("realmId", "has no meaning for \(kind)", limit: "absent") }
        } else {
            if realmId == nil { throw object.missing("realmId") }
            if essenceId != nil { throw object.refusal("essenceId", "has no meaning for \(kind)", limit: "absent") }
        }
    }
}

/// The body of `POST /feed/events`.
public struct FeedEventBatch: Sendable {
    public var events: [FeedEvent]

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        events = []
        for value in try object.requiredArray("events", count: Limits.eventCount) {
            events.append(try FeedEvent(json: value))
        }
        try object.rejectUnknownFields()
    }
}
