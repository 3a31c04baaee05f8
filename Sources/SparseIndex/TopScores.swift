/// The best of a stream of scored slots: larger scores first, of equal scores the smaller slot.
///
/// A binary heap with the worst kept entry on top, so that the bar that others must reach is known at once.
struct TopScores {
    struct Entry {
        var score: Double
        var slot: UInt32

        @inline(__always)
        func isWorse(than other: Entry) -> Bool {
            score < other.score || (score == other.score && slot > other.slot)
        }
    }

    private let limit: Int
    private var heap: [Entry] = []

    init(_ limit: Int) {
        self.limit = limit
        heap.reserveCapacity(min(limit, 1_024))
    }

    /// Scores below it cannot be among the best; an equal one can, by its slot.
    private(set) var bar = -Double.infinity

    /// - Complexity: O(log limit).
    mutating func insert(score: Double, slot: UInt32) {
        let entry = Entry(score: score, slot: slot)
        if heap.count < limit {
            heap.append(entry)
            siftUp(heap.count - 1)
        } else {
            guard limit > 0, heap[0].isWorse(than: entry) else { return }
            heap[0] = entry
            siftDown()
        }
        if heap.count == limit { bar = heap[0].score }
    }

    /// The kept entries, best first.
    func sorted() -> [SparseNeighbor] {
        heap.sorted { $1.isWorse(than: $0) }.map { SparseNeighbor(slot: $0.slot, score: Self.rounded($0.score)) }
    }

    /// To float32, without the infinities.
    static func rounded(_ score: Double) -> Float {
        let largest = Double(Float.greatestFiniteMagnitude)
        return Float(min(max(score, -largest), largest))
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isWorse(than: heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var worst = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isWorse(than: heap[worst]) {
                worst = child
            }
            guard worst != parent else { return }
            heap.swapAt(parent, worst)
            parent = worst
        }
    }
}
