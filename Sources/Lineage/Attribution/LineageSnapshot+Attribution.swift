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
            var sweep = MassSweep(view: storage.view, scratch: scratch, options: options, node: node)
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
            var sweep = MassSweep(view: storage.view, scratch: scratch, options: options, node: node)
            sweep.run()
            for index in 0..<sweep.count {
                let settled = sweep.settled(index)
                body(settled.node, settled.mass.value)
            }
        }
    }
}

/// One descending sweep over the ranks: every work is settled once, after everything below it.
///
/// Works get slots in the order in which they are met, so that what is known of them lies close together whatever their
/// numbers; the scratch's marks lead from works to slots, and its queue holds the slots in the order of settling.
private struct MassSweep {
    /// Where it lies: a copy would cost more than a small answer.
    private let place: UnsafePointer<GraphView>
    private let scratch: Scratch
    private let options: AttributionOptions
    private let own: Double
    private let keep: Double
    private let marks: UnsafeMutablePointer<UInt32>
    private let masses: UnsafeMutablePointer<NodeMass>
    private let links: UnsafeMutablePointer<WeightedParent>
    private let base: UInt32
    private var heap: RankHeap
    private var slotCount: UInt32 = 0
    /// Works settled.
    private(set) var count = 0
    private var prunedSum = OrderlessSum(0)
    var pruned: Double { prunedSum.value }
    private var view: GraphView {
        @inline(__always) _read { yield place.pointee }
    }

    init(view: UnsafePointer<GraphView>, scratch: Scratch, options: AttributionOptions, node: UInt32) {
        place = view
        self.scratch = scratch
        self.options = options
        own = options.group == .root ? 0 : options.own
        keep = options.group == .root ? 0 : options.keep
        marks = scratch.marks
        masses = scratch.masses
        links = scratch.links
        base = scratch.openMarks()
        heap = RankHeap(scratch.heap, order: .descending)
        add(1, held: 0, to: node, hops: 0)
    }

    mutating func run() {
        while let slot = heap.pop() { settle(slot) }
        scratch.closeMarks(after: base + slotCount)
    }

    /// A settled work, in the order of settling: what it keeps.
    func settled(_ index: Int) -> NodeMass { masses[Int(scratch.queue[index])] }

    @inline(__always)
    private mutating func add(_ mass: Double, held: Double, to node: UInt32, hops: UInt32) {
        let mark = marks[Int(node)]
        if mark < base {
            marks[Int(node)] = base &+ slotCount
            masses[Int(slotCount)] = NodeMass(
                mass: OrderlessSum(mass), held: OrderlessSum(held), node: node, hops: hops)
            heap.push(slotCount, rank: view.rank(node))
            slotCount &+= 1
        } else {
            let known = masses + Int(mark &- base)
            known.pointee.mass += mass
            if held != 0 { known.pointee.held += held }
            if hops < known.pointee.hops { known.pointee.hops = hops }
        }
    }

    @inline(__always)
    private mutating func settle(_ slot: UInt32) {
        scratch.queue[count] = slot
        count &+= 1
        let current = masses + Int(slot)
        let mass = current.pointee.mass.value
        var sum = OrderlessSum(0)
        var linkCount = 0
        view.forEachWeightedParent(of: current.pointee.node, inspiredByFactor: options.inspiredByFactor) { link in
            links[linkCount] = link
            linkCount &+= 1
            sum += link.weight
        }
        let total = sum.value
        if total == 0 { return }
        if mass < options.epsilon {
            prunedSum += mass
            return
        }
        var kept = mass * (slot == 0 ? own : keep)
        if options.redacted == .pass, isRedacted(current.pointee.node) { kept = 0 }
        let rest = mass - kept
        if rest <= 0 { return }
        let held = current.pointee.held.value
        // Divisions take their time, and these seldom have something to divide.
        let heldShare = held == 0 ? 0 : held / mass
        current.pointee.mass = OrderlessSum(kept)
        current.pointee.held = OrderlessSum(kept * heldShare)
        let each = total == 1 ? rest : rest / total
        let hops = current.pointee.hops &+ 1
        for index in 0..<linkCount {
            let link = links[index]
            let passed = each * link.weight
            if passed > 0 {
                add(passed, held: link.isDisputed ? passed : passed * heldShare, to: link.parent, hops: hops)
            }
        }
    }

    private func isRedacted(_ node: UInt32) -> Bool { view.state(node) == NodeState.redacted.rawValue }

    /// The kept masses by owner, rounded.
    func shares() -> [LineageShare] {
        var shares: [LineageShare] = []
        shares.reserveCapacity(count)
        // Older works are settled later; rounding wants them first.
        for index in (0..<count).reversed() {
            let settled = settled(index)
            let node = settled.node
            let share = settled.mass.value
            if share <= 0 { continue }
            let owner: AttributionOwner =
                isRedacted(node) ? .withheld : options.group == .creator ? .creator(view.creator(node)) : .work(node)
            shares.append(
                LineageShare(
                    owner: owner, ppm: 0, share: share, held: settled.held.value, hops: Int(settled.hops),
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
        grouped.sort { ($0.key, $0.index) < ($1.key, $1.index) }
        var start = 0
        while start < grouped.count {
            var end = start
            var total = shares[grouped[start].index]
            var share = OrderlessSum(0)
            var held = OrderlessSum(0)
            while end < grouped.count, grouped[end].key == grouped[start].key {
                let part = shares[grouped[end].index]
                share += part.share
                held += part.held
                total.hops = min(total.hops, part.hops)
                total.oldest = min(total.oldest, part.oldest)
                end += 1
            }
            total.share = share.value
            total.held = held.value
            added.append(total)
            start = end
        }
        if !grouped.isEmpty { added.sort { $0.oldest < $1.oldest } }
        return added
    }
}
