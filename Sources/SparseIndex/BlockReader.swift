import Synchronization

/// The postings of one segment that a query touches, block by block.
struct BlockReader {
    /// The part of a list that lies in one block.
    struct Slice {
        /// Positions among the segment's postings.
        var start: Int
        var end: Int
        var weight: Double
        /// Sum of the bounds of this and all earlier slices of the block.
        var boundUpToHere: Double
    }

    /// A list of the query, with where its blocks start and what they add at most.
    private struct List {
        var first: Int
        var weight: Double
        var starts: UnsafePointer<UInt32>
        var bounds: UnsafePointer<Double>
        /// The most that the list adds to any record.
        var bound: Double
    }

    let part: SparsePart
    private let query: SparseVector
    private let scratch: BlockScratch
    private var lists: [List] = []
    private(set) var postingsRead = 0

    init(_ part: SparsePart, _ query: SparseVector, _ scratch: BlockScratch) {
        self.part = part
        self.query = query
        self.scratch = scratch
    }

    /// Finds the query's lists and computes all bounds, which `scratch.blockBounds` then holds summed up per block.
    ///
    /// - Returns: false when the segment has none of the lists.
    mutating func findLists() -> Bool {
        let segment = part.segment
        let blockCount = segment.blockCount
        scratch.prepare(lists: query.count, blocks: blockCount)
        for block in 0..<blockCount { scratch.blockBounds[block] = 0 }
        for (index, weight) in zip(query.indices, query.values) {
            guard let found = segment.list(of: index) else { continue }
            let bounds = scratch.bounds + lists.count * blockCount
            let starts: UnsafePointer<UInt32>
            if found.directory >= 0 {
                starts = segment.blockStarts + Int(found.directory) * (blockCount + 1)
                fillBounds(Int(found.directory), Double(weight), bounds)
            } else {
                let own = scratch.starts + lists.count * (blockCount + 1)
                fillBounds(found, Double(weight), own, bounds)
                starts = UnsafePointer(own)
            }
            for block in 0..<blockCount { scratch.blockBounds[block] += bounds[block] }
            lists.append(
                List(
                    first: Int(found.first), weight: Double(weight), starts: starts, bounds: UnsafePointer(bounds),
                    bound: max(0, Double(weight) * Double(found.low), Double(weight) * Double(found.high))))
        }
        lists.sort { $0.bound < $1.bound }
        return !lists.isEmpty
    }

    /// From a list's directory.
    private func fillBounds(_ directory: Int, _ weight: Double, _ bounds: UnsafeMutablePointer<Double>) {
        let blockCount = part.segment.blockCount
        let lows = part.segment.blockLows + directory * blockCount
        let highs = part.segment.blockHighs + directory * blockCount
        for block in 0..<blockCount {
            bounds[block] = max(0, weight * Double(lows[block]), weight * Double(highs[block]))
        }
    }

    /// From the postings themselves: a short list is read through.
    private mutating func fillBounds(
        _ list: SparseSegment.List, _ weight: Double, _ starts: UnsafeMutablePointer<UInt32>,
        _ bounds: UnsafeMutablePointer<Double>
    ) {
        let rows = part.segment.rows + Int(list.first)
        let values = part.segment.values + Int(list.first)
        let blockCount = part.segment.blockCount
        let count = Int(list.count)
        var position = 0
        for block in 0..<blockCount {
            starts[block] = UInt32(position)
            let end = (block + 1) * SparseSegment.blockSize
            var bound = 0.0
            while position < count && Int(rows[position]) < end {
                bound = max(bound, weight * Double(values[position]))
                position += 1
            }
            bounds[block] = bound
        }
        starts[blockCount] = UInt32(count)
        postingsRead += Int(list.count)
    }

    // MARK: One block

    /// Rows of a block that are alive.
    func liveRows(_ block: Int) -> BlockRows {
        let start = block * SparseSegment.blockSize
        let count = min(SparseSegment.blockSize, part.segment.slots.count - start)
        var words = SIMD4<UInt64>()
        for word in 0..<4 {
            let inWord = min(64, count - word * 64)
            guard inWord > 0 else { break }
            let all: UInt64 = inWord == 64 ? .max : 1 << UInt64(inWord) - 1
            words[word] = all & ~part.dead[start >> 6 + word]
        }
        return BlockRows(words: words)
    }

    /// Slot of a block's row.
    func slot(_ block: Int, _ row: Int) -> UInt32 { part.segment.slots[block * SparseSegment.blockSize + row] }

    /// Collects the lists' parts in a block into `scratch.slices`, the weakest lists first.
    ///
    /// - Returns: false when there are none.
    func gatherSlices(_ block: Int) -> Bool {
        scratch.slices.removeAll(keepingCapacity: true)
        var bound = 0.0
        for list in lists {
            let start = list.starts[block]
            let end = list.starts[block + 1]
            guard start < end else { continue }
            bound += list.bounds[block]
            scratch.slices.append(
                Slice(
                    start: list.first + Int(start), end: list.first + Int(end), weight: list.weight,
                    boundUpToHere: bound))
        }
        return !scratch.slices.isEmpty
    }

    /// Adds a slice to the sums.
    mutating func add(_ slice: Slice) {
        let rows = part.segment.rows
        let values = part.segment.values
        let sums = scratch.sums
        postingsRead += slice.end - slice.start
        for position in slice.start..<slice.end {
            sums[Int(rows[position]) & (SparseSegment.blockSize - 1)] += slice.weight * Double(values[position])
        }
    }

    /// Adds a slice to the sums of some rows; other rows' sums may change as well.
    mutating func add(_ slice: Slice, toRows wanted: BlockRows) {
        let rows = part.segment.rows
        let values = part.segment.values
        let sums = scratch.sums
        let mask = SparseSegment.blockSize - 1
        // A search for one row costs about as much as reading eight postings.
        guard wanted.count * 8 < slice.end - slice.start else { return add(slice) }
        var start = slice.start
        for row in wanted {
            var end = slice.end
            while start < end {
                let middle = (start + end) / 2
                if Int(rows[middle]) & mask < row { start = middle + 1 } else { end = middle }
            }
            guard start < slice.end, Int(rows[start]) & mask == row else { continue }
            sums[row] += slice.weight * Double(values[start])
        }
        postingsRead += wanted.count
    }
}

/// Working memory of one search, reused from call to call.
///
/// `@unchecked Sendable`: an instance has one user at a time, which took it from the pool.
final class BlockScratch: @unchecked Sendable {
    /// Scores of a block's rows so far.
    let sums = UnsafeMutablePointer<Double>.allocate(capacity: SparseSegment.blockSize)
    /// Per block, the sum of all lists' bounds.
    let blockBounds: UnsafeMutablePointer<Double>
    var slices: [BlockReader.Slice] = []
    /// `blocks` for each list.
    private(set) var bounds = UnsafeMutablePointer<Double>.allocate(capacity: 1)
    /// `blocks + 1` for each list.
    private(set) var starts = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    private var capacity = 1

    init() {
        blockBounds = .allocate(capacity: SparseSegment.recordCountMax / SparseSegment.blockSize)
    }

    deinit {
        sums.deallocate()
        blockBounds.deallocate()
        bounds.deallocate()
        starts.deallocate()
    }

    func prepare(lists: Int, blocks: Int) {
        let wanted = lists * (blocks + 1)
        guard wanted > capacity else { return }
        bounds.deallocate()
        starts.deallocate()
        capacity = wanted
        bounds = .allocate(capacity: wanted)
        starts = .allocate(capacity: wanted)
    }

    func clearSums() { sums.update(repeating: -0.0, count: SparseSegment.blockSize) }

    /// The rows to whose sums something was added since ``clearSums()``.
    ///
    /// Sums start at -0.0. No product is a zero, because values are not and Double holds every product of two floats; sums that
    /// cancel out are +0.0. So -0.0 stays only where nothing was added, and marking rows costs nothing while lists are read.
    func touchedRows() -> BlockRows {
        let untouched = (-0.0).bitPattern
        return rows { $0.bitPattern != untouched }
    }

    /// The rows whose sums are at least `needed`.
    func rows(reaching needed: Double) -> BlockRows { rows { $0 >= needed } }

    @inline(__always)
    private func rows(where isWanted: (Double) -> Bool) -> BlockRows {
        var rows = BlockRows()
        for word in 0..<4 {
            var bits: UInt64 = 0
            for bit in 0..<64 { bits |= (isWanted(sums[word << 6 + bit]) ? 1 : 0) << UInt64(bit) }
            rows.words[word] = bits
        }
        return rows
    }

    private static let pool = Mutex<[BlockScratch]>([])
    /// Idle instances kept; more are freed.
    private static let kept = 16

    /// Lends an instance to `body`.
    static func withScratch<R>(_ body: (BlockScratch) throws -> R) rethrows -> R {
        let scratch = pool.withLock { $0.popLast() } ?? BlockScratch()
        scratch.sums.initialize(repeating: 0, count: SparseSegment.blockSize)
        defer {
            pool.withLock { if $0.count < kept { $0.append(scratch) } }
        }
        return try body(scratch)
    }
}
