/// An exact search, segment by segment, block by block.
///
/// What is read is decided by upper bounds: of a list over a whole block (Ding & Suel, "Faster Top-k Document Retrieval Using
/// Block-Max Indexes", SIGIR 2011), of all lists together over a block, with the most promising blocks first (Mallia, Suel &
/// Tonellotto, "Faster Learned Sparse Retrieval with Block-Max Pruning", SIGIR 2024), and within a block by MaxScore (Turtle
/// & Flood, "Query Evaluation: Strategies and Optimizations", IP&M 1995): the lists that together cannot lift a record over the
/// bar are only asked about records that others have brought up.
///
/// Values may be negative, in the query and in records. A list's contribution to a record is at most
/// `max(0, weight · least, weight · largest)`: the 0 is for records that the list does not hold. All bounds are sums of such
/// terms, so no sign is a special case.
struct BlockMaxSearch {
    /// Rounding of a sum of 2,048 terms, generously: a bound counts as reaching the bar when it is this close, relatively.
    static let slack = 1e-12

    let query: SparseVector
    let filter: SlotSet?
    /// Added to bounds: what `complete` may add to a sparse score at most.
    var ceiling = 0.0
    /// Turns a sparse score into the whole score; `nil` leaves the record out.
    var complete: ((UInt32, Double) -> Double?)?
    var top: TopScores
    var counters = SparseSearchCounters()

    init(_ query: SparseVector, k: Int, filter: SlotSet?) {
        self.query = query
        self.filter = filter
        top = TopScores(k)
    }

    mutating func run(_ parts: [SparsePart]) {
        BlockScratch.withScratch { scratch in
            for part in parts { run(part, scratch) }
        }
    }

    /// What a sparse score must be, if at most `rest` is added to it, for its record to reach the bar.
    @inline(__always)
    private func needed(rest: Double = 0) -> Double {
        top.bar - ceiling - rest - Self.slack * (abs(top.bar) + abs(ceiling) + rest)
    }

    private mutating func run(_ part: SparsePart, _ scratch: BlockScratch) {
        var reader = BlockReader(part, query, scratch)
        defer { counters.postingsRead += reader.postingsRead }
        guard reader.findLists() else {
            counters.blocksSkipped += part.segment.blockCount
            return
        }
        let order = (0..<part.segment.blockCount).sorted { scratch.blockBounds[$0] > scratch.blockBounds[$1] }
        for (position, block) in order.enumerated() {
            guard scratch.blockBounds[block] >= needed() else {
                counters.blocksSkipped += order.count - position
                return
            }
            var allowed = reader.liveRows(block)
            if let filter { allowed.formIntersection(filter.rows(part.segment, block)) }
            guard !allowed.isEmpty else {
                counters.blocksFiltered += 1
                continue
            }
            search(block, allowed, &reader, scratch)
        }
    }

    private mutating func search(
        _ block: Int, _ allowed: BlockRows, _ reader: inout BlockReader, _ scratch: BlockScratch
    ) {
        guard reader.gatherSlices(block) else { return }
        counters.blocksRead += 1
        // The weakest lists that together stay below the bar: no record of these alone can reach it.
        let bar = needed()
        var optional = 0
        while optional < scratch.slices.count, scratch.slices[optional].boundUpToHere < bar { optional += 1 }
        scratch.clearSums()
        for slice in scratch.slices[optional...] { reader.add(slice) }
        var candidates = scratch.touchedRows()
        candidates.formIntersection(allowed)
        var checked = Double.infinity
        while optional > 0 && !candidates.isEmpty {
            optional -= 1
            // Comparing all rows costs as much as reading a hundred postings: worth it when much has become certain.
            let rest = scratch.slices[optional].boundUpToHere
            if rest < checked / 2 {
                candidates.formIntersection(scratch.rows(reaching: needed(rest: rest)))
                checked = rest
            }
            reader.add(scratch.slices[optional], toRows: candidates)
        }
        if bar > -.infinity { candidates.formIntersection(scratch.rows(reaching: bar)) }
        for row in candidates {
            let score = scratch.sums[row]
            guard score >= needed() else { continue }
            counters.recordsScored += 1
            let slot = reader.slot(block, row)
            guard let complete else {
                top.insert(score: score, slot: slot)
                continue
            }
            if let whole = complete(slot, score) { top.insert(score: whole, slot: slot) }
        }
    }
}
