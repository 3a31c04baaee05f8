/// The lineage as of one ``LineageGraph/publish()``. Immutable, cheap to copy, readable from any thread; neither waits
/// for the other side.
///
/// Edges that are retracted are not followed by any operation. Nodes that are hidden, redacted or merged stay in all
/// walks, paths and ancestor sets, because lineage survives a takedown; where an operation treats them otherwise, its
/// documentation says so. All operations trap on nodes that do not exist (`node >= nodeCount`).
public struct LineageSnapshot: Sendable {
    let storage: SnapshotStorage

    /// Edges that are not retracted.
    public let edgeCount: Int
    /// Edges that were retracted and stay on record.
    public let retractedEdgeCount: Int
    /// Number of the ``LineageGraph/publish()`` that this is the result of; 0 before the first one.
    public let version: UInt64
    /// ``LineageGraph/sequence`` at that time.
    public let sequence: UInt64

    /// The raw addresses, as a copy for loops to keep in registers.
    var view: GraphView {
        @inline(__always) get { storage.view.pointee }
    }

    /// Nodes are numbered below this.
    public var nodeCount: Int { Int(storage.view.pointee.nodeCount) }

    static let empty: LineageSnapshot = {
        var core = GraphCore(labels: .none, pool: ScratchPool())
        return core.publish(version: 0)
    }()
}

/// A snapshot's addresses, and what keeps the memory behind them alive.
final class SnapshotStorage: @unchecked Sendable {
    // Safe: nothing changes after the initializer.
    let view: UnsafePointer<GraphView>
    let pool: ScratchPool
    let memory: SnapshotMemory

    init(view: GraphView, memory: SnapshotMemory, pool: ScratchPool) {
        let address = UnsafeMutablePointer<GraphView>.allocate(capacity: 1)
        address.initialize(to: view)
        self.view = UnsafePointer(address)
        self.memory = memory
        self.pool = pool
    }

    deinit { view.deallocate() }
}

/// Everything that a view points into.
struct SnapshotMemory: Sendable {
    let base: SealedAdjacency
    let tailNodes: ChunkTable
    let log: EdgeLogMemory
    let childHeads: ChunkTable
    let lateHeads: ChunkTable
    let overlay: EdgeOverlay?
    let retractedChildren: NodeList?
    let labels: LabelTables
    let createdAt: ChunkTable
    let creators: ChunkTable
    let states: ChunkTable
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
        precondition(node < storage.view.pointee.nodeCount, "node does not exist in this snapshot")
    }
}
