import CKernels

/// A random orthogonal map of vectors, padded with zeros to a multiple of 64 dimensions, in O(d log d).
///
/// Four rounds of random sign flips and a Walsh–Hadamard transform of the largest power of two that fits, at the front
/// and at the back in turn; when that is not the whole vector, its halves are also mixed by a rotation of 45 degrees.
/// Each step is orthogonal, so lengths and inner products are kept. The construction follows the fast
/// Johnson–Lindenstrauss transform (Ailon & Chazelle, SIAM J. Comput. 2009) and Kac's walk (Jain et al., 2022,
/// arXiv 2003.10069).
struct RandomRotation: Sendable {
    private static let rounds = 4

    let dimension: Int
    /// The dimension rounded up to a multiple of 64.
    let padded: Int
    /// `rounds × padded` of +1 or −1.
    private let signs: [Float]

    /// Dimensions of rotated vectors.
    static func padded(dimension: Int) -> Int { (dimension + 63) & ~63 }

    init(dimension: Int, seed: UInt64) {
        self.dimension = dimension
        padded = Self.padded(dimension: dimension)
        var state = seed
        signs = (0..<Self.rounds * padded).map { _ in SplitMix.next(&state) & 1 == 0 ? 1 : -1 }
    }

    /// A rotated copy.
    ///
    /// - Parameter vector: ``padded`` floats.
    func rotated(_ vector: [Float]) -> [Float] {
        var copy = vector
        copy.withUnsafeMutableBufferPointer { apply($0.baseAddress.unsafelyUnwrapped) }
        return copy
    }

    /// Rotates `padded` floats in place; the caller has set those from `dimension` on to zero.
    func apply(_ vector: UnsafeMutablePointer<Float>) {
        signs.withUnsafeBufferPointer {
            ckernels_rotate(vector, padded, $0.baseAddress.unsafelyUnwrapped, Self.rounds)
        }
    }
}

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
enum SplitMix {
    static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
