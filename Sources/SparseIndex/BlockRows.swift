/// A set of the 256 rows of a block.
struct BlockRows {
    var words = SIMD4<UInt64>()

    init() {}

    init(words: SIMD4<UInt64>) { self.words = words }

    var isEmpty: Bool { words == SIMD4() }

    @inline(__always)
    mutating func insert(_ row: Int) { words[row >> 6] |= 1 << UInt64(row & 63) }

    mutating func formIntersection(_ other: BlockRows) { words &= other.words }

    var count: Int { (0..<4).reduce(0) { $0 + words[$1].nonzeroBitCount } }
}

/// The rows in ascending order.
extension BlockRows: Sequence {
    struct Iterator: IteratorProtocol {
        private let words: SIMD4<UInt64>
        private var word = 0
        private var rest: UInt64

        init(_ words: SIMD4<UInt64>) {
            self.words = words
            rest = words[0]
        }

        mutating func next() -> Int? {
            while rest == 0 {
                word += 1
                guard word < 4 else { return nil }
                rest = words[word]
            }
            defer { rest &= rest - 1 }
            return word << 6 + rest.trailingZeroBitCount
        }
    }

    func makeIterator() -> Iterator { Iterator(words) }
}

extension SlotSet {
    /// The rows of a block whose slots are in the set.
    ///
    /// - Complexity: O(slots between the block's first and last / 64) when none is; O(rows) otherwise.
    func rows(_ segment: SparseSegment, _ block: Int) -> BlockRows {
        let start = block * SparseSegment.blockSize
        let end = min(start + SparseSegment.blockSize, segment.slots.count)
        var result = BlockRows()
        segment.slots.withUnsafeBufferPointer { slots in
            let first = Int(slots[start] >> 6)
            let last = min(Int(slots[end - 1] >> 6), words.count - 1)
            guard first <= last, words[first...last].contains(where: { $0 != 0 }) else { return }
            for row in start..<end where contains(slots[row]) { result.insert(row - start) }
        }
        return result
    }
}
