import CKernels

/// The candidates of a walk along estimates, unsorted.
///
/// A sorted list costs a search and a move of half the list per insertion, and a walk inserts six times a hop. Here
/// insertion is an append, and taking the nearest is a scan of whole vectors: a list of a few hundred candidates is a few
/// dozen of them.
///
/// The pool promises what a sorted list of `limit` places promises: ``takeNearest()`` ends exactly when the `limit`
/// nearest of all candidates ever added were taken. Candidates that are certainly not among them are dropped from time to
/// time, in bulk.
///
/// SAFETY: borrows the memory of a ``PoolScratch`` and must not outlive the call that it was made in.
struct CandidatePool {
    private let limit: Int
    private let slack: Int
    private var lists: ckernels_pool
    private(set) var count = 0
    /// Estimates at or above it cannot be among the nearest.
    private(set) var threshold = Float.infinity
    /// Where the nearest waiting candidate was when the last one was taken; `none` when there was no other.
    private var second = none

    private static let none = -1

    /// - Parameter limit: at least 1.
    init(limit: Int, _ scratch: PoolScratch) {
        self.limit = limit
        slack = Self.slack(limit)
        lists = scratch.lists(capacity: limit + slack + Self.margin)
    }

    /// Candidates beyond `limit` that may collect before they are sorted out.
    private static func slack(_ limit: Int) -> Int { max(64, limit / 4) }
    /// Places for one more call of ``add``, and for the end of the lists.
    private static let margin = 64

    /// Appends the candidates of a block of 32 whose bit is set in `places` and whose slot is not visited yet.
    @inline(__always)
    mutating func add(
        _ estimates: UnsafePointer<Float>, _ slots: UnsafePointer<UInt32>, places: UInt32,
        visited: UnsafePointer<UInt64>
    ) {
        guard places != 0 else { return }
        let old = count
        count = ckernels_pool_add(&lists, count, estimates, slots, places, visited)
        if count > limit + slack { return sortOut() }
        let nearest = ckernels_pool_nearest(lists.open + old, count &- old)
        if nearest < count &- old, second == Self.none || lists.open[old &+ nearest] < lists.open[second] {
            second = old &+ nearest
        }
    }

    /// Takes the nearest waiting candidate.
    ///
    /// - Returns: its slot, which may have been taken before as another candidate; `nil` when the `limit` nearest were
    ///   all taken.
    @inline(__always)
    mutating func takeNearest() -> UInt32? {
        guard second != Self.none else { return nil }
        if count > limit, ckernels_pool_count_below(lists.keys, count, lists.open[second]) >= limit { return nil }
        let slot = lists.slots[second]
        lists.open[second] = .infinity
        findSecond()
        return slot
    }

    /// The estimate of the nearest waiting candidate; infinite when none waits.
    var nearestWaiting: Float { second == Self.none ? .infinity : lists.open[second] }

    /// The slot that ``takeNearest()`` would give now.
    var following: UInt32? { second == Self.none ? nil : lists.slots[second] }

    @inline(__always)
    private mutating func findSecond() {
        let nearest = ckernels_pool_nearest(lists.open, count)
        second = nearest < count ? nearest : Self.none
    }

    /// Drops candidates until at least `limit` and at most `limit + slack / 2` are left.
    private mutating func sortOut() {
        // Halves the range of a cut between the two. Floats are halved as integers of the same order: that ends, and
        // within one power of two it is the same.
        var low: UInt32 = 0
        var high = Self.ordered(threshold)
        if threshold == .infinity {
            var highest = lists.keys[0]
            for index in 1..<count { highest = max(highest, lists.keys[index]) }
            high = Self.ordered(highest)
        }
        low = Self.ordered(lists.keys[ckernels_pool_nearest(lists.keys, count)])
        while low < high, high - low > 1 {
            let middle = low + (high - low) / 2
            let below = ckernels_pool_count_below(lists.keys, count, Self.float(middle))
            if below < limit {
                low = middle
            } else if below > limit + slack / 2 {
                high = middle
            } else {
                threshold = Self.float(middle)
                count = ckernels_pool_keep_below(&lists, count, threshold)
                return findSecond()
            }
        }
        // Very many have the same estimate, which is that of place `limit`: the first of them stay.
        keepFirst(equal: Self.float(low))
        findSecond()
    }

    private mutating func keepFirst(equal: Float) {
        var room = limit - ckernels_pool_count_below(lists.keys, count, equal)
        var kept = 0
        for index in 0..<count {
            let key = lists.keys[index]
            guard key < equal || (key == equal && room > 0) else { continue }
            if key == equal { room -= 1 }
            lists.keys[kept] = key
            lists.open[kept] = lists.open[index]
            lists.slots[kept] = lists.slots[index]
            kept += 1
        }
        for index in kept..<count {
            lists.keys[index] = .infinity
            lists.open[index] = .infinity
        }
        count = kept
        threshold = equal
    }

    /// Unsigned order is numeric order; both zeros are one.
    private static func ordered(_ value: Float) -> UInt32 {
        let bits = (value + 0).bitPattern
        return bits & 0x8000_0000 != 0 ? ~bits : bits | 0x8000_0000
    }

    private static func float(_ ordered: UInt32) -> Float {
        Float(bitPattern: ordered & 0x8000_0000 != 0 ? ordered & 0x7FFF_FFFF : ~ordered)
    }
}

/// Memory for a ``CandidatePool``, reused from search to search. One user at a time.
final class PoolScratch {
    private var memory = AlignedMemory(byteCount: 0)
    private var capacity = 0

    func lists(capacity wanted: Int) -> ckernels_pool {
        if wanted > capacity {
            capacity = (wanted + wanted / 4 + 15) & ~15
            memory = AlignedMemory(byteCount: capacity * 12)
        }
        let floats = memory.start.assumingMemoryBound(to: Float.self)
        return ckernels_pool(
            keys: floats, open: floats + capacity,
            slots: (memory.start + capacity * 8).assumingMemoryBound(to: UInt32.self))
    }
}
