/// A whole graph in arrays, to load at once: compressed sparse rows of parents.
public struct LineageBulk: Sendable {
    /// `nodeCount + 1` ascending positions in `parents`; the parents of node `v` are at `offsets[v]..<offsets[v + 1]`.
    public var offsets: [UInt32]
    /// Each smaller than its child; none twice in a node's list.
    public var parents: [UInt32]
    /// Per edge; empty means `remix` throughout.
    public var kinds: [EdgeKind]
    /// Per edge, in (0, 1]; empty means 1 throughout.
    public var weights: [Float]
    /// Per edge; empty means none.
    public var flags: [EdgeFlags]
    /// Per edge, milliseconds since 1970 UTC; empty means the time of the child.
    public var times: [Int64]
    /// Per node, milliseconds since 1970 UTC.
    public var createdAt: [Int64]
    /// Per node.
    public var creators: [UInt32]
    /// Per node; empty means live.
    public var states: [NodeState]

    public init(
        offsets: [UInt32], parents: [UInt32], kinds: [EdgeKind] = [], weights: [Float] = [], flags: [EdgeFlags] = [],
        times: [Int64] = [], createdAt: [Int64], creators: [UInt32], states: [NodeState] = []
    ) {
        self.offsets = offsets
        self.parents = parents
        self.kinds = kinds
        self.weights = weights
        self.flags = flags
        self.times = times
        self.createdAt = createdAt
        self.creators = creators
        self.states = states
    }
}

extension LineageGraph {
    /// A graph from arrays, sealed and labeled. Late credits between parents newer than their children are added
    /// afterwards, with ``addLateEdge(child:link:)``.
    ///
    /// - Throws: ``LineageError``: what ``appendNode(parents:creator:createdAt:state:)`` throws, or `damaged` when the
    ///   arrays do not fit each other.
    /// - Complexity: O(nodes + edges); about 0.3 s per million nodes.
    public convenience init(
        _ bulk: LineageBulk, labels: LineageLabels = .full, sealsAutomatically: Bool = true
    ) throws(LineageError) {
        self.init(labels: labels, sealsAutomatically: sealsAutomatically)
        try Self.check(bulk)
        core.load(bulk)
    }

    private static func check(_ bulk: LineageBulk) throws(LineageError) {
        let count = bulk.createdAt.count
        guard count < nodesMax, bulk.parents.count < nodesMax else { throw .capacityExceeded(limit: nodesMax) }
        let edges = bulk.parents.count
        let fits: (Int, Int) -> Bool = { $0 == 0 || $0 == $1 }
        guard bulk.offsets.count == count + 1, bulk.offsets[0] == 0, Int(bulk.offsets[count]) == edges,
            bulk.creators.count == count, fits(bulk.states.count, count), fits(bulk.kinds.count, edges),
            fits(bulk.weights.count, edges), fits(bulk.flags.count, edges), fits(bulk.times.count, edges)
        else { throw .damaged("the arrays of the bulk do not fit each other") }
        for node in 0..<count where bulk.offsets[node] > bulk.offsets[node + 1] {
            throw .damaged("the offsets of the bulk are not ascending")
        }
        for node in 0..<count {
            let range = Int(bulk.offsets[node])..<Int(bulk.offsets[node + 1])
            if range.count > parentsMax { throw .tooManyParents(count: range.count, limit: parentsMax) }
            for edge in range {
                let parent = bulk.parents[edge]
                if parent == node { throw .selfEdge(UInt32(node)) }
                if parent > node { throw .unknownNode(parent) }
                for earlier in range.lowerBound..<edge where bulk.parents[earlier] == parent {
                    throw .duplicateEdge(child: UInt32(node), parent: parent)
                }
            }
        }
        for weight in bulk.weights where !(weight > 0 && weight <= 1) { throw .weightOutOfRange(weight) }
    }
}

extension GraphCore {
    fileprivate mutating func load(_ bulk: LineageBulk) {
        let count = bulk.createdAt.count
        takeColumns(createdAt: bulk.createdAt, creators: bulk.creators, states: bulk.states)
        base = SealedAdjacency.build(
            nodeCount: count, edgeCountHint: bulk.parents.count, createdAt: { bulk.createdAt[Int($0)] },
            links: { node, body in
                for edge in Int(bulk.offsets[Int(node)])..<Int(bulk.offsets[Int(node) + 1]) {
                    body(bulk.link(edge, createdAt: bulk.createdAt[Int(node)]))
                }
            })
        retractedEdgeCount = base.retractedCount
        edgeCount = base.edgeCount - base.retractedCount
        childHeads.reserve(count)
        lateHeads.reserve(count)
        relabel()
    }
}

extension LineageBulk {
    @inline(__always)
    fileprivate func link(_ edge: Int, createdAt: Int64) -> ParentLink {
        ParentLink(
            parent: parents[edge], kind: kinds.isEmpty ? .remix : kinds[edge],
            weight: weights.isEmpty ? 1 : weights[edge],
            flags: flags.isEmpty ? [] : flags[edge], at: times.isEmpty ? createdAt : times[edge])
    }
}
