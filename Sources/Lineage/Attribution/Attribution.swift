/// How the credit for a work is divided among what it was made from.
///
/// Mass propagation (the hop-by-hop reading of a relative royalty; personalized PageRank on the reversed graph, exact in
/// one sweep because there are no cycles): the work starts with mass 1; each work keeps a part of the mass that reaches
/// it and passes the rest on to its parents in proportion to edge weight times kind factor. A work without parents keeps
/// all.
public struct AttributionOptions: Sendable {
    /// What shares are added up by.
    public enum Group: Sendable, Hashable {
        case work
        case creator
        /// Everything is passed on to the roots; works on the way keep nothing.
        case root
    }

    /// What happens to the share of a redacted work.
    public enum RedactedPolicy: Sendable, Hashable {
        /// It is reported as withheld.
        case withhold
        /// It goes to the work's parents; a redacted root's share is withheld.
        case pass
    }

    /// Part that the asked work keeps, in 0…1.
    public var own: Double
    /// Part that every other work keeps (kappa), in 0…1.
    public var keep: Double
    /// A work that receives less than this keeps all of it; 0 is exact.
    public var epsilon: Double
    /// Factor of `inspiredBy` edges; all other kinds have 1.
    public var inspiredByFactor: Double
    public var group: Group
    public var redacted: RedactedPolicy

    public init(
        own: Double = 0.5, keep: Double = 0.5, epsilon: Double = 1e-4, inspiredByFactor: Double = 0.25,
        group: Group = .work, redacted: RedactedPolicy = .withhold
    ) {
        self.own = own
        self.keep = keep
        self.epsilon = epsilon
        self.inspiredByFactor = inspiredByFactor
        self.group = group
        self.redacted = redacted
    }
}

/// Who a share belongs to.
public enum AttributionOwner: Sendable, Hashable {
    case work(UInt32)
    case creator(UInt32)
    /// Redacted works, together.
    case withheld
}

public struct LineageShare: Sendable, Equatable {
    public var owner: AttributionOwner
    /// Parts per million; all shares of an answer sum to exactly 1,000,000.
    public var ppm: Int
    /// The share before rounding.
    public var share: Double
    /// The part of `share` that passed over a disputed edge.
    public var held: Double
    /// Fewest hops from the asked work over which mass arrived.
    public var hops: Int
    /// The oldest work in the share.
    public var oldest: UInt32
}

public struct Attribution: Sendable {
    /// Largest first; of equal shares the one with the older work.
    public var shares: [LineageShare]
    /// Mass that was kept early because it had fallen below epsilon.
    public var pruned: Double
    /// ``LineageSnapshot/version`` of the answer: late credits change later answers.
    public var version: UInt64
}
