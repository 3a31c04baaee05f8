/// What a viewer can do to a work that ranking counts: at most one event per viewer, work and kind.
public enum EngagementKind: String, Sendable, CaseIterable, Codable {
    /// The work was shown: a trial, not a success.
    case view
    case like
    case save
    case share
    case remix
    /// "Less of this".
    case negative
    case report

    /// What one event adds to the successes of ``EngagementCounters``: likes + 2 saves + 4 remixes, less 4 for each
    /// negative and 20 for each report.
    public var qualityWeight: Double {
        switch self {
        case .view, .share: 0
        case .like: 1
        case .save: 2
        case .remix: 4
        case .negative: -4
        case .report: -20
        }
    }

    /// What one event adds to the popularity that trending decays. Negatives and reports add nothing: a work must
    /// not trend because it angers people, nor sink by a campaign.
    public var trendingWeight: Double {
        switch self {
        case .view: 0.1
        case .like: 1
        case .save, .share: 2
        case .remix: 4
        case .negative, .report: 0
        }
    }

    /// How much an interaction says about the viewer's taste; 0 for what tells nothing or the opposite.
    ///
    /// A view says what the feed showed, not what the viewer likes: counted as taste, it would bring more of the same.
    public var tasteWeight: Double {
        switch self {
        case .like: 1
        case .save, .share: 2
        case .remix: 4
        case .view, .negative, .report: 0
        }
    }
}

/// Weights that keep a creator from lifting their own works.
public struct EngagementPolicy: Sendable, Equatable {
    /// Weight of an event whose actor and work belong to the same realm, such as a remix of one's own work.
    public var ownRealmWeight: Double
    /// Events of one actor that count within an hour; later ones in the hour weigh 0.
    public var eventsPerHourMax: Int
    /// Events dated further ahead than this are treated as happening now.
    public var clockSkewMs: Int64

    public init(ownRealmWeight: Double = 0.25, eventsPerHourMax: Int = 600, clockSkewMs: Int64 = 0) {
        self.ownRealmWeight = ownRealmWeight
        self.eventsPerHourMax = eventsPerHourMax
        self.clockSkewMs = clockSkewMs
    }

    /// The factor on an event's weights, in 0…1.
    ///
    /// - Parameters:
    ///   - sameRealm: actor and work belong to the same realm.
    ///   - eventsThisHour: events of this actor that counted already in the current hour.
    ///   - repeatedVariation: a variation by the same creator (or of the same machine-made batch) of a work that
    ///     had one counted on the same day: such series count once a day.
    public func weight(sameRealm: Bool, eventsThisHour: Int = 0, repeatedVariation: Bool = false) -> Double {
        guard !repeatedVariation, eventsThisHour < eventsPerHourMax else { return 0 }
        return sameRealm ? ownRealmWeight : 1
    }

    /// The time that an event counts at: events from the future happen now.
    public func effectiveTime(_ time: Int64, now: Int64) -> Int64 {
        let limit = now.addingReportingOverflow(clockSkewMs)
        return time > (limit.overflow ? .max : limit.partialValue) ? now : time
    }
}

/// What happened to a work, weighted by ``EngagementPolicy/weight(sameRealm:eventsThisHour:repeatedVariation:)``.
public struct EngagementCounters: Sendable, Equatable, Codable {
    public var views: Double = 0
    public var likes: Double = 0
    public var saves: Double = 0
    public var shares: Double = 0
    public var remixes: Double = 0
    public var negatives: Double = 0
    public var reports: Double = 0

    public init() {}

    public subscript(kind: EngagementKind) -> Double {
        get {
            switch kind {
            case .view: views
            case .like: likes
            case .save: saves
            case .share: shares
            case .remix: remixes
            case .negative: negatives
            case .report: reports
            }
        }
        set {
            switch kind {
            case .view: views = newValue
            case .like: likes = newValue
            case .save: saves = newValue
            case .share: shares = newValue
            case .remix: remixes = newValue
            case .negative: negatives = newValue
            case .report: reports = newValue
            }
        }
    }

    /// n: viewers who saw the work. Whoever acted on it saw it, so never fewer than the most frequent act.
    public var trials: Double {
        max(views, likes, saves, shares, remixes, negatives, reports, 0)
    }

    /// s = likes + 2 saves + 4 remixes - 4 negatives - 20 reports, clamped to 0…n.
    public var successes: Double {
        let sum = EngagementKind.allCases.reduce(0) { $0 + $1.qualityWeight * self[$1] }
        return max(0, min(trials, sum))
    }
}
