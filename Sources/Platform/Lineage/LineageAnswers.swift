/// Which way a lineage walk goes.
public enum LineageDirection: String, Sendable, CaseIterable {
    case ancestors, descendants
}

/// What a lineage question may restrict.
public struct LineageQuery: Sendable {
    public var direction: LineageDirection
    /// Hops from the asked work, default 5.
    public var depth: Int
    /// Edge kinds to follow; `nil` follows all.
    public var kinds: [String]?
    /// Most nodes in the answer.
    public var limit: Int
    /// Only works and edges that existed at this time.
    public var asOf: Timestamp?

    public init(
        direction: LineageDirection = .ancestors, depth: Int = 5, kinds: [String]? = nil, limit: Int = 1_000,
        asOf: Timestamp? = nil
    ) {
        self.direction = direction
        self.depth = depth
        self.kinds = kinds
        self.limit = limit
        self.asOf = asOf
    }
}

/// A work inside a lineage answer. Works that were taken down keep their place with `tombstone` set and no title, private
/// ones with `visibility` set and no title.
public struct LineageWork: Sendable, Encodable {
    public var id: String
    public var realmId: String?
    public var kind: String?
    public var title: String?
    public var createdAt: Timestamp?
    public var tombstone: EssenceState?
    /// Present when it is not public.
    public var visibility: Visibility?
    /// Hops from the asked work.
    public var depth: Int?
    /// The neighbor through which the walk arrived.
    public var via: String?
    /// Parents (or children) shared with the asked work, for siblings.
    public var shared: [String]?
}

/// An edge of a lineage answer: `child` was made from `parent`.
public struct LineageLink: Sendable, Encodable {
    public var child: String
    public var parent: String
    public var kind: String
    public var weight: Double
    public var flags: [String]
    public var at: Timestamp
}

/// A lineage neighborhood.
public struct LineageAnswer: Sendable, Encodable {
    public var id: String
    public var direction: String
    /// In breadth-first order, the asked work not included.
    public var items: [LineageWork]
    public var edges: [LineageLink]
    /// True when depth or limit cut the walk short.
    public var truncated: Bool
    public var seq: UInt64
    public var tookMicros: Int
}

/// A path between two works.
public struct LineagePathAnswer: Sendable, Encodable {
    /// Works from `from` to `to`; empty when there is no path.
    public var items: [LineageWork]
    public var edges: [LineageLink]
    /// Number of edges, absent when there is no path.
    public var length: Int?
    public var seq: UInt64
    public var tookMicros: Int
}

/// One answer of the batch is-ancestor call, in the order asked.
public struct AncestryAnswer: Sendable, Encodable {
    public var ancestor: String
    public var descendant: String
    public var isAncestor: Bool
}

/// Attribution groups.
public enum AttributionGroup: String, Sendable, CaseIterable {
    case work, creator, root
}

/// One share of an attribution.
public struct AttributionShare: Sendable, Encodable {
    /// Id of a work or, by creator, of a realm; `withheld` for redacted works.
    public var id: String
    public var title: String?
    public var realmId: String?
    /// Parts per million; all shares of an answer sum to exactly 1,000,000.
    public var ppm: Int
    /// The share as a fraction before rounding.
    public var share: Double
    /// Fewest hops from the asked work.
    public var hops: Int?
    /// True when a disputed edge carries some of this share.
    public var held: Bool
}

public struct AttributionAnswer: Sendable, Encodable {
    public var id: String
    public var by: String
    public var items: [AttributionShare]
    /// The sequence and the time that the shares reflect: late edges change later answers.
    public var seq: UInt64
    public var asOf: Timestamp
    public var tookMicros: Int
}

/// A rate with its 95 % Wilson interval.
public struct RateAnswer: Sendable, Encodable {
    public var successes: Int
    public var trials: Int
    /// Absent without trials.
    public var rate: Double?
    public var low: Double
    public var high: Double
}

/// How the credits that a work gives came about.
public struct CreditCoverage: Sendable, Encodable {
    public var atBirth: Int
    public var late: Int
    /// Late ones that a review accepted.
    public var accepted: Int
    /// Share of credits that came late; absent without credits.
    public var lateShare: Double?
    /// Possible uncredited remixes that nobody has decided about.
    public var openCases: Int
}

/// Measures of a creator, over the latest 10,000 works.
public struct CreatorMetrics: Sendable, Encodable {
    public var realmId: String
    /// Share of the works older than 30 days that have a live child by someone else.
    public var generativity: RateAnswer
    /// Mean live children within 30 days of the works older than that; above 1 the lineage grows. Absent without such works.
    public var reproductionNumber: Double?
}

/// Measures of what grew from a work.
public struct RemixMetricsAnswer: Sendable, Encodable {
    public var id: String
    public var parents: Int
    public var children: Int
    public var liveChildren: Int
    public var ancestors: Int
    public var descendants: Int
    public var liveDescendants: Int
    public var distinctCreators: Int
    public var roots: Int
    /// Longest chain of hops below the work.
    public var depth: Int
    /// Median of the fewest hops down to the descendants; absent without any.
    public var medianDepth: Double?
    /// Most descendants at one distance.
    public var breadth: Int
    /// Mean distance between two works of the tree that grew from the work (structural virality); absent for a work alone.
    public var virality: Double?
    /// Seconds until half of the live children had arrived; absent without any.
    public var childHalfLifeSeconds: Double?
    /// Distinct other creators with a live child, out of the distinct viewers of the work so far.
    public var remixRate: RateAnswer
    /// 1 - the largest relevance to a credited parent.
    public var originality: Double?
    /// 1 - the largest relevance to an earlier work that anyone may find.
    public var novelty: Double?
    public var credit: CreditCoverage
    /// Measures of the work's creator; absent for redacted works.
    public var creator: CreatorMetrics?
    public var seq: UInt64
    public var tookMicros: Int
}

/// Relative weights of the parts of a relatedness score; only their ratios matter.
public struct RelatedWeightsRequest: Sendable, Equatable {
    public var relevance: Double
    public var walk: Double
    public var quality: Double

    public init(relevance: Double = 0.5, walk: Double = 0.3, quality: Double = 0.2) {
        self.relevance = relevance
        self.walk = walk
        self.quality = quality
    }
}

/// Parts of a relatedness score.
public struct RelatedParts: Sendable, Encodable {
    public var relevance: Double
    public var cosine: Double
    /// Personalized PageRank mass relative to the largest among the candidates.
    public var walk: Double
    public var quality: Double
}

public struct RelatedHit: Sendable, Encodable {
    public var id: String
    public var score: Double
    public var parts: RelatedParts
    public var title: String?
    public var realmId: String?
    /// `ancestor`, `descendant`, `sibling` or `unlinked`.
    public var relation: String
}

/// Evidence for a possible uncredited remix: a matter for review, never a verdict.
public struct UncreditedParts: Sendable, Encodable {
    public var cosine: Double
    /// The threshold that was applied.
    public var threshold: Double
    /// Largest cosine to a credited parent, when there is one.
    public var bestParentCosine: Double?
    /// Share of credited remixes that are at most this alike; absent before the first calibration.
    public var creditedQuantile: Double?
    /// Share of random pairs that are at least this alike; absent before the first calibration.
    public var randomTail: Double?
    /// True when both descend from a work at most two hops up.
    public var sharedAncestry: Bool
}

public struct UncreditedHit: Sendable, Encodable {
    public var id: String
    /// Confidence in 0…1.
    public var score: Double
    public var parts: UncreditedParts
    public var title: String?
    public var realmId: String?
    public var createdAt: Timestamp
}

/// What `/lineage/top` orders by.
public enum TopOrder: String, Sendable, CaseIterable {
    /// Most live descendants.
    case descendants
    /// Most distinct creators among them.
    case creators
}

/// One line of `/lineage/top`.
public struct TopWork: Sendable, Encodable {
    public var id: String
    public var score: Double
    public var descendants: Int?
    public var creators: Int?
    public var title: String?
    public var realmId: String?
}

/// A credit given after a work's birth.
public struct LateEdge: Sendable {
    public var child: String
    public var parent: String
    public var kind: String
    public var weight: Double
    public var inferred: Bool

    public init(child: String, parent: String, kind: String = "remix", weight: Double = 1, inferred: Bool = false) {
        self.child = child
        self.parent = parent
        self.kind = kind
        self.weight = weight
        self.inferred = inferred
    }
}
