/// The works with the largest decayed sums, kept in order while events arrive.
///
/// Forward decay makes this exact: sums only grow, and the order of two works changes by events alone. So a work that
/// fell off the board can come back only by an event of its own, which brings it past the board's edge again.
struct TrendingBoard: Sendable {
    struct Entry: Sendable, Equatable {
        var work: UInt32
        /// log2 of the undecayed sum.
        var log2Sum: Double

        static func precedes(_ a: Entry, _ b: Entry) -> Bool {
            a.log2Sum != b.log2Sum ? a.log2Sum > b.log2Sum : a.work < b.work
        }
    }

    let capacity: Int
    /// Best first; ties by work.
    private(set) var entries: [Entry] = []

    init(capacity: Int) { self.capacity = capacity }

    /// Whether every work with events is on the board.
    var isComplete: Bool { entries.count < capacity }

    /// A work's sum grew. O(log capacity) and one move of the entries between the two places.
    mutating func update(_ work: UInt32, from old: Double, to new: Double) {
        guard new > old else { return }
        let entry = Entry(work: work, log2Sum: new)
        if entries.count == capacity, let last = entries.last, !Entry.precedes(entry, last), last.work != work {
            return
        }
        let oldPlace = place(of: Entry(work: work, log2Sum: old))
        let isListed = oldPlace < entries.count && entries[oldPlace].work == work
        let newPlace = place(of: entry)
        if isListed {
            // Rotate the stretch between the places by one.
            var index = oldPlace
            while index > newPlace {
                entries[index] = entries[index - 1]
                index -= 1
            }
            entries[newPlace] = entry
        } else {
            entries.insert(entry, at: newPlace)
            if entries.count > capacity { entries.removeLast() }
        }
    }

    /// The first place whose entry does not precede `entry`.
    private func place(of entry: Entry) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if Entry.precedes(entries[middle], entry) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
