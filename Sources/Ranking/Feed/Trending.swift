/// Half-lives of the trending lists.
public enum TrendingHalfLife: String, Sendable, CaseIterable, Codable {
    case sixHours = "6h"
    case sevenDays = "7d"

    public var milliseconds: Double {
        switch self {
        case .sixHours: 6 * 3_600_000
        case .sevenDays: 7 * 86_400_000
        }
    }

    /// The decay of this list. All counters of a list share one landmark.
    public func decay(landmark: Int64) -> ForwardDecay {
        ForwardDecay(halfLifeMs: milliseconds, landmark: landmark)
    }
}

/// Popularity of one work for both lists: 24 bytes.
public struct PopularityCounters: Sendable, Equatable {
    /// log2 of the undecayed sums; ``ForwardDecay/empty`` without events.
    public private(set) var log2SixHours = ForwardDecay.empty
    public private(set) var log2SevenDays = ForwardDecay.empty
    /// Events that counted.
    public private(set) var events = 0

    public init() {}

    /// Adds an event; views, negatives and reports with weight 0 change nothing. O(1).
    ///
    /// - Parameter weight: the kind's ``EngagementKind/trendingWeight`` times the policy's factor.
    public mutating func add(weight: Double, at time: Int64, landmark: Int64) {
        guard weight > 0, weight.isFinite else { return }
        log2SixHours = TrendingHalfLife.sixHours.decay(landmark: landmark)
            .adding(weight: weight, at: time, to: log2SixHours)
        log2SevenDays = TrendingHalfLife.sevenDays.decay(landmark: landmark)
            .adding(weight: weight, at: time, to: log2SevenDays)
        events += 1
    }

    /// The sort key of a list.
    public func log2Sum(_ halfLife: TrendingHalfLife) -> Double {
        switch halfLife {
        case .sixHours: log2SixHours
        case .sevenDays: log2SevenDays
        }
    }

    /// The decayed sum at `now`.
    public func value(_ halfLife: TrendingHalfLife, at now: Int64, landmark: Int64) -> Double {
        halfLife.decay(landmark: landmark).value(log2Sum: log2Sum(halfLife), at: now)
    }
}

/// The `limit` works with the largest sums, best first (ties by key); works without events are left out.
///
/// Since the order does not change as time passes, `now` is not needed. O(N log limit).
public func trendingTop(
    _ works: some Sequence<(ordinal: UInt32, log2Sum: Double)>, limit: Int,
    keyPrecedes: (UInt32, UInt32) -> Bool = { $0 < $1 }
) -> [(ordinal: UInt32, log2Sum: Double)] {
    func precedes(_ a: RankedIndex, _ b: RankedIndex) -> Bool {
        a.score != b.score ? a.score > b.score : keyPrecedes(UInt32(a.index), UInt32(b.index))
    }
    var best = BoundedSelection(capacity: limit)
    for work in works where work.log2Sum > -Double.infinity && work.log2Sum >= best.threshold {
        best.insert(RankedIndex(index: Int(work.ordinal), score: work.log2Sum), by: precedes)
    }
    return best.sorted(by: precedes).map { (UInt32($0.index), $0.score) }
}
