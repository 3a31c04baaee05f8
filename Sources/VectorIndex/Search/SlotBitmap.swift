/// A set of slots, one bit each. A value: copies share memory until one of them changes.
public struct SlotBitmap: Sendable, Equatable {
    private(set) var words: [UInt64]

    /// An empty set with room for slots below `capacity`; it grows when a larger slot is inserted.
    public init(capacity: Int = 0) {
        words = [UInt64](repeating: 0, count: (capacity + 63) / 64)
    }

    /// The set whose words these are: bit `s & 63` of `words[s >> 6]` stands for slot `s`.
    public init(words: [UInt64]) { self.words = words }

    /// The set of the given slots.
    public init(_ slots: some Sequence<UInt32>) {
        words = []
        for slot in slots { insert(slot) }
    }

    public mutating func insert(_ slot: UInt32) {
        let word = Int(slot >> 6)
        if word >= words.count {
            words.append(contentsOf: repeatElement(0, count: Swift.max(word + 1 - words.count, words.count / 2)))
        }
        words[word] |= 1 << UInt64(slot & 63)
    }

    public mutating func remove(_ slot: UInt32) {
        let word = Int(slot >> 6)
        if word < words.count { words[word] &= ~(1 << UInt64(slot & 63)) }
    }

    public func contains(_ slot: UInt32) -> Bool {
        let word = Int(slot >> 6)
        return word < words.count && words[word] >> UInt64(slot & 63) & 1 == 1
    }

    /// Number of slots in the set. O(capacity / 64).
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Sets differ only in their slots, not in their room.
    public static func == (a: SlotBitmap, b: SlotBitmap) -> Bool {
        let shared = Swift.min(a.words.count, b.words.count)
        return a.words[..<shared] == b.words[..<shared] && a.words[shared...].allSatisfy { $0 == 0 }
            && b.words[shared...].allSatisfy { $0 == 0 }
    }
}

/// The slots in ascending order.
extension SlotBitmap: Sequence {
    public struct Iterator: IteratorProtocol {
        private let words: [UInt64]
        private var index = 0
        private var rest: UInt64

        init(_ words: [UInt64]) {
            self.words = words
            rest = words.first ?? 0
        }

        public mutating func next() -> UInt32? {
            while rest == 0 {
                index += 1
                guard index < words.count else { return nil }
                rest = words[index]
            }
            defer { rest &= rest - 1 }
            return UInt32(index * 64 + rest.trailingZeroBitCount)
        }
    }

    public func makeIterator() -> Iterator { Iterator(words) }
}
