public import Lineage

/// The part of a lineage around one work that is worth showing: its ancestors and its descendants, the most telling first,
/// at most as many as a person can read.
///
/// Works are taken one by one from both sides. Among ancestors that with the largest share comes first: the product of the
/// shares of its credits on the way, lowered by each hop. Among descendants that with most live children of its own, again
/// lowered by each hop and by each sibling before it, so that neither distant kin nor one large family crowds out the rest. Works that were taken down keep their place.
public struct LineageNeighborhood: Sendable {
    public struct Place: Sendable, Hashable {
        public var node: UInt32
        /// Column: 0 for the asked work, negative for ancestors, positive for descendants. Each credit leads from a lower
        /// to a higher column; as few columns as that needs (longest-path layering).
        public var level: Int
        /// Parents that are not shown, for the asked work and its ancestors.
        public var moreParents = 0
        /// Children that are not shown, for the asked work and its descendants.
        public var moreChildren = 0
    }

    public let focus: UInt32
    /// The asked work first, then the others as they were chosen.
    public private(set) var places: [Place]
    /// All credits that count among the shown works.
    public private(set) var edges: [LineageEdge] = []

    /// How much of the score is left after a hop.
    private static let hopFactor = 0.6
    /// How much each sibling before it lowers a child's score.
    private static let siblingFactor = 0.3
    /// Children of one work that are compared; of a work with more, the oldest.
    private static let comparedChildrenMax = 4_096

    /// - Parameters:
    ///   - limit: most works besides the asked one.
    ///   - depth: most hops from it.
    /// - Complexity: O(edges of the shown works and of their children).
    public init(of focus: UInt32, in snapshot: LineageSnapshot, limit: Int = 40, depth: Int = 6) {
        self.focus = focus
        places = [Place(node: focus, level: 0)]
        var up = Side(focus)
        var down = Side(focus)
        Self.expand(&up, snapshot, depth, isUp: true)
        Self.expand(&down, snapshot, depth, isUp: false)
        var ancestors: Set<UInt32> = []
        var descendants: Set<UInt32> = []
        while ancestors.count + descendants.count < limit {
            let takesUp = down.waiting.isEmpty || (!up.waiting.isEmpty && ancestors.count <= descendants.count)
            if takesUp {
                guard let next = up.takeBest() else { break }
                ancestors.insert(next)
                Self.expand(&up, snapshot, depth, isUp: true)
            } else {
                guard let next = down.takeBest() else { break }
                descendants.insert(next)
                Self.expand(&down, snapshot, depth, isUp: false)
            }
        }
        let chosen = up.order.dropFirst() + down.order.dropFirst()
        places += chosen.map { Place(node: $0, level: 0) }
        connect(snapshot, ancestors, descendants)
    }

    /// One direction of the search: what was taken, and what may be taken next with its score.
    private struct Side {
        struct Candidate {
            var score: Double
            var depth: Int
        }

        var order: [UInt32]
        var taken: [UInt32: Candidate]
        var waiting: [UInt32: Candidate] = [:]

        init(_ focus: UInt32) {
            order = [focus]
            taken = [focus: Candidate(score: 1, depth: 0)]
        }

        mutating func offer(_ node: UInt32, _ candidate: Candidate) {
            guard taken[node] == nil else { return }
            if let known = waiting[node], known.score >= candidate.score { return }
            waiting[node] = candidate
        }

        mutating func takeBest() -> UInt32? {
            // Equal scores go to the older work, so that a picture is the same each time.
            let best = waiting.max { ($0.value.score, $1.key) < ($1.value.score, $0.key) }
            guard let best else { return nil }
            waiting[best.key] = nil
            taken[best.key] = best.value
            order.append(best.key)
            return best.key
        }
    }

    /// Offers the neighbors of the work that was taken last.
    private static func expand(_ side: inout Side, _ snapshot: LineageSnapshot, _ depth: Int, isUp: Bool) {
        guard let node = side.order.last, let from = side.taken[node], from.depth < depth else { return }
        if isUp {
            let links = snapshot.parents(of: node)
            let total = links.reduce(0) { $0 + Double($1.weight) }
            for link in links {
                let score = from.score * hopFactor * Double(link.weight) / max(total, .leastNonzeroMagnitude)
                side.offer(link.parent, .init(score: score, depth: from.depth + 1))
            }
        } else {
            let children = snapshot.children(of: node).prefix(comparedChildrenMax)
            let ranked = children.map { (node: $0, children: snapshot.liveChildCount(of: $0)) }
                .sorted { ($1.children, $0.node) < ($0.children, $1.node) }
            for (rank, child) in ranked.enumerated() {
                // Later siblings count less, so that the picture shows what grew from the first ones as well.
                let fame = min(3, 0.5 + 0.15 * Double(child.children + 1).squareRoot())
                let score = from.score * hopFactor * fame / (1 + Double(rank) * siblingFactor)
                side.offer(child.node, .init(score: score, depth: from.depth + 1))
            }
        }
    }

    // MARK: Columns and edges

    private mutating func connect(
        _ snapshot: LineageSnapshot, _ ancestors: Set<UInt32>, _ descendants: Set<UInt32>
    ) {
        let shown = Set(places.map(\.node))
        var parents: [UInt32: [UInt32]] = [:]
        var children: [UInt32: [UInt32]] = [:]
        for place in places {
            for link in snapshot.parents(of: place.node) where shown.contains(link.parent) {
                edges.append(LineageEdge(child: place.node, link: link))
                parents[place.node, default: []].append(link.parent)
                children[link.parent, default: []].append(place.node)
            }
        }
        var levels: [UInt32: Int] = [focus: 0]
        for node in ancestors { _ = Self.longest(node, children, &levels) { ancestors.contains($0) || $0 == focus } }
        for node in ancestors { levels[node] = -(levels[node] ?? 0) }
        var down: [UInt32: Int] = [focus: 0]
        for node in descendants { _ = Self.longest(node, parents, &down) { descendants.contains($0) || $0 == focus } }
        for node in descendants { levels[node] = down[node] }
        for index in places.indices {
            let node = places[index].node
            places[index].level = levels[node] ?? 0
            if !descendants.contains(node) {
                places[index].moreParents = snapshot.parents(of: node).count - (parents[node]?.count ?? 0)
            }
            if !ancestors.contains(node) {
                places[index].moreChildren = snapshot.children(of: node).count - (children[node]?.count ?? 0)
            }
        }
    }

    /// Hops on the longest way to the asked work. As deep as the picture, which is small.
    private static func longest(
        _ node: UInt32, _ next: [UInt32: [UInt32]], _ known: inout [UInt32: Int], _ isInside: (UInt32) -> Bool
    ) -> Int {
        if let level = known[node] { return level }
        var level = 1
        for neighbor in next[node] ?? [] where isInside(neighbor) {
            level = max(level, longest(neighbor, next, &known, isInside) + 1)
        }
        known[node] = level
        return level
    }
}
