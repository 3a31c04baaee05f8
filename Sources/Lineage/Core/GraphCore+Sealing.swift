extension GraphCore {
    /// Takes a finished seal over and puts behind it what was written since it began.
    ///
    /// Edges that were retracted since are taken away first and those reinstated since come last, so that on the way no
    /// edges are together that never were.
    ///
    /// - Returns: false, and nothing is changed, when another seal was taken over since this one began.
    /// - Complexity: O(nodes, edges and changed flags since the seal began).
    mutating func adopt(_ seal: LineageSeal) -> Bool {
        let frozen = seal.frozen.storage
        guard frozen.memory.base === base, let labels = seal.takeLabels() else { return false }
        let before = publish(version: 0)
        base = seal.base
        self.labels = labels
        clearTail()
        edgeCount = base.edgeCount - base.retractedCount
        retractedEdgeCount = base.retractedCount
        let log = frozen.view.pointee.logCount..<before.view.logCount
        let reinstated = takeChangedFlags(before, since: frozen, newEdges: log)
        replay(before, nodesFrom: frozen.view.pointee.nodeCount, log)
        for edge in reinstated { follow(child: edge.child, parent: edge.parent, edge.flags) }
        return true
    }

    private mutating func clearTail() {
        tailNodes = Column()
        log = EdgeLog()
        childHeads = HeadColumn()
        lateHeads = HeadColumn()
        childHeads.reserve(nodeCount)
        lateHeads.reserve(nodeCount)
        hasTailLateEdges = false
        overlay = nil
        isOverlayPublished = false
        retractedChildren = nil
        trustsNoPositive = false
    }

    /// Keeps the flags of sealed edges that changed since the seal began.
    ///
    /// - Returns: sealed edges that are followed again; they are not followed yet.
    private mutating func takeChangedFlags(
        _ before: LineageSnapshot, since frozen: SnapshotStorage, newEdges log: Range<UInt32>
    ) -> [(child: UInt32, parent: UInt32, flags: EdgeFlags)] {
        guard let changed = before.storage.memory.overlay else { return [] }
        let old = before.view
        var unsealed: Set<UInt64> = []
        for position in log {
            let entry = old.logEntry(position).pointee
            if !entry.isRelisting { unsealed.insert(EdgeOverlay.key(child: entry.child, parent: entry.parent)) }
        }
        var reinstated: [(child: UInt32, parent: UInt32, flags: EdgeFlags)] = []
        for (child, parent, flags) in changed.edges {
            let isKnown = frozen.memory.overlay?.flags(child: child, parent: parent) == flags
            guard !isKnown, !unsealed.contains(EdgeOverlay.key(child: child, parent: parent)),
                let sealed = view.link(child: child, parent: parent)
            else { continue }
            switch (sealed.flags.contains(.retracted), flags.contains(.retracted)) {
            case (true, false): reinstated.append((child, parent, flags))
            case (false, true):
                setOverlay(flags, child: child, parent: parent)
                edgeCount -= 1
                retractedEdgeCount += 1
                distrustPositives(below: child)
            default: setOverlay(flags, child: child, parent: parent)
            }
        }
        return reinstated
    }

    /// Appends the nodes and edges that are not sealed, in the order in which they came, with the flags that they have now.
    private mutating func replay(_ before: LineageSnapshot, nodesFrom: UInt32, _ log: Range<UInt32>) {
        let old = before.view
        var position = log.lowerBound
        for node in nodesFrom..<old.nodeCount {
            let births = GraphView.read(old.tailNodes, node - old.baseCount, as: TailNode.self)
            replayLateEdges(old, position..<births.firstEntry)
            position = births.firstEntry + births.count
            appendEdges(of: node, (births.firstEntry..<position).map { old.currentLink(at: $0) })
        }
        replayLateEdges(old, position..<log.upperBound)
    }

    private mutating func replayLateEdges(_ old: GraphView, _ positions: Range<UInt32>) {
        for position in positions {
            let entry = old.logEntry(position).pointee
            if !entry.isRelisting { appendLateEdge(child: entry.child, old.currentLink(at: position)) }
        }
    }

    var memory: LineageMemory {
        LineageMemory(
            parentLists: base.parents.dataCount, childLists: base.children.dataCount,
            directories: base.byteCount - base.parents.dataCount - base.children.dataCount,
            tail: tailNodes.byteCount + log.byteCount + childHeads.byteCount + lateHeads.byteCount,
            labels: labels.byteCount,
            nodeColumns: createdAt.byteCount + creators.byteCount + states.byteCount)
    }
}

extension GraphView {
    /// An edge of the log with the flags that it has now.
    fileprivate func currentLink(at position: UInt32) -> ParentLink {
        let entry = logEntry(position).pointee
        var link = entry.link
        if let overlay,
            let flags = EdgeOverlay.flags(overlay, mask: overlayMask, child: entry.child, parent: entry.parent)
        {
            link.flags = flags
        }
        return link
    }
}
