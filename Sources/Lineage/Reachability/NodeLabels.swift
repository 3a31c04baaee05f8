/// The half of a node's reachability labels that every question reads: 32 bytes, one half of a cache line.
///
/// What each label says about "does `a` reach down to `b`?", after which change, is in the module's documentation.
struct ReachLabel: BitwiseCopyable {
    /// Topological number: smaller than that of every child. Equal to the node's number until a late credit needs more.
    var rank: UInt32
    /// Longest path from a root; an upper bound of it once edges were retracted.
    var level: UInt32
    /// One hashed bit per ancestor-or-self (Su, Zhu, Wei, Yu: "Reachability Querying: Can It Be Even Faster?", TKDE 2017).
    var bloom: UInt64
    /// Supports that this node descends from, itself included (Hanauer, Schulz, Trummer: "O'Reach", ALENEX 2022).
    var descendsFrom: UInt64
    /// Supports that this node is an ancestor of, itself included.
    var leadsTo: UInt64

    static func bloomBit(_ node: UInt32) -> UInt64 {
        var value = (UInt64(node) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return 1 << (value >> 58)
    }
}

/// The half that positive answers read: 16 bytes.
///
/// A spanning forest through each node's deepest parent, with skew-binary jump pointers (Myers, "An applicative
/// random-access stack", 1983). Fixed at birth, but for `firstChild`, which is set once, atomically.
struct TreeLabel: BitwiseCopyable {
    /// The node itself for a root of the forest.
    var parent: UInt32
    var jump: UInt32
    var depth: UInt32
    /// First child born with an edge to this node, as node + 1; 0 while there is none.
    var firstChild: UInt32

    static let firstChildOffset = 12
}
