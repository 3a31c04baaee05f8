extension LineageGraph {
    /// True when the tail is large enough that ``publish()`` seals it.
    public var wantsSeal: Bool { core.wantsSeal }

    /// Rewrites all edges as a new sealed base and empties the tail. Snapshots that were published keep theirs.
    ///
    /// Also makes the reachability labels anew when retractions or late credits have blunted them, or when the graph has
    /// doubled since the support nodes were chosen.
    ///
    /// - Complexity: O(nodes + edges).
    public func seal() {
        core.seal()
    }

    /// Bytes held, by part.
    public var memory: LineageMemory {
        core.memory
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
