/// How much memory reachability labels may take. Every operation gives the same answers with each.
public enum LineageLabels: UInt8, Sendable, CaseIterable {
    /// None: is-ancestor is a two-sided search cut off by node order. 4 bytes per node once a late credit has needed an
    /// order of its own.
    case none = 0
    /// 24 bytes per node: order, level, spanning forest with jump pointers, 64-bit ancestor Bloom filter.
    case lite = 1
    /// 48 bytes per node: as lite with a 128-bit filter, and the labels of 64 support nodes.
    case full = 2
}

/// What both sizes of label have in common: order, forest and the filter of ancestors.
protocol ForestLabel: BitwiseCopyable {
    associatedtype Bloom: AncestorBloom

    /// Topological number: smaller than that of every child. Equal to the node's number until a late credit needs more.
    var rank: UInt32 { get set }
    /// Longest path from a root when the labels were made, which is the node's depth in the forest.
    var level: UInt32 { get set }
    /// One hashed bit per ancestor-or-self (Su, Zhu, Wei, Yu: "Reachability Querying: Can It Be Even Faster?",
    /// TKDE 2017).
    var bloom: Bloom { get set }
    /// Parent in a spanning forest through each node's deepest parent; the node itself for a root of the forest.
    var parent: UInt32 { get set }
    /// Skew-binary jump pointer up the forest (Myers, "An applicative random-access stack", 1983).
    var jump: UInt32 { get set }

    init(root node: UInt32, rank: UInt32)
}

/// The reachability labels of a node that nearly every question reads: 32 bytes, one half of a cache line.
struct ReachLabel: ForestLabel {
    var rank: UInt32
    var level: UInt32
    var bloom: WideBloom
    var parent: UInt32
    var jump: UInt32

    init(root node: UInt32, rank: UInt32) {
        self.rank = rank
        level = 0
        bloom = WideBloom(of: node)
        parent = node
        jump = node
    }
}

/// The small labels: 24 bytes.
struct LiteLabel: ForestLabel {
    var rank: UInt32
    var level: UInt32
    var bloom: NarrowBloom
    var parent: UInt32
    var jump: UInt32

    init(root node: UInt32, rank: UInt32) {
        self.rank = rank
        level = 0
        bloom = NarrowBloom(of: node)
        parent = node
        jump = node
    }
}

protocol AncestorBloom: BitwiseCopyable {
    /// The node's own bit.
    init(of node: UInt32)
    mutating func formUnion(_ other: Self)
    /// True when a bit is set that the other one lacks.
    func exceeds(_ other: Self) -> Bool
}

struct WideBloom: AncestorBloom {
    var low: UInt64
    var high: UInt64

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    init(of node: UInt32) {
        let value = bloomHash(node)
        let bit: UInt64 = 1 << ((value >> 57) & 63)
        low = value >> 63 == 0 ? bit : 0
        high = value >> 63 == 0 ? 0 : bit
    }

    @inline(__always)
    mutating func formUnion(_ other: WideBloom) {
        low |= other.low
        high |= other.high
    }

    @inline(__always)
    func exceeds(_ other: WideBloom) -> Bool { (low & ~other.low) | (high & ~other.high) != 0 }
}

struct NarrowBloom: AncestorBloom {
    var bits: UInt64

    @inline(__always)
    init(of node: UInt32) { bits = 1 << (bloomHash(node) >> 58) }

    @inline(__always)
    mutating func formUnion(_ other: NarrowBloom) { bits |= other.bits }

    @inline(__always)
    func exceeds(_ other: NarrowBloom) -> Bool { bits & ~other.bits != 0 }
}

@inline(__always)
private func bloomHash(_ node: UInt32) -> UInt64 {
    let value = (UInt64(node) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    return (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
}

/// Labels by 64 support nodes (Hanauer, Schulz, Trummer: "O'Reach: Even Faster Reachability in Large Graphs", 2022): 16
/// bytes, read when the other labels leave a question open.
struct SupportLabel: BitwiseCopyable {
    /// Supports that this node descends from, itself included.
    var descendsFrom: UInt64
    /// Supports that this node is an ancestor of, itself included.
    var leadsTo: UInt64
}
