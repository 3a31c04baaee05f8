/// What the feed must know about a work before it may show it.
struct EssenceFacts: Sendable, Equatable {
    /// Number of the realm that made the work: the creator number of the lineage graph.
    var realm: UInt32
    /// Milliseconds since 1970 UTC.
    var createdAt: Int64
    /// Live and public: anyone may be shown the work.
    var isPublic: Bool
}

/// The essences' columns at one moment, immutable.
protocol EssenceFactsView: Sendable {
    /// Works are numbered `0..<count`. A view taken after a namespace snapshot covers at least the snapshot's rows.
    var count: Int { get }

    /// - Precondition: `ordinal < count`.
    func facts(of ordinal: UInt32) -> EssenceFacts
}

/// Where the feed learns about works and realms.
protocol EssenceDirectory: Sendable {
    func factsView() -> any EssenceFactsView

    /// The number of a realm that has made a work, `nil` for others.
    func realmNumber(of realmId: String) -> UInt32?

    func realmId(of number: UInt32) -> String

    /// Works of a realm, the newest by creation time first (ties: larger ordinal first), at most `limit`.
    func newestWorks(ofRealm number: UInt32, limit: Int) -> [UInt32]

    /// Titles for answers; works without one are absent.
    func titles(of ordinals: [UInt32]) throws -> [UInt32: String]
}
