import Ranking

/// Something that a viewer did to a work, as taste and lineage read it.
struct Interaction: Sendable, Equatable {
    var work: UInt32
    var kind: EngagementKind
    var factor: Double
    var at: Int64
}

/// What the feed remembers of one viewer. Bounded, whatever the viewer does.
struct ViewerState: Sendable {
    static let actsMax = 200
    /// Works that are not shown again; the oldest are forgotten beyond it.
    static let seenMax = 4_096

    /// Likes, saves, shares and remixes in ascending time. Views are none: they say what was shown, not what was liked.
    private(set) var acts: [Interaction] = []
    private(set) var seen = SeenWorks(capacity: ViewerState.seenMax)
    /// Realm ids.
    private(set) var follows: Set<String> = []
    private(set) var blocks: Set<String> = []
    /// Changes with every act.
    private(set) var version: UInt64 = 0
    /// Taste as of a version, so that a page does not look for it again.
    var taste: ViewerTaste?
    /// What limits how much the viewer's next acts weigh.
    private(set) var activity = ViewerActivity()

    static let hourMs: Int64 = 3_600_000

    mutating func apply(_ engagement: FeedChange.Engagement) {
        seen.insert(engagement.work)
        activity.count(engagement)
        guard engagement.kind.tasteWeight > 0 else { return }
        insert(
            Interaction(
                work: engagement.work, kind: engagement.kind, factor: engagement.factor, at: engagement.at))
        version += 1
    }

    mutating func apply(_ relation: FeedChange.Relation) {
        func change(_ realms: inout Set<String>) {
            if relation.isOn { realms.insert(relation.realmId) } else { realms.remove(relation.realmId) }
        }
        switch relation.kind {
        case .follow: change(&follows)
        case .block: change(&blocks)
        }
    }

    /// Keeps the acts in ascending time; of equal times the later arrival is last.
    private mutating func insert(_ act: Interaction) {
        var place = acts.count
        while place > 0, acts[place - 1].at > act.at { place -= 1 }
        acts.insert(act, at: place)
        if acts.count > Self.actsMax { acts.removeFirst() }
    }

    /// The acts, latest first.
    var latest: [Interaction] { acts.reversed() }
}

/// How much a viewer did lately, as far as it limits what counts.
struct ViewerActivity: Sendable, Equatable {
    private var hour = Int64.min
    private var hourCount = 0
    /// The latest day on which a remix of an own work counted.
    private var ownRemixDay = Int64.min

    mutating func count(_ engagement: FeedChange.Engagement) {
        guard engagement.factor > 0 else { return }
        let eventHour = engagement.at.quotientDown(by: ViewerState.hourMs)
        if eventHour > hour {
            hour = eventHour
            hourCount = 0
        }
        hourCount += 1
        if engagement.isOwn && engagement.kind == .remix {
            ownRemixDay = max(ownRemixDay, Self.day(of: engagement.at))
        }
    }

    /// Events of the viewer that counted in the hour of `time`. What is dated before the latest hour counts with it, so
    /// that dating back does not escape the cap.
    func eventsInHour(of time: Int64) -> Int {
        time.quotientDown(by: ViewerState.hourMs) <= hour ? hourCount : 0
    }

    /// Whether a remix of an own work counted on the day of `time`, or later: a series of variations counts once a day.
    func hasOwnRemix(onDayOf time: Int64) -> Bool { Self.day(of: time) <= ownRemixDay }

    private static func day(of time: Int64) -> Int64 { time.quotientDown(by: 24 * ViewerState.hourMs) }
}

extension Int64 {
    /// The quotient rounded toward -∞, for a positive divisor.
    fileprivate func quotientDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

/// Medoids of a viewer's interactions.
struct ViewerTaste: Sendable, Equatable {
    /// The viewer's version, and the version of the works, that this is the taste of.
    var viewerVersion: UInt64
    var worksVersion: UInt64
    /// Works that stand for the viewer's tastes, the largest share first.
    var medoids: [UInt32]
}

/// The latest works that a viewer saw.
struct SeenWorks: Sendable {
    private let capacity: Int
    private var members: Set<UInt32> = []
    /// A ring in the order of arrival.
    private var order: [UInt32] = []
    private var oldest = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { members.count }

    func contains(_ work: UInt32) -> Bool { members.contains(work) }

    mutating func insert(_ work: UInt32) {
        guard members.insert(work).inserted else { return }
        if order.count < capacity {
            order.append(work)
        } else {
            members.remove(order[oldest])
            order[oldest] = work
            oldest = (oldest + 1) % capacity
        }
    }
}
