/// A copy of an index at one moment.
public struct PineconeBackup: Sendable, Equatable {
    public var id: String
    public var createdAt: Int64
}

/// A backup on its way to becoming an index.
public struct RestoreJob: Sendable, Equatable {
    public var id: String
    public var createdAt: Int64
}
