/// What a search is asked for.
public struct SearchParameters: Sendable {
    /// How many neighbors are wanted; fewer come back only when fewer qualify.
    public var k: Int
    /// Length of the candidate list in a graph search: larger finds more of the true neighbors and takes longer, about
    /// in proportion. `nil` takes what ``targetRecall`` needs. Raised to `k` when smaller. Exact plans ignore it.
    public var efSearch: Int?
    /// The share of the true neighbors that a graph search is to find on average, in 0…1; the graph's ``RecallTable`` says
    /// how long a list that takes. Without a table the length is ``defaultEfSearch``, or 1.5 `k`.
    public var targetRecall: Double
    public static let defaultTargetRecall = 0.95
    /// Only these slots may be returned, when given.
    public var filter: SlotBitmap?
    /// Whether the caller will look at the counters. They are cheap and always filled; this is a statement of intent
    /// that lets future plans count more.
    public var explain: Bool

    /// A node that the search takes for one that is not in the index.
    var heldOut: UInt32?

    /// Gives recall@10 of about 0.98 on text embeddings of 100,000 records.
    public static let defaultEfSearch = 100
    public static let minimumEfSearch = 8
    public static let maximumEfSearch = 10_000

    /// - Precondition: `k` is not negative.
    public init(
        k: Int, efSearch: Int? = nil, targetRecall: Double = defaultTargetRecall, filter: SlotBitmap? = nil,
        explain: Bool = false
    ) {
        precondition(k >= 0, "k is not negative")
        self.k = k
        self.efSearch = efSearch
        self.targetRecall = targetRecall
        self.filter = filter
        self.explain = explain
    }

    /// The candidate list's length in effect.
    func beamWidth(_ table: RecallTable?) -> Int {
        let wanted =
            efSearch ?? table?.efSearch(reaching: targetRecall, k: k) ?? max(Self.defaultEfSearch, k + k / 2)
        return max(k, min(max(wanted, Self.minimumEfSearch), Self.maximumEfSearch))
    }
}

/// A stored vector and its distance from the query.
public struct Neighbor: Sendable, Equatable {
    public var slot: UInt32
    /// Smaller is closer; `Metric.score(fromDistance:)` turns it into the metric's own terms. Exact to float32; to float16's rounding of
    /// the vector where ``SealedGraph/originals`` says so.
    public var distance: Float

    public init(slot: UInt32, distance: Float) {
        self.slot = slot
        self.distance = distance
    }
}

/// How a search was carried out.
public enum SearchPlan: String, Sendable, Codable {
    /// Nothing qualified; nothing was computed.
    case empty
    /// Every live vector was compared.
    case exact
    /// Every live vector that passes the filter was compared.
    case exactFilter
    /// Walk over the graph; the fresh tail was compared exactly.
    case graph
    /// Walk over the graph along vectors that pass the filter; the fresh tail was compared exactly.
    case graphFilter
    /// A filtered walk found too little for its budget, and the matching vectors were compared one by one.
    case graphFilterThenExact
}

/// What a search did.
public struct SearchCounters: Sendable, Equatable {
    /// Graph nodes whose neighbor lists were read.
    public var hops = 0
    /// Full-precision distances computed.
    public var distanceComputations = 0
    /// Distances estimated from quantized codes.
    public var codeEvaluations = 0
    /// Bytes of quantized rows read.
    public var codeBytes = 0
    /// Length of the candidate list in effect; 0 when no graph was walked.
    public var efSearch = 0
    public var plan = SearchPlan.empty

    public init() {}
}

public struct SearchResult: Sendable {
    /// From nearest to farthest; equal distances by slot.
    public var neighbors: [Neighbor]
    public var counters: SearchCounters

    public init(neighbors: [Neighbor], counters: SearchCounters) {
        self.neighbors = neighbors
        self.counters = counters
    }
}
