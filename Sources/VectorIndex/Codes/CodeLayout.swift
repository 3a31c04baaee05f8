import CKernels

/// Where the parts of a node's row lie.
///
/// ```
/// own code    u8 × padded dimension       the node itself, 8 bits a dimension
/// own factors f32 × 16                    step, lowest value, constant of the distance, unused
/// add         f32 × neighbors             per neighbor: the constant of its estimate
/// rescale     f32 × neighbors             per neighbor: what the inner product with its signs is multiplied by
/// ids         u32 × neighbors             `HNSWGraph.none` for places without a neighbor
/// signs       padded / 8 × neighbors      blocks of 32 neighbors, see CodeKernels.h
/// ```
/// One hop of a walk reads one row from front to back and nothing else: the arrangement of SymphonyQG (Gou et al.,
/// SIGMOD 2025, arXiv 2411.12229). In ``IndexMode/compact`` a row is shorter:
///
/// ```
/// own code    u8 × padded dimension
/// own factors f32 × 4
/// ids         u32 × links                 and zeros up to a multiple of 16 bytes
/// ```
struct CodeLayout: Sendable, Equatable {
    /// Dimensions, a multiple of 64.
    let padded: Int
    /// Places for neighbors; with their codes a multiple of 32.
    let neighbors: Int
    let mode: IndexMode

    init(padded: Int, links: Int, mode: IndexMode = .fast) {
        self.padded = padded
        self.mode = mode
        neighbors = mode == .fast ? (links + 31) & ~31 : links
    }

    /// 32 neighbors whose codes lie together.
    var blocks: Int { mode == .fast ? neighbors / 32 : 0 }
    var factors: Int { padded }
    private var factorSize: Int { mode == .fast ? 64 : 16 }
    var add: Int { factors + factorSize }
    var rescale: Int { add + blocks * 128 }
    var ids: Int { rescale + blocks * 128 }
    var signs: Int { ids + neighbors * 4 }
    /// Bytes of the signs of 32 neighbors.
    var block: Int { padded * 4 }
    /// Bytes from one row to the next: whole cache lines, or quarters of them where a row is not read as a whole.
    var stride: Int {
        let boundary = mode == .fast ? 64 : 16
        return (signs + blocks * block + boundary - 1) & ~(boundary - 1)
    }
}
