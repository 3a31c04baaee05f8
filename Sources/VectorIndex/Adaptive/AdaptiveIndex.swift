import Synchronization
public import Vectors

/// Nearest neighbors that need no tuning: exact while small, a graph plus an exactly scanned fresh tail above.
///
/// Life of a vector: ``append(_:)`` puts it into the tail, ``publish()`` shows it to readers, a ``SealJob`` links it into
/// a new graph off the writer, ``install(_:)`` swaps that graph in. ``remove(_:)`` sets a tombstone; the next seal takes
/// the node out of the graph and mends the links around it. Slots never change and are never reused.
///
/// `@unchecked Sendable`: all methods that change the index must be called by one writer at a time; ``snapshot`` may be
/// read by any thread at any time, and a snapshot never changes.
public final class AdaptiveIndex: @unchecked Sendable {
    public let dimension: Int
    public let metric: Metric
    public let parameters: AdaptiveParameters
    private var store: VectorStore
    private var dead = SlotBitmap()
    private var deadCount = 0
    private var graph: SealedGraph?
    var view: VectorView { store.view() }
    private let published: Mutex<IndexSnapshot>

    /// - Parameter dimension: at least 1.
    public init(dimension: Int, metric: Metric, parameters: AdaptiveParameters = .init()) {
        self.dimension = dimension
        self.metric = metric
        self.parameters = parameters
        store = VectorStore(dimension: dimension)
        published = Mutex(
            IndexSnapshot(metric: metric, view: store.view(), dead: SlotBitmap(), deadCount: 0, graph: nil))
    }

    /// Slots given out so far, dead ones included.
    public var count: Int { store.count }
    public var liveCount: Int { store.count - deadCount }
    /// The graph in use; `nil` while the index is scanned exactly.
    public var sealedGraph: SealedGraph? { graph }

    /// Appends a vector and returns its slot: the number of earlier appends. Cosine: the stored row is normalized.
    ///
    /// - Precondition: `vector` has `dimension` elements; they should be finite.
    public func append(_ vector: UnsafeBufferPointer<Float>) -> UInt32 {
        metric.normalizesRows ? store.appendNormalized(vector) : store.append(vector)
    }

    /// Marks a slot as dead; it is never returned again. A dead slot stays dead.
    ///
    /// - Precondition: `slot` was given out.
    public func remove(_ slot: UInt32) {
        precondition(slot < store.count, "slot \(slot) is not in the index")
        guard !dead.contains(slot) else { return }
        dead.insert(slot)
        deadCount += 1
    }

    /// Makes everything so far visible in ``snapshot``. O(1), plus a copy of the tombstones (one bit per slot) at the
    /// next removal.
    public func publish() {
        let next = IndexSnapshot(
            metric: metric, view: view, dead: dead, deadCount: deadCount, graph: graph)
        published.withLock { $0 = next }
    }

    /// The index as of the last ``publish()``. From any thread.
    public var snapshot: IndexSnapshot { published.withLock { $0 } }

    // MARK: - Sealing

    /// Whether a seal pays now: the tail is long, an eighth of the graph is dead, or the graph is of another mode than the
    /// index is to be in.
    public var wantsSeal: Bool {
        guard liveCount >= parameters.graphThreshold || graph != nil else { return false }
        let tail = store.count - (graph?.count ?? 0)
        if tail >= parameters.tailLimit { return true }
        guard let graph else { return liveCount >= parameters.graphThreshold }
        if let mode = graph.mode, mode != parameters.mode { return true }
        let linkedDead = deadCount - (graph.count - graph.nodeCount)
        return linkedDead >= max(graph.nodeCount / 8, 64)
    }

    /// The work that a seal takes, as of now. Writes may go on while it runs.
    public func makeSealJob() -> SealJob {
        SealJob(
            view: view, metric: metric, dead: dead, base: graph, parameters: parameters)
    }

    /// Takes a graph from a ``SealJob`` of this index, or one read back for the same rows in the same slots. Into an empty
    /// index a graph with vectors brings all its slots.
    ///
    /// The graph's vectors take the place of the index's own copies of them.
    /// - Returns: whether the graph fits: it covers no slots that do not exist, nor fewer than the graph in use, and has
    ///   the index's dimension and metric. A graph that does not fit changes nothing.
    @discardableResult
    public func install(_ sealed: SealedGraph) -> Bool {
        guard sealed.dimension == dimension, sealed.metric == metric, sealed.count >= graph?.count ?? 0 else {
            return false
        }
        if store.count == 0, let vectors = sealed.vectors {
            store = VectorStore(dimension: dimension, base: vectors)
        } else if sealed.count > store.count {
            return false
        } else if let vectors = sealed.vectors ?? sealed.rounded {
            store = store.rebased(onto: vectors)
        }
        graph = sealed
        return true
    }

    /// What a segment of the graph in use is written from; `nil` when there is none.
    public var segmentContent: SegmentContent? {
        graph.map { SegmentContent(graph: $0, view: view) }
    }
}
