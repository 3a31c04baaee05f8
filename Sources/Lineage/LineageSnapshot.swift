/// The lineage as of one ``LineageGraph/publish()``. Immutable, cheap to copy, readable from any thread; neither waits
/// for the other side.
///
/// Edges that are retracted are not followed by any operation. Nodes that are hidden, redacted or merged stay in all
/// walks, paths and ancestor sets, because lineage survives a takedown; where an operation treats them otherwise, its
/// documentation says so. All operations trap on nodes that do not exist (`node >= nodeCount`).
public struct LineageSnapshot: Sendable {
    let storage: SnapshotStorage
    let view: GraphView

    /// Edges that are not retracted.
    public let edgeCount: Int
    /// Edges that were retracted and stay on record.
    public let retractedEdgeCount: Int
    /// Number of the ``LineageGraph/publish()`` that this is the result of; 0 before the first one.
    public let version: UInt64

    /// Nodes are numbered below this.
    public var nodeCount: Int { Int(view.nodeCount) }

    static let empty: LineageSnapshot = {
        let column = ChunkTable(copying: [], capacity: 1)
        let storage = SnapshotStorage(
            base: .empty, tailNodes: column, log: column, childHeads: column, lateHeads: column, overlay: nil,
            retractedChildren: nil, reach: column, supports: column, createdAt: column, creators: column,
            states: column,
            pool: ScratchPool())
        return LineageSnapshot(
            storage: storage, view: LineageGraph.emptyView(storage), edgeCount: 0, retractedEdgeCount: 0, version: 0)
    }()
}

/// What keeps a snapshot's memory alive.
final class SnapshotStorage: Sendable {
    let base: SealedAdjacency
    let tailNodes: ChunkTable
    let log: ChunkTable
    let childHeads: ChunkTable
    let lateHeads: ChunkTable
    let overlay: EdgeOverlay?
    let retractedChildren: NodeList?
    let reach: ChunkTable
    let supports: ChunkTable
    let createdAt: ChunkTable
    let creators: ChunkTable
    let states: ChunkTable
    let pool: ScratchPool

    init(
        base: SealedAdjacency, tailNodes: ChunkTable, log: ChunkTable, childHeads: ChunkTable, lateHeads: ChunkTable,
        overlay: EdgeOverlay?, retractedChildren: NodeList?, reach: ChunkTable, supports: ChunkTable,
        createdAt: ChunkTable,
        creators: ChunkTable, states: ChunkTable, pool: ScratchPool
    ) {
        self.base = base
        self.tailNodes = tailNodes
        self.log = log
        self.childHeads = childHeads
        self.lateHeads = lateHeads
        self.overlay = overlay
        self.retractedChildren = retractedChildren
        self.reach = reach
        self.supports = supports
        self.createdAt = createdAt
        self.creators = creators
        self.states = states
        self.pool = pool
    }
}

extension LineageGraph {
    static func emptyView(_ storage: SnapshotStorage) -> GraphView {
        GraphView(
            parentDirectory: UnsafeRawPointer(storage.base.parents.directory),
            parentBytes: UnsafePointer(storage.base.parents.bytes),
            childDirectory: UnsafeRawPointer(storage.base.children.directory),
            childBytes: UnsafePointer(storage.base.children.bytes),
            tailNodes: storage.tailNodes.addresses, log: storage.log.addresses,
            childHeads: storage.childHeads.addresses, lateHeads: storage.lateHeads.addresses,
            reach: storage.reach.addresses, supports: storage.supports.addresses,
            createdAt: storage.createdAt.addresses,
            creators: storage.creators.addresses, states: storage.states.addresses)
    }
}

// MARK: One node

extension LineageSnapshot {
    /// The work's parents over edges that count, in the order in which they were given.
    public func parents(of node: UInt32) -> [ParentLink] {
        allLinks(of: node).filter { !$0.flags.contains(.retracted) }
    }

    /// The work's parent edges, retracted ones too, in the order in which they were given.
    public func allLinks(of node: UInt32) -> [ParentLink] {
        check(node)
        return withExtendedLifetime(storage) { view.linksInOrder(of: node) }
    }

    /// The works made from this one over edges that count, ascending.
    public func children(of node: UInt32) -> [UInt32] {
        check(node)
        var children: [UInt32] = []
        forEachChild(of: node) { children.append($0) }
        if view.hasTailEdges { children.sort() }
        return children
    }

    /// Calls `body` with each child over an edge that counts, in no particular order.
    public func forEachChild(of node: UInt32, _ body: (UInt32) -> Void) {
        check(node)
        withExtendedLifetime(storage) {
            view.forEachChild(of: node) { child in
                body(child)
                return true
            }
        }
    }

    /// The edge's data, retracted or not, or `nil` when there is no such edge.
    public func link(child: UInt32, parent: UInt32) -> ParentLink? {
        check(child)
        return withExtendedLifetime(storage) { view.link(child: child, parent: parent) }
    }

    public func state(of node: UInt32) -> NodeState {
        check(node)
        return withExtendedLifetime(storage) { NodeState(rawValue: view.state(node)) ?? .live }
    }

    public func creator(of node: UInt32) -> UInt32 {
        check(node)
        return withExtendedLifetime(storage) { view.creator(node) }
    }

    /// Milliseconds since 1970 UTC.
    public func createdAt(of node: UInt32) -> Int64 {
        check(node)
        return withExtendedLifetime(storage) { view.createdAt(node) }
    }

    /// Children that are live.
    public func liveChildCount(of node: UInt32) -> Int {
        var count = 0
        forEachChild(of: node) { if view.state($0) == NodeState.live.rawValue { count += 1 } }
        return count
    }

    @inline(__always)
    func check(_ node: UInt32) {
        precondition(node < view.nodeCount, "node does not exist in this snapshot")
    }
}
