import CKernels

/// Best-first walk on level 0 along estimates.
///
/// One hop reads one row: the node's own distance from its 8-bit code, the estimates of all its neighbors at once from
/// their sign codes. A node may enter the candidate list several times, with another center's estimate each; it is
/// visited once.
///
/// SAFETY: borrows the rows and the scratch memory of its caller and must not outlive the call. Ids in rows are slots
/// of the graph that the rows were made from.
struct CodeWalk {
    static let trialHops = 48

    private let rows: CodeRows
    private let query: CodedQuery
    private let layout: CodeLayout
    private let scratch: SearchScratch
    private(set) var hops = 0
    /// Nodes visited, with their distances: sorted by neither.
    private(set) var visited: [UInt64] = []

    /// Estimates and distances from codes that were computed.
    var codeEvaluations: Int { hops * (layout.neighbors + 1) }
    var bytesTouched: Int { hops * layout.stride }

    init(rows: CodeRows, query: CodedQuery, scratch: SearchScratch) {
        self.rows = rows
        self.query = query
        layout = rows.layout
        self.scratch = scratch
    }

    /// Walks from `start` until the `limit` nearest candidates were all visited, or none that waits is promising.
    ///
    /// The bitmap of visited slots must be clear; it is clear again afterwards.
    ///
    /// - Parameters:
    ///   - stop: when the nearest of the waiting candidates is too far to go on; `nil` goes on with all of the list.
    ///   - heldOut: a node that is not visited.
    ///   - isPromising: asked once, after ``trialHops`` hops, with the nodes visited so far; `false` ends the walk.
    /// - Returns: whether the walk came to its end: it was promising, and no row of it is damaged.
    @discardableResult
    mutating func search(
        from start: UInt32, limit: Int, stop: EarlyStop? = nil, unless heldOut: UInt32? = nil,
        isPromising: (([UInt64]) -> Bool)? = nil
    ) -> Bool {
        var next = start
        defer {
            // A damaged row ends the walk before its node is among those visited.
            scratch.visited[Int(next >> 6)] = 0
            if let heldOut { scratch.visited[Int(heldOut >> 6)] = 0 }
            for key in visited { scratch.visited[Int(CandidateKey.slot(key) >> 6)] = 0 }
        }
        scratch.prepareVisited(slots: rows.count)
        visited.reserveCapacity(min(limit, 4_096) * 2)
        var pool = CandidatePool(limit: limit, scratch.pool)
        let layout = layout
        let query = query
        let first = rows.row(0)
        let stride = layout.stride
        let bits = scratch.visited
        let estimates = scratch.distances
        var stop = stop
        bits[Int(start >> 6)] |= 1 << UInt64(start & 63)
        if let heldOut { bits[Int(heldOut >> 6)] |= 1 << UInt64(heldOut & 63) }
        walk: while true {
            guard rows.isIntact(next) else { return false }
            let row = first + Int(next) &* stride
            hops &+= 1
            let distance = query.distance(to: row, layout)
            visited.append(CandidateKey.make(distance: distance, slot: next))
            stop?.visit(distance)
            for block in 0..<layout.blocks {
                let add = UnsafeRawPointer(row + layout.add).assumingMemoryBound(to: Float.self) + block &* 32
                let rescale = UnsafeRawPointer(row + layout.rescale).assumingMemoryBound(to: Float.self) + block &* 32
                let ids = UnsafeRawPointer(row + layout.ids).assumingMemoryBound(to: UInt32.self) + block &* 32
                let below = ckernels_estimate32(
                    row + layout.signs + block &* layout.block, query.table, layout.padded, add, rescale,
                    query.tableScale, query.tableOffset, distance, pool.threshold, estimates)
                pool.add(estimates, ids, places: below, visited: bits)
            }
            if hops == Self.trialHops, let isPromising, !isPromising(visited) { return false }
            if let stop, stop.isTooFar(pool.nearestWaiting) { break }
            while let slot = pool.takeNearest() {
                let word = bits + Int(slot >> 6)
                let bit: UInt64 = 1 << UInt64(slot & 63)
                if word.pointee & bit != 0 { continue }
                word.pointee |= bit
                next = slot
                ckernels_prefetch_lines(first + Int(slot) &* stride, stride / 64)
                if let following = pool.following {
                    ckernels_prefetch_lines(first + Int(following) &* stride, stride / 64)
                }
                continue walk
            }
            break
        }
        return true
    }
}
