/// Another child of one's parents.
public struct Sibling: Sendable, Equatable {
    public var node: UInt32
    /// The parents that both have, ascending.
    public var shared: [UInt32]

    public init(node: UInt32, shared: [UInt32]) {
        self.node = node
        self.shared = shared
    }
}

/// A work that shares an ancestor two or three generations up, and no parent.
public struct Cousin: Sendable, Equatable {
    public var node: UInt32
    /// A nearest shared ancestor; of several, the one fewest hops above the cousin, then the oldest.
    public var shared: UInt32
    /// Hops from the asked work up to `shared`.
    public var up: Int
    /// Hops from `shared` down to the cousin.
    public var down: Int

    public init(node: UInt32, shared: UInt32, up: Int, down: Int) {
        self.node = node
        self.shared = shared
        self.up = up
        self.down = down
    }
}

/// An answer that may have been cut at a limit.
public struct Relatives<Relative: Sendable>: Sendable {
    public var items: [Relative]
    public var truncated: Bool
}

extension LineageSnapshot {
    /// The other children of this work's parents, those that share most parents first, then by node.
    ///
    /// States: siblings in every state are listed, for the layer above to show or not; retracted edges make no siblings.
    ///
    /// - Complexity: O(children of the parents), with their sorting.
    public func siblings(of node: UInt32, limit: Int = .max) -> Relatives<Sibling> {
        check(node)
        return withScratch { scratch in
            var parents: [UInt32] = []
            view.forEachParent(of: node) { parent in
                parents.append(parent)
                return true
            }
            parents.sort()
            let mark = scratch.freshMarks(1)
            var found: [UInt32] = []
            for parent in parents {
                view.forEachChild(of: parent) { child in
                    if child == node { return true }
                    if scratch.marks[Int(child)] != mark {
                        scratch.marks[Int(child)] = mark
                        scratch.depths[Int(child)] = 0
                        found.append(child)
                    }
                    scratch.depths[Int(child)] += 1
                    return true
                }
            }
            found.sort { (scratch.depths[Int($1)], $0) < (scratch.depths[Int($0)], $1) }
            let items = found.prefix(limit).map { sibling in
                Sibling(node: sibling, shared: sharedParents(parents, sibling))
            }
            return Relatives(items: items, truncated: found.count > limit)
        }
    }

    private func sharedParents(_ parents: [UInt32], _ sibling: UInt32) -> [UInt32] {
        var shared: [UInt32] = []
        view.forEachParent(of: sibling) { parent in
            if parents.contains(parent) { shared.append(parent) }
            return true
        }
        return shared.sorted()
    }

    /// Most generations up to a cousin's shared ancestor.
    public static let cousinGenerationsMax = 3

    /// Works that share an ancestor at most `generations` hops up from both, but no parent, and of which neither is an
    /// ancestor of the other.
    ///
    /// Nearest shared ancestor first, then by hops down, then by node. States as in ``siblings(of:limit:)``.
    ///
    /// - Parameters:
    ///   - generations: 2…3.
    ///   - limit: most works in the answer. The search below an ancestor generation is complete, so that the order is.
    /// - Complexity: O(nodes within three hops below the ancestors within three hops above).
    public func cousins(of node: UInt32, generations: Int = 3, limit: Int = .max) -> Relatives<Cousin> {
        check(node)
        precondition(2...Self.cousinGenerationsMax ~= generations, "cousins share an ancestor 2 or 3 generations up")
        return withScratch { settled in
            withScratch { seen in
                let finder = CousinFinder(view: view, node: node, settled: settled, seen: seen, pool: storage.pool)
                var items: [Cousin] = []
                for up in 2...generations {
                    let found = finder.cousins(up: up, generations: generations)
                    if items.count + found.count > limit {
                        return Relatives(items: items + found.prefix(limit - items.count), truncated: true)
                    }
                    items += found
                }
                return Relatives(items: items, truncated: false)
            }
        }
    }
}

private struct CousinFinder {
    private let view: GraphView
    private let node: UInt32
    private let pool: ScratchPool
    /// Ancestors by fewest hops up; `levels[0]` is the node.
    private let levels: [[UInt32]]
    /// Marks nodes that are no cousins, or are listed already.
    private let settled: Scratch
    private let settledMark: UInt32
    /// Marks what the sweep of one generation has met.
    private let seen: Scratch

    init(view: GraphView, node: UInt32, settled: Scratch, seen: Scratch, pool: ScratchPool) {
        self.view = view
        self.node = node
        self.settled = settled
        self.seen = seen
        self.pool = pool
        let mark = settled.freshMarks(1)
        settledMark = mark
        settled.marks[Int(node)] = mark
        var levels = [[node]]
        for _ in 0..<LineageSnapshot.cousinGenerationsMax {
            var next: [UInt32] = []
            for child in levels[levels.count - 1] {
                view.forEachParent(of: child) { parent in
                    if settled.marks[Int(parent)] != mark {
                        settled.marks[Int(parent)] = mark
                        next.append(parent)
                    }
                    return true
                }
            }
            levels.append(next.sorted())
        }
        self.levels = levels
        for parent in levels[1] {
            view.forEachChild(of: parent) { sibling in
                settled.marks[Int(sibling)] = mark
                return true
            }
        }
    }

    /// Cousins whose nearest shared ancestor is `up` hops above the node.
    ///
    /// A breadth-first search down from all ancestors of that generation at once. It passes through works that are no
    /// cousins, because cousins hang below ancestors and siblings too.
    func cousins(up: Int, generations: Int) -> [Cousin] {
        let seenMark = seen.freshMarks(1)
        for ancestor in levels[up] { seen.marks[Int(ancestor)] = seenMark }
        var frontier: [(node: UInt32, shared: UInt32)] = levels[up].map { ($0, $0) }
        var cousins: [Cousin] = []
        for down in 1...generations {
            var next: [(node: UInt32, shared: UInt32)] = []
            for (above, shared) in frontier {
                view.forEachChild(of: above) { child in
                    if seen.marks[Int(child)] != seenMark { next.append((child, shared)) }
                    return true
                }
            }
            next.sort { ($0.node, $0.shared) < ($1.node, $1.shared) }
            frontier = []
            for entry in next where frontier.last?.node != entry.node {
                seen.marks[Int(entry.node)] = seenMark
                frontier.append(entry)
            }
            for entry in frontier where settled.marks[Int(entry.node)] != settledMark {
                settled.marks[Int(entry.node)] = settledMark
                let isRelative =
                    view.isAncestor(node, entry.node, pool) || view.isAncestor(entry.node, node, pool)
                if !isRelative { cousins.append(Cousin(node: entry.node, shared: entry.shared, up: up, down: down)) }
            }
        }
        return cousins
    }
}
