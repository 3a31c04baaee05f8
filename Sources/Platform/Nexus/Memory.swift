public import StrictJSON

/// A memory of a nexus as answers show it.
public struct Memory: Sendable, Encodable {
    public var id: String
    public var nexusId: String
    public var text: String?
    /// `event`, `chat`, `fact` or `preference`.
    public var kind: String
    /// In 0…1.
    public var importance: Double
    /// Ids of the works that the memory is about.
    public var entities: [String]
    public var tags: [String]
    public var pinned: Bool
    public var createdAt: Timestamp
    /// When the remembered thing began and ceased to be true in the world.
    public var validFrom: Timestamp?
    public var validTo: Timestamp?
    /// When the memory is deleted for good; no recall finds it from then on.
    public var expiresAt: Timestamp?
    public var uses: Int
    public var lastUsedAt: Timestamp?
    public var metadata: JSONValue?
    public var vector: [Float]?
    public var seq: UInt64
    /// When the memory was forgotten softly: it answers by its id and in exports, and no recall finds it.
    public var forgottenAt: Timestamp?
    /// The memory that took this one's place, and those whose place it took.
    public var supersededBy: String?
    public var supersedes: [String]?
    /// Ids of memories that were merged into this one.
    public var mergedIds: [String]?
}

/// What to do when a new memory says the same as an old one.
public enum MemoryDedup: String, Sendable, CaseIterable {
    /// Always a new memory.
    case none
    /// Same kind and cosine ≥ 0.97: the old memory gets a use and the new text; no new row.
    case merge
}

/// A memory to add.
public struct MemoryDraft: Sendable {
    public var id: String?
    public var text: String?
    public var vector: [Float]?
    public var kind: String
    public var importance: Double
    public var entities: [String]
    public var tags: [String]
    public var pinned: Bool
    public var createdAt: Timestamp?
    public var validFrom: Timestamp?
    public var validTo: Timestamp?
    /// When the memory is deleted for good, as if somebody deleted it then; never when `nil`.
    public var expiresAt: Timestamp?
    public var dedup: MemoryDedup
    public var metadata: JSONValue?

    public init(
        id: String? = nil, text: String? = nil, vector: [Float]? = nil, kind: String = "event",
        importance: Double = 0.5, entities: [String] = [], tags: [String] = [], pinned: Bool = false,
        createdAt: Timestamp? = nil, validFrom: Timestamp? = nil, validTo: Timestamp? = nil,
        expiresAt: Timestamp? = nil, dedup: MemoryDedup = .none, metadata: JSONValue? = nil
    ) {
        self.id = id
        self.text = text
        self.vector = vector
        self.kind = kind
        self.importance = importance
        self.entities = entities
        self.tags = tags
        self.pinned = pinned
        self.createdAt = createdAt
        self.validFrom = validFrom
        self.validTo = validTo
        self.expiresAt = expiresAt
        self.dedup = dedup
        self.metadata = metadata
    }
}

/// A stored memory that resembles a new one.
public struct SimilarMemory: Sendable, Encodable {
    public var id: String
    public var cos: Double
}

/// What became of one added memory.
public struct MemoryReceipt: Sendable, Encodable {
    public var id: String
    /// True when the memory was merged into the one named by `id`.
    public var merged: Bool
    /// Up to five stored memories with cosine ≥ 0.90.
    public var similar: [SimilarMemory]
}

public struct MemoryReceipts: Sendable, Encodable {
    public var items: [MemoryReceipt]
}
