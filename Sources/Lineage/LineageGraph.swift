import Synchronization

/// The lineage of a collection of works: a directed acyclic graph from children to parents that only grows.
///
/// Nodes are numbered 0, 1, 2, … in the order of ``appendNode(parents:creator:createdAt:state:)`` and are never
/// renumbered or removed. Parents exist before their children, so a node's number is a topological number, until a late
/// credit (``addLateEdge(child:link:)``) asks for a rank of its own.
///
/// One writer at a time calls the changing methods. ``snapshot`` can be read from any thread, and what it gives never
/// changes: it shows the state of the last ``publish()``.
///
/// Edges live in a sealed, compressed base and an append-only tail; ``publish()`` seals the tail into a new base when it
/// has grown large, unless `sealsAutomatically` is off.
public final class LineageGraph: @unchecked Sendable {
    // Safe: the writer's state is touched by one writer at a time, as documented; readers touch only `published`.

    /// Most parents of a work, late credits and retracted edges included.
    public static let parentsMax = 64
    /// Most nodes: node numbers and positions + 1 are 32-bit.
    public static let nodesMax = Int(UInt32.max) - 1
    /// A tail of fewer edges is not worth a seal.
    static let sealTailMin = 65_536

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
    public internal(set) var edgeCount = 0
    /// Edges that were retracted and stay on record.
    public internal(set) var retractedEdgeCount = 0

    let pool = ScratchPool()
    private let sealsAutomatically: Bool
    private var version: UInt64 = 0
    private let published: Mutex<LineageSnapshot>

    /// An empty graph.
    ///
    /// - Parameter sealsAutomatically: whether ``publish()`` seals a large tail.
    public init(sealsAutomatically: Bool = true) {
        self.sealsAutomatically = sealsAutomatically
        published = Mutex(LineageSnapshot.empty)
    }

    /// Nodes appended so far.
    public var nodeCount: Int { createdAt.count }

    // MARK: Publishing

    /// The state of the last ``publish()``. From any thread; the lock is held for the copy of one reference.
    public var snapshot: LineageSnapshot { published.withLock { $0 } }

    /// Makes all changes so far visible in ``snapshot``.
    ///
    /// - Complexity: O(1) for a few appended nodes; O(nodes / 4,096) after changes of older ones; O(nodes + edges) when it
    ///   seals, which happens after as many new edges as an eighth of the sealed ones, at least 65,536.
    public func publish() {
        if sealsAutomatically, wantsSeal { seal() }
        version += 1
        let storage = SnapshotStorage(
            base: base, tailNodes: tailNodes.publish(), log: log.publish(), childHeads: childHeads.publish(),
            lateHeads: lateHeads.publish(), overlay: overlay, retractedChildren: retractedChildren,
            reach: reach.publish(), supports: supports.publish(), createdAt: createdAt.publish(),
            creators: creators.publish(),
            states: states.publish(), pool: pool)
        isOverlayPublished = true
        let snapshot = LineageSnapshot(
            storage: storage, view: view, edgeCount: edgeCount, retractedEdgeCount: retractedEdgeCount, version: version
        )
        published.withLock { $0 = snapshot }
    }

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
