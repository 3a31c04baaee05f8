public import StrictJSON

/// The prompt and inspiration of a work.
public struct Spark: Sendable, Equatable, Codable {
    public var prompt: String?
    /// Free references: ids, titles, links.
    public var inspiration: [String]
    /// The model that made the work.
    public var model: String?
    /// The model's parameters, free-form.
    public var params: JSONValue?

    public init(prompt: String? = nil, inspiration: [String] = [], model: String? = nil, params: JSONValue? = nil) {
        self.prompt = prompt
        self.inspiration = inspiration
        self.model = model
        self.params = params
    }
}

/// What a work steers away from.
public struct Shadow: Sendable, Equatable, Codable {
    public var negativePrompt: String?
    public var constraints: [String]
    public var notes: String?

    public init(negativePrompt: String? = nil, constraints: [String] = [], notes: String? = nil) {
        self.negativePrompt = negativePrompt
        self.constraints = constraints
        self.notes = notes
    }
}

/// Who may find a work. `private` works are found by their own realm only.
public enum Visibility: String, Sendable, Codable, CaseIterable {
    case `public`, unlisted, `private`
}

/// What became of a work. A takedown never removes the node: lineage survives.
public enum EssenceState: String, Sendable, Codable, CaseIterable {
    /// Normal.
    case live
    /// Taken down by its creator: content, title and vector are gone, id and lineage stay.
    case hidden
    /// Taken down for legal reasons: as hidden, and its id and realm are withheld from answers about other works.
    case redacted
    /// A duplicate of another work, which takes its place in answers.
    case merged
}

/// One parent of a work, as callers name it.
public struct RemixSource: Sendable, Equatable, Encodable {
    public var essenceId: String
    /// `remix`, `variation`, `collab` or `inspiredBy`.
    public var kind: String
    /// In `0 < weight ≤ 1`.
    public var weight: Double
    /// `late`, `inferred`, `disputed`: how the credit came about or stands. Empty for a credit given at birth.
    public var flags: [String]

    public init(essenceId: String, kind: String = "remix", weight: Double = 1, flags: [String] = []) {
        self.essenceId = essenceId
        self.kind = kind
        self.weight = weight
        self.flags = flags
    }
}

/// A work as answers show it.
public struct Essence: Sendable, Encodable {
    public var id: String
    public var realmId: String?
    public var nexusId: String?
    public var kind: String?
    public var title: String?
    public var text: String?
    public var spark: Spark?
    public var shadow: Shadow?
    /// Live credits, in the order of the parents' creation.
    public var remixFrom: [RemixSource]
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    public var tags: [String]
    public var metadata: JSONValue?
    public var visibility: Visibility
    public var state: EssenceState
    /// The work that took this one's place, for `merged`.
    public var mergedInto: String?
    /// Present when the request asked for vectors.
    public var vector: [Float]?
    /// Sequence of the write that last changed the work.
    public var seq: UInt64
}

/// A work to create. Every limit of `Limits` has been checked when one of these reaches the service.
public struct EssenceDraft: Sendable {
    /// Chosen by the caller, or made by the service (UUIDv7) when absent.
    public var id: String?
    public var realmId: String
    public var nexusId: String?
    public var kind: String
    public var title: String
    public var text: String?
    /// Embedding in the collection's dimension. When absent, the built-in embedder reads title, text and prompt.
    public var vector: [Float]?
    public var spark: Spark
    public var shadow: Shadow
    public var remixFrom: [RemixSource]
    public var createdAt: Timestamp?
    public var tags: [String]
    public var metadata: JSONValue?
    public var visibility: Visibility

    public init(
        id: String? = nil, realmId: String, nexusId: String? = nil, kind: String = "text", title: String,
        text: String? = nil, vector: [Float]? = nil, spark: Spark = Spark(), shadow: Shadow = Shadow(),
        remixFrom: [RemixSource] = [], createdAt: Timestamp? = nil, tags: [String] = [], metadata: JSONValue? = nil,
        visibility: Visibility = .public
    ) {
        self.id = id
        self.realmId = realmId
        self.nexusId = nexusId
        self.kind = kind
        self.title = title
        self.text = text
        self.vector = vector
        self.spark = spark
        self.shadow = shadow
        self.remixFrom = remixFrom
        self.createdAt = createdAt
        self.tags = tags
        self.metadata = metadata
        self.visibility = visibility
    }
}

/// A change of a work. `nil` leaves a field alone. Lineage changes through late edges, not here.
public struct EssencePatch: Sendable {
    public var title: String?
    public var text: String?
    public var nexusId: String?
    public var vector: [Float]?
    public var spark: Spark?
    public var shadow: Shadow?
    public var tags: [String]?
    public var metadata: JSONValue?
    public var visibility: Visibility?

    public init() {}
}

/// A takedown.
public struct Takedown: Sendable {
    public var state: EssenceState
    /// The work that takes the place of a merged one.
    public var mergedInto: String?

    public init(state: EssenceState, mergedInto: String? = nil) {
        self.state = state
        self.mergedInto = mergedInto
    }
}
