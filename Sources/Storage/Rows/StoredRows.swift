/// A record's row.
public struct StoredRecord: Sendable, Equatable {
    public var ordinal: UInt32
    public var key: String
    public var seq: UInt64
    /// Sequence of the write that brought the vector.
    public var vectorSeq: UInt64
    public var createdAt: Int64
    public var updatedAt: Int64
    public var state: UInt8
    public var payload: [UInt8]
    public var metadata: [UInt8]
    public var vector: [Float]?
}

/// A record to insert.
public struct StoredRecordDraft: Sendable {
    public var key: String
    public var createdAt: Int64
    public var updatedAt: Int64
    public var state: UInt8
    public var payload: [UInt8]
    public var metadata: [UInt8]
    public var vector: [Float]?

    public init(
        key: String, createdAt: Int64, updatedAt: Int64, state: UInt8, payload: [UInt8], metadata: [UInt8],
        vector: [Float]?
    ) {
        self.key = key
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.state = state
        self.payload = payload
        self.metadata = metadata
        self.vector = vector
    }
}

/// A record's row while a scan stands on it: the bytes are borrowed until the callback returns.
public struct ScannedRecord {
    public var ordinal: UInt32
    public var key: String
    public var seq: UInt64
    public var vectorSeq: UInt64
    public var createdAt: Int64
    public var updatedAt: Int64
    public var state: UInt8
    public var payload: UnsafeRawBufferPointer
    public var metadata: UnsafeRawBufferPointer
    /// 32-bit little-endian floats; `nil` for a record without a vector.
    public var vector: UnsafeRawBufferPointer?
}

/// An edge's row, in the order of arrival.
public struct StoredEdge: Sendable, Equatable {
    public var child: UInt32
    public var parent: UInt32
    public var kind: UInt8
    public var weight: Double
    public var flags: UInt8
    public var at: Int64
    public var seq: UInt64

    public init(child: UInt32, parent: UInt32, kind: UInt8, weight: Double, flags: UInt8, at: Int64, seq: UInt64) {
        self.child = child
        self.parent = parent
        self.kind = kind
        self.weight = weight
        self.flags = flags
        self.at = at
        self.seq = seq
    }
}

/// An event's row: one per viewer, target and kind.
public struct StoredEvent: Sendable, Equatable {
    public var viewer: String
    public var target: String
    public var kind: String
    public var weight: Double
    public var at: Int64

    public init(viewer: String, target: String, kind: String, weight: Double, at: Int64) {
        self.viewer = viewer
        self.target = target
        self.kind = kind
        self.weight = weight
        self.at = at
    }
}

/// A collection's row.
public struct StoredCollection: Sendable {
    public var id: Int64
    public var name: String
    public var dimension: Int
    public var metric: String
    public var embedder: String
    public var createdAt: Int64
}

/// A namespace's head row.
public struct StoredNamespace: Sendable {
    public var id: Int64
    public var collectionID: Int64
    public var name: String
    /// Sequence of the last change; 0 before the first.
    public var seq: UInt64
    /// Ordinal of the next new record; above all that were ever given out.
    public var nextOrdinal: UInt32
    public var recordCount: Int
    /// Sum of the records' checksums, modulo 2⁶⁴: tells lost, stale and resurrected rows, whose own checksums are good.
    public var recordDigest: UInt64
    /// Edges are never removed, so that this is also the place of the next one.
    public var edgeCount: Int
    /// Sum of the edges' checksums, modulo 2⁶⁴.
    public var edgeDigest: UInt64
}

/// The answer to a request that was acknowledged, kept so that a retry gets the same one.
public struct StoredAnswer: Sendable, Equatable {
    /// When it was given, milliseconds since 1970 UTC.
    public var at: Int64
    public var status: Int
    public var body: [UInt8]

    public init(at: Int64, status: Int, body: [UInt8]) {
        self.at = at
        self.status = status
        self.body = body
    }
}
