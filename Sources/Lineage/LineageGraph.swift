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
/// Edges live in a sealed, compressed base and an append-only tail. When the tail has grown large, ``publish()`` has it
/// sealed into a new base in the background and takes that over when it is done, unless `sealsAutomatically` is off.
public final class LineageGraph: @unchecked Sendable {
    // Safe: the writer's state is touched by one writer at a time, as documented; readers touch only `published`.

    /// Most parents of a work, late credits and retracted edges included.
    public static let parentsMax = 64
    /// Most nodes: node numbers and positions + 1 are 32-bit.
    public static let nodesMax = Int(UInt32.max) - 1
    /// A tail of fewer edges is not worth a seal.
    static let sealTailMin = 65_536

    var core: GraphCore
    private let sealsAutomatically: Bool
    private let sealer = BackgroundSealer()
    private var version: UInt64 = 0
    private let published: Mutex<LineageSnapshot>
    /// Counts uses of `published`, inside its lock: what the lock orders, in a form that a race detector sees, which does not
    /// look into the library of the lock.
    private let handovers = Atomic<UInt>(0)

    /// An empty graph.
    ///
    /// - Parameters:
    ///   - labels: how much memory reachability labels may take.
    ///   - sealsAutomatically: whether ``publish()`` has a large tail sealed in the background.
    public init(labels: LineageLabels = .full, sealsAutomatically: Bool = true) {
        core = GraphCore(labels: labels, pool: ScratchPool())
        self.sealsAutomatically = sealsAutomatically
        published = Mutex(LineageSnapshot.empty)
    }

    /// Nodes appended so far.
    public var nodeCount: Int { core.nodeCount }

    /// Edges that are not retracted.
    public var edgeCount: Int { core.edgeCount }

    /// Edges that were retracted and stay on record.
    public var retractedEdgeCount: Int { core.retractedEdgeCount }

    /// The owner's number of the last change that the graph has taken, for ``LineageImage`` to carry. The graph itself does
    /// not look at it.
    public var sequence: UInt64 {
        get { core.sequence }
        set { core.sequence = newValue }
    }

    // MARK: Publishing

    /// The state of the last ``publish()``. From any thread; the lock is held for the copy of one reference.
    public var snapshot: LineageSnapshot {
        published.withLock { snapshot in
            handovers.wrappingAdd(1, ordering: .acquiringAndReleasing)
            return snapshot
        }
    }

    /// Makes all changes so far visible in ``snapshot``. Takes over a seal that has finished, and starts one when the tail
    /// is large: after as many new edges as an eighth of the sealed ones, at least 65,536.
    ///
    /// - Complexity: O(1) for a few appended nodes; O(nodes / 1,024) after changes of older ones; O(what was written since
    ///   the seal began) when it takes one over.
    public func publish() {
        if let seal = sealer.takeFinished() { adopt(seal) }
        if sealsAutomatically, wantsSeal, sealer.isIdle { sealer.start(makeSealJob()) }
        version += 1
        let snapshot = core.publish(version: version)
        published.withLock { published in
            published = snapshot
            handovers.wrappingAdd(1, ordering: .acquiringAndReleasing)
        }
    }

    /// True while a seal runs in the background or waits to be taken over by the next ``publish()``.
    public var isSealing: Bool { !sealer.isIdle }
}
