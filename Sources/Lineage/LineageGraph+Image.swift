extension LineageGraph {
    /// The sealed edges, to make a ``LineageImage`` of on any thread. Nodes and edges since the last seal are not in it. O(1).
    public var sealedEdges: SealedEdges { SealedEdges(base: core.base) }

    /// The high-water mark of ``sealedEdges``: nodes, edges on record and sequence. O(1).
    public var sealedMark: (nodeCount: Int, edgeCount: Int, sequence: UInt64) {
        (core.base.nodeCount, core.base.edgeCount, core.base.sequence)
    }

    /// Takes the nodes and edges of an image, whose memory is used as it lies. What came after its high-water mark is then
    /// given as usual: nodes, late edges and changed flags.
    ///
    /// - Parameters:
    ///   - createdAt: of each node of the image, milliseconds since 1970 UTC, as it was when the image was made.
    ///   - creators: of each node of the image.
    /// - Precondition: the graph is empty.
    /// - Throws: ``LineageError/damaged(_:)`` when the numbers do not fit, or when the edges form a cycle.
    /// - Complexity: O(nodes + edges), for the labels.
    public func load(_ image: LineageImage, createdAt: [Int64], creators: [UInt32]) throws(LineageError) {
        precondition(nodeCount == 0, "an image is loaded into an empty graph")
        guard createdAt.count == image.nodeCount, creators.count == image.nodeCount else {
            throw .damaged("the image holds \(image.nodeCount) works, and \(createdAt.count) are known")
        }
        try core.load(image.base, createdAt: createdAt, creators: creators)
    }
}

/// The sealed edges of a graph, which never change.
public struct SealedEdges: Sendable {
    let base: SealedAdjacency
}

extension GraphCore {
    fileprivate mutating func load(
        _ base: SealedAdjacency, createdAt: [Int64], creators: [UInt32]
    ) throws(LineageError) {
        var loaded = GraphCore(labels: labels.kind, pool: pool)
        loaded.takeColumns(createdAt: createdAt, creators: creators, states: [])
        loaded.base = base
        loaded.sequence = base.sequence
        loaded.edgeCount = base.edgeCount - base.retractedCount
        loaded.retractedEdgeCount = base.retractedCount
        loaded.childHeads.reserve(loaded.nodeCount)
        loaded.lateHeads.reserve(loaded.nodeCount)
        let view = loaded.view
        var order: [UInt32]?
        if !view.isOrderedByNumber() {
            order = view.topologicalOrder()
            if order?.count != loaded.nodeCount { throw .damaged("the image's edges form a cycle") }
        }
        loaded.labels = LabelColumns(labels.kind, of: view, order: order)
        self = loaded
    }

    /// Fills the node columns of an empty graph. No states mean live.
    mutating func takeColumns(createdAt: [Int64], creators: [UInt32], states: [NodeState]) {
        let count = createdAt.count
        self.createdAt = Column(count: count) { times in
            createdAt.withUnsafeBufferPointer { for node in 0..<count { times[node] = $0[node] } }
        }
        self.creators = Column(count: count) { column in
            creators.withUnsafeBufferPointer { for node in 0..<count { column[node] = $0[node] } }
        }
        self.states = Column(count: count) { column in
            for (node, state) in states.enumerated() { column[node] = state.rawValue }
        }
    }
}

extension GraphView {
    /// True when every followed edge leads from a smaller number to a larger one.
    fileprivate func isOrderedByNumber() -> Bool {
        var isOrdered = true
        for node in 0..<nodeCount where isOrdered {
            forEachParent(of: node) { parent in
                isOrdered = parent < node
                return isOrdered
            }
        }
        return isOrdered
    }

    /// The nodes in a topological order (Kahn 1962); fewer than there are when the edges form a cycle.
    fileprivate func topologicalOrder() -> [UInt32] {
        var waits = [UInt32](repeating: 0, count: Int(nodeCount))
        var order: [UInt32] = []
        order.reserveCapacity(waits.count)
        for node in 0..<nodeCount {
            forEachParent(of: node) { _ in
                waits[Int(node)] += 1
                return true
            }
            if waits[Int(node)] == 0 { order.append(node) }
        }
        var head = 0
        while head < order.count {
            forEachChild(of: order[head]) { child in
                waits[Int(child)] -= 1
                if waits[Int(child)] == 0 { order.append(child) }
                return true
            }
            head += 1
        }
        return order
    }
}
