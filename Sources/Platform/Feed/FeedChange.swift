import Ranking

/// What an event changes in memory.
enum FeedChange: Sendable, Equatable {
    /// A viewer did something to a work.
    case engagement(Engagement)
    /// A viewer began or ceased to follow or to block a realm.
    case relation(Relation)

    struct Engagement: Sendable, Equatable {
        var viewer: String
        var work: UInt32
        var kind: EngagementKind
        /// Abuse factor in 0…1 on all weights of the kind.
        var factor: Double
        /// Whether the work is the viewer's own.
        var isOwn = false
        /// Milliseconds since 1970 UTC.
        var at: Int64
    }

    struct Relation: Sendable, Equatable {
        var viewer: String
        var realmId: String
        var kind: RelationKind
        var isOn: Bool
    }
}

/// What a viewer can be to a realm. Raw values are the kinds of the stored events.
enum RelationKind: String, Sendable, CaseIterable {
    case follow, block
}

/// Kinds of events as callers name them.
enum FeedEventKind: Sendable, Equatable {
    case engagement(EngagementKind)
    case relation(RelationKind, isOn: Bool)

    init?(name: String) {
        if let kind = EngagementKind(rawValue: name) {
            self = .engagement(kind)
        } else if let kind = RelationKind(rawValue: name) {
            self = .relation(kind, isOn: true)
        } else if name.hasPrefix("un"), let kind = RelationKind(rawValue: String(name.dropFirst(2))) {
            self = .relation(kind, isOn: false)
        } else {
            return nil
        }
    }

    static let names =
        EngagementKind.allCases.map(\.rawValue) + RelationKind.allCases.map(\.rawValue)
        + RelationKind.allCases.map { "un" + $0.rawValue }
}
