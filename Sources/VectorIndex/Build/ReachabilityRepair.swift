import Vectors

/// Makes every node reachable from one by giving up edges that no path needs.
///
/// A breadth-first tree marks the edges that must stay. A node outside the tree is attached to a node in it, in place of
/// the farthest edge that is not the tree's; then the tree grows on from there. A tree of k nodes has k - 1 edges and
/// k times degree slots, so that a place always exists.
struct ReachabilityRepair {
    private let rows: RowMatrix
    private var graph: NeighborGraph
    private var parent: [UInt32]
    private var queue: [UInt32] = []
    private var head = 0
    private(set) var repaired = 0

    static func repair(_ graph: NeighborGraph, rows: RowMatrix, root: UInt32) -> (NeighborGraph, repaired: Int) {
        guard graph.nodeCount > 0 else { return (graph, 0) }
        var repair = Self(graph, rows, root)
        for node in 0..<UInt32(rows.count) where repair.parent[Int(node)] == NeighborGraph.unused {
            repair.attach(node)
        }
        return (repair.graph, repair.repaired)
    }

    private init(_ graph: NeighborGraph, _ rows: RowMatrix, _ root: UInt32) {
        self.graph = graph
        self.rows = rows
        parent = [UInt32](repeating: NeighborGraph.unused, count: graph.nodeCount)
        parent[Int(root)] = root
        queue.append(root)
        grow()
    }

    private mutating func grow() {
        while head < queue.count {
            let node = queue[head]
            head += 1
            for neighbor in graph.neighbors(of: Int(node)) where parent[Int(neighbor)] == NeighborGraph.unused {
                parent[Int(neighbor)] = node
                queue.append(neighbor)
            }
        }
    }

    private mutating func attach(_ node: UInt32) {
        repaired += 1
        // The node's own neighbors are the nearest places; otherwise any node of the tree with room, the newest first.
        let near = graph.neighbors(of: Int(node)).first { parent[Int($0)] != NeighborGraph.unused && isOpen($0) }
        let host = near ?? queue.last { isOpen($0) } ?? queue[0]
        addEdge(from: host, to: node)
        parent[Int(node)] = host
        queue.append(node)
        grow()
    }

    private func isOpen(_ node: UInt32) -> Bool {
        Int(graph.counts[Int(node)]) < graph.degree || sparePosition(node) != nil
    }

    /// The farthest edge that the tree does not need.
    private func sparePosition(_ node: UInt32) -> Int? {
        graph.neighbors(of: Int(node)).lastIndex { parent[Int($0)] != node || $0 == node }
    }

    private mutating func addEdge(from host: UInt32, to node: UInt32) {
        let start = Int(host) * graph.degree
        var keys = graph.neighbors(of: Int(host)).map { BuildKey.make(rows.squaredL2(host, $0), $0) }
        if keys.count == graph.degree, let spare = sparePosition(host) { keys.remove(at: spare - start) }
        keys.append(BuildKey.make(rows.squaredL2(host, node), node))
        keys.sort()
        for (index, key) in keys.enumerated() { graph.ids[start + index] = BuildKey.row(key) }
        graph.counts[Int(host)] = UInt16(keys.count)
    }
}
