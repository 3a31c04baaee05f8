/// How many works each source of candidates may bring.
public struct FeedCandidateQuotas: Sendable, Equatable {
    /// Near the taste vectors in all, and near each.
    public var taste: Int
    public var perTasteVector: Int
    public var lineage: Int
    public var followed: Int
    public var trending: Int
    public var exploration: Int
    /// Candidates in all.
    public var total: Int

    public init(
        taste: Int = 400, perTasteVector: Int = 100, lineage: Int = 250, followed: Int = 200, trending: Int = 100,
        exploration: Int = 50, total: Int = 1_000
    ) {
        self.taste = taste
        self.perTasteVector = perTasteVector
        self.lineage = lineage
        self.followed = followed
        self.trending = trending
        self.exploration = exploration
        self.total = total
    }

    /// The quota of one source; callers' own candidates have the total.
    public func limit(of source: FeedSources) -> Int {
        switch source {
        case .taste: taste
        case .lineage: lineage
        case .followed: followed
        case .trending: trending
        case .exploration: exploration
        default: total
        }
    }
}

/// Collects candidates from several sources: each work once, with all the sources it came from.
public struct FeedCandidatePool {
    public let quotas: FeedCandidateQuotas
    /// In the order of arrival.
    public private(set) var ordinals: [UInt32] = []
    private var sourcesByOrdinal: [UInt32: FeedSources] = [:]

    public init(quotas: FeedCandidateQuotas = FeedCandidateQuotas()) {
        self.quotas = quotas
    }

    /// Adds the works of a source, best first, until its quota or the total is reached.
    ///
    /// A work that another source brought already gets this source too and counts against the quota; excluded works
    /// (seen, own, blocked, taken down) do not.
    public mutating func add(
        _ works: some Sequence<UInt32>, from source: FeedSources,
        excluding isExcluded: (UInt32) -> Bool = { _ in false }
    ) {
        var remaining = quotas.limit(of: source)
        for ordinal in works where remaining > 0 {
            guard !isExcluded(ordinal) else { continue }
            if let known = sourcesByOrdinal[ordinal] {
                guard !known.contains(source) else { continue }
                sourcesByOrdinal[ordinal] = known.union(source)
            } else {
                guard ordinals.count < quotas.total else { continue }
                ordinals.append(ordinal)
                sourcesByOrdinal[ordinal] = source
            }
            remaining -= 1
        }
    }

    /// The sources of a work; empty when it is not in the pool.
    public func sources(of ordinal: UInt32) -> FeedSources {
        sourcesByOrdinal[ordinal] ?? []
    }
}
