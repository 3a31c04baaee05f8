import Synchronization

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
        var label = ReachLabel(
            rank: node, level: 0, bloom: ReachLabel.bloomBit(node), descendsFrom: 0, leadsTo: 0)
        var deepest = node
        var deepestLabel = TreeLabel(parent: node, jump: node, depth: 0, firstChild: 0)
        for link in parents where !link.flags.contains(.retracted) {
            let parent = reach[link.parent]
            label.level = max(label.level, parent.level + 1)
            label.bloom |= parent.bloom
            label.descendsFrom |= parent.descendsFrom
            let candidate = tree[link.parent]
            if deepest == node || candidate.depth > deepestLabel.depth {
                deepest = link.parent
                deepestLabel = candidate
            }
            setFirstChild(of: link.parent, node)
        }
        reach.append(label)
        tree.append(Self.treeLabel(of: node, under: deepest, deepestLabel) { tree[$0] })
    }

    /// The forest label of a node whose deepest parent is `parent`, or the node itself for a root.
    @inline(__always)
    static func treeLabel(
        of node: UInt32, under parent: UInt32, _ label: TreeLabel, read: (UInt32) -> TreeLabel
    ) -> TreeLabel {
        if parent == node { return TreeLabel(parent: node, jump: node, depth: 0, firstChild: 0) }
        let jump = read(label.jump)
        // Two jumps of equal length behind the parent become one of their sum + 1 (Myers 1983).
        let isEven = label.depth - jump.depth == jump.depth - read(jump.jump).depth
        return TreeLabel(parent: parent, jump: isEven ? jump.jump : parent, depth: label.depth + 1, firstChild: 0)
    }

    private func setFirstChild(of parent: UInt32, _ child: UInt32) {
        let place =
            tree.addresses[Int(parent >> ChunkLayout.shift)]
            + Int(parent & ChunkLayout.mask) * MemoryLayout<TreeLabel>.stride + TreeLabel.firstChildOffset
        let atomic = place.assumingMemoryBound(to: Atomic<UInt32>.self)
        if atomic.pointee.load(ordering: .relaxed) == 0 { atomic.pointee.store(child + 1, ordering: .relaxed) }
    }
}
