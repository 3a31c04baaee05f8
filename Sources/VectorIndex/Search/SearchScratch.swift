import Synchronization

/// Working memory of one search or one build, reused from call to call.
///
/// `@unchecked Sendable`: an instance has one user at a time, which took it from the pool.
final class SearchScratch: @unchecked Sendable {
    /// Gathered in one kernel call at most.
    static let batch = 512

    /// One bit per slot, all zero between searches.
    private(set) var visited: UnsafeMutablePointer<UInt64>
    private(set) var visitedWords: Int
    /// The sorted candidate list of a walk, one more than its capacity.
    private(set) var keys: UnsafeMutablePointer<UInt64>
    private(set) var keyCapacity: Int
    /// The query, padded with zeros to whole rows, 64-byte aligned.
    private(set) var query: UnsafeMutablePointer<Float>
    private(set) var queryCapacity: Int
    let slots = UnsafeMutablePointer<UInt32>.allocate(capacity: batch)
    let failing = UnsafeMutablePointer<UInt32>.allocate(capacity: batch)
    let rows = UnsafeMutablePointer<UnsafeRawPointer?>.allocate(capacity: batch)
    let distances = UnsafeMutablePointer<Float>.allocate(capacity: batch)
    let codes = CodeScratch()
    let pool = PoolScratch()

    init() {
        visitedWords = 0
        visited = .allocate(capacity: 1)
        keyCapacity = 0
        keys = .allocate(capacity: 1)
        queryCapacity = 0
        query = Self.alignedFloats(16)
        rows.initialize(repeating: nil, count: Self.batch)
    }

    deinit {
        visited.deallocate()
        keys.deallocate()
        query.deallocate()
        slots.deallocate()
        failing.deallocate()
        rows.deallocate()
        distances.deallocate()
    }

    private static func alignedFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
        UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.size, alignment: 64)
            .bindMemory(to: Float.self, capacity: count)
    }

    func prepareVisited(slots: Int) {
        let words = (slots + 63) / 64
        guard words > visitedWords else { return }
        visited.deallocate()
        visitedWords = words + words / 4
        visited = .allocate(capacity: visitedWords)
        visited.initialize(repeating: 0, count: visitedWords)
    }

    func clearVisited(slots: Int) {
        visited.update(repeating: 0, count: min((slots + 63) / 64, visitedWords))
    }

    func prepareKeys(_ capacity: Int) {
        guard capacity + 1 > keyCapacity else { return }
        keys.deallocate()
        keyCapacity = capacity + 1
        keys = .allocate(capacity: keyCapacity)
    }

    /// Room for a query of `stride` floats.
    func prepareQuery(stride: Int) -> UnsafeMutablePointer<Float> {
        if stride > queryCapacity {
            query.deallocate()
            queryCapacity = stride
            query = Self.alignedFloats(stride)
        }
        return query
    }

    // MARK: - Pool

    private static let pool = Mutex<[SearchScratch]>([])
    /// Idle instances kept; more are freed.
    private static let kept = 64

    /// Lends an instance to `body`.
    static func withScratch<R>(_ body: (SearchScratch) throws -> R) rethrows -> R {
        let scratch = pool.withLock { $0.popLast() } ?? SearchScratch()
        defer {
            pool.withLock { if $0.count < kept { $0.append(scratch) } }
        }
        return try body(scratch)
    }
}
