extension GraphCore {
    mutating func seal() {
        let view = view
        base = SealedAdjacency.build(
            nodeCount: nodeCount, edgeCountHint: edgeCount + retractedEdgeCount, createdAt: { view.createdAt($0) },
            links: { node, body in view.forEachLinkInOrder(of: node, body) })
        tailNodes = Column()
        log = EdgeLog()
        childHeads = HeadColumn()
        lateHeads = HeadColumn()
        childHeads.reserve(nodeCount)
        lateHeads.reserve(nodeCount)
        hasTailLateEdges = false
        overlay = nil
        let isBlunt =
            retractedChildren != nil || trustsNoPositive || !labels.leadsToIsComplete
            || !labels.levelsAreComplete
        if isBlunt || nodeCount >= 2 * supportsNodeCount { relabel() }
    }

    var memory: LineageMemory {
        LineageMemory(
            sealedAdjacency: base.byteCount,
            tail: tailNodes.byteCount + log.byteCount + childHeads.byteCount + lateHeads.byteCount,
            labels: labels.byteCount,
            nodeColumns: createdAt.byteCount + creators.byteCount + states.byteCount)
    }
}
