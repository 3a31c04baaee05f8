/// The reachability labels of a node that nearly every question reads: 32 bytes, one half of a cache line.
///
/// What each label says about "does `a` reach down to `b`?", and after which change, is in the module's documentation.
struct ReachLabel: BitwiseCopyable {
    /// Topological number: smaller than that of every child. Equal to the node's number until a late credit needs more.
    var rank: UInt32
    /// Longest path from a root when the labels were made, which is the node's depth in the forest.
    var level: UInt32
    /// One hashed bit of 128 per ancestor-or-self (Su, Zhu, Wei, Yu: "Reachability Querying: Can It Be Even Faster?",
    /// TKDE 2017).
    var bloom: Bloom
    /// Parent in a spanning forest through each node's deepest parent; the node itself for a root of the forest.
    var parent: UInt32
    /// Skew-binary jump pointer up the forest (Myers, "An applicative random-access stack", 1983).
    var jump: UInt32

    init(root node: UInt32, rank: UInt32) {
        self.rank = rank
        level = 0
        bloom = Bloom(of: node)
        parent = node
        jump = node
    }
}

struct Bloom: BitwiseCopyable {
    var low: UInt64
    var high: UInt64

    /// The node's own bit.
    init(of node: UInt32) {
        var value = (UInt64(node) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        let bit: UInt64 = 1 << ((value >> 57) & 63)
        low = value >> 63 == 0 ? bit : 0
        high = value >> 63 == 0 ? 0 : bit
    }

    @inline(__always)
    mutating func formUnion(_ other: Bloom) {
        low |= other.low
        high |= other.high
    }

    /// True when a bit is set that the other one lacks.
    @inline(__always)
    func exceeds(_ other: Bloom) -> Bool { (low & ~other.low) | (high & ~other.high) != 0 }
}

/// Labels by 64 support nodes (Hanauer, Schulz, Trummer: "O'Reach: Even Faster Reachability in Large Graphs", 2022): 16
/// bytes, read when the other labels leave a question open.
struct SupportLabel: BitwiseCopyable {
    /// Supports that this node descends from, itself included.
    var descendsFrom: UInt64
    /// Supports that this node is an ancestor of, itself included.
    var leadsTo: UInt64
}
