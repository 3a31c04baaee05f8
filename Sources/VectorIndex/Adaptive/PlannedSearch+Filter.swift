import Vectors

/// Searches with a filter.
///
/// Which plan is cheapest follows from how many vectors pass, which is known, and from how many pass around the query,
/// which a walk finds out. Few: all are compared. Many around the query: a walk as if there were no filter, longer by
/// the share that fails. Many, but not around the query: a walk along those that pass.
extension PlannedSearch {
    /// Passing slots per candidate of the list up to which scanning vectors beats walking among them.
    private static let vectorsPerPlace = 40
    /// Passing slots per candidate of an unfiltered walk's list up to which scanning codes beats it: a hop takes as long
    /// as comparing about ten codes.
    private static let codesPerPlace = 10
    /// The same for a walk along passing nodes, which looks through failing ones at random addresses.
    private static let codesPerFilteredPlace = 240
    /// Passing slots up to which they are always scanned.
    private static let scanMinimum = 2_000
    /// Passing slots up to which comparing codes first is not worth its preparation.
    private static let codeScanMinimum = 128
    /// A walk that ignores the filter goes on while at least this part of the expected share of its nodes pass.
    private static let promisingPart = 0.33
    /// Starting points of a filtered walk, spread over the passing slots.
    private static let seedCount = 32

    mutating func runFiltered(_ filter: SlotBitmap) {
        let allowed = liveWords(filter)
        allowed.withUnsafeBufferPointer { words in
            let passing = words.reduce(0) { $0 + $1.nonzeroBitCount }
            guard passing > 0 else { return }
            counters.plan = .exactFilter
            top = TopKeys(min(parameters.k, passing))
            guard let sealed = snapshot.graph, sealed.graph.nodeCount > 0 else {
                return scanAllowed(0..<snapshot.count, words)
            }
            let width = beamWidth
            let scanned =
                sealed.rows == nil
                ? width * Self.vectorsPerPlace : unfilteredWidth(passing: passing) * Self.codesPerPlace
            if passing <= max(Self.scanMinimum, scanned) { return scanAllowed(words, passing: passing) }
            walkFiltered(sealed.graph, sealed.rows, words, passing: passing)
        }
    }

    // MARK: - Scans

    private mutating func scanAllowed(_ range: Range<Int>, _ words: UnsafeBufferPointer<UInt64>) {
        counters.distanceComputations += scan.nearest(in: range, allowed: words, into: &top)
    }

    /// Compares with every passing vector, by codes first where there are codes.
    private mutating func scanAllowed(_ words: UnsafeBufferPointer<UInt64>, passing: Int) {
        guard let rows = snapshot.graph?.rows, passing > max(Self.codeScanMinimum, 4 * parameters.k) else {
            return scanAllowed(0..<snapshot.count, words)
        }
        let query = CodedQuery(scan.query, for: rows, scratch.codes)
        let (keys, compared) = CodeScan(rows: rows, query: query, scratch: scratch)
            .mayBeNearest(min(parameters.k, passing), allowed: words)
        counters.codeEvaluations += compared
        counters.codeBytes += compared * (rows.layout.padded + 64)
        counters.distanceComputations += scan.nearest(among: keys, into: &top)
        scanAllowed(tail, words)
    }

    /// The filter's bits without dead slots, in whole words that cover every slot.
    private func liveWords(_ filter: SlotBitmap) -> [UInt64] {
        let count = (snapshot.count + 63) / 64
        var words = [UInt64](repeating: 0, count: count)
        for index in 0..<min(count, filter.words.count) { words[index] = filter.words[index] }
        for index in 0..<min(count, snapshot.dead.words.count) { words[index] &= ~snapshot.dead.words[index] }
        if snapshot.count & 63 != 0, count > 0 { words[count - 1] &= (1 << UInt64(snapshot.count & 63)) - 1 }
        return words
    }

    // MARK: - Walks

    private mutating func walkFiltered(
        _ graph: HNSWGraph, _ rows: CodeRows?, _ words: UnsafeBufferPointer<UInt64>, passing: Int
    ) {
        counters.plan = .graphFilter
        if let rows, walkedUnfiltered(rows, graph, words, passing: passing) { return scanAllowed(tail, words) }
        let width = beamWidth
        if rows != nil, passing <= width * Self.codesPerFilteredPlace {
            counters.plan = .graphFilterThenExact
            return scanAllowed(words, passing: passing)
        }
        let codes = rows.map { (rows: $0, query: CodedQuery(scan.query, for: $0, scratch.codes)) }
        var walk = GraphWalk(
            graph: graph, view: snapshot.view, query: scan.query, scratch: scratch, capacity: width, codes: codes)
        let start = walk.start(entry: graph.entry, topLevel: graph.topLevel, above: 0)
        let finished = walk.searchFiltered(
            from: start, seeds: seeds(graph, words, passing), limit: width, allowed: words,
            budget: (codes == nil ? passing / Self.scanDiscount : passing) + width)
        scratch.clearVisited(slots: graph.capacity)
        count(walk)
        let accepted = !finished ? 0 : codes == nil ? accept(walk.candidates) : measure(walk.candidates)
        guard finished, accepted >= min(parameters.k, passing - tail.count) else {
            counters.plan = .graphFilterThenExact
            top = TopKeys(min(parameters.k, passing))
            return scanAllowed(words, passing: passing)
        }
        scanAllowed(tail, words)
    }

    /// Length of the list of a walk that ignores the filter: what finds `k` without one, and the nodes that have to be
    /// passed over for half more than `k` that pass.
    private func unfilteredWidth(passing: Int) -> Int {
        let failing = Double(max(snapshot.count - passing, 0)) / Double(passing)
        return beamWidth + Int(1.5 * Double(parameters.k) * failing)
    }

    /// Walks along quantized rows as if there were no filter.
    ///
    /// - Returns: whether enough of the visited nodes passed; when the query's surroundings pass less than the whole
    ///   does, they did not, and nothing of the walk is kept.
    private mutating func walkedUnfiltered(
        _ rows: CodeRows, _ graph: HNSWGraph, _ words: UnsafeBufferPointer<UInt64>, passing: Int
    ) -> Bool {
        let expected = Double(CodeWalk.trialHops) * Double(passing) / Double(max(snapshot.count, 1))
        func passes(_ slot: UInt32) -> Bool { words[Int(slot >> 6)] >> UInt64(slot & 63) & 1 == 1 }
        let accepted = walk(
            rows, graph, width: unfilteredWidth(passing: passing),
            share: Double(passing) / Double(max(snapshot.count, 1)),
            isPromising: { visited in
                let passed = visited.reduce(0) { $0 + (passes(CandidateKey.slot($1)) ? 1 : 0) }
                return Double(passed) >= expected * Self.promisingPart
            }, qualifies: passes)
        if accepted >= min(parameters.k + parameters.k / 5, passing) { return true }
        top = TopKeys(min(parameters.k, passing))
        return false
    }

    /// Passing graph nodes at even distances in the order of slots.
    private func seeds(_ graph: HNSWGraph, _ words: UnsafeBufferPointer<UInt64>, _ passing: Int) -> [UInt32] {
        var seeds: [UInt32] = []
        let step = max(words.count / Self.seedCount, 1)
        var word = 0
        while word < words.count, seeds.count < Self.seedCount {
            var index = word
            while index < min(word + step, words.count), words[index] == 0 { index += 1 }
            if index < min(word + step, words.count) {
                let slot = UInt32(index * 64 + words[index].trailingZeroBitCount)
                if slot < graph.count, graph.isLinked(slot) { seeds.append(slot) }
            }
            word += step
        }
        return seeds
    }
}
