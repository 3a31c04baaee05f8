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
}

/// One descending sweep over the ranks: every work is settled once, after everything below it.
private struct MassSweep {
    private struct Kept {
        var node: UInt32
        var hops: UInt32
        var share: Double
        var held: Double
        var isWithheld: Bool
    }

    private let view: GraphView
    private let scratch: Scratch
    private let options: AttributionOptions
    private let node: UInt32
    private let own: Double
    private let keep: Double
    private let mark: UInt32
    private var heap: RankHeap
    private var kept: [Kept] = []
    private(set) var pruned = 0.0

    init(view: GraphView, scratch: Scratch, options: AttributionOptions, node: UInt32) {
        self.view = view
        self.scratch = scratch
        self.options = options
        self.node = node
        own = options.group == .root ? 0 : options.own
        keep = options.group == .root ? 0 : options.keep
        mark = scratch.freshMarks(1)
        heap = RankHeap(scratch.heap, order: .descending)
    }

    mutating func run() {
        reach(node, hops: 0)
        scratch.masses[2 * Int(node)] = 1
        while let current = heap.pop(rank: { view.rank($0) }) { settle(current) }
    }

    /// Mass at `2 · node`, the held part of it at `2 · node + 1`.
    @inline(__always)
    private mutating func reach(_ node: UInt32, hops: UInt32) {
        if scratch.marks[Int(node)] != mark {
            scratch.marks[Int(node)] = mark
            scratch.masses[2 * Int(node)] = 0
            scratch.masses[2 * Int(node) + 1] = 0
            scratch.depths[Int(node)] = hops
            heap.push(node, rank: view.rank(node)) { view.rank($0) }
        } else if hops < scratch.depths[Int(node)] {
            scratch.depths[Int(node)] = hops
        }
    }

    private mutating func settle(_ current: UInt32) {
        let mass = scratch.masses[2 * Int(current)]
        let held = scratch.masses[2 * Int(current) + 1]
        let hops = scratch.depths[Int(current)]
        var total = 0.0
        view.forEachLink(of: current, needsTime: false) { link in
            if !link.flags.contains(.retracted) { total += Double(link.weight) * options.factor(link.kind) }
            return true
        }
        let isRedacted = view.state(current) == NodeState.redacted.rawValue
        var keptMass: Double
        if total == 0 || mass < options.epsilon {
            keptMass = mass
            if total > 0 { pruned += mass }
        } else if isRedacted, options.redacted == .pass {
            keptMass = 0
        } else {
            keptMass = mass * (current == node ? own : keep)
        }
        let rest = mass - keptMass
        if keptMass > 0 || current == node {
            let heldPart = mass > 0 ? held * (keptMass / mass) : 0
            kept.append(
                Kept(node: current, hops: hops, share: keptMass, held: heldPart, isWithheld: isRedacted))
        }
        guard rest > 0 else { return }
        let each = rest / total
        let heldShare = held / mass
        view.forEachLink(of: current, needsTime: false) { link in
            if link.flags.contains(.retracted) { return true }
            let passed = each * Double(link.weight) * options.factor(link.kind)
            if passed == 0 { return true }
            reach(link.parent, hops: hops + 1)
            scratch.masses[2 * Int(link.parent)] += passed
            scratch.masses[2 * Int(link.parent) + 1] += link.flags.contains(.disputed) ? passed : passed * heldShare
            return true
        }
    }

    /// The kept masses by owner, rounded.
    func shares() -> [LineageShare] {
        var shares: [LineageShare] = []
        for kept in kept where kept.share > 0 {
            let owner: AttributionOwner =
                kept.isWithheld
                ? .withheld : options.group == .creator ? .creator(view.creator(kept.node)) : .work(kept.node)
            shares.append(
                LineageShare(
                    owner: owner, ppm: 0, share: kept.share, held: kept.held, hops: Int(kept.hops), oldest: kept.node))
        }
        shares = Self.added(shares)
        // Remainder ties go to the older work.
        shares.sort { $0.oldest < $1.oldest }
        for (index, ppm) in partsPerMillion(shares.map(\.share)).enumerated() { shares[index].ppm = ppm }
        shares.sort { ($1.share, $0.oldest) < ($0.share, $1.oldest) }
        return shares
    }

    /// One share per owner.
    private static func added(_ shares: [LineageShare]) -> [LineageShare] {
        func key(_ owner: AttributionOwner) -> UInt64 {
            switch owner {
            case .work(let node): UInt64(node)
            case .creator(let creator): UInt64(creator)
            case .withheld: UInt64.max
            }
        }
        // The order of the sweep breaks ties, so that sums of doubles come out the same every time.
        let sorted = shares.indices.sorted { (key(shares[$0].owner), $0) < (key(shares[$1].owner), $1) }
        var added: [LineageShare] = []
        for index in sorted {
            let share = shares[index]
            if let last = added.last, last.owner == share.owner {
                added[added.count - 1].share += share.share
                added[added.count - 1].held += share.held
                added[added.count - 1].hops = min(last.hops, share.hops)
                added[added.count - 1].oldest = min(last.oldest, share.oldest)
            } else {
                added.append(share)
            }
        }
        return added
    }
}
