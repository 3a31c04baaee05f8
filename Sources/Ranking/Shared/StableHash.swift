/// A 64-bit hash that is the same in every process and on every machine: FNV-1a over the bytes, then a finalizer.
///
/// `Hasher` is seeded per process, so it cannot seed a page that must come back the same after a restart.
/// FNV-1a: Fowler, Noll, Vo. Not for adversarial keys.
public struct StableHash: Sendable {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    public init() {}

    /// The hash of one string's UTF-8 bytes.
    public static func hash(_ string: String) -> UInt64 {
        var hash = StableHash()
        hash.combine(string)
        return hash.finalized()
    }

    /// Adds a string; its length goes in as well, so that ("ab", "c") and ("a", "bc") differ.
    public mutating func combine(_ string: String) {
        var count: UInt64 = 0
        for byte in string.utf8 {
            add(byte)
            count += 1
        }
        combine(count)
    }

    /// Adds eight bytes, least significant first.
    public mutating func combine(_ value: UInt64) {
        var rest = value
        for _ in 0..<8 {
            add(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    public mutating func combine(_ value: Int64) {
        combine(UInt64(bitPattern: value))
    }

    /// The hash of everything combined so far.
    public func finalized() -> UInt64 {
        SplitMix64.mixed(state)
    }

    // Safe: FNV-1a multiplies modulo 2^64 by definition.
    private mutating func add(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
}
