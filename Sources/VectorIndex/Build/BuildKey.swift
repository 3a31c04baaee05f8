import Vectors

/// A squared distance and a row in one word that sorts by distance, then row.
///
/// The bits of a non-negative float sort like the float, so that no mapping is needed.
enum BuildKey {
    @inline(__always)
    static func make(_ distance: Float, _ row: UInt32) -> UInt64 {
        // Rounding can take a distance below zero; not-a-number becomes zero too and does no harm.
        UInt64((distance > 0 ? distance : 0).bitPattern) << 32 | UInt64(row)
    }

    @inline(__always)
    static func distance(_ key: UInt64) -> Float { Float(bitPattern: UInt32(truncatingIfNeeded: key >> 32)) }

    @inline(__always)
    static func row(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key) }
}

/// The rows of a build.
struct RowMatrix {
    let base: UnsafePointer<Float>
    let count: Int
    let dimension: Int

    @inline(__always)
    subscript(_ row: UInt32) -> UnsafePointer<Float> { base + Int(row) * dimension }

    @inline(__always)
    func squaredL2(_ one: UInt32, _ other: UInt32) -> Float {
        Distance.squaredL2(self[one], self[other], count: dimension)
    }
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same numbers on every machine.
struct BuildRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// `wanted` different positions below `count`, ascending (Floyd, CACM 1987).
    mutating func sample(_ wanted: Int, below count: Int) -> [Int] {
        var chosen = Set<Int>()
        for last in max(count - wanted, 0)..<count {
            let position = Int(next() % UInt64(last + 1))
            if !chosen.insert(position).inserted { chosen.insert(last) }
        }
        return chosen.sorted()
    }
}
