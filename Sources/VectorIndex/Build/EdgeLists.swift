/// Edges with their distances, `capacity` slots per node.
final class EdgeLists {
    let capacity: Int
    let keys: UnsafeMutablePointer<UInt64>
    let counts: UnsafeMutablePointer<UInt16>
    let nodes: Int

    init(nodes: Int, capacity: Int) {
        self.nodes = nodes
        self.capacity = capacity
        keys = .allocate(capacity: max(nodes * capacity, 1))
        counts = .allocate(capacity: max(nodes, 1))
        counts.initialize(repeating: 0, count: nodes)
    }

    deinit {
        keys.deallocate()
        counts.deallocate()
    }

    subscript(_ node: Int) -> UnsafeBufferPointer<UInt64> {
        UnsafeBufferPointer(start: keys + node * capacity, count: Int(counts[node]))
    }

    func set(_ node: Int, _ edges: ArraySlice<UInt64>) {
        let list = keys + node * capacity
        for (index, key) in edges.enumerated() { list[index] = key }
        counts[node] = UInt16(edges.count)
    }
}

/// The edges of lists turned around: for every node the nodes that point to it, with the distances.
struct ReverseEdges {
    private let starts: [Int]
    private let keys: [UInt64]

    init(_ lists: EdgeLists) {
        var starts = [Int](repeating: 0, count: lists.nodes + 1)
        for node in 0..<lists.nodes {
            for key in lists[node] { starts[Int(BuildKey.row(key)) + 1] += 1 }
        }
        for node in 0..<lists.nodes { starts[node + 1] += starts[node] }
        var next = starts
        keys = [UInt64](unsafeUninitializedCapacity: starts[lists.nodes]) { buffer, count in
            for node in 0..<lists.nodes {
                for key in lists[node] {
                    let target = Int(BuildKey.row(key))
                    buffer[next[target]] = key & 0xFFFF_FFFF_0000_0000 | UInt64(node)
                    next[target] += 1
                }
            }
            count = starts[lists.nodes]
        }
        self.starts = starts
    }

    subscript(_ node: Int) -> ArraySlice<UInt64> { keys[starts[node]..<starts[node + 1]] }
}
