import Vectors

/// Choosing a node's links among candidates (Malkov & Yashunin, algorithm 4; the relative neighborhood rule).
///
/// A candidate is taken unless an already taken one is nearer to it than the node itself is: links then point in
/// different directions instead of into the nearest cluster.
struct NeighborSelection {
    let kernel: MetricKernel
    let addresses: RowAddresses
    let stride: Int
    private(set) var distanceComputations = 0

    init(kernel: MetricKernel, view: VectorView) {
        self.kernel = kernel
        addresses = view.addresses
        stride = view.stride
    }

    /// Below this distance two rows count as copies of each other.
    private static let copyDistance: Float = 1e-6

    /// - Parameters:
    ///   - keys: candidates in ascending order of their distance to the node.
    ///   - limit: the most links to choose.
    ///   - out: takes up to `limit` slots.
    /// - Returns: how many were chosen.
    mutating func choose(
        from keys: UnsafeBufferPointer<UInt64>, limit: Int, into out: UnsafeMutablePointer<UInt32>
    ) -> Int {
        var chosen = 0
        var copies = 0
        for key in keys {
            if chosen == limit { break }
            let slot = CandidateKey.slot(key)
            let distance = CandidateKey.distance(key)
            // Copies of the node take half of its links at most: a crowd of equal vectors stays joined to the rest.
            let isCopy = kernel.metric != .dotProduct && distance <= Self.copyDistance
            if isCopy, copies * 2 >= limit { continue }
            if isSeparate(slot, distance, out, chosen) {
                out[chosen] = slot
                chosen += 1
                if isCopy { copies += 1 }
            }
        }
        return chosen
    }

    private mutating func isSeparate(
        _ slot: UInt32, _ distance: Float, _ chosen: UnsafeMutablePointer<UInt32>, _ count: Int
    ) -> Bool {
        let row = addresses[slot]
        for index in 0..<count {
            distanceComputations &+= 1
            if kernel.pair(row, addresses[chosen[index]], count: stride) < distance { return false }
        }
        return true
    }
}
