/// The postings of up to 65,536 records, immutable.
///
/// A record's number within the segment, its *row*, is its place in the ascending order of slots, so that a posting is 6 bytes:
///
/// ```
/// slots       UInt32 × records                      row → slot, ascending
/// dimensions  UInt32 × lists                        ascending
/// lists       (first posting, count, low, high) × lists
/// rows        UInt16 × postings                     ascending within a list
/// values      Float  × postings
/// ```
///
/// Searches work on *blocks* of 256 rows. A list of 2,048 postings or more also keeps, per block, where its postings start and
/// their least and largest value (10 to 12 bytes for at least 6 · 8 bytes of postings); a shorter one is read through instead.
///
/// `@unchecked Sendable`: nothing changes after `init`.
final class SparseSegment: @unchecked Sendable {
    static let recordCountMax = 1 << 16
    static let blockSize = 256
    static let directoryThreshold = 2_048

    struct List {
        var first: UInt32
        var count: UInt32
        var low: Float
        var high: Float
        /// Number among the lists that keep a directory; -1 for a list without.
        var directory: Int32
    }

    let slots: [UInt32]
    let dimensions: [UInt32]
    let lists: [List]
    let rows: UnsafePointer<UInt16>
    let values: UnsafePointer<Float>
    let postingCount: Int
    let blockCount: Int
    /// `blockCount + 1` for each directory: positions from the list's first posting.
    let blockStarts: UnsafePointer<UInt32>
    /// `blockCount` for each directory. Blocks without postings have 0 and 0.
    let blockLows: UnsafePointer<Float>
    let blockHighs: UnsafePointer<Float>
    private let directoryCount: Int

    /// - Parameters:
    ///   - rows, values: allocated by the caller, owned by the segment from now on.
    init(
        slots: [UInt32], dimensions: [UInt32], lists: [List], rows: UnsafeMutablePointer<UInt16>,
        values: UnsafeMutablePointer<Float>, postingCount: Int
    ) {
        precondition(slots.count <= Self.recordCountMax, "a row fits in 16 bits")
        self.slots = slots
        self.dimensions = dimensions
        self.rows = UnsafePointer(rows)
        self.values = UnsafePointer(values)
        self.postingCount = postingCount
        blockCount = (slots.count + Self.blockSize - 1) / Self.blockSize

        var lists = lists
        var directoryCount = 0
        for index in lists.indices where lists[index].count >= Self.directoryThreshold {
            lists[index].directory = Int32(directoryCount)
            directoryCount += 1
        }
        self.lists = lists
        self.directoryCount = directoryCount
        let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, directoryCount * (blockCount + 1)))
        let lows = UnsafeMutablePointer<Float>.allocate(capacity: max(1, directoryCount * blockCount))
        let highs = UnsafeMutablePointer<Float>.allocate(capacity: max(1, directoryCount * blockCount))
        for list in lists where list.directory >= 0 {
            let directory = Int(list.directory)
            Self.fillDirectory(
                rows + Int(list.first), values + Int(list.first), count: Int(list.count), blockCount: blockCount,
                starts: starts + directory * (blockCount + 1), lows: lows + directory * blockCount,
                highs: highs + directory * blockCount)
        }
        blockStarts = UnsafePointer(starts)
        blockLows = UnsafePointer(lows)
        blockHighs = UnsafePointer(highs)
    }

    deinit {
        rows.deallocate()
        values.deallocate()
        blockStarts.deallocate()
        blockLows.deallocate()
        blockHighs.deallocate()
    }

    private static func fillDirectory(
        _ rows: UnsafePointer<UInt16>, _ values: UnsafePointer<Float>, count: Int, blockCount: Int,
        starts: UnsafeMutablePointer<UInt32>, lows: UnsafeMutablePointer<Float>, highs: UnsafeMutablePointer<Float>
    ) {
        var position = 0
        for block in 0..<blockCount {
            starts[block] = UInt32(position)
            var low: Float = 0
            var high: Float = 0
            let start = position
            while position < count && Int(rows[position]) / blockSize == block {
                low = position == start ? values[position] : min(low, values[position])
                high = position == start ? values[position] : max(high, values[position])
                position += 1
            }
            lows[block] = low
            highs[block] = high
        }
        starts[blockCount] = UInt32(position)
    }

    /// Bytes of memory in use.
    var byteCount: Int {
        slots.count * 4 + dimensions.count * (4 + MemoryLayout<List>.stride) + postingCount * 6
            + directoryCount * (blockCount * 12 + 4)
    }

    /// The list of a dimension, or `nil`. O(log lists).
    func list(of dimension: UInt32) -> List? {
        let index = dimensions.partitionIndex { $0 < dimension }
        return index < dimensions.count && dimensions[index] == dimension ? lists[index] : nil
    }

    /// The row of a slot, or `nil`. O(log records).
    func row(of slot: UInt32) -> Int? {
        guard let first = slots.first, let last = slots.last, slot >= first, slot <= last else { return nil }
        let index = slots.partitionIndex { $0 < slot }
        return index < slots.count && slots[index] == slot ? index : nil
    }

    /// The value of a row in a list, or `nil`. O(log postings).
    func value(of row: Int, in list: List) -> Float? {
        var low = Int(list.first)
        var high = low + Int(list.count)
        let end = high
        let wanted = UInt16(row)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < end && rows[low] == wanted ? values[low] : nil
    }
}

extension Array {
    /// The length of the prefix whose elements satisfy a predicate that is true up to there and false from there on.
    func partitionIndex(_ predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
