public import Vectors

/// A finished, immutable graph over the first ``count`` slots of an index.
///
/// It holds no vectors: it fits the index whose rows it was built from, slot by slot.
public struct SealedGraph: Sendable {
    let graph: HNSWGraph
    /// Quantized rows of the nodes, when they were made and the vectors allow it.
    let rows: CodeRows?

    init(graph: HNSWGraph, rows: CodeRows? = nil) {
        self.graph = graph
        self.rows = rows
    }

    /// The same graph with quantized rows, which make searches several times faster.
    ///
    /// A graph that was read from a file has none: they are derived from the vectors.
    /// - Parameters:
    ///   - index: holds the vectors that the graph was built from, slot by slot.
    ///   - threads: how many may work at once.
    /// - Complexity: O(nodes · m · dimension).
    public func withCodes(for index: AdaptiveIndex, threads: Int) -> SealedGraph {
        precondition(count <= index.count && dimension == index.dimension, "the graph fits the index")
        return SealedGraph(graph: graph, rows: CodeRows(graph: graph, view: index.view, threads: threads))
    }

    /// Slots that it covers; each of them is in the graph or was dead when it was built.
    public var count: Int { graph.count }
    /// Slots that are in the graph.
    public var nodeCount: Int { graph.nodeCount }
    public var dimension: Int { graph.dimension }
    public var metric: Metric { graph.metric }
    /// Bytes of memory that the links and the quantized rows take.
    public var byteCount: Int { graph.byteCount + (rows?.byteCount ?? 0) }
}
