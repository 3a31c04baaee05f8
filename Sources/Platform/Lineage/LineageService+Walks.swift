import Engine
import Lineage

extension LineageService {
    /// Ancestors or descendants of a work, nearest first, each once, with the edges among them.
    ///
    /// - Throws: `notFound`; `invalidArgument` for an unknown kind or a limit out of range.
    public func lineage(_ id: String, _ query: LineageQuery) throws -> LineageAnswer {
        let view = try view()
        let start = try node(id, view)
        guard Limits.lineageDepth.contains(query.depth) else {
            throw EngineError.invalid("depth", "depth must be in 1…1000000, got \(query.depth)", limit: "1…1000000")
        }
        guard Limits.lineageLimit.contains(query.limit) else {
            throw EngineError.invalid("limit", "limit must be in 1…10000, got \(query.limit)", limit: "1…10000")
        }
        let options = WalkOptions(
            depthLimit: query.depth, kinds: try query.kinds.map(Self.kinds), nodeLimit: query.limit,
            asOf: query.asOf?.milliseconds)
        let walk =
            query.direction == .ancestors
            ? view.lineage.ancestors(of: start, options: options)
            : view.lineage.descendants(of: start, options: options)
        var items = try works(walk.nodes.map(\.node), view)
        for (position, visit) in walk.nodes.enumerated() {
            items[position].depth = visit.depth
            items[position].via = self.id(visit.via, view)
        }
        return LineageAnswer(
            id: id, direction: query.direction.rawValue, items: items, edges: walk.edges.map { link($0, view) },
            truncated: walk.truncated, seq: view.snapshot.seq, tookMicros: view.timer.micros)
    }

    static func kinds(_ names: [String]) throws -> Set<EdgeKind> {
        Set(
            try names.map { name in
                guard let kind = EdgeKind(name: name) else {
                    let allowed = EdgeKindNames.all.joined(separator: ", ")
                    throw EngineError.invalid("kinds", "unknown kind \"\(name)\"", limit: allowed)
                }
                return kind
            })
    }

    /// The works without parents that a work descends from; a root is its own root.
    public func roots(_ id: String) throws -> Listing<LineageWork> {
        let view = try view()
        return try listing(view.lineage.roots(of: node(id, view)), view)
    }

    /// Other children of the work's parents, with the parents that they share.
    public func siblings(_ id: String, limit: Int) throws -> Listing<LineageWork> {
        let view = try view()
        let siblings = view.lineage.siblings(of: try node(id, view), limit: limit).items
        var listing = try listing(siblings.map(\.node), view)
        for (position, sibling) in siblings.enumerated() {
            listing.items[position].shared = sibling.shared.map { self.id($0, view) }
        }
        return listing
    }

    /// Works that share an ancestor at most three generations up, siblings and direct kin left out.
    public func cousins(_ id: String, limit: Int) throws -> Listing<LineageWork> {
        let view = try view()
        let cousins = view.lineage.cousins(of: try node(id, view), limit: limit).items
        var listing = try listing(cousins.map(\.node), view)
        for (position, cousin) in cousins.enumerated() {
            listing.items[position].depth = cousin.up
            listing.items[position].shared = [self.id(cousin.shared, view)]
        }
        return listing
    }

    /// A shortest path over parent edges between a work and one of its ancestors, whichever way it was asked.
    public func path(from: String, to: String) throws -> LineagePathAnswer {
        let view = try view()
        let start = try node(from, view, field: "from")
        let end = try node(to, view, field: "to")
        // Paths of the graph go from ancestor to descendant; the answer goes the way that was asked.
        let down = view.lineage.shortestPath(from: start, to: end)
        let nodes = down ?? view.lineage.shortestPath(from: end, to: start).map { $0.reversed() } ?? []
        let edges = zip(nodes, nodes.dropFirst()).compactMap { a, b in
            let (parent, child) = down == nil ? (b, a) : (a, b)
            return view.lineage.link(child: child, parent: parent).map { LineageEdge(child: child, link: $0) }
        }
        return LineagePathAnswer(
            items: try works(nodes, view), edges: edges.map { link($0, view) },
            length: nodes.isEmpty ? nil : nodes.count - 1, seq: view.snapshot.seq, tookMicros: view.timer.micros)
    }

    /// For each pair, whether the first is an ancestor of the second.
    public func isAncestor(_ pairs: [(ancestor: String, descendant: String)]) throws -> Listing<AncestryAnswer> {
        let view = try view()
        let nodes = try pairs.enumerated().map { position, pair in
            (
                ancestor: try node(pair.ancestor, view, field: "pairs[\(position)].ancestor"),
                node: try node(pair.descendant, view, field: "pairs[\(position)].descendant")
            )
        }
        let answers = view.lineage.areAncestors(nodes)
        let items = zip(pairs, answers).map {
            AncestryAnswer(ancestor: $0.ancestor, descendant: $0.descendant, isAncestor: $1)
        }
        return Listing(items: items, seq: view.snapshot.seq, tookMicros: view.timer.micros)
    }

    /// The lowest common ancestors of two works: every common ancestor that is no ancestor of another one.
    public func common(_ a: String, _ b: String) throws -> Listing<LineageWork> {
        let view = try view()
        return try listing(
            view.lineage.lowestCommonAncestors(node(a, view, field: "a"), node(b, view, field: "b")), view)
    }

    private func listing(_ nodes: [UInt32], _ view: View) throws -> Listing<LineageWork> {
        Listing(items: try works(nodes, view), seq: view.snapshot.seq, tookMicros: view.timer.micros)
    }
}
