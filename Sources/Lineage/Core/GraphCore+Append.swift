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
        labels.append(node, parents: parents)
    }
}
