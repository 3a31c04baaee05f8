/// How much of the lineage around a work is wanted for a drawing.
public struct NeighborhoodOptions: Sendable {
    /// Most hops up to ancestors.
    public var up: Int
    /// Most hops down to descendants.
    public var down: Int
    /// Most works, the asked one included; at least 1.
    public var nodeLimit: Int

    public init(up: Int = 3, down: Int = 3, nodeLimit: Int = 60) {
        self.up = up
        self.down = down
        self.nodeLimit = nodeLimit
    }
}

/// A work in a drawing.
public struct NeighborhoodNode: Sendable, Equatable {
    public var node: UInt32
    /// Hops from the asked work over the works shown: negative for ancestors, positive for descendants.
    public var level: Int
    /// How near the work is to the asked one, in 0…1: its personalized PageRank mass.
    public var score: Double
    /// Parents that are not in the drawing.
    public var omittedParents: Int
    /// Children that are not in the drawing.
    public var omittedChildren: Int
}

/// The part of the lineage around a work that is worth drawing.
public struct Neighborhood: Sendable {
    /// The asked work first, then in the order taken. Every work is joined to the asked one by works before it.
    public var nodes: [NeighborhoodNode]
    /// All followed edges among the works, by child, then in the order of the child's parents.
    public var edges: [LineageEdge]
    /// True when works within the hops were left out.
    public var truncated: Bool
}

extension LineageSnapshot {
    /// The ancestors and descendants of a work that matter most to it, within bounds, as a connected drawing.
    ///
    /// Works are taken one by one, each time the one with the largest personalized PageRank mass among those one hop up from
    /// an ancestor taken or one hop down from a descendant taken. Works with many relatives thus get their share, and no
    /// popular work floods the drawing.
    ///
    /// States: works in every state are shown, for the layer above to black out; retracted edges are not followed.
    ///
    /// - Precondition: `nodeLimit` is at least 1.
    /// - Complexity: that of ``personalizedPageRank(seeds:options:limit:)``, plus O(parents and children of the works taken).
    public func neighborhood(of node: UInt32, options: NeighborhoodOptions = NeighborhoodOptions()) -> Neighborhood {
        check(node)
        precondition(options.nodeLimit >= 1, "a drawing holds at least the asked work")
        let masses = personalizedPageRank(seeds: [(node, 1)], options: PageRankOptions(epsilon: 1e-5))
        let scores = Dictionary(uniqueKeysWithValues: masses.map { ($0.node, $0.mass) })
        var drawing = Drawing(snapshot: self, options: options, scores: scores)
        drawing.take(Drawing.Candidate(node: node, level: 0, score: scores[node] ?? 0))
        drawing.run()
        return drawing.neighborhood(of: node)
    }
}

private struct Drawing {
    struct Candidate {
        var node: UInt32
        var level: Int
        var score: Double

        func isBetter(than other: Candidate) -> Bool {
            (other.score, abs(level), node) < (score, abs(other.level), other.node)
        }
    }

    let snapshot: LineageSnapshot
    let options: NeighborhoodOptions
    let scores: [UInt32: Double]
    private var taken: [Candidate] = []
    /// Where in `taken` each work is.
    private var places: [UInt32: Int] = [:]
    private var waiting: [Candidate] = []

    init(snapshot: LineageSnapshot, options: NeighborhoodOptions, scores: [UInt32: Double]) {
        self.snapshot = snapshot
        self.options = options
        self.scores = scores
    }

    mutating func take(_ candidate: Candidate) {
        places[candidate.node] = taken.count
        taken.append(candidate)
        offerNeighbors(of: candidate)
    }

    private mutating func offerNeighbors(of candidate: Candidate) {
        if candidate.level <= 0, -candidate.level < options.up {
            for link in snapshot.parents(of: candidate.node) { offer(link.parent, level: candidate.level - 1) }
        }
        if candidate.level >= 0, candidate.level < options.down {
            snapshot.forEachChild(of: candidate.node) { offer($0, level: candidate.level + 1) }
        }
    }

    private mutating func offer(_ node: UInt32, level: Int) {
        if let place = places[node] {
            // A shorter way to a work that was taken on a longer one, which may bring more into reach.
            if abs(level) < abs(taken[place].level) {
                taken[place].level = level
                offerNeighbors(of: taken[place])
            }
            return
        }
        waiting.append(Candidate(node: node, level: level, score: scores[node] ?? 0))
        var index = waiting.count - 1
        while index > 0, waiting[index].isBetter(than: waiting[(index - 1) / 2]) {
            waiting.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func next() -> Candidate? {
        guard let best = waiting.first, let last = waiting.popLast() else { return nil }
        if waiting.isEmpty { return best }
        waiting[0] = last
        var index = 0
        while true {
            var below = 2 * index + 1
            if below >= waiting.count { return best }
            if below + 1 < waiting.count, waiting[below + 1].isBetter(than: waiting[below]) { below += 1 }
            if !waiting[below].isBetter(than: waiting[index]) { return best }
            waiting.swapAt(below, index)
            index = below
        }
    }

    mutating func run() {
        while taken.count < options.nodeLimit, let candidate = next() {
            if places[candidate.node] == nil { take(candidate) }
        }
    }

    func neighborhood(of node: UInt32) -> Neighborhood {
        var nodes: [NeighborhoodNode] = []
        var edges: [LineageEdge] = []
        for candidate in taken {
            let parents = snapshot.parents(of: candidate.node)
            let shown = parents.filter { places[$0.parent] != nil }
            var omittedChildren = 0
            snapshot.forEachChild(of: candidate.node) { if places[$0] == nil { omittedChildren += 1 } }
            edges += shown.map { LineageEdge(child: candidate.node, link: $0) }
            nodes.append(
                NeighborhoodNode(
                    node: candidate.node, level: candidate.level, score: candidate.score,
                    omittedParents: parents.count - shown.count, omittedChildren: omittedChildren))
        }
        // Stable for each child: the order of its parents stays.
        let ordered = edges.enumerated().sorted { ($0.element.child, $0.offset) < ($1.element.child, $1.offset) }
        return Neighborhood(
            nodes: nodes, edges: ordered.map(\.element), truncated: waiting.contains { places[$0.node] == nil })
    }
}
