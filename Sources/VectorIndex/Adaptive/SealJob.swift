import Vectors

/// The long part of moving fresh vectors into the graph. Reads immutable data only, so it runs on any thread while the
/// index takes writes and answers searches.
public struct SealJob: Sendable {
    let view: VectorView
    let metric: Metric
    let dead: SlotBitmap
    let base: SealedGraph?
    let parameters: HNSWParameters

    /// Slots that the result will cover.
    public var count: Int { view.count }

    /// Copies the graph, takes dead nodes out and links the fresh vectors.
    ///
    /// - Parameters:
    ///   - progress: called now and then with the done part, 0…1.
    ///   - isCancelled: asked at least every few milliseconds of work.
    /// - Throws: `CancellationError` after `isCancelled` said so; nothing is left behind.
    public func run(progress: (Double) -> Void, isCancelled: () -> Bool) throws -> SealedGraph {
        let graph =
            if let base {
                HNSWGraph(copying: base.graph, capacity: view.count)
            } else {
                HNSWGraph(parameters: parameters, metric: metric, dimension: view.dimension, capacity: view.count)
            }
        let fresh = graph.count..<view.count
        try SearchScratch.withScratch { scratch in
            var builder = HNSWBuilder(graph: graph, view: view, scratch: scratch)
            try builder.unlink(dead, isCancelled: isCancelled)
            for slot in fresh {
                if isCancelled() { throw CancellationError() }
                if !dead.contains(UInt32(slot)) { builder.insert(UInt32(slot)) }
                if slot & 0x3FF == 0 { progress(Double(slot - fresh.lowerBound) / Double(fresh.count)) }
            }
        }
        graph.count = view.count
        progress(1)
        return SealedGraph(graph: graph)
    }
}
