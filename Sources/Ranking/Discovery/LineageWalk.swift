/// The lineage around a work, as the walk asks for it. Nodes are the caller's ordinals.
///
/// Neighbors are handed out one by one, so that compressed adjacency needs no arrays.
public struct LineageNeighborhood {
    public var forEachParent: (UInt32, (UInt32) -> Void) -> Void
    /// Exactly as many as `forEachChild` hands out.
    public var childCount: (UInt32) -> Int
    /// Called only when each child would receive a share that matters.
    public var forEachChild: (UInt32, (UInt32) -> Void) -> Void

    public init(
        forEachParent: @escaping (UInt32, (UInt32) -> Void) -> Void, childCount: @escaping (UInt32) -> Int,
        forEachChild: @escaping (UInt32, (UInt32) -> Void) -> Void
    ) {
        self.forEachParent = forEachParent
        self.childCount = childCount
        self.forEachChild = forEachChild
    }
}

/// Personalized PageRank over a lineage in both directions, by forward push (Andersen, Chung, Lang: "Local graph
/// partitioning using PageRank vectors", FOCS 2006).
///
/// From a work the walk goes to each parent with weight 1 and to each child with weight 1 / √children, so that a
/// popular work leads on to its sources more than to any one of its thousand remixes. Cost is bounded by the
/// tolerance, not by the size of the graph: each push retires at least restart · tolerance of the walk's mass.
public struct LineageWalk: Sendable, Equatable {
    /// Probability to jump back to the seed at each step, inside 0…1.
    public var restart: Double
    /// Mass below which a node is not pushed on.
    public var tolerance: Double

    public init(restart: Double = 0.3, tolerance: Double = 1e-4) {
        precondition(restart > 0 && restart <= 1, "restart is in 0...1, and above 0")
        precondition(tolerance > 0, "the tolerance is positive")
        self.restart = restart
        self.tolerance = tolerance
    }

    /// A node with its share of the walk's time.
    public struct Visit: Sendable, Equatable {
        public let node: UInt32
        public let mass: Double
    }

    /// Nodes reached from `seed` (which is among them), largest mass first, ties by node.
    ///
    /// Each mass is a lower bound of the exact value; what all of them miss together is the mass that was not pushed.
    public func visits(from seed: UInt32, in lineage: LineageNeighborhood) -> [Visit] {
        var state = LineageWalkState()
        push(from: seed, in: lineage, &state)
        return state.touched.map { Visit(node: state.nodes[$0], mass: state.mass(at: $0, restart: restart)) }
            .sorted { ($1.mass, $0.node) < ($0.mass, $1.node) }
    }

    /// Nodes reached from several seeds, with a boost for those that several seeds reach: (Σ √(weight · mass))².
    ///
    /// A node that two seeds reach with mass m each counts 4m, not 2m (multi-hit boost as in Pixie, Eksombatchai et
    /// al., WWW 2018). Largest first, ties by node.
    public func visits(from seeds: [(node: UInt32, weight: Double)], in lineage: LineageNeighborhood) -> [Visit] {
        var state = LineageWalkState()
        var roots: [Double] = []
        // Sorted, so that rounding does not depend on the order of the seeds.
        for seed in seeds.sorted(by: { ($0.node, $0.weight) < ($1.node, $1.weight) }) where seed.weight > 0 {
            state.reset()
            push(from: seed.node, in: lineage, &state)
            roots += repeatElement(0, count: state.nodes.count - roots.count)
            for place in state.touched {
                roots[place] += (seed.weight * state.mass(at: place, restart: restart)).squareRoot()
            }
        }
        return roots.enumerated().map { Visit(node: state.nodes[$0.offset], mass: $0.element * $0.element) }
            .sorted { ($1.mass, $0.node) < ($0.mass, $1.node) }
    }

    private func push(from seed: UInt32, in lineage: LineageNeighborhood, _ state: inout LineageWalkState) {
        var parents: [UInt32] = []
        state.add(1, to: seed, tolerance: tolerance)
        while let (place, node) = state.nextToPush() {
            let residue = state.takeResidue(at: place)
            parents.removeAll(keepingCapacity: true)
            lineage.forEachParent(node) { parents.append($0) }
            let childCount = lineage.childCount(node)
            let total = Double(parents.count) + Double(childCount).squareRoot()
            guard total > 0 else {
                // Nowhere to go: the walk jumps back to its seed, or ends if it is there.
                state.settle(node == seed ? residue : restart * residue, at: place)
                if node != seed { state.add((1 - restart) * residue, to: seed, tolerance: tolerance) }
                continue
            }
            state.settle(restart * residue, at: place)
            let unit = (1 - restart) * residue / total
            for parent in parents { state.add(unit, to: parent, tolerance: tolerance) }
            guard childCount > 0 else { continue }
            let perChild = unit / Double(childCount).squareRoot()
            // Shares below the tolerance would not be pushed on; leaving them out bounds the work at hubs.
            guard perChild >= tolerance else { continue }
            lineage.forEachChild(node) { state.add(perChild, to: $0, tolerance: tolerance) }
        }
    }
}
