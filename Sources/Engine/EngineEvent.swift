import Storage

/// Something that happened between a viewer and a target: stored once per viewer, target and kind.
public struct EngineEvent: Sendable, Equatable {
    public var viewer: String
    /// Key of a work, or id of a realm, as the kind says.
    public var target: String
    public var kind: String
    public var weight: Double
    /// Milliseconds since 1970 UTC.
    public var at: Int64

    public init(viewer: String, target: String, kind: String, weight: Double, at: Int64) {
        self.viewer = viewer
        self.target = target
        self.kind = kind
        self.weight = weight
        self.at = at
    }
}

extension EngineEvent {
    init(_ stored: StoredEvent) {
        self.init(
            viewer: stored.viewer, target: stored.target, kind: stored.kind, weight: stored.weight, at: stored.at)
    }

    var stored: StoredEvent {
        StoredEvent(viewer: viewer, target: target, kind: kind, weight: weight, at: at)
    }
}
