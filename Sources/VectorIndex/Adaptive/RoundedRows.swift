import Vectors

/// Whether the vectors of a graph may be kept as float16, and the vectors then.
///
/// Rounding to 11 bits changes a distance by far less than neighbors differ, on most data. Not where vectors lie close
/// together and far from the origin, nor where elements leave the range of float16. So a graph is asked: the nodes of a
/// sample rank their own neighbors by the vectors as they are and by the rounded ones.
enum RoundedRows {
    /// Smaller graphs keep float32: there is little to save, and few to ask.
    static let minimumNodes = 2_048
    /// Nodes that are asked, at most.
    private static let sampleLimit = 1_000
    private static let k = 10
    /// Share of the ten nearest that may be others by rounded vectors. As good a neighbor as the tenth counts as one of
    /// them.
    private static let tolerated = 0.001

    /// The rows of the graph's slots as float16; `nil` when too much would be lost.
    ///
    /// - Parameter view: float32.
    /// - Complexity: O(slots · dimension).
    static func rows(of view: VectorView, graph: HNSWGraph) -> MappedRows? {
        guard graph.nodeCount >= minimumNodes, let rounded = view.narrowed(graph.count) else { return nil }
        return changed(of: view, by: rounded, graph: graph) <= tolerated ? rounded : nil
    }

    /// Share of the nodes' nearest neighbors that are others by rounded vectors.
    private static func changed(of view: VectorView, by rounded: MappedRows, graph: HNSWGraph) -> Double {
        let kernel = MetricKernel(graph.metric)
        var state = graph.parameters.seed
        var (lost, all) = (0, 0)
        for _ in 0..<sampleLimit {
            let slot = UInt32(SplitMix.next(&state) % UInt64(graph.count))
            guard graph.isLinked(slot) else { continue }
            let query = view.row(slot)
            let pairs = graph.neighbors(slot, level: 0).map { neighbor in
                let half = rounded.start + Int(neighbor) * rounded.rowSize
                return (
                    kernel.pair(query, view.row(neighbor), count: view.stride),
                    kernel.pair(query, half, isHalf: true, count: view.stride)
                )
            }
            guard pairs.count > k else { continue }
            let last = pairs.map(\.0).sorted()[k - 1]
            all += k
            lost += pairs.sorted { $0.1 < $1.1 }.prefix(k).count { $0.0 > last }
        }
        return all == 0 ? 0 : Double(lost) / Double(all)
    }
}
