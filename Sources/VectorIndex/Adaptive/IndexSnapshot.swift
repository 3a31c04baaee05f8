public import Vectors

/// An index at one moment: immutable, safe from any thread, cheap to copy.
public struct IndexSnapshot: Sendable {
    public let metric: Metric
    let view: VectorView
    let dead: SlotBitmap
    let deadCount: Int
    let graph: SealedGraph?

    init(metric: Metric, view: VectorView, dead: SlotBitmap, deadCount: Int, graph: SealedGraph?) {
        self.metric = metric
        self.view = view
        self.dead = dead
        self.deadCount = deadCount
        self.graph = graph
    }

    public var dimension: Int { view.dimension }
    /// Slots, dead ones included.
    public var count: Int { view.count }
    public var liveCount: Int { view.count - deadCount }
    /// Slots that the graph covers; the later ones are scanned exactly.
    public var sealedCount: Int { graph?.count ?? 0 }

    /// What the graph's rows hold; `nil` without a graph, or when it has no rows.
    public var mode: IndexMode? { graph?.mode }

    public func isLive(_ slot: UInt32) -> Bool {
        slot < view.count && !dead.contains(slot)
    }

    /// The stored row: normalized when the metric is cosine, and rounded where the graph keeps float16.
    ///
    /// - Precondition: `slot < count`. Rows of dead slots are still there.
    public func vector(_ slot: UInt32) -> [Float] {
        precondition(slot < view.count, "slot \(slot) is not in the index")
        return view.vector(slot)
    }

    /// Cosine similarity of two stored rows, in −1…1; 0 when either is zero.
    ///
    /// - Precondition: both slots are below `count`.
    public func cosine(_ a: UInt32, _ b: UInt32) -> Float {
        precondition(max(a, b) < view.count, "slots \(a) and \(b) are in the index")
        return view.withRow(a) { rowA in
            view.withRow(b) { rowB in
                let dot = Distance.dot(rowA, rowB, count: view.stride)
                if metric.normalizesRows { return min(max(dot, -1), 1) }
                let lengths =
                    Normalization.length(UnsafeBufferPointer(start: rowA, count: dimension))
                    * Normalization.length(UnsafeBufferPointer(start: rowB, count: dimension))
                return lengths > 0 ? Float(min(max(Double(dot) / lengths, -1), 1)) : 0
            }
        }
    }

    /// Exact distances from a query to all live slots, in slot order. O(count · dimension).
    ///
    /// - Precondition: `query` has `dimension` elements.
    public func distances(to query: UnsafeBufferPointer<Float>, forEachLive body: (UInt32, Float) -> Void) {
        SearchScratch.withScratch { scratch in
            exactScan(query, scratch).forEach(in: 0..<view.count) { slot, distance in
                if !dead.contains(slot) { body(slot, distance) }
            }
            view.base?.residency?.didRead(view.count)
        }
    }

    /// Exact distances from a query to some slots, dead or not, in the order given. O(slots · dimension).
    ///
    /// - Precondition: `query` has `dimension` elements; the slots are below `count`.
    public func distances(
        to query: UnsafeBufferPointer<Float>, of slots: [UInt32], _ body: (UInt32, Float) -> Void
    ) {
        precondition(slots.allSatisfy { $0 < view.count }, "the slots are in the index")
        SearchScratch.withScratch { scratch in exactScan(query, scratch).forEach(of: slots, body) }
        view.base?.residency?.didRead(slots.count)
    }

    /// The `k` nearest live slots that pass the filter; fewer only when fewer qualify.
    ///
    /// Distances are exact, but for what vectors are kept in; with a graph, near neighbors may be missed (raise `efSearch` to find more of them).
    /// - Precondition: `query` has `dimension` elements; they should be finite.
    public func search(_ query: UnsafeBufferPointer<Float>, _ parameters: SearchParameters) -> SearchResult {
        SearchScratch.withScratch { scratch in
            var search = PlannedSearch(
                snapshot: self, scan: exactScan(query, scratch), parameters: parameters, scratch: scratch)
            let result = search.run()
            view.base?.residency?.didRead(result.counters.distanceComputations)
            return result
        }
    }

    /// A scan with the query copied to aligned, padded memory and normalized where rows are.
    private func exactScan(_ query: UnsafeBufferPointer<Float>, _ scratch: SearchScratch) -> ExactScan {
        precondition(
            query.count == dimension, "the query has \(query.count) elements, the index \(dimension) dimensions")
        let padded = scratch.prepareQuery(stride: view.stride)
        if metric.normalizesRows {
            Normalization.normalize(query, into: padded)
        } else {
            for index in 0..<dimension { padded[index] = query[index] }
        }
        for index in dimension..<view.stride { padded[index] = 0 }
        return ExactScan(view: view, kernel: MetricKernel(metric), query: UnsafePointer(padded), scratch: scratch)
    }
}
