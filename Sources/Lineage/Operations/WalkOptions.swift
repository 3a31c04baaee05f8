/// What a walk may follow and how far it may go.
public struct WalkOptions: Sendable {
    /// Most hops from the asked work; `nil` for no limit.
    public var depthLimit: Int?
    /// Kinds of edges to follow; `nil` follows all.
    public var kinds: Set<EdgeKind>?
    /// Most nodes in the answer, the asked work not counted; `nil` for no limit.
    public var nodeLimit: Int?
    /// Only works created and credits given up to this time, milliseconds since 1970 UTC. An edge that was retracted
    /// since then stays left out.
    public var asOf: Int64?
    /// Only works numbered below this: the collection as it was when it held so many. Late credits are told apart by `asOf`.
    public var nodeBound: UInt32?
    /// Whether the answer lists the edges among its nodes.
    public var includesEdges: Bool

    public init(
        depthLimit: Int? = nil, kinds: Set<EdgeKind>? = nil, nodeLimit: Int? = nil, asOf: Int64? = nil,
        nodeBound: UInt32? = nil, includesEdges: Bool = true
    ) {
        self.depthLimit = depthLimit
        self.kinds = kinds
        self.nodeLimit = nodeLimit
        self.asOf = asOf
        self.nodeBound = nodeBound
        self.includesEdges = includesEdges
    }
}

/// A work met on a walk.
public struct LineageVisit: Sendable, Hashable {
    public var node: UInt32
    /// Fewest hops from the asked work.
    public var depth: Int
    /// The neighbor one hop nearer to the asked work through which the walk arrived; of several, the oldest.
    public var via: UInt32

    public init(node: UInt32, depth: Int, via: UInt32) {
        self.node = node
        self.depth = depth
        self.via = via
    }
}

/// The answer of a walk.
public struct LineageWalk: Sendable {
    /// The asked work. It is not in `nodes`.
    public var start: UInt32
    /// Each work once, nearest first, then by node.
    public var nodes: [LineageVisit]
    /// The edges among the asked work and `nodes`, by child, then in the order of the child's parents.
    public var edges: [LineageEdge]
    /// True when the depth limit or the node limit left something out.
    public var truncated: Bool
}

/// Which edges a walk follows, in the form that loops test.
struct EdgeFilter {
    let kinds: UInt16
    let asOf: Int64
    let nodeBound: UInt32

    init(_ options: WalkOptions) {
        kinds = options.kinds.map { $0.reduce(0) { $0 | 1 << UInt16($1.rawValue) } } ?? UInt16.max
        asOf = options.asOf ?? Int64.max
        nodeBound = options.nodeBound ?? UInt32.max
    }

    /// True when every edge that is not retracted passes.
    var passesAll: Bool { kinds == UInt16.max && asOf == Int64.max && nodeBound == UInt32.max }

    @inline(__always)
    func passes(_ node: UInt32, _ view: GraphView) -> Bool {
        node < nodeBound && (asOf == Int64.max || view.createdAt(node) <= asOf)
    }

    @inline(__always)
    func passes(_ link: ParentLink) -> Bool {
        !link.flags.contains(.retracted) && kinds & (1 << UInt16(link.kind.rawValue)) != 0 && link.at <= asOf
    }
}
