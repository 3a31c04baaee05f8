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
/// SIGMOD 2025, arXiv 2411.12229).
struct CodeLayout: Sendable, Equatable {
    /// Dimensions, a multiple of 64.
    let padded: Int
    /// Places for neighbors, a multiple of 32.
    let neighbors: Int

    init(padded: Int, links: Int) {
        self.padded = padded
        neighbors = (links + 31) & ~31
    }

    var blocks: Int { neighbors / 32 }
    var factors: Int { padded }
    var add: Int { factors + 64 }
    var rescale: Int { add + neighbors * 4 }
    var ids: Int { rescale + neighbors * 4 }
    var signs: Int { ids + neighbors * 4 }
    /// Bytes of the signs of 32 neighbors.
    var block: Int { padded * 4 }
    /// Bytes from one row to the next, whole cache lines.
    var stride: Int { (signs + blocks * block + 63) & ~63 }
}
