import Lineage

/// The slow, obvious model that every fast operation is compared with: arrays of links, plain breadth-first searches.
struct LineageOracle {
    struct Node {
        var links: [ParentLink]
        var creator: UInt32
        var createdAt: Int64
        var state: NodeState
    }

    var nodes: [Node] = []

    func parents(_ node: UInt32) -> [ParentLink] {
        nodes[Int(node)].links.filter { !$0.flags.contains(.retracted) }
    }

    func children(_ node: UInt32) -> [UInt32] {
        (0..<UInt32(nodes.count)).filter { child in parents(child).contains { $0.parent == node } }
    }

    var edgeCount: Int { (0..<UInt32(nodes.count)).reduce(0) { $0 + parents($1).count } }

    // MARK: Walks

    /// Fewest hops to everything reachable, the start included.
    func distances(from start: UInt32, up: Bool, options: WalkOptions = WalkOptions()) -> [UInt32: Int] {
        let asOf = options.asOf ?? .max
        if nodes[Int(start)].createdAt > asOf || start >= options.nodeBound ?? .max { return [start: 0] }
        var distance: [UInt32: Int] = [start: 0]
        var level = [start]
        while !level.isEmpty {
            var next: [UInt32] = []
            for node in level where distance[node]! < options.depthLimit ?? .max {
                for neighbor in neighbors(node, up: up, options: options) where distance[neighbor] == nil {
                    distance[neighbor] = distance[node]! + 1
                    next.append(neighbor)
                }
            }
            level = next
        }
        return distance
    }

    func passes(_ link: ParentLink, _ options: WalkOptions) -> Bool {
        !link.flags.contains(.retracted) && options.kinds?.contains(link.kind) ?? true
            && link.at <= options.asOf ?? .max
    }

    func neighbors(_ node: UInt32, up: Bool, options: WalkOptions) -> [UInt32] {
        let asOf = options.asOf ?? .max
        if up {
            return nodes[Int(node)].links.filter {
                passes($0, options) && nodes[Int($0.parent)].createdAt <= asOf
                    && $0.parent < options.nodeBound ?? .max
            }
            .map(\.parent)
        }
        return (0..<UInt32(nodes.count)).filter { child in
            nodes[Int(child)].createdAt <= asOf && child < options.nodeBound ?? .max
                && nodes[Int(child)].links.contains { $0.parent == node && passes($0, options) }
        }
    }

    /// Visits in the documented order, and whether anything was left out.
    func walk(from start: UInt32, up: Bool, options: WalkOptions) -> (nodes: [LineageVisit], truncated: Bool) {
        var unlimited = options
        unlimited.depthLimit = nil
        let all = distances(from: start, up: up, options: unlimited)
        let reached = all.filter { $0.key != start && $0.value <= options.depthLimit ?? .max }
            .sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        let kept = reached.prefix(options.nodeLimit ?? .max)
        let visits = kept.map { node, depth in
            let via = neighbors(node, up: !up, options: options).filter { all[$0] == depth - 1 }.min()!
            return LineageVisit(node: node, depth: depth, via: via)
        }
        return (visits, visits.count < all.count - 1)
    }

    func isAncestor(_ a: UInt32, of node: UInt32) -> Bool {
        a != node && ancestorsOrSelf(of: node)[Int(a)]
    }

    /// Whether each node is the given one or an ancestor of it. Plain depth-first search.
    func ancestorsOrSelf(of node: UInt32) -> [Bool] {
        var isReached = [Bool](repeating: false, count: nodes.count)
        var open = [node]
        isReached[Int(node)] = true
        while let next = open.popLast() {
            for link in nodes[Int(next)].links
            where !link.flags.contains(.retracted) && !isReached[Int(link.parent)] {
                isReached[Int(link.parent)] = true
                open.append(link.parent)
            }
        }
        return isReached
    }

    func roots(of node: UInt32) -> [UInt32] {
        distances(from: node, up: true).keys.filter { parents($0).isEmpty }.sorted()
    }

    func lowestCommonAncestors(_ a: UInt32, _ b: UInt32) -> [UInt32] {
        let common = Set(distances(from: a, up: true).keys).intersection(distances(from: b, up: true).keys)
        return common.filter { node in !common.contains { isAncestor(node, of: $0) } }.sorted()
    }

    /// Edges of the shortest paths from an ancestor down to a node, ascending, at most `count`.
    func pathLengths(from: UInt32, to: UInt32, count: Int) -> [Int] {
        var known: [UInt32: [Int]] = [from: [0]]
        func lengths(_ node: UInt32) -> [Int] {
            if let lengths = known[node] { return lengths }
            let all = parents(node).flatMap { lengths($0.parent).map { $0 + 1 } }.sorted()
            known[node] = Array(all.prefix(count))
            return known[node]!
        }
        return lengths(to)
    }

    // MARK: Relatives

    func siblings(of node: UInt32) -> [Sibling] {
        let mine = Set(parents(node).map(\.parent))
        return (0..<UInt32(nodes.count)).filter { $0 != node }
            .map { Sibling(node: $0, shared: parents($0).map(\.parent).filter(mine.contains).sorted()) }
            .filter { !$0.shared.isEmpty }
            .sorted { ($1.shared.count, $0.node) < ($0.shared.count, $1.node) }
    }

    func cousins(of node: UInt32, generations: Int) -> [Cousin] {
        let up = distances(from: node, up: true)
        let siblings = Set(siblings(of: node).map(\.node))
        var cousins: [Cousin] = []
        for other in 0..<UInt32(nodes.count)
        where other != node && !siblings.contains(other) && !isAncestor(node, of: other) && !isAncestor(other, of: node)
        {
            let down = distances(from: other, up: true)
            let shared = up.filter { 2...generations ~= $0.value && down[$0.key] ?? .max <= generations }
                .min { ($0.value, down[$0.key]!, $0.key) < ($1.value, down[$1.key]!, $1.key) }
            if let shared {
                cousins.append(Cousin(node: other, shared: shared.key, up: shared.value, down: down[shared.key]!))
            }
        }
        return cousins.sorted { ($0.up, $0.down, $0.node) < ($1.up, $1.down, $1.node) }
    }

    // MARK: Popularity

    func countedDescendants(_ node: UInt32, _ window: Range<Int64>?) -> [UInt32] {
        distances(from: node, up: false).keys.filter {
            $0 != node && nodes[Int($0)].state == .live && window?.contains(nodes[Int($0)].createdAt) ?? true
        }
    }

    func top(_ count: Int, _ window: Range<Int64>?, score: ([UInt32]) -> Int) -> [RankedNode] {
        let ranked = (0..<UInt32(nodes.count)).filter { nodes[Int($0)].state == .live }
            .map { RankedNode(node: $0, count: score(countedDescendants($0, window))) }
            .filter { $0.count > 0 }
            .sorted { ($1.count, $0.node) < ($0.count, $1.node) }
        return Array(ranked.prefix(count))
    }
}
