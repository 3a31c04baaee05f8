public import Vectors

/// Exact nearest neighbors by comparing with every vector: the oracle of the recall tests, and right for small sets.
///
/// One writer; not for use from several threads at once.
public final class FlatIndex {
    public let metric: Metric
    private let store: VectorStore
    private var dead = SlotBitmap()
    private var deadCount = 0

    /// - Parameter dimension: at least 1.
    public init(dimension: Int, metric: Metric) {
        self.metric = metric
        store = VectorStore(dimension: dimension)
    }

    public var count: Int { store.count }
    public var liveCount: Int { store.count - deadCount }

    /// Appends a vector and returns its slot. Cosine: it is normalized.
    public func append(_ vector: UnsafeBufferPointer<Float>) -> UInt32 {
        metric.normalizesRows ? store.appendNormalized(vector) : store.append(vector)
    }

    /// Marks a slot as dead; it is never returned again. A dead slot stays dead.
    public func remove(_ slot: UInt32) {
        precondition(slot < store.count, "slot \(slot) is not in the index")
        guard !dead.contains(slot) else { return }
        dead.insert(slot)
        deadCount += 1
    }

    /// The nearest live vectors that pass the filter. O(count · dimension).
    public func search(_ query: UnsafeBufferPointer<Float>, _ parameters: SearchParameters) -> SearchResult {
        IndexSnapshot(metric: metric, view: store.view(), dead: dead, deadCount: deadCount, graph: nil)
            .search(query, parameters)
    }
}
