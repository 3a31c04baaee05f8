/// A distance and a slot in one word that sorts by distance, then slot; bit 0 is free for a flag.
///
/// ```
/// bits 63…32  distance, mapped so that unsigned order is numeric order
/// bits 31…1   slot
/// bit  0      flag (a graph walk marks expanded candidates)
/// ```
enum CandidateKey {
    static let flag: UInt64 = 1

    @inline(__always)
    static func make(distance: Float, slot: UInt32) -> UInt64 {
        let bits = distance.bitPattern
        // A set sign bit means "smaller the larger the rest is": invert all; otherwise put positives above negatives.
        let ordered = bits & 0x8000_0000 != 0 ? ~bits : bits | 0x8000_0000
        return UInt64(ordered) << 32 | UInt64(slot) << 1
    }

    @inline(__always)
    static func distance(_ key: UInt64) -> Float {
        let ordered = UInt32(truncatingIfNeeded: key >> 32)
        return Float(bitPattern: ordered & 0x8000_0000 != 0 ? ordered & 0x7FFF_FFFF : ~ordered)
    }

    @inline(__always)
    static func slot(_ key: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: key) >> 1
    }

    static func neighbor(_ key: UInt64) -> Neighbor {
        Neighbor(slot: slot(key), distance: distance(key))
    }
}

/// The smallest keys of a stream.
///
/// Keys collect in a buffer of at least twice the wanted number; a full buffer is sorted and cut. That is O(log k)
/// per accepted key for small and large k alike, and most keys fail one comparison.
struct TopKeys {
    private let limit: Int
    private let room: Int
    private var keys: [UInt64] = []
    /// Keys at or above it cannot be among the smallest.
    private(set) var threshold = UInt64.max

    init(_ limit: Int) {
        self.limit = limit
        room = 2 * limit + 64
        keys.reserveCapacity(min(room, 1024))
    }

    @inline(__always)
    mutating func insert(_ key: UInt64) {
        guard key < threshold else { return }
        keys.append(key)
        if keys.count >= room { cut() }
    }

    private mutating func cut() {
        keys.sort()
        keys.removeSubrange(min(limit, keys.count)...)
        if keys.count == limit { threshold = keys.last ?? 0 }
    }

    /// The smallest keys in ascending order.
    mutating func finish() -> [UInt64] {
        cut()
        return keys
    }
}
