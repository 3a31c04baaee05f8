public import Vectors

/// A finished, immutable graph over the first ``count`` slots of an index.
///
/// It holds no vectors: it fits the index whose rows it was built from, slot by slot.
public struct SealedGraph: Sendable {
    let graph: HNSWGraph

    init(graph: HNSWGraph) {
        self.graph = graph
    }

    /// Slots that it covers; each of them is in the graph or was dead when it was built.
    public var count: Int { graph.count }
    /// Slots that are in the graph.
    public var nodeCount: Int { graph.nodeCount }
    public var dimension: Int { graph.dimension }
    public var metric: Metric { graph.metric }
    /// Bytes of memory that the links take.
    public var byteCount: Int { graph.byteCount }
}
