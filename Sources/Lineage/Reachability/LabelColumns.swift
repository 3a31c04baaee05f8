/// The labels of all nodes, in the columns that the chosen size needs; the others stay empty.
struct LabelColumns: ~Copyable {
    let kind: LineageLabels
    var reach = Column<ReachLabel>()
    var supports = Column<SupportLabel>()
    var lite = Column<LiteLabel>()
    /// Without labels only: the order, once it is not the nodes' own numbers.
    private(set) var ranks = Column<UInt32>()
    private(set) var ranksAreNumbers = true
    /// False while late credits may have made the levels too small for some nodes.
    var levelsAreComplete = true
    /// False while late credits may have made the `leadsTo` labels incomplete.
    var leadsToIsComplete = true

    /// Nodes that are labeled.
    private(set) var count = 0

    init(_ kind: LineageLabels) { self.kind = kind }

    var byteCount: Int { reach.byteCount + supports.byteCount + lite.byteCount + ranks.byteCount }

    @inline(__always)
    func rank(_ node: UInt32) -> UInt32 {
        if ranksAreNumbers { return node }
        switch kind {
        case .full: return reach.address(of: node).pointee.rank
        case .lite: return lite.address(of: node).pointee.rank
        case .none: return ranks[node]
        }
    }

    mutating func setRank(_ rank: UInt32, of node: UInt32) {
        if ranksAreNumbers {
            ranksAreNumbers = false
            let count = count
            if kind == .none {
                ranks = Column(count: count) { ranks in for node in 0..<count { ranks[node] = UInt32(node) } }
            }
        }
        switch kind {
        case .full: reach.place(of: node).pointee.rank = rank
        case .lite: lite.place(of: node).pointee.rank = rank
        case .none: ranks.place(of: node).pointee = rank
        }
    }

    mutating func publish() -> LabelTables {
        LabelTables(reach: reach.publish(), supports: supports.publish(), lite: lite.publish(), ranks: ranks.publish())
    }
}

/// Published labels.
struct LabelTables: Sendable {
    let reach: ChunkTable
    let supports: ChunkTable
    let lite: ChunkTable
    let ranks: ChunkTable

    static let empty: LabelTables = {
        let table = ChunkTable(copying: [], capacity: 1)
        return LabelTables(reach: table, supports: table, lite: table, ranks: table)
    }()
}

// MARK: A new node

extension LabelColumns {
    /// Labels the next node from those of its parents.
    @inline(__always)
    mutating func append(_ node: UInt32, parents: [ParentLink]) {
        count &+= 1
        switch kind {
        case .full:
            reach.append(Self.label(node, parents, reach))
            var support = SupportLabel(descendsFrom: 0, leadsTo: 0)
            for link in parents where !link.flags.contains(.retracted) {
                support.descendsFrom |= supports.address(of: link.parent).pointee.descendsFrom
            }
            supports.append(support)
        case .lite: lite.append(Self.label(node, parents, lite))
        case .none: if !ranksAreNumbers { ranks.append(node) }
        }
    }

    @inline(__always)
    private static func label<Label: ForestLabel>(
        _ node: UInt32, _ parents: [ParentLink], _ column: borrowing Column<Label>
    ) -> Label {
        var label = Label(root: node, rank: node)
        var above: UnsafePointer<Label>?
        for link in parents where !link.flags.contains(.retracted) {
            let parent = column.address(of: link.parent)
            label.bloom.formUnion(parent.pointee.bloom)
            if above == nil || parent.pointee.level >= label.level {
                above = parent
                label.parent = link.parent
                label.level = parent.pointee.level + 1
            }
        }
        if let above {
            label.jump =
                mergesJumps(above.pointee.level)
                ? column.address(of: above.pointee.jump).pointee.jump : label.parent
        }
        return label
    }
}

/// Whether the jump pointer of a node below a parent of that level takes the parent's two next jumps in one, or leads to the
/// parent.
///
/// Two jumps of equal length become one of their sum + 1 (Myers 1983), so the lengths are the digits of the level in the
/// skew-binary number system, lowest first, and the level alone tells whether the two lowest are equal. That spares reading
/// the labels behind the jumps, which are seldom in a cache.
@inline(__always)
func mergesJumps(_ level: UInt32) -> Bool {
    var rest = level
    var last: UInt32 = 0
    var lowest: UInt32 = 0
    while rest > 0 {
        last = lowest
        // The largest 2^k - 1 that is not above the rest.
        lowest = (UInt32.max &>> UInt32((rest &+ 1).leadingZeroBitCount)) &>> 1
        rest &-= lowest
    }
    return last == lowest
}

// MARK: All nodes

extension LabelColumns {
    /// Supports: as many as a label has bits.
    private static let supportsMax = 64

    /// Labels of all nodes of a view, from its edges. Ranks stay. O(nodes + edges).
    init(_ kind: LineageLabels, of view: GraphView) {
        self.init(kind, of: view, order: view.ranksAreNumbers ? nil : view.nodesByRank())
    }

    /// - Parameter order: the nodes in topological order; `nil` when that is the order of their numbers.
    init(_ kind: LineageLabels, of view: GraphView, order: [UInt32]?) {
        self.init(kind)
        let plan = LabelPlan(count: view.nodeCount, order: order)
        ranksAreNumbers = order == nil
        count = Int(view.nodeCount)
        switch kind {
        case .full:
            reach = Self.forest(view, plan)
            supports = Self.supports(view, plan, reach)
        case .lite: lite = Self.forest(view, plan)
        case .none:
            guard let order else { return }
            ranks = Column(count: order.count) { ranks in
                for (rank, node) in order.enumerated() { ranks[Int(node)] = UInt32(rank) }
            }
        }
    }

    private static func forest<Label: ForestLabel>(_ view: GraphView, _ plan: LabelPlan) -> Column<Label> {
        Column(count: Int(plan.count)) { labels in
            for position in 0..<plan.count {
                let node = plan.node(at: position)
                var label = Label(root: node, rank: position)
                view.forEachParent(of: node) { parent in
                    let above = labels + Int(parent)
                    label.bloom.formUnion(above.pointee.bloom)
                    if label.parent == node || above.pointee.level >= label.level {
                        label.parent = parent
                        label.level = above.pointee.level + 1
                    }
                    return true
                }
                if label.parent != node {
                    let above = labels + Int(label.parent)
                    label.jump =
                        mergesJumps(above.pointee.level) ? labels[Int(above.pointee.jump)].jump : label.parent
                }
                labels[Int(node)] = label
            }
        }
    }

    /// Chooses the supports along the longest path of the forest, evenly, and spreads their bits down and up.
    private static func supports(
        _ view: GraphView, _ plan: LabelPlan, _ reach: borrowing Column<ReachLabel>
    ) -> Column<SupportLabel> {
        let chosen = supportNodes(plan, reach)
        return Column(count: Int(plan.count)) { labels in
            for (support, node) in chosen.enumerated() {
                labels[Int(node)] = SupportLabel(descendsFrom: 1 << UInt64(support), leadsTo: 1 << UInt64(support))
            }
            for position in 0..<plan.count {
                let node = plan.node(at: position)
                var bits = labels[Int(node)].descendsFrom
                view.forEachParent(of: node) { parent in
                    bits |= labels[Int(parent)].descendsFrom
                    return true
                }
                labels[Int(node)].descendsFrom = bits
            }
            for position in (0..<plan.count).reversed() {
                let node = plan.node(at: position)
                let bits = labels[Int(node)].leadsTo
                if bits == 0 { continue }
                view.forEachParent(of: node) { parent in
                    labels[Int(parent)].leadsTo |= bits
                    return true
                }
            }
        }
    }

    private static func supportNodes(_ plan: LabelPlan, _ reach: borrowing Column<ReachLabel>) -> [UInt32] {
        guard plan.count > 0 else { return [] }
        var node = UInt32(0)
        var level = reach.address(of: 0).pointee.level
        for other in 1..<max(1, plan.count) {
            let otherLevel = reach.address(of: other).pointee.level
            if otherLevel > level { (node, level) = (other, otherLevel) }
        }
        let length = Int(level) + 1
        var chosen: [UInt32] = []
        for step in 0..<length {
            if step * min(supportsMax, length) / length == chosen.count { chosen.append(node) }
            node = reach.address(of: node).pointee.parent
        }
        return chosen
    }
}

/// All nodes in topological order.
struct LabelPlan {
    let count: UInt32
    let order: [UInt32]?

    @inline(__always)
    func node(at position: UInt32) -> UInt32 { order.map { $0[Int(position)] } ?? position }
}
