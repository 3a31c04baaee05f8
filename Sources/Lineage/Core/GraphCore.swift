/// Everything the writer changes, as one value: edges, labels and node columns.
///
/// A struct, so that a changing method of the graph asks for exclusive access once and not once per column.
struct GraphCore: ~Copyable {
    var base = SealedAdjacency.empty
    var tailNodes = Column<TailNode>()
    var log = Column<LogEntry>()
    var childHeads = HeadColumn()
    var lateHeads = HeadColumn()
    var hasTailLateEdges = false

    var overlay: EdgeOverlay?
    var isOverlayPublished = false
    /// Children of edges retracted since the labels were made.
    var retractedChildren: NodeList?
    var trustsNoPositive = false

    var reach = Column<ReachLabel>()
    var supports = Column<SupportLabel>()
    var levelsAreComplete = true
    var leadsToIsComplete = true
    var ranksAreNumbers = true
    /// Nodes when the supports were chosen; they are chosen anew when the graph has doubled.
    var supportsNodeCount = 0

    var createdAt = Column<Int64>()
    var creators = Column<UInt32>()
    var states = Column<UInt8>()

    /// Edges that are not retracted.
    var edgeCount = 0
    /// Edges that were retracted and stay on record.
    var retractedEdgeCount = 0

    let pool: ScratchPool

    init(pool: ScratchPool) { self.pool = pool }

    var nodeCount: Int { createdAt.count }
    var wantsSeal: Bool { log.count > max(LineageGraph.sealTailMin, base.edgeCount / 8) }

    /// What the writer itself sees now. Valid until the next change.
    var view: GraphView {
        GraphView(
            nodeCount: UInt32(nodeCount), logCount: UInt32(log.count), baseCount: UInt32(base.nodeCount),
            parentDirectory: UnsafeRawPointer(base.parents.directory), parentBytes: UnsafePointer(base.parents.bytes),
            childDirectory: UnsafeRawPointer(base.children.directory), childBytes: UnsafePointer(base.children.bytes),
            tailNodes: tailNodes.addresses, log: log.addresses, childHeads: childHeads.addresses,
            lateHeads: lateHeads.addresses, hasTailEdges: log.count > 0, hasTailLateEdges: hasTailLateEdges,
            overlay: overlay.map { UnsafePointer($0.slots) }, overlayMask: overlay?.mask ?? 0,
            reach: reach.addresses, supports: supports.addresses, levelsAreComplete: levelsAreComplete,
            leadsToIsComplete: leadsToIsComplete,
            retractedChildren: retractedChildren.map { UnsafePointer($0.nodes) },
            retractedCount: trustsNoPositive ? GraphView.retractedMax : retractedChildren?.count ?? 0,
            trustsNoPositive: trustsNoPositive, ranksAreNumbers: ranksAreNumbers,
            createdAt: createdAt.addresses, creators: creators.addresses, states: states.addresses)
    }
}

extension GraphCore {
    /// Makes everything so far visible to readers.
    mutating func publish(version: UInt64) -> LineageSnapshot {
        let storage = SnapshotStorage(
            base: base, tailNodes: tailNodes.publish(), log: log.publish(), childHeads: childHeads.publish(),
            lateHeads: lateHeads.publish(), overlay: overlay, retractedChildren: retractedChildren,
            reach: reach.publish(), supports: supports.publish(), createdAt: createdAt.publish(),
            creators: creators.publish(), states: states.publish(), pool: pool)
        isOverlayPublished = true
        return LineageSnapshot(
            storage: storage, view: view, edgeCount: edgeCount, retractedEdgeCount: retractedEdgeCount, version: version
        )
    }
}

/// A short immutable list of nodes.
final class NodeList: @unchecked Sendable {
    // Safe: filled by its initializer, never changed.
    let nodes: UnsafeMutablePointer<UInt32>
    let count: Int

    init(_ list: [UInt32]) {
        count = list.count
        nodes = .allocate(capacity: max(1, list.count))
        for (index, node) in list.enumerated() { nodes[index] = node }
    }

    deinit { nodes.deallocate() }

    var array: [UInt32] { (0..<count).map { nodes[$0] } }
}
