/// What a store holds and how it does, for `/readyz` and `arcanea stats`.
public struct PlatformStatus: Sendable, Encodable {
    /// `ready`: every question is answered. Always so of an open store: background indexing makes nothing less ready. A
    /// service that is about to stop says `draining`.
    public var state: String
    public var version: String
    public var embedder: String
    public var dimension: Int
    public var essences: Int
    public var edges: Int
    public var nexuses: Int
    public var memories: Int
    public var viewers: Int
    /// Sequence of the works' namespace.
    public var seq: UInt64
    /// Vectors of works, and how many of them the graph covers; the others are scanned exactly.
    public var vectors: Int
    public var sealedVectors: Int
    /// False when the disk is at its floor: writes that grow the store are refused, reads go on.
    public var acceptsWrites: Bool
    /// Damages that the reading in the background has found; see `arcanea verify`.
    public var damages: Int

    /// For people, in order.
    public var lines: [(label: String, value: String)] {
        [
            ("works", "\(essences)"), ("edges", "\(edges)"), ("nexuses", "\(nexuses)"), ("memories", "\(memories)"),
            ("viewers", "\(viewers)"), ("sequence", "\(seq)"), ("embedder", "\(embedder), \(dimension) dimensions"),
            ("vectors", "\(vectors), of which \(sealedVectors) in the graph"), ("version", version),
        ]
    }
}
