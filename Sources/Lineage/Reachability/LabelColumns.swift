/// The labels of all nodes, in the columns that the chosen size needs; the others stay empty.
struct LabelColumns: ~Copyable {
    let kind: LineageLabels
    var full = Column<FullLabel>()
    var lite = Column<LiteLabel>()
    private(set) var forest = Column<ForestLabel>()
    /// The order, once it is not that of the nodes' own numbers.
    private(set) var ranks = Column<UInt32>()
    private(set) var ranksAreNumbers = true
    /// False while late credits may have made the levels too small for some nodes.
    var levelsAreComplete = true
    /// False while late credits may have made the `leadsTo` labels incomplete.
    var leadsToIsComplete = true
    var growth = LabelGrowth()
    /// Edges retracted since readers may have got the labels, children by parent.
    var retracted: [UInt32: Set<UInt32>] = [:]

    /// Nodes that are labeled.
    private(set) var count = 0

    init(_ kind: LineageLabels) { self.kind = kind }

    var byteCount: Int { full.byteCount + lite.byteCount + forest.byteCount + ranks.byteCount }

    /// The first labels of each column lie in one piece.
    var flatCount: UInt32 { kind == .full ? min(full.flatCount, forest.flatCount) : forest.flatCount }

    @inline(__always)
    func rank(_ node: UInt32) -> UInt32 { ranksAreNumbers ? node : ranks[node] }

    mutating func setRank(_ rank: UInt32, of node: UInt32) {
        if ranksAreNumbers {
            ranksAreNumbers = false
            let count = count
            ranks = Column(count: count) { ranks in for node in 0..<count { ranks[node] = UInt32(node) } }
        }
        ranks.place(of: node).pointee = rank
    }

    mutating func publish() -> LabelTables {
        LabelTables(
            full: full.publish(), lite: lite.publish(), forest: forest.publish(), ranks: ranks.publish(), growth: growth
        )
    }
}

/// Published labels.
struct LabelTables: Sendable {
    let full: ChunkTable
    let lite: ChunkTable
    let forest: ChunkTable
    let ranks: ChunkTable
    let growth: LabelGrowth
}

// MARK: A new node

extension LabelColumns {
    /// Labels the next node from those of its parents.
    @inline(__always)
    mutating func append(_ node: UInt32, parents: [ParentLink]) {
        count &+= 1
        if !ranksAreNumbers { ranks.append(node) }
        switch kind {
        case .full: Self.inherit(node, parents, &full)
        case .lite: Self.inherit(node, parents, &lite)
        case .none: return
        }
        forest.append(place(of: node, parents))
    }

    @inline(__always)
    private static func inherit<Label: InheritedLabel>(
        _ node: UInt32, _ parents: [ParentLink], _ column: inout Column<Label>
    ) {
        var label = Label(root: node)
        for link in parents where !link.flags.contains(.retracted) {
            label.formUnion(column.address(of: link.parent).pointee)
        }
        column.append(label)
    }

    @inline(__always)
    private func place(of node: UInt32, _ parents: [ParentLink]) -> ForestLabel {
        var label = ForestLabel(root: node)
        var above: UnsafePointer<ForestLabel>?
        for link in parents where !link.flags.contains(.retracted) {
            let parent = forest.address(of: link.parent)
            if above == nil || parent.pointee.level >= label.level {
                above = parent
                label.parent = link.parent
                label.level = parent.pointee.level + 1
            }
        }
        if let above {
            label.jump =
                mergesJumps(above.pointee.level)
                ? forest.address(of: above.pointee.jump).pointee.jump : label.parent
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
        if let order {
            ranks = Column(count: order.count) { ranks in
                for (rank, node) in order.enumerated() { ranks[Int(node)] = UInt32(rank) }
            }
        }
        if kind == .none { return }
        forest = Self.forest(view, plan)
        if kind == .lite {
            lite = Column(count: count) { Self.inherit(view, plan, $0) { LiteLabel(root: $0) } }
        } else {
            full = Self.full(view, plan, forest)
        }
    }

    private static func forest(_ view: GraphView, _ plan: LabelPlan) -> Column<ForestLabel> {
        Column(count: Int(plan.count)) { labels in
            for position in 0..<plan.count {
                let node = plan.node(at: position)
                var label = ForestLabel(root: node)
                view.forEachParent(of: node) { parent in
                    let level = labels[Int(parent)].level
                    if label.parent == node || level >= label.level {
                        label.parent = parent
                        label.level = level + 1
                    }
                    return true
                }
                if label.parent != node {
                    let above = labels[Int(label.parent)]
                    label.jump = mergesJumps(above.level) ? labels[Int(above.jump)].jump : label.parent
                }
                labels[Int(node)] = label
            }
        }
    }

    /// Labels from those of the parents, in topological order.
    @inline(__always)
    private static func inherit<Label: InheritedLabel>(
        _ view: GraphView, _ plan: LabelPlan, _ labels: UnsafeMutablePointer<Label>, root: (UInt32) -> Label
    ) {
        for position in 0..<plan.count {
            let node = plan.node(at: position)
            var label = root(node)
            view.forEachParent(of: node) { parent in
                label.formUnion(labels[Int(parent)])
                return true
            }
            labels[Int(node)] = label
        }
    }

    /// The supports lie along the longest path of the forest, evenly; their bits spread down and up.
    private static func full(
        _ view: GraphView, _ plan: LabelPlan, _ forest: borrowing Column<ForestLabel>
    ) -> Column<FullLabel> {
        let supports = supportNodes(plan, forest)
        return Column(count: Int(plan.count)) { labels in
            for (support, node) in supports.enumerated() { labels[Int(node)].descendsFrom = 1 << UInt64(support) }
            inherit(view, plan, labels) { node in
                var label = FullLabel(root: node)
                label.descendsFrom = labels[Int(node)].descendsFrom
                label.leadsTo = label.descendsFrom
                return label
            }
            // No support lies behind the first one.
            var position = plan.order == nil ? supports.first.map { $0 + 1 } ?? 0 : plan.count
            while position > 0 {
                position -= 1
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

    /// Deepest first.
    private static func supportNodes(_ plan: LabelPlan, _ forest: borrowing Column<ForestLabel>) -> [UInt32] {
        guard plan.count > 0 else { return [] }
        var node = UInt32(0)
        var level = forest.address(of: 0).pointee.level
        for other in 1..<max(1, plan.count) {
            let otherLevel = forest.address(of: other).pointee.level
            if otherLevel > level { (node, level) = (other, otherLevel) }
        }
        let length = Int(level) + 1
        var chosen: [UInt32] = []
        for step in 0..<length {
            if step * min(supportsMax, length) / length == chosen.count { chosen.append(node) }
            node = forest.address(of: node).pointee.parent
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
