import Synchronization

/// How much memory reachability labels may take. Every operation gives the same answers with each.
public enum LineageLabels: UInt8, Sendable, CaseIterable {
    /// None: is-ancestor is a two-sided search cut off by node order. 4 bytes per node once a late credit has needed an
    /// order of its own.
    case none = 0
    /// At most 24 bytes per node: spanning forest with levels and jump pointers, 64-bit ancestor Bloom filter; order once a
    /// late credit has needed one.
    case lite = 1
    /// At most 48 bytes per node: as lite with a 128-bit filter, and the labels of 64 support nodes.
    case full = 2
}

/// A node's place in a spanning forest through each node's deepest parent: 12 bytes, which never change.
struct ForestLabel: BitwiseCopyable {
    /// Longest path from a root when the labels were made, which is the node's depth in the forest.
    var level: UInt32
    /// Parent in the forest; the node itself for a root of the forest.
    var parent: UInt32
    /// Skew-binary jump pointer up the forest (Myers, "An applicative random-access stack", 1983).
    var jump: UInt32

    init(root node: UInt32) {
        level = 0
        parent = node
        jump = node
    }
}

/// What a node has inherited from its ancestors. Late credits make it grow where it lies, while readers look at it.
///
/// Every bit of a node's label is set in the labels of all its descendants, at every moment: a late credit changes the
/// deepest descendants first. A reader that asks whether a bit of `a` is missing in `b` must therefore read `a` first. It
/// may find more bits than its snapshot has a reason for, in both, which only makes it ask further.
protocol InheritedLabel: BitwiseCopyable {
    /// The label of a node without parents.
    init(root node: UInt32)
    /// As it lies in memory: what only the writer may ask for.
    mutating func formUnion(_ other: Self)
    /// True when a bit is set that the other one lacks. Words of one value, which only the writer has.
    func exceeds(_ other: Self) -> Bool
}

extension UnsafePointer where Pointee: InheritedLabel {
    /// A word of the label that may grow meanwhile.
    @inline(__always)
    fileprivate func word(_ offset: Int) -> UInt64 {
        UnsafeRawPointer(self).assumingMemoryBound(to: Atomic<UInt64>.self)[offset].load(ordering: .acquiring)
    }
}

extension UnsafeMutablePointer where Pointee: InheritedLabel {
    /// Adds bits to a word that readers may look at.
    @inline(__always)
    fileprivate func grow(_ offset: Int, by bits: UInt64) {
        let word = UnsafeMutableRawPointer(self).assumingMemoryBound(to: Atomic<UInt64>.self) + offset
        // There is one writer, so nothing comes between.
        let old = word.pointee.load(ordering: .relaxed)
        if bits & ~old != 0 { word.pointee.store(old | bits, ordering: .releasing) }
    }
}

/// The labels that nearly every question reads: 32 bytes, one half of a cache line.
///
/// The filter has one hashed bit per ancestor-or-self (Su, Zhu, Wei, Yu: "Reachability Querying: Can It Be Even Faster?",
/// TKDE 2017). The supports are 64 chosen nodes (Hanauer, Schulz, Trummer: "O'Reach: Even Faster Reachability in Large
/// Graphs", 2022).
struct FullLabel: InheritedLabel {
    var bloomLow: UInt64
    var bloomHigh: UInt64
    /// Supports that this node descends from, itself included.
    var descendsFrom: UInt64 = 0
    /// Supports that this node was an ancestor of when the labels were made, itself included. Never changes.
    var leadsTo: UInt64 = 0

    @inline(__always)
    init(root node: UInt32) {
        let value = bloomHash(node)
        let bit: UInt64 = 1 << ((value >> 57) & 63)
        bloomLow = value >> 63 == 0 ? bit : 0
        bloomHigh = value >> 63 == 0 ? 0 : bit
    }

    @inline(__always)
    mutating func formUnion(_ other: FullLabel) {
        bloomLow |= other.bloomLow
        bloomHigh |= other.bloomHigh
        descendsFrom |= other.descendsFrom
    }

    @inline(__always)
    func exceeds(_ other: FullLabel) -> Bool {
        (bloomLow & ~other.bloomLow) | (bloomHigh & ~other.bloomHigh) | (descendsFrom & ~other.descendsFrom) != 0
    }
}

extension UnsafePointer<FullLabel> {
    /// True when the node has something that its descendants would have, and the other one has not.
    @inline(__always)
    func exceeds(_ other: UnsafePointer<FullLabel>) -> Bool {
        let (low, high, from) = (word(0), word(1), word(2))
        return (low & ~other.word(0)) | (high & ~other.word(1)) | (from & ~other.word(2)) != 0
    }

    @inline(__always)
    var descendsFrom: UInt64 { word(2) }

    @inline(__always)
    var leadsTo: UInt64 { pointee.leadsTo }
}

/// The filter of the small labels: 8 bytes.
struct LiteLabel: InheritedLabel {
    var bloom: UInt64

    @inline(__always)
    init(root node: UInt32) { bloom = 1 << (bloomHash(node) >> 58) }

    @inline(__always)
    mutating func formUnion(_ other: LiteLabel) { bloom |= other.bloom }

    @inline(__always)
    func exceeds(_ other: LiteLabel) -> Bool { bloom & ~other.bloom != 0 }
}

extension UnsafePointer<LiteLabel> {
    @inline(__always)
    func exceeds(_ other: UnsafePointer<LiteLabel>) -> Bool {
        let bloom = word(0)
        return bloom & ~other.word(0) != 0
    }
}

extension UnsafeMutablePointer<FullLabel> {
    @inline(__always)
    func grow(by added: FullLabel) {
        grow(0, by: added.bloomLow)
        grow(1, by: added.bloomHigh)
        grow(2, by: added.descendsFrom)
    }
}

extension UnsafeMutablePointer<LiteLabel> {
    @inline(__always)
    func grow(by added: LiteLabel) { grow(0, by: added.bloom) }
}

@inline(__always)
private func bloomHash(_ node: UInt32) -> UInt64 {
    let value = (UInt64(node) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    return (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
}

/// How often labels have grown since they were made, for readers of older snapshots to see.
///
/// A bit that a label has gained says "descends from" over an edge that an older snapshot does not have. Such a reader finds
/// that the number is not its snapshot's.
final class LabelGrowth: @unchecked Sendable {
    // Safe: an address that never changes, of an atomic.
    let address: UnsafePointer<Atomic<UInt>>

    init() {
        let memory = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: 1)
        memory.initialize(to: Atomic(0))
        address = UnsafePointer(memory)
    }

    deinit { address.deallocate() }

    var count: UInt { address.pointee.load(ordering: .relaxed) }

    /// Before labels grow: a reader that sees a grown word, which is released, sees this too.
    func announce() { address.pointee.wrappingAdd(1, ordering: .relaxed) }
}
