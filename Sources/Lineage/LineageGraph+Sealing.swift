extension LineageGraph {
    /// True when the tail is large enough that ``publish()`` seals it.
    public var wantsSeal: Bool { log.count > max(Self.sealTailMin, base.edgeCount / 8) }

    /// Rewrites all edges as a new sealed base and empties the tail. Snapshots that were published keep theirs.
    ///
    /// Also makes the reachability labels anew when retractions or late credits have blunted them, or when the graph has
    /// doubled since the support nodes were chosen.
    ///
    /// - Complexity: O(nodes + edges).
    public func seal() {
        let view = view
        base = SealedAdjacency.build(
            nodeCount: nodeCount, edgeCountHint: edgeCount + retractedEdgeCount, createdAt: { view.createdAt($0) },
            links: { node, body in view.forEachLinkInOrder(of: node, body) })
        tailNodes = Column()
        log = Column()
        childHeads = HeadColumn()
        lateHeads = HeadColumn()
        childHeads.reserve(nodeCount)
        lateHeads.reserve(nodeCount)
        hasTailLateEdges = false
        overlay = nil
        let isBlunt = retractedChildren != nil || trustsNoPositive || !leadsToIsComplete || !levelsAreComplete
        if isBlunt || nodeCount >= 2 * supportsNodeCount { relabel() }
    }

    /// Bytes held, by part.
    public var memory: LineageMemory {
        LineageMemory(
            sealedAdjacency: base.byteCount,
            tail: tailNodes.byteCount + log.byteCount + childHeads.byteCount + lateHeads.byteCount,
            labels: reach.byteCount + supports.byteCount,
            nodeColumns: createdAt.byteCount + creators.byteCount + states.byteCount)
    }
}

/// Bytes that a graph holds, by part. Chunks of columns count whole.
public struct LineageMemory: Sendable, Equatable {
    /// Parents lists with kind, weight, flags and time, and children lists.
    public var sealedAdjacency: Int
    /// Edges since the last seal.
    public var tail: Int
    /// Reachability labels: 48 bytes per node.
    public var labels: Int
    /// Time, creator and state: 13 bytes per node.
    public var nodeColumns: Int
}

extension GraphView {
    /// Calls `body` with each parent edge, retracted ones too, in the order in which they were given.
    @inline(__always)
    func forEachLinkInOrder(of node: UInt32, _ body: (ParentLink) -> Void) {
        if !hasTailLateEdges {
            forEachLink(of: node) { link in
                body(link)
                return true
            }
        } else {
            for link in linksInOrder(of: node) { body(link) }
        }
    }

    /// All parent edges, retracted ones too, in the order in which they were given.
    func linksInOrder(of node: UInt32) -> [ParentLink] {
        var links: [ParentLink] = []
        forEachLink(of: node) { link in
            links.append(link)
            return true
        }
        // The late edges of the tail come last, newest first.
        var lateCount = 0
        forEachTailLateEntry(of: node) { lateCount += 1 }
        if lateCount > 1 { links[(links.count - lateCount)...].reverse() }
        return links
    }
}
