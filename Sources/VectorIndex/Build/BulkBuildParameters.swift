/// How a graph is built in bulk. The defaults were measured on sentence embeddings (117,659 x 384) and image
/// descriptors (300,000 x 128); they hold from 1 to 10 million rows.
public struct BulkBuildParameters: Sendable {
    /// Most neighbors per node, 1...1024. Lists are filled to it as far as there are candidates.
    public var degree: Int
    /// Most rows that are compared all with all, 8...8192. Larger leaves find more true neighbors for more arithmetic.
    public var leafSize: Int
    /// In how many leaves a row lies: that of its nearest leader, its second nearest, and so on; 1...64.
    public var fanout: Int
    /// How many nearest rows of its leaf a row takes as candidates, and is itself a candidate of; 1...256.
    public var leafNeighbors: Int
    /// Most candidates kept per row before pruning, 1...4096; the nearest stay.
    public var reservoir: Int
    /// The pruning rule's slack, 1...4: a candidate is dropped if `alpha` times its distance to a chosen neighbor is
    /// less than its distance to the node (Subramanya et al., DiskANN, NeurIPS 2019). 1 is the relative neighborhood
    /// rule; more keeps more near neighbors.
    public var alpha: Float
    /// Determines the graph, together with the rows and the other parameters but not `threads`.
    public var seed: UInt64
    /// Threads at work, 1...256; 0 means one per processor.
    public var threads: Int

    public init(
        degree: Int = 32, leafSize: Int = 512, fanout: Int = 8, leafNeighbors: Int = 6, reservoir: Int = 64,
        alpha: Float = 1.1, seed: UInt64 = 0x9E37_79B9, threads: Int = 0
    ) {
        self.degree = degree
        self.leafSize = leafSize
        self.fanout = fanout
        self.leafNeighbors = leafNeighbors
        self.reservoir = reservoir
        self.alpha = alpha
        self.seed = seed
        self.threads = threads
    }

    /// The same with every value brought into its range.
    func clamped() -> Self {
        var result = self
        result.degree = min(max(degree, 1), 1024)
        result.leafSize = min(max(leafSize, 8), 8192)
        result.fanout = min(max(fanout, 1), 64)
        result.leafNeighbors = min(max(leafNeighbors, 1), 256)
        result.reservoir = min(max(reservoir, 1), 4096)
        result.alpha = alpha.isNaN ? 1 : min(max(alpha, 1), 4)
        result.threads = min(max(threads, 0), 256)
        return result
    }
}

/// A graph built in bulk and what it took.
public struct BulkBuildResult: Sendable {
    public var graph: NeighborGraph
    /// Rows in an order that puts near rows close together: `order[newIndex]` = row.
    public var order: [UInt32]
    /// The row nearest to the mean of all rows, from which every row can be reached; 0 for no rows.
    public var medoid: UInt32
    /// Distances taken from matrix products.
    public var matrixPairs: Int
    /// Distances computed one by one.
    public var exactDistances: Int
    /// Rows that could not be reached from the medoid until an edge to them was added.
    public var repairedNodes: Int
}
