/// Everything the writer changes, as one value: edges, labels and node columns.
///
/// A struct, so that a changing method of the graph asks for exclusive access once and not once per column.
struct GraphCore: ~Copyable {
    var base = SealedAdjacency.empty
    var tailNodes = Column<TailNode>()
    var log = EdgeLog()
    var childHeads = HeadColumn()
    var lateHeads = HeadColumn()
    var hasTailLateEdges = false

    var overlay: EdgeOverlay?
    var isOverlayPublished = false
    /// Children of edges retracted since the labels were made.
    var retractedChildren: NodeList?
    var trustsNoPositive = false

    var labels: LabelColumns

    var createdAt = Column<Int64>()
    var creators = Column<UInt32>()
    var states = Column<UInt8>()

    /// The owner's sequence of the last change.
    var sequence: UInt64 = 0
    /// Edges that are not retracted.
    var edgeCount = 0
    /// Edges that were retracted and stay on record.
    var retractedEdgeCount = 0

    let pool: ScratchPool

    init(labels: LineageLabels, pool: ScratchPool) {
        self.labels = LabelColumns(labels)
        self.pool = pool
    }

    var nodeCount: Int { createdAt.count }
    var wantsSeal: Bool { log.count > max(LineageGraph.sealTailMin, base.edgeCount / 8) }

    /// What the writer itself sees now. Valid until the next change.
    var view: GraphView {
        GraphView(
            nodeCount: UInt32(nodeCount), logCount: UInt32(log.count), baseCount: UInt32(base.nodeCount),
            parentDirectory: base.parents.directory, parentBytes: base.parents.bytes,
            childDirectory: base.children.directory, childBytes: base.children.bytes,
            tailNodes: tailNodes.addresses, log: log.memory.addresses, childHeads: childHeads.addresses,
            lateHeads: lateHeads.addresses, hasTailEdges: log.count > 0, hasTailLateEdges: hasTailLateEdges,
            overlay: overlay.map { UnsafePointer($0.slots) }, overlayMask: overlay?.mask ?? 0,
            labels: labels.kind, full: labels.full.addresses, lite: labels.lite.addresses,
            forest: labels.forest.addresses, ranks: labels.ranks.addresses,
            flatFull: labels.full.flat, flatForest: labels.forest.flat,
            flatCount: labels.flatCount,
            growth: labels.growth.address, growthSeen: labels.growth.count,
            levelsAreComplete: labels.levelsAreComplete, leadsToIsComplete: labels.leadsToIsComplete,
            retractedChildren: retractedChildren.map { UnsafePointer($0.nodes) },
            retractedCount: trustsNoPositive ? GraphView.retractedMax : retractedChildren?.count ?? 0,
            trustsNoPositive: trustsNoPositive, ranksAreNumbers: labels.ranksAreNumbers,
            createdAt: createdAt.addresses, creators: creators.addresses, states: states.addresses)
    }
}

extension GraphCore {
    /// Makes everything so far visible to readers.
    mutating func publish(version: UInt64) -> LineageSnapshot {
        let kept = SnapshotMemory(
            base: base, tailNodes: tailNodes.publish(), log: log.memory, childHeads: childHeads.publish(),
            lateHeads: lateHeads.publish(), overlay: overlay, retractedChildren: retractedChildren,
            labels: labels.publish(), createdAt: createdAt.publish(), creators: creators.publish(),
            states: states.publish())
        isOverlayPublished = true
        return LineageSnapshot(
            storage: SnapshotStorage(view: view, memory: kept, pool: pool), edgeCount: edgeCount,
            retractedEdgeCount: retractedEdgeCount, version: version, sequence: sequence)
    }

    /// Makes all labels anew from the edges; ranks stay. O(nodes + edges).
    mutating func relabel() {
        labels = LabelColumns(labels.kind, of: view)
        retractedChildren = nil
        trustsNoPositive = false
    }

    /// Labels after an edge between existing nodes was added.
    mutating func updateLabels(child: UInt32, parent: UInt32) {
        pool.withScratch(nodeCount: nodeCount) { labels.update(child: child, parent: parent, view, $0) }
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
