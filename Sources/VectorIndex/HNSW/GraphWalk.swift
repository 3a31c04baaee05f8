import CKernels
import Vectors

/// The inner loops over a graph: plain pointers and integers, so that nothing is retained, released or checked inside.
///
/// SAFETY: a walk borrows the graph, the view and the scratch memory of its caller and must not outlive the call.
/// Every slot in the graph's lists is below `graph.count`, which the view covers; `GraphFile` checks that for graphs
/// that come from bytes.
struct GraphWalk {
    private let links: UnsafePointer<UInt32>
    private let width: Int
    private let linkStride: Int
    private let upper: UnsafePointer<UInt32>
    private let upperRow: UnsafePointer<UInt32>
    private let upperWidth: Int
    private let addresses: RowAddresses
    private let mapped: MappedRows?
    private let stride: Int
    private let kernel: MetricKernel
    private let visited: UnsafeMutablePointer<UInt64>
    private let keys: UnsafeMutablePointer<UInt64>
    private let slots: UnsafeMutablePointer<UInt32>
    private let failing: UnsafeMutablePointer<UInt32>
    private let rows: UnsafeMutablePointer<UnsafeRawPointer?>
    private let distances: UnsafeMutablePointer<Float>
    private let scratch: SearchScratch
    /// When given, level 0 is measured by 8-bit codes; of compact rows all levels are, and no vector is touched.
    private let codes: (rows: CodeRows, query: CodedQuery)?
    private let hasCompactRows: Bool
    /// 64-byte aligned, padded with zeros to `stride`.
    let query: UnsafePointer<Float>
    private(set) var hops = 0
    private(set) var distanceComputations = 0
    /// Distances from codes.
    private(set) var codeEvaluations = 0
    /// Length of the sorted candidate list that the last walk left in the scratch memory.
    private(set) var found = 0

    /// - Parameters:
    ///   - capacity: the longest candidate list that this walk will use.
    ///   - codes: what the filtered walk measures with; its distances are then approximate.
    init(
        graph: HNSWGraph, view: VectorView, query: UnsafePointer<Float>, scratch: SearchScratch, capacity: Int,
        codes: (rows: CodeRows, query: CodedQuery)? = nil
    ) {
        scratch.prepareVisited(slots: graph.capacity)
        scratch.prepareKeys(capacity)
        links = UnsafePointer(graph.links)
        width = graph.levelZeroLinks
        linkStride = graph.linkStride
        upper = UnsafePointer(graph.upper)
        upperRow = UnsafePointer(graph.upperRow)
        upperWidth = graph.parameters.m
        addresses = view.addresses
        mapped = view.base
        stride = view.stride
        kernel = MetricKernel(graph.metric)
        visited = scratch.visited
        keys = scratch.keys
        slots = scratch.slots
        failing = scratch.failing
        rows = scratch.rows
        distances = scratch.distances
        self.scratch = scratch
        self.codes = codes
        hasCompactRows = codes?.rows.layout.mode == .compact
        self.query = query
    }

    /// The candidates of the last walk, from nearest to farthest.
    var candidates: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(start: keys, count: found) }

    @inline(__always)
    private func list(_ slot: UInt32, _ level: Int) -> (UnsafePointer<UInt32>, Int) {
        if level == 0 { return (links + Int(slot) &* linkStride, width) }
        return (upper + (Int(upperRow[Int(slot)]) &+ level &- 1) &* upperWidth, upperWidth)
    }

    /// Marks a slot as visited; whether it was new.
    @inline(__always)
    private func visit(_ slot: UInt32) -> Bool {
        let word = visited + Int(slot >> 6)
        let bit: UInt64 = 1 << UInt64(slot & 63)
        if word.pointee & bit != 0 { return false }
        word.pointee |= bit
        return true
    }

    mutating func distance(to slot: UInt32) -> Float {
        if hasCompactRows {
            slots[0] = slot
            measureFiltered(1)
            return distances[0]
        }
        distanceComputations += 1
        guard isIntact(slot) else { return .infinity }
        return kernel.pair(query, addresses.raw(slot), isHalf: slot < addresses.halves, count: stride)
    }

    /// Whether the vector of a slot can be read.
    @inline(__always)
    private func isIntact(_ slot: UInt32) -> Bool {
        guard let mapped else { return true }
        return mapped.isIntact(slot)
    }

    /// Computes `distances` of the first `count` entries of `slots`; infinite for damaged rows.
    @inline(__always)
    private mutating func measure(_ count: Int) {
        if hasCompactRows { return measureFiltered(count) }
        for index in 0..<count { rows[index] = addresses.raw(slots[index]) }
        if mapped != nil {
            // Checked before any is read: a query compares with itself in the place of a damaged one.
            for index in 0..<count where !isIntact(slots[index]) { rows[index] = UnsafeRawPointer(query) }
        }
        kernel.gather(
            query, rows, of: slots, halves: addresses.halves, rows: count, count: stride, out: distances)
        if mapped != nil {
            for index in 0..<count where rows[index] == UnsafeRawPointer(query) { distances[index] = .infinity }
        }
        distanceComputations &+= count
    }

    /// The same on level 0 of a filtered walk.
    @inline(__always)
    private mutating func measureFiltered(_ count: Int) {
        guard let codes else { return measure(count) }
        CodeScan.measure(count, codes.rows, codes.query, scratch)
        codeEvaluations &+= count
    }

    // MARK: - Upper levels

    /// Walks greedily on one level until no neighbor is nearer. Returns the nearest node seen.
    mutating func descend(from start: UInt64, level: Int) -> UInt64 {
        var best = start
        while true {
            let (list, room) = list(CandidateKey.slot(best), level)
            var count = 0
            while count < room, list[count] != HNSWGraph.none {
                slots[count] = list[count]
                count += 1
            }
            hops += 1
            measure(count)
            let before = best
            for index in 0..<count {
                best = min(best, CandidateKey.make(distance: distances[index], slot: slots[index]))
            }
            if best == before { return best }
        }
    }

    /// The start of a walk on `level`: greedy steps from the graph's entry down through the levels above.
    mutating func start(entry: UInt32, topLevel: Int, above level: Int) -> UInt64 {
        var best = CandidateKey.make(distance: distance(to: entry), slot: entry)
        var current = topLevel
        while current > level {
            best = descend(from: best, level: current)
            current -= 1
        }
        return best
    }

    // MARK: - Best-first walk

    /// Puts a key into the sorted list of at most `limit`. Returns its position, or `Int.max` when it is too far.
    @inline(__always)
    private mutating func insert(_ key: UInt64, limit: Int) -> Int {
        if found == limit {
            if key >= keys[found &- 1] { return Int.max }
            found &-= 1
        }
        var low = 0
        var high = found
        while low < high {
            let middle = (low &+ high) >> 1
            if keys[middle] < key { low = middle &+ 1 } else { high = middle }
        }
        (keys + (low &+ 1)).update(from: keys + low, count: found &- low)
        keys[low] = key
        found &+= 1
        return low
    }

    /// Best-first walk on one level: leaves the `limit` nearest nodes that it met in ``candidates``.
    ///
    /// `visited` must be clear; the caller clears it afterwards.
    mutating func search(from start: UInt64, level: Int, limit: Int) {
        found = 0
        _ = visit(CandidateKey.slot(start))
        _ = insert(start, limit: limit)
        var cursor = 0
        while cursor < found {
            let key = keys[cursor]
            if key & CandidateKey.flag != 0 {
                cursor &+= 1
                continue
            }
            keys[cursor] = key | CandidateKey.flag
            let (list, room) = list(CandidateKey.slot(key), level)
            var count = 0
            var index = 0
            while index < room, list[index] != HNSWGraph.none {
                let slot = list[index]
                index &+= 1
                if visit(slot) {
                    slots[count] = slot
                    count &+= 1
                }
            }
            if cursor &+ 1 < found {
                let (next, _) = self.list(CandidateKey.slot(keys[cursor &+ 1]), level)
                Distance.prefetch(next)
            }
            hops &+= 1
            measure(count)
            take(count, limit: limit, cursor: &cursor)
        }
    }

    /// The same on level 0 along 8-bit codes.
    ///
    /// - Parameters:
    ///   - stop: when the nearest of the waiting candidates is too far to go on; `nil` goes on with all of the list.
    ///   - heldOut: a node that is not visited.
    ///   - isPromising: asked once, after ``CodeWalk/trialHops`` hops, with the candidates so far; `false` ends the walk.
    /// - Returns: whether the walk came to its end: it was promising, and no row that it read the links of is damaged.
    mutating func searchCodes(
        from start: UInt64, limit: Int, stop: EarlyStop?, unless heldOut: UInt32?,
        isPromising: ((UnsafeBufferPointer<UInt64>) -> Bool)? = nil
    ) -> Bool {
        guard let rows = codes?.rows else { preconditionFailure("the walk has codes") }
        let lines = (width * 4 + 63) / 64 + 1
        var stop = stop
        var trial = 0
        found = 0
        _ = visit(CandidateKey.slot(start))
        if let heldOut { _ = visit(heldOut) }
        _ = insert(start, limit: limit)
        var cursor = 0
        while cursor < found {
            let key = keys[cursor]
            if key & CandidateKey.flag != 0 {
                cursor &+= 1
                continue
            }
            if let stop, stop.isTooFar(CandidateKey.distance(key)) { break }
            let slot = CandidateKey.slot(key)
            guard rows.isIntact(slot) else { return false }
            keys[cursor] = key | CandidateKey.flag
            stop?.visit(CandidateKey.distance(key))
            let list = links + Int(slot) &* linkStride
            var count = 0
            var index = 0
            while index < width, list[index] != HNSWGraph.none {
                let neighbor = list[index]
                index &+= 1
                if visit(neighbor) {
                    slots[count] = neighbor
                    count &+= 1
                }
            }
            if cursor &+ 1 < found {
                ckernels_prefetch_lines(links + Int(CandidateKey.slot(keys[cursor &+ 1])) &* linkStride, lines)
            }
            hops &+= 1
            trial &+= 1
            measureFiltered(count)
            take(count, limit: limit, cursor: &cursor)
            if trial == CodeWalk.trialHops, let isPromising, !isPromising(candidates) { return false }
        }
        return true
    }

    /// Inserts the measured slots and moves the cursor back to the nearest new one.
    @inline(__always)
    private mutating func take(_ count: Int, limit: Int, cursor: inout Int) {
        for index in 0..<count {
            let key = CandidateKey.make(distance: distances[index], slot: slots[index])
            let position = insert(key, limit: limit)
            if position < cursor { cursor = position }
        }
    }

    // MARK: - Filtered walk

    /// Best-first walk on level 0 along nodes that pass a filter.
    ///
    /// The candidate list holds passing nodes only. Where less than half of a node's neighbors pass, the walk looks
    /// through the failing ones to *their* neighbors (two-hop expansion, as ACORN-1 does: Patel et al., SIGMOD 2024,
    /// arXiv 2403.04871), for at most `twoHopLimit` new nodes per step.
    ///
    /// - Parameters:
    ///   - start: a node near the query, passing or not.
    ///   - seeds: passing nodes spread over the set; they keep the walk alive when the query's surroundings all fail.
    ///   - budget: distance computations after which the walk gives up.
    /// - Returns: whether the walk came to its natural end within the budget.
    mutating func searchFiltered(
        from start: UInt64, seeds: [UInt32], limit: Int, allowed: UnsafeBufferPointer<UInt64>, budget: Int
    ) -> Bool {
        found = 0
        let end = distanceComputations + codeEvaluations + budget
        _ = visit(CandidateKey.slot(start))
        var cursor = 0
        if Self.passes(CandidateKey.slot(start), allowed) {
            _ = insert(start, limit: limit)
        } else {
            let count = collect(around: CandidateKey.slot(start), allowed)
            measureFiltered(count)
            take(count, limit: limit, cursor: &cursor)
        }
        var fresh = 0
        for seed in seeds.prefix(SearchScratch.batch) where visit(seed) {
            slots[fresh] = seed
            fresh += 1
        }
        measureFiltered(fresh)
        take(fresh, limit: limit, cursor: &cursor)
        cursor = 0
        while cursor < found {
            let key = keys[cursor]
            if key & CandidateKey.flag != 0 {
                cursor &+= 1
                continue
            }
            if distanceComputations + codeEvaluations > end { return false }
            keys[cursor] = key | CandidateKey.flag
            let count = collect(around: CandidateKey.slot(key), allowed)
            measureFiltered(count)
            take(count, limit: limit, cursor: &cursor)
        }
        return true
    }

    /// New nodes that one step of a filtered walk may reach through failing neighbors.
    private static let twoHopLimit = 64

    @inline(__always)
    private static func passes(_ slot: UInt32, _ allowed: UnsafeBufferPointer<UInt64>) -> Bool {
        allowed[Int(slot >> 6)] >> UInt64(slot & 63) & 1 == 1
    }

    /// Whether the list of a node on level 0 can be read, where it lies in quantized rows.
    @inline(__always)
    private func isListIntact(_ slot: UInt32) -> Bool {
        guard let codes else { return true }
        return codes.rows.isIntact(slot)
    }

    /// Puts the unvisited passing nodes around `center` into `slots`; returns their number.
    private mutating func collect(around center: UInt32, _ allowed: UnsafeBufferPointer<UInt64>) -> Int {
        hops &+= 1
        var count = 0
        var failed = 0
        var degree = 0
        guard isListIntact(center) else { return 0 }
        let near = links + Int(center) &* linkStride
        while degree < width, near[degree] != HNSWGraph.none {
            let slot = near[degree]
            degree &+= 1
            let passing = Self.passes(slot, allowed)
            if passing {
                if visit(slot) {
                    slots[count] = slot
                    count &+= 1
                }
            } else {
                // A failing neighbor that was looked through before has nothing new to show.
                if visit(slot) {
                    failing[failed] = slot
                    Distance.prefetch(links + Int(slot) &* linkStride)
                    failed &+= 1
                }
            }
        }
        guard failed &* 2 > degree else { return count }
        var index = 0
        while index < failed {
            let far = links + Int(failing[index]) &* linkStride
            var position = isListIntact(failing[index]) ? 0 : width
            while position < width, far[position] != HNSWGraph.none {
                let slot = far[position]
                position &+= 1
                if Self.passes(slot, allowed), visit(slot) {
                    slots[count] = slot
                    count &+= 1
                    if count >= Self.twoHopLimit { return count }
                }
            }
            index &+= 1
        }
        return count
    }
}
