/// Keeps the `capacity` largest of a stream of numbers with their keys; ties keep the smaller key.
///
/// Collects up to twice the capacity and then throws the smaller half away, so adding is O(1) amortized.
struct BoundedTop<Rank: Comparable & SendableMetatype> {
    private var entries: [(rank: Rank, key: UInt32)] = []
    private let capacity: Int
    /// The worst entry that was kept at the last cut: what is not better cannot enter any more.
    private var bar: (rank: Rank, key: UInt32)?

    init(capacity: Int) {
        self.capacity = capacity
        entries.reserveCapacity(2 * capacity)
    }

    mutating func insert(_ rank: Rank, _ key: UInt32) {
        if let bar, !Self.precedes((rank, key), bar) { return }
        entries.append((rank, key))
        if entries.count >= 2 * capacity { cut() }
    }

    /// The keys, largest number first.
    mutating func keys() -> [UInt32] {
        cut()
        return entries.map(\.key)
    }

    private mutating func cut() {
        entries.sort(by: Self.precedes)
        guard entries.count >= capacity else { return }
        entries.removeSubrange(capacity...)
        bar = entries.last
    }

    private static func precedes(_ a: (rank: Rank, key: UInt32), _ b: (rank: Rank, key: UInt32)) -> Bool {
        a.rank != b.rank ? a.rank > b.rank : a.key < b.key
    }
}
