public import Vectors

/// A finished, immutable graph over the first ``count`` slots of an index.
///
/// It fits the index whose rows it was built from, slot by slot. One that was read from a ``Segment`` brings the vectors
/// of its slots along.
public struct SealedGraph: Sendable {
    let graph: HNSWGraph
    /// Quantized rows of the nodes; `nil` when the vectors do not allow them.
    let rows: CodeRows?
    let vectors: MappedRows?
    /// The slots' vectors as float16, made by a seal for the index that it seals; `nil` when they stay float32.
    let rounded: MappedRows?
    /// How recall depends on `efSearch`, when it was measured.
    public internal(set) var recall: RecallTable?

    init(
        graph: HNSWGraph, rows: CodeRows? = nil, vectors: MappedRows? = nil, rounded: MappedRows? = nil,
        originals: RowPrecision? = nil, recall: RecallTable? = nil
    ) {
        self.rounded = rounded
        self.originals = originals ?? (vectors ?? rounded)?.precision ?? .float32
        self.graph = graph
        self.rows = rows
        self.vectors = vectors
        self.recall = recall
    }

    /// Slots that it covers; each of them is in the graph or was dead when it was built.
    public var count: Int { graph.count }
    /// Slots that are in the graph.
    public var nodeCount: Int { graph.nodeCount }
    public var dimension: Int { graph.dimension }
    public var metric: Metric { graph.metric }
    /// Bytes that the links and the quantized rows take.
    public var byteCount: Int { graph.byteCount + (rows?.byteCount ?? 0) }

    /// What its rows hold; `nil` when it has none.
    public var mode: IndexMode? { rows?.layout.mode }

    /// What the vectors of its slots are kept in.
    public let originals: RowPrecision

    /// Whether two are one and the same, not only equal.
    public func isIdentical(to other: SealedGraph) -> Bool { graph === other.graph }

    /// The vector that the graph's segment holds for a slot; `nil` when the graph does not come from a segment.
    ///
    /// - Precondition: `slot < count`.
    public func vector(_ slot: UInt32) -> [Float]? {
        precondition(slot < count, "slot \(slot) is not in the graph")
        return vectors?.vector(slot, dimension: dimension)
    }
}
