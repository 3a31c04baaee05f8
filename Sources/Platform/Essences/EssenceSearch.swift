public import Metadata
public import StrictJSON

/// How results are grouped: the best work of each group is kept.
public enum SearchGroup: String, Sendable, CaseIterable {
    /// One result per realm.
    case realm
    /// One result per root family (the oldest root of each work's lineage).
    case root
}

/// A search over works: by text, by vector, or by the vector of a stored work.
public struct EssenceSearchRequest: Sendable {
    public var text: String?
    public var vector: [Float]?
    public var filter: MetadataFilter?
    /// Number of results, `Limits.topK`.
    public var topK: Int
    public var groupBy: SearchGroup?
    /// Results below this score are dropped.
    public var minScore: Double?
    public var includeVectors: Bool
    /// Realm on whose behalf the search runs: it also finds its own private works.
    public var viewerRealmId: String?
    public var efSearch: Int?
    public var explain: Bool

    public init(text: String? = nil, vector: [Float]? = nil, topK: Int = 10) {
        self.text = text
        self.vector = vector
        self.topK = topK
        filter = nil
        groupBy = nil
        minScore = nil
        includeVectors = false
        viewerRealmId = nil
        efSearch = nil
        explain = false
    }
}

/// Parts of a search result's score.
public struct SearchParts: Sendable, Encodable {
    /// Cosine similarity in -1…1 (or the collection's own metric).
    public var cosine: Double
}

/// One found work.
public struct EssenceHit: Sendable, Encodable {
    public var id: String
    public var score: Double
    public var parts: SearchParts
    /// The group's value when the search was grouped: a realm id or a root's id.
    public var group: String?
    public var essence: Essence
}

/// How a search was answered.
public struct SearchPlanAnswer: Sendable, Encodable {
    /// `flat`, `graph`, `graph+filter`, `mask` …
    public var plan: String
    public var hops: Int
    public var distanceComputations: Int
    /// Works that passed the filter before the search, when there was one.
    public var filtered: Int?
    /// How many candidates each source brought; one may come from several.
    public var sources: JSONValue?
    /// Weights in force, of sum 1.
    public var weights: JSONValue?
    /// What cosines mean: relevance 0 at `c0`, 1 at `c1`.
    public var calibration: JSONValue?
    /// The moment that ages are measured from: with it and the sequence, the same request gives the same answer.
    public var now: Timestamp?
    /// What a rule that the answer depends on says, such as the seed of draws.
    public var seed: UInt64?
}

extension JSONValue {
    /// An object of numbers: its members stand in alphabetical order in every answer.
    static func counts(_ counts: [String: Int]) -> JSONValue { .object(counts.mapValues { .int(Int64($0)) }) }
    static func numbers(_ numbers: [String: Double]) -> JSONValue { .object(numbers.mapValues { .double($0) }) }
}

/// A list answer: items plus what they reflect.
public struct Listing<Item: Encodable & Sendable>: Sendable, Encodable {
    public var items: [Item]
    /// Opaque cursor of the next page, when there is one.
    public var cursor: String?
    /// Sequence of the namespace that the answer reflects.
    public var seq: UInt64
    public var tookMicros: Int
    public var explain: SearchPlanAnswer?

    public init(items: [Item], cursor: String? = nil, seq: UInt64, tookMicros: Int, explain: SearchPlanAnswer? = nil) {
        self.items = items
        self.cursor = cursor
        self.seq = seq
        self.tookMicros = tookMicros
        self.explain = explain
    }
}
