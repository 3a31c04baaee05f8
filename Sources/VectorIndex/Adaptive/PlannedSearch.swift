import Vectors

/// One search: chooses the cheapest plan that keeps the promise of `k` results, and carries it out.
///
/// Costs are counted in distances. A walk computes about 16 per candidate of its list (measured on text embeddings),
/// at random addresses; a scan computes one per row, in order, which costs about a quarter as much each.
struct PlannedSearch {
    let snapshot: IndexSnapshot
    let scan: ExactScan
    let parameters: SearchParameters
    let scratch: SearchScratch
    var counters = SearchCounters()
    var top: TopKeys
    /// Length of the candidate list for the wanted recall.
    let beamWidth: Int

    /// Distances per candidate of a walk's list.
    private static let walkCost = 16
    /// The same for a walk along quantized rows: it reads about four rows of 32 estimates per three candidates.
    private static let codeWalkCost = 10
    /// Candidates that a walk along estimates keeps for each one asked for: estimates are noisy, and a node may be
    /// listed once per neighbor that saw it. With two, `efSearch` finds what it finds with exact distances.
    private static let candidatesPerPlace = 2
    /// Nodes that must have been found before a walk may stop early, however few are wanted.
    private static let leastRank = 10
    /// A scanned row costs this part of a distance at a random address.
    static let scanDiscount = 4
    /// Nodes measured exactly beyond `k`, at least: the order by 8-bit codes is off by a few places.
    private static let measuredSpare = 8

    init(snapshot: IndexSnapshot, scan: ExactScan, parameters: SearchParameters, scratch: SearchScratch) {
        self.snapshot = snapshot
        self.scan = scan
        self.parameters = parameters
        self.scratch = scratch
        beamWidth = parameters.beamWidth(snapshot.graph?.recall)
        top = TopKeys(min(parameters.k, snapshot.liveCount))
    }

    mutating func run() -> SearchResult {
        if parameters.k > 0, snapshot.liveCount > 0 {
            if let filter = parameters.filter { runFiltered(filter) } else { runUnfiltered() }
        }
        return SearchResult(neighbors: top.finish().map(CandidateKey.neighbor), counters: counters)
    }

    var tail: Range<Int> { snapshot.sealedCount..<snapshot.count }

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
        let width = min(Int(Double(beamWidth) / liveShare), graph.nodeCount)
        let cost = snapshot.graph?.rows == nil ? Self.walkCost : Self.codeWalkCost
        guard width * cost * Self.scanDiscount < snapshot.count || width < beamWidth else {
            return scanLive(0..<snapshot.count)
        }
        counters.plan = .graph
        let accepted =
            if let rows = snapshot.graph?.rows {
                walk(rows, graph, width: width, share: liveShare) { [snapshot, heldOut = parameters.heldOut] in
                    (snapshot.deadCount == 0 || !snapshot.dead.contains($0)) && $0 != heldOut
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
    /// - Parameters:
    ///   - share: of the visited nodes that will qualify, expected.
    ///   - isPromising: see ``CodeWalk/search(from:limit:stop:unless:isPromising:)``.
    /// - Returns: how many nodes qualified; 0 when the walk was given up.
    mutating func walk(
        _ rows: CodeRows, _ graph: HNSWGraph, width: Int, share: Double, isPromising: (([UInt64]) -> Bool)? = nil,
        qualifies: (UInt32) -> Bool
    ) -> Int {
        if rows.layout.mode == .compact {
            return walkCompact(
                rows, graph, width: width, share: share, isPromising: isPromising, qualifies: qualifies)
        }
        var descent = GraphWalk(
            graph: graph, view: snapshot.view, query: scan.query, scratch: scratch, capacity: width)
        let start = descent.start(entry: graph.entry, topLevel: graph.topLevel, above: 2)
        count(descent)
        let query = CodedQuery(scan.query, for: rows, scratch.codes)
        var walk = CodeWalk(rows: rows, query: query, scratch: scratch)
        let isFinished = walk.search(
            from: CandidateKey.slot(start), limit: width * Self.candidatesPerPlace,
            stop: earlyStop(rows, query, share: share),
            unless: parameters.heldOut, isPromising: isPromising)
        counters.efSearch = width
        counters.hops += walk.hops
        counters.codeEvaluations += walk.codeEvaluations
        counters.codeBytes += walk.bytesTouched
        guard isFinished else { return 0 }
        return measure(walk.visited.filter { qualifies(CandidateKey.slot($0)) })
    }

    private func earlyStop(_ rows: CodeRows, _ query: CodedQuery, share: Double) -> EarlyStop? {
        EarlyStop(
            rank: Int(Double(max(parameters.k, Self.leastRank)) / share), width: beamWidth, length: query.length,
            rows: rows)
    }

    /// The same along rows without the neighbors' codes, which are read where the neighbors lie.
    private mutating func walkCompact(
        _ rows: CodeRows, _ graph: HNSWGraph, width: Int, share: Double, isPromising: (([UInt64]) -> Bool)?,
        qualifies: (UInt32) -> Bool
    ) -> Int {
        let query = CodedQuery(scan.query, for: rows, scratch.codes)
        var walk = GraphWalk(
            graph: graph, view: snapshot.view, query: scan.query, scratch: scratch, capacity: width,
            codes: (rows, query))
        let start = walk.start(entry: graph.entry, topLevel: graph.topLevel, above: 0)
        let isFinished = walk.searchCodes(
            from: start, limit: width, stop: earlyStop(rows, query, share: share), unless: parameters.heldOut,
            isPromising: isPromising.map { ask in { ask(Array($0)) } })
        scratch.clearVisited(slots: graph.capacity)
        counters.efSearch = width
        count(walk)
        counters.codeBytes += walk.codeEvaluations * (rows.layout.padded + 16) + walk.hops * rows.layout.neighbors * 4
        guard isFinished else { return 0 }
        return measure(walk.candidates.filter { qualifies(CandidateKey.slot($0)) })
    }

    /// Measures the nearest of some candidates exactly. Returns how many candidates there were.
    mutating func measure(_ candidates: some Sequence<UInt64>) -> Int {
        var nearest = TopKeys(parameters.k + max(parameters.k / 2, Self.measuredSpare))
        var accepted = 0
        for key in candidates {
            nearest.insert(key & ~CandidateKey.flag)
            accepted += 1
        }
        counters.distanceComputations += scan.nearest(among: nearest.finish(), into: &top)
        return accepted
    }

    mutating func accept(_ candidates: UnsafeBufferPointer<UInt64>) -> Int {
        var accepted = 0
        for key in candidates where snapshot.deadCount == 0 || !snapshot.dead.contains(CandidateKey.slot(key)) {
            top.insert(key & ~CandidateKey.flag)
            accepted += 1
        }
        return accepted
    }

    mutating func count(_ walk: GraphWalk) {
        counters.hops += walk.hops
        counters.codeEvaluations += walk.codeEvaluations
        counters.distanceComputations += walk.distanceComputations
    }

    /// The walk found fewer than were asked for: compare with everything.
    private mutating func rescan() {
        counters.plan = .exact
        top = TopKeys(min(parameters.k, snapshot.liveCount))
        scanLive(0..<snapshot.count)
    }
}
