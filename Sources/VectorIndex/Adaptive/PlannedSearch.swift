import Vectors

/// One search: chooses the cheapest plan that keeps the promise of `k` results, and carries it out.
///
/// Costs are counted in distances. A walk computes about 16 per candidate of its list (measured on text embeddings),
/// at random addresses; a scan computes one per row, in order, which costs about a quarter as much each.
struct PlannedSearch {
    private let snapshot: IndexSnapshot
    private let scan: ExactScan
    private let parameters: SearchParameters
    private let scratch: SearchScratch
    private var counters = SearchCounters()
    private var top: TopKeys

    /// Distances per candidate of a walk's list.
    private static let walkCost = 16
    /// The same for a walk along quantized rows: it reads about four rows of 32 estimates per three candidates.
    private static let codeWalkCost = 10
    /// Candidates that a walk along estimates keeps for each one asked for: estimates are noisy, and a node may be
    /// listed once per neighbor that saw it. With two, `efSearch` finds what it finds with exact distances.
    private static let candidatesPerPlace = 2
    /// A scanned row costs this part of a distance at a random address.
    private static let scanDiscount = 4
    /// Passing slots per candidate of the list up to which scanning them beats walking among them.
    private static let filterScanRatio = 40
    /// Passing slots up to which they are always scanned.
    private static let filterScanMinimum = 2_000
    /// Nodes measured exactly beyond `k`, at least: the order by 8-bit codes is off by a few places.
    private static let measuredSpare = 8
    /// Share of passing vectors from which a walk that ignores the filter, longer by that share, beats one that does not:
    /// its rows give 32 estimates a hop, passing or not.
    private static let unfilteredWalkShare = 0.25
    /// Starting points of a filtered walk, spread over the passing slots.
    private static let filterSeeds = 32

    init(snapshot: IndexSnapshot, scan: ExactScan, parameters: SearchParameters, scratch: SearchScratch) {
        self.snapshot = snapshot
        self.scan = scan
        self.parameters = parameters
        self.scratch = scratch
        top = TopKeys(min(parameters.k, snapshot.liveCount))
    }

    mutating func run() -> SearchResult {
        if parameters.k > 0, snapshot.liveCount > 0 {
            if let filter = parameters.filter { runFiltered(filter) } else { runUnfiltered() }
        }
        return SearchResult(neighbors: top.finish().map(CandidateKey.neighbor), counters: counters)
    }

    private var sealed: Range<Int> { 0..<snapshot.sealedCount }
    private var tail: Range<Int> { snapshot.sealedCount..<snapshot.count }

    private mutating func scanLive(_ range: Range<Int>) {
        counters.distanceComputations += scan.nearest(
            in: range, dead: snapshot.dead, hasDead: snapshot.deadCount > 0, into: &top)
    }

    // MARK: - Without a filter

    private mutating func runUnfiltered() {
        counters.plan = .exact
        guard let graph = snapshot.graph?.graph, graph.nodeCount > 0 else { return scanLive(0..<snapshot.count) }
        // Dead nodes are still walked through: the list is longer by their share, so that enough live ones are in it.
        // Slots that a seal took out of the graph are not met at all.
        let linkedDead = snapshot.deadCount - (graph.count - graph.nodeCount)
        let liveShare = max(1 - Double(max(linkedDead, 0)) / Double(graph.nodeCount), 0.05)
        let width = min(Int(Double(parameters.beamWidth) / liveShare), graph.nodeCount)
        let cost = snapshot.graph?.rows == nil ? Self.walkCost : Self.codeWalkCost
        guard width * cost * Self.scanDiscount < snapshot.count || width < parameters.beamWidth else {
            return scanLive(0..<snapshot.count)
        }
        counters.plan = .graph
        let accepted =
            if let rows = snapshot.graph?.rows {
                walk(rows, graph, width: width) { [snapshot] in
                    snapshot.deadCount == 0 || !snapshot.dead.contains($0)
                }
            } else {
                walk(graph, width: width)
            }
        if accepted < min(parameters.k, snapshot.liveCount) - tail.count { return rescan() }
        scanLive(tail)
    }

    /// Walks and keeps the live nodes that it found. Returns their number.
    private mutating func walk(_ graph: HNSWGraph, width: Int) -> Int {
        var walk = GraphWalk(
            graph: graph, view: snapshot.view, query: scan.query, scratch: scratch, capacity: width)
        let start = walk.start(entry: graph.entry, topLevel: graph.topLevel, above: 0)
        walk.search(from: start, level: 0, limit: width)
        scratch.clearVisited(slots: graph.capacity)
        let accepted = accept(walk.candidates)
        count(walk)
        return accepted
    }

    /// Walks along quantized rows and measures the nearest of the visited nodes that qualify.
    ///
    /// - Returns: how many nodes qualified.
    private mutating func walk(
        _ rows: CodeRows, _ graph: HNSWGraph, width: Int, qualifies: (UInt32) -> Bool
    ) -> Int {
        var descent = GraphWalk(
            graph: graph, view: snapshot.view, query: scan.query, scratch: scratch, capacity: width)
        let start = descent.start(entry: graph.entry, topLevel: graph.topLevel, above: 2)
        count(descent)
        var walk = CodeWalk(rows: rows, query: scan.query, scratch: scratch)
        walk.search(from: CandidateKey.slot(start), limit: width * Self.candidatesPerPlace)
        counters.hops += walk.hops
        counters.codeEvaluations += walk.codeEvaluations
        counters.codeBytes += walk.bytesTouched
        var nearest = TopKeys(parameters.k + max(parameters.k / 2, Self.measuredSpare))
        var accepted = 0
        for key in walk.visited where qualifies(CandidateKey.slot(key)) {
            nearest.insert(key)
            accepted += 1
        }
        counters.distanceComputations += scan.nearest(among: nearest.finish(), into: &top)
        return accepted
    }

    private mutating func accept(_ candidates: UnsafeBufferPointer<UInt64>) -> Int {
        var accepted = 0
        for key in candidates where snapshot.deadCount == 0 || !snapshot.dead.contains(CandidateKey.slot(key)) {
            top.insert(key & ~CandidateKey.flag)
            accepted += 1
        }
        return accepted
    }

    private mutating func count(_ walk: GraphWalk) {
        counters.hops += walk.hops
        counters.distanceComputations += walk.distanceComputations
    }

    /// The walk found fewer than were asked for: compare with everything.
    private mutating func rescan() {
        counters.plan = .exact
        top = TopKeys(min(parameters.k, snapshot.liveCount))
        scanLive(0..<snapshot.count)
    }

    // MARK: - With a filter

    private mutating func runFiltered(_ filter: SlotBitmap) {
        let allowed = liveWords(filter)
        allowed.withUnsafeBufferPointer { words in
            let passing = words.reduce(0) { $0 + $1.nonzeroBitCount }
            guard passing > 0 else { return }
            counters.plan = .exactFilter
            top = TopKeys(min(parameters.k, passing))
            let width = parameters.beamWidth
            guard let graph = snapshot.graph?.graph, graph.nodeCount > 0,
                passing > max(Self.filterScanMinimum, width * Self.filterScanRatio)
            else { return scanAllowed(0..<snapshot.count, words) }
            walkFiltered(graph, words, passing: passing, width: width)
        }
    }

    private mutating func scanAllowed(_ range: Range<Int>, _ words: UnsafeBufferPointer<UInt64>) {
        counters.distanceComputations += scan.nearest(in: range, allowed: words, into: &top)
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

    private mutating func walkFiltered(
        _ graph: HNSWGraph, _ words: UnsafeBufferPointer<UInt64>, passing: Int, width: Int
    ) {
        counters.plan = .graphFilter
        if walkedUnfiltered(graph, words, passing: passing, width: width) { return scanAllowed(tail, words) }
        var walk = GraphWalk(
            graph: graph, view: snapshot.view, query: scan.query, scratch: scratch, capacity: width)
        let start = walk.start(entry: graph.entry, topLevel: graph.topLevel, above: 0)
        let finished = walk.searchFiltered(
            from: start, seeds: seeds(graph, words, passing), limit: width, allowed: words,
            budget: passing / Self.scanDiscount + width)
        scratch.clearVisited(slots: graph.capacity)
        count(walk)
        let accepted = finished ? accept(walk.candidates) : 0
        guard finished, accepted >= min(parameters.k, passing - tail.count) else {
            counters.plan = .graphFilterThenExact
            top = TopKeys(min(parameters.k, passing))
            return scanAllowed(0..<snapshot.count, words)
        }
        scanAllowed(tail, words)
    }

    /// Where much passes: walks along quantized rows as if there were no filter.
    ///
    /// - Returns: whether enough of the visited nodes passed; when the query's surroundings pass less than the whole
    ///   does, they did not, and nothing of the walk is kept.
    private mutating func walkedUnfiltered(
        _ graph: HNSWGraph, _ words: UnsafeBufferPointer<UInt64>, passing: Int, width: Int
    ) -> Bool {
        let share = Double(passing) / Double(max(snapshot.count, 1))
        guard let rows = snapshot.graph?.rows, share >= Self.unfilteredWalkShare else { return false }
        let accepted = walk(rows, graph, width: Int(Double(width) / share)) {
            words[Int($0 >> 6)] >> UInt64($0 & 63) & 1 == 1
        }
        if accepted >= max(parameters.k, width / 2) { return true }
        top = TopKeys(min(parameters.k, passing))
        return false
    }

    /// Passing graph nodes at even distances in the order of slots.
    private func seeds(_ graph: HNSWGraph, _ words: UnsafeBufferPointer<UInt64>, _ passing: Int) -> [UInt32] {
        var seeds: [UInt32] = []
        let step = max(words.count / Self.filterSeeds, 1)
        var word = 0
        while word < words.count, seeds.count < Self.filterSeeds {
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
