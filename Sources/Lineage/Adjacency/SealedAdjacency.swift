/// The sealed base: parents and children of the first `nodeCount` nodes in compressed lists.
final class SealedAdjacency: Sendable {
    let nodeCount: Int
    /// Edges in the parents lists, retracted ones included.
    let edgeCount: Int
    let retractedCount: Int
    /// ``LineageGraph/sequence`` when the seal began.
    let sequence: UInt64
    let parents: SealedLists
    let children: SealedLists

    init(
        nodeCount: Int, edgeCount: Int, retractedCount: Int, sequence: UInt64, parents: SealedLists,
        children: SealedLists
    ) {
        self.nodeCount = nodeCount
        self.edgeCount = edgeCount
        self.retractedCount = retractedCount
        self.sequence = sequence
        self.parents = parents
        self.children = children
    }

    var byteCount: Int { parents.byteCount + children.byteCount }

    static let empty = SealedAdjacency(
        nodeCount: 0, edgeCount: 0, retractedCount: 0, sequence: 0,
        parents: SealedListsBuilder(lists: 0, bytes: 0).finish(),
        children: SealedListsBuilder(lists: 0, bytes: 0).finish())

    /// Builds both directions.
    ///
    /// - Parameters:
    ///   - links: hands every parent of a node, retracted ones too, in the order in which they are to be kept.
    ///   - createdAt: a node's time.
    /// - Complexity: O(nodes + edges) time; 8 bytes per edge and 4 per node of transient memory.
    static func build(
        nodeCount: Int, edgeCountHint: Int, sequence: UInt64 = 0, createdAt: (UInt32) -> Int64,
        links: (UInt32, (ParentLink) -> Void) -> Void
    ) -> SealedAdjacency {
        var parents = SealedListsBuilder(lists: nodeCount, bytes: edgeCountHint * 4 + 1_024)
        let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: nodeCount + 2)
        starts.initialize(repeating: 0, count: nodeCount + 2)
        defer { starts.deallocate() }
        var edges = EdgeBuffer(capacity: edgeCountHint)
        var retracted = 0
        for node in 0..<UInt32(nodeCount) {
            let time = createdAt(node)
            var place = parents.beginList(byteCountMax: EdgeCoding.entryBytesMax * (LineageGraph.parentsMax + 1))
            let first = place
            links(node) { link in
                place += EdgeCoding.write(link, child: node, createdAt: time, to: place)
                if link.flags.contains(.retracted) {
                    retracted += 1
                } else {
                    edges.append(child: node, parent: link.parent)
                    starts[Int(link.parent) + 2] += 1
                }
            }
            parents.endList(byteCount: place - first)
        }
        let children = buildChildren(nodeCount: nodeCount, edges: edges, starts: starts)
        return SealedAdjacency(
            nodeCount: nodeCount, edgeCount: edges.count + retracted, retractedCount: retracted, sequence: sequence,
            parents: parents.finish(), children: children)
    }

    /// `starts[p + 2]` holds the number of children of p; turned into list ends by counting sort.
    private static func buildChildren(
        nodeCount: Int, edges: borrowing EdgeBuffer, starts: UnsafeMutablePointer<UInt32>
    ) -> SealedLists {
        for node in 0..<nodeCount { starts[node + 2] += starts[node + 1] }
        let sorted = UnsafeMutablePointer<UInt32>.allocate(capacity: edges.count + 1)
        defer { sorted.deallocate() }
        // Edges come in ascending order of children, so every parent's list is ascending.
        for index in 0..<edges.count {
            let parent = Int(edges.parents[index])
            sorted[Int(starts[parent + 1])] = edges.children[index]
            starts[parent + 1] += 1
        }
        var lists = SealedListsBuilder(lists: nodeCount, bytes: edges.count * 3 + 1_024)
        for node in 0..<nodeCount {
            let start = Int(starts[node])
            let end = Int(starts[node + 1])
            let place = lists.beginList(byteCountMax: 5 * (end - start))
            var position = 0
            if end > start {
                let first = Int64(sorted[start]) - Int64(node)
                position += EdgeCoding.writeVarint(EdgeCoding.zigzag(first), to: place)
                for index in start + 1..<max(end, start + 1) {
                    position += EdgeCoding.writeVarint(
                        UInt64(sorted[index] - sorted[index - 1]), to: place + position)
                }
            }
            lists.endList(byteCount: position)
        }
        return lists.finish()
    }
}

/// Edges of one build, in ascending order of children.
private struct EdgeBuffer: ~Copyable {
    private(set) var children: UnsafeMutablePointer<UInt32>
    private(set) var parents: UnsafeMutablePointer<UInt32>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(16, capacity)
        children = .allocate(capacity: self.capacity)
        parents = .allocate(capacity: self.capacity)
    }

    deinit {
        children.deallocate()
        parents.deallocate()
    }

    @inline(__always)
    mutating func append(child: UInt32, parent: UInt32) {
        if count == capacity { grow() }
        children[count] = child
        parents[count] = parent
        count += 1
    }

    private mutating func grow() {
        let larger = capacity * 2
        let newChildren = UnsafeMutablePointer<UInt32>.allocate(capacity: larger)
        let newParents = UnsafeMutablePointer<UInt32>.allocate(capacity: larger)
        newChildren.update(from: children, count: count)
        newParents.update(from: parents, count: count)
        children.deallocate()
        parents.deallocate()
        (children, parents, capacity) = (newChildren, newParents, larger)
    }
}
