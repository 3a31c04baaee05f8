extension LineageSnapshot {
    /// Shares of a work and its ancestors.
    ///
    /// States: a hidden or merged work keeps its share; a redacted one's is withheld or passed on. What passes a disputed
    /// edge is reported as held. Retracted edges are not followed.
    ///
    /// - Returns: shares whose parts per million sum to exactly 1,000,000.
    /// - Complexity: O(ancestors · log) exact; with epsilon at most 1 / (keep · epsilon) works pass mass on, whatever the
    ///   graph.
    public func attribution(of node: UInt32, options: AttributionOptions = AttributionOptions()) -> Attribution {
        check(node)
        return withScratch { scratch in
            var sweep = MassSweep(view: view, scratch: scratch, options: options, node: node)
            sweep.run()
            return Attribution(shares: sweep.shares(), pruned: sweep.pruned, version: version)
        }
    }

    /// Calls `body` with the mass that each work keeps, before grouping and rounding, children before parents.
    ///
    /// - Complexity: as ``attribution(of:options:)``, without its sorting.
    public func forEachAttributedMass(
        of node: UInt32, options: AttributionOptions = AttributionOptions(), _ body: (UInt32, Double) -> Void
    ) {
        check(node)
        withScratch { scratch in
            var sweep = MassSweep(view: view, scratch: scratch, options: options, node: node)
            sweep.run()
            for index in 0..<sweep.count { body(scratch.queue[index], scratch.masses[2 * Int(scratch.queue[index])]) }
        }
    }
}

/// One descending sweep over the ranks: every work is settled once, after everything below it.
///
/// Leaves the works in the order in which they were settled in the scratch's queue, and for each what it keeps in
/// `masses[2 · node]`, the held part of it in `masses[2 · node + 1]`, and its hops in `depths`.
private struct MassSweep {
    private let view: GraphView
    private let scratch: Scratch
    private let options: AttributionOptions
    private let node: UInt32
    private let own: Double
    private let keep: Double
    private let inspiredByFactor: Double
    private let marks: UnsafeMutablePointer<UInt32>
    private let masses: UnsafeMutablePointer<Double>
    private let depths: UnsafeMutablePointer<UInt32>
    private let mark: UInt32
    private var heap: RankHeap
    /// Works settled.
    private(set) var count = 0
    private(set) var pruned = 0.0

    init(view: GraphView, scratch: Scratch, options: AttributionOptions, node: UInt32) {
        self.view = view
        self.scratch = scratch
        self.options = options
        self.node = node
        own = options.group == .root ? 0 : options.own
        keep = options.group == .root ? 0 : options.keep
        inspiredByFactor = options.inspiredByFactor
        marks = scratch.marks
        masses = scratch.masses
        depths = scratch.depths
        mark = scratch.freshMarks(1)
        heap = RankHeap(scratch.heap, order: .descending)
    }

    mutating func run() {
        reach(node, hops: 0)
        masses[2 * Int(node)] = 1
        while let current = heap.pop() { settle(current) }
    }

    @inline(__always)
    private mutating func reach(_ node: UInt32, hops: UInt32) {
        if marks[Int(node)] != mark {
            marks[Int(node)] = mark
            masses[2 * Int(node)] = 0
            masses[2 * Int(node) + 1] = 0
            depths[Int(node)] = hops
            heap.push(node, rank: view.rank(node))
        } else if hops < depths[Int(node)] {
            depths[Int(node)] = hops
        }
    }

    @inline(__always)
    private func weight(_ link: ParentLink) -> Double {
        if link.flags.contains(.retracted) { return 0 }
        return link.kind == .inspiredBy ? Double(link.weight) * inspiredByFactor : Double(link.weight)
    }

    @inline(__always)
    private mutating func settle(_ current: UInt32) {
        scratch.queue[count] = current
        count += 1
        let mass = masses[2 * Int(current)]
        let held = masses[2 * Int(current) + 1]
        var total = 0.0
        view.forEachLink(of: current, needsTime: false) { link in
            total += weight(link)
            return true
        }
        if total == 0 { return }
        if mass < options.epsilon {
            pruned += mass
            return
        }
        var kept = mass * (current == node ? own : keep)
        if options.redacted == .pass, isRedacted(current) { kept = 0 }
        let rest = mass - kept
        if rest <= 0 { return }
        let heldShare = held / mass
        masses[2 * Int(current)] = kept
        masses[2 * Int(current) + 1] = kept * heldShare
        let each = rest / total
        let hops = depths[Int(current)] + 1
        view.forEachLink(of: current, needsTime: false) { link in
            let passed = each * weight(link)
            if passed == 0 { return true }
            reach(link.parent, hops: hops)
            masses[2 * Int(link.parent)] += passed
            masses[2 * Int(link.parent) + 1] += link.flags.contains(.disputed) ? passed : passed * heldShare
            return true
        }
    }

    private func isRedacted(_ node: UInt32) -> Bool { view.state(node) == NodeState.redacted.rawValue }

    /// The kept masses by owner, rounded.
    func shares() -> [LineageShare] {
        var shares: [LineageShare] = []
        shares.reserveCapacity(count)
        // Older works are settled later; rounding wants them first.
        for index in (0..<count).reversed() {
            let node = scratch.queue[index]
            let share = masses[2 * Int(node)]
            if share <= 0 { continue }
            let owner: AttributionOwner =
                isRedacted(node) ? .withheld : options.group == .creator ? .creator(view.creator(node)) : .work(node)
            shares.append(
                LineageShare(
                    owner: owner, ppm: 0, share: share, held: masses[2 * Int(node) + 1], hops: Int(depths[Int(node)]),
                    oldest: node))
        }
        shares = Self.added(shares)
        if !(view.ranksAreNumbers && options.group != .creator) { shares.sort { $0.oldest < $1.oldest } }
        for (index, ppm) in partsPerMillion(shares.map(\.share)).enumerated() { shares[index].ppm = ppm }
        return Self.ordered(shares)
    }

    /// Largest first, then by age. Sorts small keys instead of the shares.
    private static func ordered(_ shares: [LineageShare]) -> [LineageShare] {
        struct Key {
            var share: Double
            var index: UInt32
        }
        var keys = shares.indices.map { Key(share: shares[$0].share, index: UInt32($0)) }
        keys.sort { $0.share > $1.share || ($0.share == $1.share && $0.index < $1.index) }
        return keys.map { shares[Int($0.index)] }
    }

    /// One share per owner. Shares of works are left as they are.
    private static func added(_ shares: [LineageShare]) -> [LineageShare] {
        func key(_ owner: AttributionOwner) -> UInt64? {
            switch owner {
            case .work: nil
            case .creator(let creator): UInt64(creator)
            case .withheld: UInt64.max
            }
        }
        var added: [LineageShare] = []
        added.reserveCapacity(shares.count)
        var grouped: [(key: UInt64, index: Int)] = []
        for index in shares.indices {
            if let key = key(shares[index].owner) {
                grouped.append((key, index))
            } else {
                added.append(shares[index])
            }
        }
        // The order of the sweep breaks ties, so that sums of doubles come out the same every time.
        grouped.sort { ($0.key, $0.index) < ($1.key, $1.index) }
        var last: UInt64?
        for (key, index) in grouped {
            let share = shares[index]
            if key == last {
                added[added.count - 1].share += share.share
                added[added.count - 1].held += share.held
                added[added.count - 1].hops = min(added[added.count - 1].hops, share.hops)
                added[added.count - 1].oldest = min(added[added.count - 1].oldest, share.oldest)
            } else {
                added.append(share)
                last = key
            }
        }
        if !grouped.isEmpty { added.sort { $0.oldest < $1.oldest } }
        return added
    }
}
