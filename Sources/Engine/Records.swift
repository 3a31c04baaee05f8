public import Lineage
public import Metadata
public import Vectors

/// What a collection is made of: one dimension, one metric, one embedder.
public struct CollectionSpecification: Sendable, Equatable {
    public var name: String
    /// 1…20,000.
    public var dimension: Int
    public var metric: Metric
    /// Name of the model that made the vectors, or `external`.
    public var embedder: String
    /// True when the records are nodes of a lineage graph, with ordinal = node.
    public var hasLineage: Bool

    public init(name: String, dimension: Int, metric: Metric, embedder: String, hasLineage: Bool) {
        self.name = name
        self.dimension = dimension
        self.metric = metric
        self.embedder = embedder
        self.hasLineage = hasLineage
    }
}

/// A record to insert.
public struct RecordDraft: Sendable {
    /// The caller's id, unique in its namespace.
    public var key: String
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    /// Opaque to the engine.
    public var payload: [UInt8]
    /// What filters can ask for.
    public var metadata: MetadataRecord
    /// In the collection's dimension, finite; `nil` for a record that no search finds.
    public var vector: [Float]?
    public var state: UInt8
    /// Parents, for collections with lineage.
    public var parents: [ParentLink]
    /// Interned creator, for collections with lineage.
    public var creator: UInt32

    public init(
        key: String, createdAt: Int64, payload: [UInt8], metadata: MetadataRecord = [:], vector: [Float]? = nil,
        state: UInt8 = 0, parents: [ParentLink] = [], creator: UInt32 = 0
    ) {
        self.key = key
        self.createdAt = createdAt
        self.payload = payload
        self.metadata = metadata
        self.vector = vector
        self.state = state
        self.parents = parents
        self.creator = creator
    }
}

/// What an update does to a record's vector.
public enum VectorChange: Sendable {
    case keep
    case replace([Float])
    case remove
}

/// A change of a record; `nil` keeps what is there.
public struct RecordChange: Sendable {
    public var payload: [UInt8]?
    public var metadata: MetadataRecord?
    public var vector: VectorChange
    public var state: UInt8?

    public init(
        payload: [UInt8]? = nil, metadata: MetadataRecord? = nil, vector: VectorChange = .keep, state: UInt8? = nil
    ) {
        self.payload = payload
        self.metadata = metadata
        self.vector = vector
        self.state = state
    }
}

/// A record as the truth holds it, checksum verified.
public struct Record: Sendable {
    public var ordinal: UInt32
    public var key: String
    /// Sequence of the write that last changed the record.
    public var seq: UInt64
    public var createdAt: Int64
    public var updatedAt: Int64
    public var state: UInt8
    public var payload: [UInt8]
    public var metadata: MetadataRecord
    public var vector: [Float]?
}

/// The part of a record that stays in memory.
public struct RecordRow: Sendable {
    public var key: String
    public var createdAt: Int64
    /// Slot in the vector index; `RecordRow.noSlot` for a record without a vector.
    public var slot: UInt32
    public var state: UInt8
    /// False once the record was deleted: the ordinal is never used again.
    public var exists: Bool

    public static let noSlot = UInt32.max
}

/// A search result of the engine.
public struct RecordHit: Sendable {
    public var ordinal: UInt32
    /// In the metric's own terms: cosine, dot product, or squared distance.
    public var score: Float

    public init(ordinal: UInt32, score: Float) {
        self.ordinal = ordinal
        self.score = score
    }
}
