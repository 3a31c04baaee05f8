extension GraphCore {
    mutating func appendNode(
        parents: [ParentLink], creator: UInt32, createdAt: Int64, state: NodeState
    ) throws(LineageError) -> UInt32 {
        let node = UInt32(nodeCount)
        try LineageGraph.checkParents(parents, of: node)
        guard nodeCount < LineageGraph.nodesMax, log.count + parents.count < LineageGraph.nodesMax else {
            throw .capacityExceeded(limit: LineageGraph.nodesMax)
        }
        self.createdAt.append(createdAt)
        creators.append(creator)
        states.append(state.rawValue)
        appendEdges(of: node, parents)
        return node
    }

    /// Takes the edges that the next node is born with, and labels it. Its columns are there already.
    mutating func appendEdges(of node: UInt32, _ parents: [ParentLink]) {
        let first = UInt32(log.count)
        for link in parents {
            var entry = LogEntry(child: node, link: link)
            if !link.flags.contains(.retracted) {
                entry.nextChild = childHeads[link.parent]
                log.append(entry)
                childHeads.set(link.parent, UInt32(log.count))
                edgeCount += 1
            } else {
                log.append(entry)
                retractedEdgeCount += 1
            }
        }
        tailNodes.append(TailNode(firstEntry: first, count: UInt32(parents.count)))
        childHeads.reserve(Int(node) + 1)
        lateHeads.reserve(Int(node) + 1)
        appendLabels(node, parents: parents)
    }

    /// Labels of a new node, from those of its parents.
    private mutating func appendLabels(_ node: UInt32, parents: [ParentLink]) {
        var label = ReachLabel(root: node, rank: node)
        var support = SupportLabel(descendsFrom: 0, leadsTo: 0)
        var deepest: ReachLabel?
        for link in parents where !link.flags.contains(.retracted) {
            let parent = reach[link.parent]
            label.bloom.formUnion(parent.bloom)
            support.descendsFrom |= supports[link.parent].descendsFrom
            if deepest == nil || parent.level >= label.level {
                deepest = parent
                label.parent = link.parent
                label.level = parent.level + 1
            }
        }
        if let deepest { label.jump = Self.jump(under: label.parent, deepest) { reach[$0] } }
        reach.append(label)
        supports.append(support)
    }

    /// The jump pointer of a node whose forest parent is `parent`.
    @inline(__always)
    static func jump(under parent: UInt32, _ label: ReachLabel, read: (UInt32) -> ReachLabel) -> UInt32 {
        let jump = read(label.jump)
        // Two jumps of equal length behind the parent become one of their sum + 1 (Myers 1983).
        return label.level - jump.level == jump.level - read(jump.jump).level ? jump.jump : parent
    }
}
