/// What a graph keeps beside its vectors.
public enum IndexMode: String, Sendable, Equatable, CaseIterable, Codable {
    /// Each node's row holds the signs of all its neighbors: one hop reads one row. The fastest, and the largest.
    case fast
    /// A row holds the node's own 8-bit code and its links; a hop reads the codes of the neighbors where they lie. A
    /// quarter of the rows' memory, at about half the speed.
    case compact
}
