import Dispatch
import Synchronization

extension LineageGraph {
    /// True when the tail is large enough that ``publish()`` starts a seal.
    public var wantsSeal: Bool { core.wantsSeal }

    /// Rewrites all edges as a new sealed base, makes the labels anew and empties the tail, now. Snapshots that were
    /// published keep theirs.
    ///
    /// - Complexity: O(nodes + edges). ``makeSealJob()`` and ``adopt(_:)`` do the same without holding the writer up.
    public func seal() {
        adopt(makeSealJob().run())
    }

    /// Begins a seal: the long part is ``LineageSealJob/run()``, on any thread, while the writer goes on.
    ///
    /// - Complexity: that of ``publish()``.
    public func makeSealJob() -> LineageSealJob {
        LineageSealJob(frozen: core.publish(version: 0))
    }

    /// Takes over a seal that has run. Everything written since it began stays as it is; readers see the new base with the
    /// next ``publish()``.
    ///
    /// - Returns: false, and nothing is changed, when another seal was taken over since this one began.
    /// - Complexity: O(nodes, edges and changed flags since the seal began).
    @discardableResult
    public func adopt(_ seal: LineageSeal) -> Bool { core.adopt(seal) }

    /// Bytes held, by part.
    public var memory: LineageMemory { core.memory }
}

/// The part of a seal that takes long: it only reads what can no longer change.
public struct LineageSealJob: Sendable {
    let frozen: LineageSnapshot

    /// Writes the sealed base and makes the labels.
    ///
    /// - Complexity: O(nodes + edges); about 0.15 s per million nodes.
    public func run() -> LineageSeal {
        withExtendedLifetime(frozen.storage) {
            let view = frozen.view
            let base = SealedAdjacency.build(
                nodeCount: frozen.nodeCount, edgeCountHint: frozen.edgeCount + frozen.retractedEdgeCount,
                sequence: frozen.sequence,
                createdAt: { view.createdAt($0) }, links: { node, body in view.forEachLinkInOrder(of: node, body) })
            return LineageSeal(frozen: frozen, base: base, labels: LabelColumns(view.labels, of: view))
        }
    }
}

/// A seal that has run, for ``LineageGraph/adopt(_:)``.
public final class LineageSeal: @unchecked Sendable {
    // Safe: made by one thread, handed over through a lock, then used by the writer alone.
    let frozen: LineageSnapshot
    let base: SealedAdjacency
    private var labels: LabelColumns?

    init(frozen: LineageSnapshot, base: SealedAdjacency, labels: consuming LabelColumns) {
        self.frozen = frozen
        self.base = base
        self.labels = consume labels
    }

    /// The labels, once.
    func takeLabels() -> LabelColumns? { labels.take() }
}

/// Runs one seal at a time on a queue of its own and keeps its result for the writer.
final class BackgroundSealer: Sendable {
    private enum State {
        case idle
        case running
        case finished(LineageSeal)
    }

    private let state = Mutex(State.idle)
    private static let queue = DispatchQueue(label: "arcanea.lineage.seal", qos: .utility)

    var isIdle: Bool {
        state.withLock {
            if case .idle = $0 { true } else { false }
        }
    }

    func start(_ job: LineageSealJob) {
        state.withLock { $0 = .running }
        Self.queue.async { [self] in
            let seal = job.run()
            state.withLock { $0 = .finished(seal) }
        }
    }

    /// The result, once.
    func takeFinished() -> LineageSeal? {
        state.withLock { state in
            guard case .finished(let seal) = state else { return nil }
            state = .idle
            return seal
        }
    }
}

/// Bytes that a graph holds, by part. Chunks of columns count whole.
public struct LineageMemory: Sendable, Equatable {
    /// Sealed parents lists, with kind, weight, flags and time of each edge.
    public var parentLists: Int
    /// Sealed children lists.
    public var childLists: Int
    /// Where the lists of both directions begin: 2.5 bytes per node.
    public var directories: Int
    /// Edges since the last seal.
    public var tail: Int
    /// Reachability labels: what ``LineageLabels`` says per node.
    public var labels: Int
    /// Time, creator and state: 13 bytes per node.
    public var nodeColumns: Int
    /// The sealed edges as a whole.
    public var sealedAdjacency: Int { parentLists + childLists + directories }
}

extension GraphView {
    /// Calls `body` with each parent edge, retracted ones too, in the order in which they were given.
    @inline(__always)
    func forEachLinkInOrder(of node: UInt32, _ body: (ParentLink) -> Void) {
        forEachLink(of: node) { link in
            body(link)
            return true
        }
    }

    /// All parent edges, retracted ones too, in the order in which they were given.
    func linksInOrder(of node: UInt32) -> [ParentLink] {
        var links: [ParentLink] = []
        forEachLinkInOrder(of: node) { links.append($0) }
        return links
    }
}
