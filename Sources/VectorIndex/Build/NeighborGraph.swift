/// A directed graph over rows 0..<`nodeCount` with at most `degree` neighbors per node.
///
/// The neighbors of node `i` are `ids[i * degree ..< i * degree + counts[i]]`, nearest first; unused slots hold
/// `NeighborGraph.unused`.
public struct NeighborGraph: Sendable {
    /// The content of an empty slot.
    public static let unused = UInt32.max

    public let nodeCount: Int
    /// Slots per node.
    public let degree: Int
    public var ids: [UInt32]
    public var counts: [UInt16]

    /// A graph without edges.
    public init(nodeCount: Int, degree: Int) {
        self.nodeCount = nodeCount
        self.degree = degree
        ids = [UInt32](repeating: Self.unused, count: nodeCount * degree)
        counts = [UInt16](repeating: 0, count: nodeCount)
    }

    /// The neighbors of one node, nearest first.
    public func neighbors(of node: Int) -> ArraySlice<UInt32> {
        ids[node * degree..<node * degree + Int(counts[node])]
    }
}
