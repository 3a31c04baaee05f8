/// What a search is asked for.
public struct SparseSearchParameters: Sendable {
    /// How many records are wanted; fewer come back only when fewer qualify.
    public var k: Int
    /// Only these slots may be returned, when given.
    public var filter: SlotSet?

    /// - Precondition: `k` is not negative.
    public init(k: Int, filter: SlotSet? = nil) {
        precondition(k >= 0, "k is not negative")
        self.k = k
        self.filter = filter
    }
}

/// A set of slots as plain words: bit `s & 63` of `words[s >> 6]` stands for slot `s`.
public struct SlotSet: Sendable {
    public var words: [UInt64]

    public init(words: [UInt64]) { self.words = words }

    public init(_ slots: some Sequence<UInt32>) {
        words = []
        for slot in slots {
            let word = Int(slot >> 6)
            if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
            words[word] |= 1 << UInt64(slot & 63)
        }
    }

    public func contains(_ slot: UInt32) -> Bool {
        let word = Int(slot >> 6)
        return word < words.count && words[word] >> UInt64(slot & 63) & 1 == 1
    }
}

/// A record that a search found.
public struct SparseNeighbor: Sendable, Equatable {
    public var slot: UInt32
    /// Larger is closer. The sum is made in Double and rounded once; beyond float32's range it is its largest number.
    public var score: Float

    public init(slot: UInt32, score: Float) {
        self.slot = slot
        self.score = score
    }
}

/// What a search did.
public struct SparseSearchCounters: Sendable, Equatable {
    /// Postings looked at, for bounds or for scores.
    public var postingsRead = 0
    /// Records whose whole score was computed.
    public var recordsScored = 0
    /// Blocks of records whose postings were read for scores.
    public var blocksRead = 0
    /// Blocks passed over because none of their records could be among the best.
    public var blocksSkipped = 0
    /// Blocks passed over because none of their records passes the filter or is alive.
    public var blocksFiltered = 0
    /// Dense scores asked for by a hybrid search.
    public var denseScores = 0

    public init() {}
}

public struct SparseSearchResult: Sendable {
    /// From the best to the worst; equal scores by slot.
    public var neighbors: [SparseNeighbor]
    public var counters: SparseSearchCounters

    public init(neighbors: [SparseNeighbor], counters: SparseSearchCounters) {
        self.neighbors = neighbors
        self.counters = counters
    }
}
