extension LineageGraph {
    /// Appends a work with the parents it is born with.
    ///
    /// - Parameters:
    ///   - parents: existing works, none twice, at most 64, in the order to keep; the first one counts as primary.
    ///     Links flagged `retracted` are kept on record and not followed, so that a stored graph can be read back.
    ///   - creator: interned number of the creator.
    ///   - createdAt: milliseconds since 1970 UTC. A parent may be newer than its child.
    /// - Returns: the work's node: the number of nodes before.
    /// - Throws: ``LineageError``; nothing is changed then.
    /// - Complexity: O(parents), without a search: no cycle can arise.
    @discardableResult
    public func appendNode(
        parents: [ParentLink], creator: UInt32, createdAt: Int64, state: NodeState = .live
    ) throws(LineageError) -> UInt32 {
        let node = UInt32(nodeCount)
        try Self.checkParents(parents, of: node)
        guard nodeCount < Self.nodesMax, log.count + parents.count < Self.nodesMax else {
            throw .capacityExceeded(limit: Self.nodesMax)
        }
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
        self.createdAt.append(createdAt)
        creators.append(creator)
        states.append(state.rawValue)
        appendLabels(node, parents: parents)
        return node
    }

    /// Checks what ``appendNode(parents:creator:createdAt:state:)`` asks of the parents of a node with that number.
    public static func checkParents(_ parents: [ParentLink], of node: UInt32) throws(LineageError) {
        if parents.count > parentsMax { throw .tooManyParents(count: parents.count, limit: parentsMax) }
        for (index, link) in parents.enumerated() {
            if link.parent == node { throw .selfEdge(node) }
            if link.parent > node { throw .unknownNode(link.parent) }
            if !(link.weight > 0 && link.weight <= 1) { throw .weightOutOfRange(link.weight) }
            for earlier in 0..<index where parents[earlier].parent == link.parent {
                throw .duplicateEdge(child: node, parent: link.parent)
            }
        }
    }

    /// Labels of a new node, from those of its parents.
    private func appendLabels(_ node: UInt32, parents: [ParentLink]) {
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
