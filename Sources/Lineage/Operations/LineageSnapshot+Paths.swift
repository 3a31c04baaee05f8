extension LineageSnapshot {
    /// True when `a` is a proper ancestor of `node`.
    ///
    /// States: paths lead through works in every state, and over disputed, late and inferred edges, not over retracted
    /// ones.
    ///
    /// - Complexity: O(1) to O(log depth) when the labels know the answer, which is the rule; otherwise a two-sided search
    ///   pruned by the labels.
    public func isAncestor(_ a: UInt32, of node: UInt32) -> Bool {
        check(a)
        check(node)
        return GraphView.isAncestor(storage.view, a, node, storage.pool)
    }

    /// ``isAncestor(_:of:)`` for many pairs, in the order asked.
    public func areAncestors(_ pairs: [(ancestor: UInt32, node: UInt32)]) -> [Bool] {
        for pair in pairs {
            check(pair.ancestor)
            check(pair.node)
        }
        return withExtendedLifetime(storage) {
            pairs.map { GraphView.isAncestor(storage.view, $0.ancestor, $0.node, storage.pool) }
        }
    }

    /// A shortest path from an ancestor down to a work, both included, or `nil` when there is none. The path of a work to
    /// itself is the work alone. States as in ``isAncestor(_:of:)``.
    ///
    /// - Complexity: O(ancestors of `to` that may descend from `from`).
    public func shortestPath(from: UInt32, to: UInt32) -> [UInt32]? {
        check(from)
        check(to)
        return withScratch { view.shortestPath(from: from, to: to, $0) }
    }

    /// Most paths that ``shortestPaths(from:to:count:)`` gives.
    public static let pathsMax = 10

    /// The shortest paths from an ancestor down to a work, shortest first, at most `count`.
    ///
    /// States as in ``isAncestor(_:of:)``. All paths of an acyclic graph are simple. Best-first search (Hart, Nilsson, Raphael 1968) with exact remaining
    /// lengths: no partial path is taken up that is not part of an answer or as short as one.
    ///
    /// - Parameter count: 1…10.
    /// - Returns: paths with both ends, in an order that depends on nothing but the graph; empty when there is none.
    /// - Complexity: O(ancestors of `to` that may descend from `from`), with their sorting.
    public func shortestPaths(from: UInt32, to: UInt32, count: Int) -> [[UInt32]] {
        check(from)
        check(to)
        precondition(1...Self.pathsMax ~= count, "between 1 and 10 paths")
        if from == to { return [[from]] }
        return withScratch { scratch in
            guard let cone = Cone(from: from, to: to, view, scratch) else { return [] }
            return cone.paths(count: count, view)
        }
    }
}

/// The nodes between two works, with the length of the shortest way up from each.
private struct Cone {
    private let from: UInt32
    private let to: UInt32
    /// Hops from `from` down to a node; absent when no path leads there.
    private let scratch: Scratch
    private let mark: UInt32

    init?(from: UInt32, to: UInt32, _ view: GraphView, _ scratch: Scratch) {
        guard view.mayReach(from, to) else { return nil }
        let candidates = Self.candidates(from: from, to: to, view, scratch)
        self.from = from
        self.to = to
        self.scratch = scratch
        let mark = scratch.freshMarks(1)
        self.mark = mark
        scratch.marks[Int(from)] = mark
        scratch.depths[Int(from)] = 0
        for node in candidates where node != from {
            var best = UInt32.max
            view.forEachParent(of: node) { parent in
                if scratch.marks[Int(parent)] == mark { best = min(best, scratch.depths[Int(parent)] + 1) }
                return true
            }
            if best != UInt32.max {
                scratch.marks[Int(node)] = mark
                scratch.depths[Int(node)] = best
            }
        }
        if scratch.marks[Int(to)] != mark { return nil }
    }

    /// `to` and its ancestors that may descend from `from`, in topological order.
    private static func candidates(from: UInt32, to: UInt32, _ view: GraphView, _ scratch: Scratch) -> [UInt32] {
        let mark = scratch.freshMarks(1)
        scratch.marks[Int(to)] = mark
        scratch.queue[0] = to
        var head = 0
        var tail = 1
        while head < tail {
            let node = scratch.queue[head]
            head += 1
            view.forEachParent(of: node) { parent in
                if scratch.marks[Int(parent)] != mark {
                    scratch.marks[Int(parent)] = mark
                    if parent == from || view.mayReach(from, parent) {
                        scratch.queue[tail] = parent
                        tail += 1
                    }
                }
                return true
            }
        }
        return Array(UnsafeBufferPointer(start: scratch.queue, count: tail)).sorted { view.rank($0) < view.rank($1) }
    }

    /// A way from `node` down to `to`.
    private struct Partial {
        var node: UInt32
        /// Position of the way it extends, or -1.
        var next: Int
        var length: UInt32
    }

    func paths(count: Int, _ view: GraphView) -> [[UInt32]] {
        var partials = [Partial(node: to, next: -1, length: 0)]
        // Ways by total length; within one length a stack, so that a way is finished before the next one is begun.
        var waiting: [[Int]] = [[0]]
        let shortest = Int(scratch.depths[Int(to)])
        var excess = 0
        var found: [[UInt32]] = []
        while excess < waiting.count, found.count < count {
            guard let position = waiting[excess].popLast() else {
                excess += 1
                continue
            }
            let partial = partials[position]
            if partial.node == from {
                found.append(path(partials, position))
                continue
            }
            var parents: [UInt32] = []
            view.forEachParent(of: partial.node) { parent in
                if scratch.marks[Int(parent)] == mark { parents.append(parent) }
                return true
            }
            for parent in parents.sorted(by: >) {
                let total = Int(partial.length + 1 + scratch.depths[Int(parent)]) - shortest
                while waiting.count <= total { waiting.append([]) }
                partials.append(Partial(node: parent, next: position, length: partial.length + 1))
                waiting[total].append(partials.count - 1)
            }
        }
        return found
    }

    private func path(_ partials: [Partial], _ position: Int) -> [UInt32] {
        var path: [UInt32] = []
        var position = position
        while position >= 0 {
            path.append(partials[position].node)
            position = partials[position].next
        }
        return path
    }
}
