/// Where a feed candidate came from; one work may come from several sources.
public struct FeedSources: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Near one of the viewer's taste vectors.
    public static let taste = FeedSources(rawValue: 1 << 0)
    /// Reached by a walk through the lineage from what the viewer touched.
    public static let lineage = FeedSources(rawValue: 1 << 1)
    /// By a realm that the viewer follows.
    public static let followed = FeedSources(rawValue: 1 << 2)
    public static let trending = FeedSources(rawValue: 1 << 3)
    /// Shown to few so far.
    public static let exploration = FeedSources(rawValue: 1 << 4)
    /// Named by the caller.
    public static let caller = FeedSources(rawValue: 1 << 5)

    /// Names in a fixed order, as answers show them.
    public var names: [String] {
        let all: [(FeedSources, String)] = [
            (.taste, "taste"), (.lineage, "lineage"), (.followed, "followed"), (.trending, "trending"),
            (.exploration, "exploration"), (.caller, "caller"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}

/// The taste vector that fits a work best.
public struct TasteMatch: Sendable, Equatable {
    /// Position among the viewer's taste vectors.
    public var medoid: Int
    public var cosine: Double

    public init(medoid: Int, cosine: Double) {
        self.medoid = medoid
        self.cosine = cosine
    }

    /// The best of the cosines with each taste vector (ties: the first); `nil` when there are none.
    ///
    /// Relevance is monotone in the cosine, so this is also the medoid of the largest relevance.
    public init?(cosines: some Sequence<Double>) {
        var best: TasteMatch?
        for (medoid, cosine) in cosines.enumerated() where cosine > best?.cosine ?? -.infinity {
            best = TasteMatch(medoid: medoid, cosine: cosine)
        }
        guard let best else { return nil }
        self = best
    }
}

/// What ranking knows about one work. Times are milliseconds since 1970.
public struct FeedCandidate: Sendable, Equatable {
    /// The caller's number for the work.
    public var ordinal: UInt32
    /// ``StableHash`` of the work's key: seeds its draw, whatever its ordinal.
    public var keyHash: UInt64
    public var createdAt: Int64
    /// The caller's numbers for the creator and for the root family (the works grown from one root).
    public var creator: UInt32
    public var rootFamily: UInt32
    /// Hops from the nearest root.
    public var depth: Int
    /// Live works that grew from this one within the last seven days.
    public var liveDescendants7d: Int
    /// `nil` for a viewer without taste vectors.
    public var taste: TasteMatch?
    public var counters: EngagementCounters
    public var sources: FeedSources

    public init(
        ordinal: UInt32, keyHash: UInt64, createdAt: Int64, creator: UInt32, rootFamily: UInt32, depth: Int = 0,
        liveDescendants7d: Int = 0, taste: TasteMatch? = nil, counters: EngagementCounters = EngagementCounters(),
        sources: FeedSources = .caller
    ) {
        self.ordinal = ordinal
        self.keyHash = keyHash
        self.createdAt = createdAt
        self.creator = creator
        self.rootFamily = rootFamily
        self.depth = depth
        self.liveDescendants7d = liveDescendants7d
        self.taste = taste
        self.counters = counters
        self.sources = sources
    }

    /// Whether the work may fill an exploration place.
    func isExplorable(_ parameters: FeedParameters) -> Bool {
        sources.contains(.exploration) || isExplorationOnly(parameters)
    }

    /// Whether nothing but exploration speaks for the work: no other source, or named by the caller and hardly seen.
    func isExplorationOnly(_ parameters: FeedParameters) -> Bool {
        if sources == .exploration { return true }
        return sources.subtracting([.caller, .exploration]).isEmpty
            && counters.trials < parameters.explorationImpressionsMax
    }
}

/// The one who looks.
public struct FeedViewer: Sendable, Equatable {
    /// ``StableHash`` of the viewer's key; 0 for an anonymous viewer.
    public var keyHash: UInt64
    /// Whether there are taste vectors to match.
    public var hasHistory: Bool
    /// Median depth of the works that the viewer touched; `nil` without any.
    public var medianDepth: Double?
    /// Root families of the viewer's last 50 works.
    public var recentRootFamilies: Set<UInt32>

    public init(
        keyHash: UInt64 = 0, hasHistory: Bool = false, medianDepth: Double? = nil,
        recentRootFamilies: Set<UInt32> = []
    ) {
        self.keyHash = keyHash
        self.hasHistory = hasHistory
        self.medianDepth = medianDepth
        self.recentRootFamilies = recentRootFamilies
    }
}

/// What is usual on the platform.
public struct FeedBaseline: Sendable, Equatable, Codable {
    /// 0.95 quantile of the Wilson bounds of works with impressions; 0 while unknown, and then quality is the bare
    /// bound.
    public var qualityQuantile: Double
    /// Successes per trial over all works, inside 0…1.
    public var baseRate: Double

    public init(qualityQuantile: Double = 0, baseRate: Double = 0.05) {
        self.qualityQuantile = qualityQuantile
        self.baseRate = baseRate
    }

    /// The baseline of the given works. O(N log N).
    public init(counters: some Sequence<EngagementCounters>, wilsonZ: Double = 1.28) {
        var successes = 0.0
        var trials = 0.0
        var bounds: [Double] = []
        for work in counters where work.trials > 0 {
            successes += work.successes
            trials += work.trials
            bounds.append(wilsonLowerBound(successes: work.successes, trials: work.trials, z: wilsonZ))
        }
        // One prior trial in twenty is a success, so that the rate of a young platform is neither 0 nor 1.
        baseRate = (successes + 1) / (trials + 20)
        qualityQuantile = QuantileTable(bounds).quantile(0.95) ?? 0
    }

    /// Quality in 0…1: the Wilson lower bound of s / n relative to the platform's 0.95 quantile.
    public func quality(of counters: EngagementCounters, wilsonZ: Double = 1.28) -> Double {
        quality(wilson: wilsonLowerBound(successes: counters.successes, trials: counters.trials, z: wilsonZ))
    }

    func quality(wilson: Double) -> Double {
        min(1, qualityQuantile > 0 ? wilson / qualityQuantile : wilson)
    }
}
