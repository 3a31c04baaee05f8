/// One part of an index: a segment and which of its rows are dead.
struct SparsePart: Sendable {
    let segment: SparseSegment
    /// One bit a row, whole blocks.
    private(set) var dead: [UInt64]
    private(set) var deadCount = 0

    init(_ segment: SparseSegment) {
        self.segment = segment
        dead = [UInt64](repeating: 0, count: segment.blockCount * SparseSegment.blockSize / 64)
    }

    var liveCount: Int { segment.slots.count - deadCount }

    func isDead(_ row: Int) -> Bool { dead[row >> 6] >> UInt64(row & 63) & 1 == 1 }

    mutating func markDead(_ row: Int) {
        precondition(!isDead(row), "a row dies once")
        dead[row >> 6] |= 1 << UInt64(row & 63)
        deadCount += 1
    }

    /// The live row of a slot, or `nil`.
    func liveRow(of slot: UInt32) -> Int? {
        segment.row(of: slot).flatMap { isDead($0) ? nil : $0 }
    }
}

extension SparseSegment {
    /// The segment of some records.
    ///
    /// - Parameter records: at most 65,536, each slot once.
    /// - Complexity: O(values · log values).
    convenience init(records: [UInt32: SparseVector]) {
        struct Posting {
            var key: UInt64
            var value: Float
        }
        let slots = records.keys.sorted()
        let count = records.values.reduce(0) { $0 + $1.count }
        var postings: [Posting] = []
        postings.reserveCapacity(count)
        for (row, slot) in slots.enumerated() {
            guard let vector = records[slot] else { continue }
            for (index, value) in zip(vector.indices, vector.values) {
                postings.append(Posting(key: UInt64(index) << 16 | UInt64(row), value: value))
            }
        }
        postings.sort { $0.key < $1.key }

        var writer = PostingWriter(capacity: count)
        for posting in postings {
            writer.append(
                dimension: UInt32(truncatingIfNeeded: posting.key >> 16), row: UInt16(truncatingIfNeeded: posting.key),
                value: posting.value)
        }
        self.init(slots: slots, writer)
    }

    /// The live records of two parts as one segment; of one part without its dead rows.
    ///
    /// - Precondition: no slot is alive in both; at most 65,536 records live.
    /// - Complexity: O(postings).
    convenience init(merging a: SparsePart, _ b: SparsePart?) {
        let (slots, rowsOfA, rowsOfB) = Self.joined(a, b)
        var writer = PostingWriter(
            capacity: Self.livePostingCount(a) + (b.map(Self.livePostingCount) ?? 0))
        let first = Source(part: a, rows: rowsOfA)
        let second = b.map { Source(part: $0, rows: rowsOfB) }
        var i = 0
        var j = 0
        let endOfA = a.segment.dimensions.count
        let endOfB = b?.segment.dimensions.count ?? 0
        while i < endOfA || j < endOfB {
            let dimensionA = i < endOfA ? a.segment.dimensions[i] : .max
            let dimensionB = j < endOfB ? b!.segment.dimensions[j] : .max
            let takesA = i < endOfA && (j >= endOfB || dimensionA <= dimensionB)
            let takesB = j < endOfB && (i >= endOfA || dimensionB <= dimensionA)
            writer.append(
                dimension: takesA ? dimensionA : dimensionB, takesA ? first.list(i) : nil,
                takesB ? second?.list(j) : nil)
            if takesA { i += 1 }
            if takesB { j += 1 }
        }
        self.init(slots: slots, writer)
    }

    private convenience init(slots: [UInt32], _ writer: PostingWriter) {
        self.init(
            slots: slots, dimensions: writer.dimensions, lists: writer.lists, rows: writer.rows, values: writer.values,
            postingCount: writer.count)
    }

    /// The live slots of both in ascending order, and each old row's new one; `noRow` for dead rows.
    private static func joined(
        _ a: SparsePart, _ b: SparsePart?
    ) -> (slots: [UInt32], rowsOfA: [UInt32], rowsOfB: [UInt32]) {
        var slots: [UInt32] = []
        slots.reserveCapacity(a.liveCount + (b?.liveCount ?? 0))
        var rowsOfA = [UInt32](repeating: noRow, count: a.segment.slots.count)
        var rowsOfB = [UInt32](repeating: noRow, count: b?.segment.slots.count ?? 0)
        var i = 0
        var j = 0
        while true {
            while i < rowsOfA.count && a.isDead(i) { i += 1 }
            while let b, j < rowsOfB.count, b.isDead(j) { j += 1 }
            guard i < rowsOfA.count || j < rowsOfB.count else { break }
            let row = UInt32(slots.count)
            if j >= rowsOfB.count || (i < rowsOfA.count && a.segment.slots[i] < b!.segment.slots[j]) {
                slots.append(a.segment.slots[i])
                rowsOfA[i] = row
                i += 1
            } else {
                slots.append(b!.segment.slots[j])
                rowsOfB[j] = row
                j += 1
            }
        }
        return (slots, rowsOfA, rowsOfB)
    }

    private static let noRow = UInt32.max

    private static func livePostingCount(_ part: SparsePart) -> Int {
        guard part.deadCount > 0 else { return part.segment.postingCount }
        var count = 0
        for position in 0..<part.segment.postingCount where !part.isDead(Int(part.segment.rows[position])) {
            count += 1
        }
        return count
    }

    /// A part whose lists are read with the rows' new numbers.
    private struct Source {
        let part: SparsePart
        let rows: [UInt32]

        func list(_ index: Int) -> Cursor {
            let list = part.segment.lists[index]
            return Cursor(
                segment: part.segment, rows: rows, position: Int(list.first), end: Int(list.first) + Int(list.count))
        }
    }

    /// The live postings of one list, in ascending order of their new rows.
    fileprivate struct Cursor {
        let segment: SparseSegment
        let rows: [UInt32]
        var position: Int
        let end: Int

        mutating func next() -> (row: UInt32, value: Float)? {
            while position < end {
                let row = rows[Int(segment.rows[position])]
                let value = segment.values[position]
                position += 1
                if row != noRow { return (row, value) }
            }
            return nil
        }
    }
}

/// Postings on their way into a segment: dimensions ascending, rows ascending within one.
private struct PostingWriter {
    private(set) var dimensions: [UInt32] = []
    private(set) var lists: [SparseSegment.List] = []
    let rows: UnsafeMutablePointer<UInt16>
    let values: UnsafeMutablePointer<Float>
    private let capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        rows = .allocate(capacity: max(1, capacity))
        values = .allocate(capacity: max(1, capacity))
    }

    mutating func append(dimension: UInt32, row: UInt16, value: Float) {
        precondition(count < capacity, "the capacity is the number of postings")
        if dimensions.last != dimension {
            dimensions.append(dimension)
            lists.append(.init(first: UInt32(count), count: 0, low: value, high: value, directory: -1))
        }
        rows[count] = row
        values[count] = value
        count += 1
        let last = lists.count - 1
        lists[last].count += 1
        lists[last].low = min(lists[last].low, value)
        lists[last].high = max(lists[last].high, value)
    }

    /// Both lists of a dimension, merged. Writes no list when neither has a live posting.
    mutating func append(dimension: UInt32, _ a: SparseSegment.Cursor?, _ b: SparseSegment.Cursor?) {
        var a = a
        var b = b
        var nextA = a?.next()
        var nextB = b?.next()
        while nextA != nil || nextB != nil {
            if let posting = nextA, nextB.map({ posting.row < $0.row }) ?? true {
                append(dimension: dimension, row: UInt16(posting.row), value: posting.value)
                nextA = a?.next()
            } else if let posting = nextB {
                append(dimension: dimension, row: UInt16(posting.row), value: posting.value)
                nextB = b?.next()
            }
        }
    }
}
