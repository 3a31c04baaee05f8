/// A candidate's position and the number it is ranked by.
struct RankedIndex: Equatable {
    var index: Int
    var score: Double
}

/// Keeps the best `capacity` entries of a stream: a heap with the worst kept entry on top.
///
/// The order must be total (ties broken by the caller), so that the outcome does not depend on the order of arrival.
struct BoundedSelection {
    let capacity: Int
    private var heap: [RankedIndex] = []

    init(capacity: Int) {
        self.capacity = max(0, capacity)
    }

    /// Entries below this score cannot enter: -∞ until the selection is full.
    var threshold: Double {
        heap.count < capacity ? -Double.infinity : heap.first?.score ?? Double.infinity
    }

    /// Adds an entry if it belongs to the best. O(log capacity).
    mutating func insert(_ entry: RankedIndex, by precedes: (RankedIndex, RankedIndex) -> Bool) {
        if heap.count < capacity {
            heap.append(entry)
            var child = heap.count - 1
            while child > 0 {
                let parent = (child - 1) / 2
                guard precedes(heap[parent], heap[child]) else { break }
                heap.swapAt(parent, child)
                child = parent
            }
        } else if let worst = heap.first, precedes(entry, worst) {
            heap[0] = entry
            var parent = 0
            while true {
                var worse = parent
                for child in (2 * parent + 1)...(2 * parent + 2) where child < heap.count {
                    if precedes(heap[worse], heap[child]) { worse = child }
                }
                guard worse != parent else { break }
                heap.swapAt(parent, worse)
                parent = worse
            }
        }
    }

    /// The kept entries, best first.
    func sorted(by precedes: (RankedIndex, RankedIndex) -> Bool) -> [RankedIndex] {
        heap.sorted(by: precedes)
    }
}
