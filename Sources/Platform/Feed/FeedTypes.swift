/// Something a viewer did to a work, or to a realm.
public struct FeedEvent: Sendable {
    /// `view`, `like`, `save`, `share`, `remix`, `negative`, `report`, or, about a realm, `follow`, `unfollow`, `block`,
    /// `unblock`.
    public var kind: String
    /// The realm that acted.
    public var viewerId: String
    /// The work, for kinds about works.
    public var essenceId: String?
    /// The realm, for kinds about realms.
    public var realmId: String?
    public var at: Timestamp?

    public init(
        kind: String, viewerId: String, essenceId: String? = nil, realmId: String? = nil, at: Timestamp? = nil
    ) {
        self.kind = kind
        self.viewerId = viewerId
        self.essenceId = essenceId
        self.realmId = realmId
        self.at = at
    }
}

/// What ingestion did.
public struct EventReceipt: Sendable, Encodable {
    public var accepted: Int
    /// Events that were counted before: one of a kind per viewer and work.
    public var duplicates: Int
}

/// How a page is made diverse.
public enum FeedDiversity: String, Sendable, CaseIterable {
    case mmr, dpp
}

/// A request for a page of the feed.
public struct FeedRequest: Sendable {
    /// The viewer; absent for an anonymous page.
    public var viewerId: String?
    /// Taste vectors of the caller, instead of those learned from events.
    public var tasteVectors: [[Float]]
    /// Works that the viewer touched recently, beyond the stored events.
    public var recentEssenceIds: [String]
    /// Works to rank; generated from all sources when absent.
    public var candidates: [String]?
    /// Items of the page, default 20.
    public var k: Int
    /// Relative weights of taste, quality, freshness, lineage and exploration.
    public var weights: FeedWeightsRequest?
    public var diversity: FeedDiversity
    public var seed: UInt64?
    public var cursor: String?
    public var now: Timestamp?
    public var explain: Bool

    public init(viewerId: String? = nil, k: Int = 20) {
        self.viewerId = viewerId
        self.k = k
        tasteVectors = []
        recentEssenceIds = []
        diversity = .mmr
        explain = false
    }
}

public struct FeedWeightsRequest: Sendable, Equatable {
    public var taste: Double
    public var quality: Double
    public var fresh: Double
    public var lineage: Double
    public var exploration: Double

    public init(taste: Double, quality: Double, fresh: Double, lineage: Double, exploration: Double) {
        self.taste = taste
        self.quality = quality
        self.fresh = fresh
        self.lineage = lineage
        self.exploration = exploration
    }
}

/// Parts of a feed score.
public struct FeedParts: Sendable, Encodable {
    public struct Quality: Sendable, Encodable {
        public var successes: Double
        public var trials: Double
        public var wilson: Double
    }
    public struct Taste: Sendable, Encodable {
        /// Index of the taste vector that fits best, absent without history.
        public var medoid: Int?
        public var cos: Double?
    }
    public struct LineageFit: Sendable, Encodable {
        public var liveDescendants7d: Int
        public var depth: Int
        public var newBranch: Bool
    }
    public struct Exploration: Sendable, Encodable {
        public var draw: Double
        public var alpha: Double
        public var beta: Double
    }

    public var taste: Double
    public var qual: Double
    public var fresh: Double
    public var lin: Double
    public var expl: Double
    public var tasteDetail: Taste
    public var qualityDetail: Quality
    public var lineageDetail: LineageFit
    public var explorationDetail: Exploration
    /// Factor for earlier items of the same creator and root family on the page.
    public var repeats: Double
    public var mmr: Double
    public var rankBefore: Int
    public var rankAfter: Int
}

public struct FeedItem: Sendable, Encodable {
    public var id: String
    public var score: Double
    public var parts: FeedParts
    public var title: String?
    public var realmId: String?
    public var createdAt: Timestamp
    /// `taste`, `lineage`, `followed`, `trending`, `exploration`, `caller`.
    public var sources: [String]
    /// Why the work has its place: `ranked`, or `exploration` for a place that was due to a work to explore.
    public var slot: String
}

/// One line of `/feed/viewers`.
public struct ViewerSummary: Sendable, Encodable {
    public var id: String
    /// Works that the viewer saw or acted on, as far as the feed remembers.
    public var works: Int
    /// Realms that the viewer follows.
    public var follows: Int
}

/// One line of `/feed/trending`.
public struct TrendingItem: Sendable, Encodable {
    public var id: String
    /// Decayed sum of event weights at the time of the answer.
    public var score: Double
    public var parts: TrendingParts
    public var title: String?
    public var realmId: String?
    public var createdAt: Timestamp
}

public struct TrendingParts: Sendable, Encodable {
    public var halfLifeSeconds: Double
    public var events: Int
}

/// Windows of the trending list.
public enum TrendingWindow: String, Sendable, CaseIterable {
    case sixHours = "6h"
    case sevenDays = "7d"
}
