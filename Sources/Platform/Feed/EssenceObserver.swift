import Engine

/// A work at the moment of its creation, as the feed counts it.
struct CreatedEssence: Sendable {
    struct Parent: Sendable {
        /// The parent's id and number.
        var id: String
        var ordinal: UInt32
        /// Id of the realm that made the parent.
        var realmId: String
        /// Name of the edge's kind, such as `remix`.
        var kind: String
    }

    var ordinal: UInt32
    /// Id of the realm that made the work.
    var realmId: String
    /// Milliseconds since 1970 UTC.
    var createdAt: Int64
    var parents: [Parent]
}

/// Follows what happens to essences. The essence service calls it, inside the transaction that makes the change.
protocol EssenceObserver: Sendable {
    /// A work is being created. May add rows of its own to the transaction, so that both become durable together.
    func essenceCreated(_ essence: CreatedEssence, in transaction: StoreTransaction) throws

    /// A work's state, visibility or vector, or an edge of the lineage, is being changed.
    func essencesChanged(in transaction: StoreTransaction)
}
