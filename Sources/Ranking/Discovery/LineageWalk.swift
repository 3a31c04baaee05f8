/// The lineage around a work, as the walk asks for it. Nodes are the caller's ordinals.
public struct LineageNeighborhood {
    public var parents: (UInt32) -> [UInt32]
    public var childCount: (UInt32) -> Int
    /// Asked for only when each child would receive a share that matters.
    public var children: (UInt32) -> [UInt32]

    public init(
        parents: @escaping (UInt32) -> [UInt32], childCount: @escaping (UInt32) -> Int,
        children: @escaping (UInt32) -> [UInt32]
    ) {
        self.parents = parents
        self.childCount = childCount
        self.children = children
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
        push(from: seed, in: lineage).sorted { ($1.mass, $0.node) < ($0.mass, $1.node) }
    }

    /// Nodes reached from several seeds, with a boost for those that several seeds reach: (Σ √(weight · mass))².
    ///
    /// A node that two seeds reach with mass m each counts 4m, not 2m (multi-hit boost as in Pixie, Eksombatchai et
    /// al., WWW 2018). Largest first, ties by node.
    public func visits(from seeds: [(node: UInt32, weight: Double)], in lineage: LineageNeighborhood) -> [Visit] {
        var roots: [UInt32: Double] = [:]
        // Sorted, so that rounding does not depend on the order of the seeds.
        for seed in seeds.sorted(by: { ($0.node, $0.weight) < ($1.node, $1.weight) }) where seed.weight > 0 {
            for visit in push(from: seed.node, in: lineage) {
                roots[visit.node, default: 0] += (seed.weight * visit.mass).squareRoot()
            }
        }
        return roots.map { Visit(node: $0.key, mass: $0.value * $0.value) }
            .sorted { ($1.mass, $0.node) < ($0.mass, $1.node) }
    }

    private func push(from seed: UInt32, in lineage: LineageNeighborhood) -> [Visit] {
        var residues = LineageResidues()
        residues.add(1, to: seed, tolerance: tolerance)
        while let (place, node) = residues.nextToPush() {
            let residue = residues.takeResidue(at: place)
            let parents = lineage.parents(node)
            let childCount = lineage.childCount(node)
            let total = Double(parents.count) + Double(childCount).squareRoot()
            guard total > 0 else {
                // Nowhere to go: the walk jumps back to its seed, where it restarts, or ends if it is there.
                if node == seed {
                    residues.settle(residue, at: place)
                } else {
                    residues.settle(restart * residue, at: place)
                    residues.add((1 - restart) * residue, to: seed, tolerance: tolerance)
                }
                continue
            }
            residues.settle(restart * residue, at: place)
            let unit = (1 - restart) * residue / total
            for parent in parents { residues.add(unit, to: parent, tolerance: tolerance) }
            guard childCount > 0 else { continue }
            let perChild = unit / Double(childCount).squareRoot()
            // Shares this small would stay residues anyway; this bounds the work at hubs.
            if perChild < tolerance / 10 { continue }
            for child in lineage.children(node) { residues.add(perChild, to: child, tolerance: tolerance) }
        }
        return residues.visits(restart: restart)
    }
}

/// Settled mass and residue of the nodes that the walk has seen, and the queue of nodes to push.
private struct LineageResidues {
    private var places: [UInt32: Int] = [:]
    private var nodes: [UInt32] = []
    private var settled: [Double] = []
    private var residue: [Double] = []
    private var isQueued: [Bool] = []
    private var queue: [Int] = []
    private var head = 0

    mutating func add(_ mass: Double, to node: UInt32, tolerance: Double) {
        let place: Int
        if let known = places[node] {
            place = known
        } else {
            place = nodes.count
            places[node] = place
            nodes.append(node)
            settled.append(0)
            residue.append(0)
            isQueued.append(false)
        }
        residue[place] += mass
        if residue[place] >= tolerance && !isQueued[place] {
            isQueued[place] = true
            queue.append(place)
        }
    }

    mutating func nextToPush() -> (place: Int, node: UInt32)? {
        guard head < queue.count else { return nil }
        let place = queue[head]
        head += 1
        return (place, nodes[place])
    }

    mutating func takeResidue(at place: Int) -> Double {
        let mass = residue[place]
        residue[place] = 0
        isQueued[place] = false
        return mass
    }

    mutating func settle(_ mass: Double, at place: Int) {
        settled[place] += mass
    }

    /// What has settled, plus the part of each residue that would settle where it is.
    func visits(restart: Double) -> [LineageWalk.Visit] {
        nodes.indices.map { LineageWalk.Visit(node: nodes[$0], mass: settled[$0] + restart * residue[$0]) }
    }
}
