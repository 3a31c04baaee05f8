/// Why a change of the graph was refused. Nothing was changed.
public enum LineageError: Error, Sendable, Equatable {
    /// The node does not exist.
    case unknownNode(UInt32)
    /// A work cannot be its own parent.
    case selfEdge(UInt32)
    /// The edge exists already (a retracted edge counts), or the parent was named twice.
    case duplicateEdge(child: UInt32, parent: UInt32)
    /// The edge to change does not exist.
    case unknownEdge(child: UInt32, parent: UInt32)
    /// More parents than a work may have.
    case tooManyParents(count: Int, limit: Int)
    /// The weight is not in (0, 1].
    case weightOutOfRange(Float)
    /// The edge would close a cycle. Each node of the path is a parent of the next one, and the refused edge would make
    /// the last one a parent of the first one.
    case cycle(path: [UInt32])
    /// The graph is at its limit of nodes or edges.
    case capacityExceeded(limit: Int)
    /// Serialized bytes are damaged or of another version.
    case damaged(String)
}

extension LineageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownNode(let node): "work #\(node) does not exist"
        case .selfEdge(let node): "work #\(node) cannot be its own parent"
        case .duplicateEdge(let child, let parent): "work #\(child) already credits work #\(parent)"
        case .unknownEdge(let child, let parent): "work #\(child) does not credit work #\(parent)"
        case .tooManyParents(let count, let limit): "\(count) parents are more than the \(limit) allowed"
        case .weightOutOfRange(let weight): "weight \(weight) is outside (0, 1]"
        case .cycle(let path):
            "the edge would close a cycle: " + path.map { "#\($0)" }.joined(separator: " -> ")
                + " -> #\(path.first ?? 0)"
        case .capacityExceeded(let limit): "the graph is at its limit of \(limit)"
        case .damaged(let what): "damaged lineage data: \(what)"
        }
    }
}
