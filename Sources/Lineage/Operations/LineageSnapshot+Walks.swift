extension LineageSnapshot {
    /// Everything this work was made from, each work once.
    ///
    /// States: works in every state are met and passed through. Retracted edges are not followed; disputed, late and
    /// inferred ones are, and carry their flags.
    ///
    /// - Complexity: O(nodes and edges met), plus sorting each depth.
    public func ancestors(of node: UInt32, options: WalkOptions = WalkOptions()) -> LineageWalk {
        walk(from: node, options, goesUp: true)
    }

    /// Everything made from this work, each work once. States as in ``ancestors(of:options:)``.
    ///
    /// - Complexity: O(nodes and edges met), plus sorting each depth.
    public func descendants(of node: UInt32, options: WalkOptions = WalkOptions()) -> LineageWalk {
        walk(from: node, options, goesUp: false)
    }

    /// The numbers of all ancestors, nearest first, in no particular order within a depth. States as in
    /// ``ancestors(of:options:)``.
    ///
    /// - Complexity: O(nodes and edges met).
    public func ancestorNodes(of node: UInt32, depthLimit: Int = .max) -> [UInt32] {
        var nodes: [UInt32] = []
        withAncestorNodes(of: node, depthLimit: depthLimit) { nodes = Array($0) }
        return nodes
    }

    /// Calls `body` with what ``ancestorNodes(of:depthLimit:)`` would return, where the walk left it: nothing is copied.
    ///
    /// - Parameter body: must not keep the buffer.
    /// - Complexity: O(nodes and edges met).
    public func withAncestorNodes(
        of node: UInt32, depthLimit: Int = .max, _ body: (UnsafeBufferPointer<UInt32>) -> Void
    ) {
        check(node)
        withScratch { scratch in
            let count = storage.view.pointee.reachUp(from: node, depthLimit: depthLimit, scratch)
            body(UnsafeBufferPointer(start: scratch.queue + 1, count: count))
        }
    }

    /// The numbers of all descendants, nearest first, in no particular order within a depth. States as in
    /// ``ancestors(of:options:)``.
    ///
    /// - Complexity: O(nodes and edges met).
    public func descendantNodes(of node: UInt32, depthLimit: Int = .max) -> [UInt32] {
        var nodes: [UInt32] = []
        withDescendantNodes(of: node, depthLimit: depthLimit) { nodes = Array($0) }
        return nodes
    }

    /// Calls `body` with what ``descendantNodes(of:depthLimit:)`` would return, where the walk left it: nothing is copied.
    ///
    /// - Parameter body: must not keep the buffer.
    /// - Complexity: O(nodes and edges met).
    public func withDescendantNodes(
        of node: UInt32, depthLimit: Int = .max, _ body: (UnsafeBufferPointer<UInt32>) -> Void
    ) {
        check(node)
        withScratch { scratch in
            let count = storage.view.pointee.reachDown(from: node, depthLimit: depthLimit, scratch)
            body(UnsafeBufferPointer(start: scratch.queue + 1, count: count))
        }
    }

    /// The ancestors-or-self without parents, ascending. A work without parents is its own root.
    ///
    /// States: a root in any state counts; a work whose only credits are retracted is a root.
    ///
    /// - Complexity: O(ancestors).
    public func roots(of node: UInt32) -> [UInt32] {
        check(node)
        return withScratch { scratch in
            var roots = storage.view.pointee.roots(above: node, scratch)
            roots.sort()
            return roots
        }
    }

    /// Runs a query with work space of its own.
    @inline(__always)
    func withScratch<Result>(_ body: (Scratch) -> Result) -> Result {
        withExtendedLifetime(storage) { storage.pool.withScratch(nodeCount: nodeCount, body) }
    }
}

// MARK: Walks with options

extension LineageSnapshot {
    private func walk(from start: UInt32, _ options: WalkOptions, goesUp: Bool) -> LineageWalk {
        check(start)
        let filter = EdgeFilter(options)
        return withScratch { scratch in
            var walk = LineageWalk(start: start, nodes: [], edges: [], truncated: false)
            if !filter.passes(start, view) { return walk }
            let mark = scratch.freshMarks(1)
            scratch.marks[Int(start)] = mark
            scratch.queue[0] = start
            let depthLimit = options.depthLimit ?? .max
            let nodeLimit = options.nodeLimit ?? .max
            var levelStart = 0
            var count = 1
            var depth = 0
            while levelStart < count {
                let levelEnd = count
                depth += 1
                if depth > depthLimit {
                    walk.truncated = hasUnvisitedNeighbor(levelStart..<levelEnd, filter, goesUp, scratch, mark)
                    break
                }
                for index in levelStart..<levelEnd {
                    let node = scratch.queue[index]
                    view.forEachNeighbor(of: node, filter, goesUp: goesUp) { next in
                        if scratch.marks[Int(next)] != mark {
                            scratch.marks[Int(next)] = mark
                            scratch.queue[count] = next
                            scratch.vias[Int(next)] = node
                            count += 1
                        }
                        return true
                    }
                }
                var level = UnsafeMutableBufferPointer(start: scratch.queue + levelEnd, count: count - levelEnd)
                level.sort()
                let room = nodeLimit - walk.nodes.count
                for node in level.prefix(room) {
                    walk.nodes.append(LineageVisit(node: node, depth: depth, via: scratch.vias[Int(node)]))
                }
                if level.count > room {
                    walk.truncated = true
                    break
                }
                levelStart = levelEnd
            }
            if options.includesEdges { walk.edges = edges(among: walk, filter, scratch) }
            return walk
        }
    }

    private func hasUnvisitedNeighbor(
        _ level: Range<Int>, _ filter: EdgeFilter, _ goesUp: Bool, _ scratch: Scratch, _ mark: UInt32
    ) -> Bool {
        var isFound = false
        for index in level where !isFound {
            view.forEachNeighbor(of: scratch.queue[index], filter, goesUp: goesUp) { next in
                isFound = scratch.marks[Int(next)] != mark
                return !isFound
            }
        }
        return isFound
    }

    /// All edges that pass between the start and the nodes of a walk.
    private func edges(among walk: LineageWalk, _ filter: EdgeFilter, _ scratch: Scratch) -> [LineageEdge] {
        let mark = scratch.freshMarks(1)
        scratch.marks[Int(walk.start)] = mark
        for visit in walk.nodes { scratch.marks[Int(visit.node)] = mark }
        var edges: [LineageEdge] = []
        for node in ([walk.start] + walk.nodes.map(\.node)).sorted() {
            view.forEachLinkInOrder(of: node) { link in
                if scratch.marks[Int(link.parent)] == mark, filter.passes(link) {
                    edges.append(LineageEdge(child: node, link: link))
                }
            }
        }
        return edges
    }
}
