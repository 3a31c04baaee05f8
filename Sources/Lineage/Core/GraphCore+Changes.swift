extension GraphCore {
    func checkLateEdge(child: UInt32, parent: UInt32, explainsCycle: Bool) throws(LineageError) {
        let view = view
        if child >= view.nodeCount { throw .unknownNode(child) }
        if parent >= view.nodeCount { throw .unknownNode(parent) }
        if child == parent { throw .selfEdge(child) }
        var count = 0
        var isDuplicate = false
        view.forEachLink(of: child) { link in
            count += 1
            isDuplicate = link.parent == parent
            return !isDuplicate
        }
        if isDuplicate { throw .duplicateEdge(child: child, parent: parent) }
        if count >= LineageGraph.parentsMax { throw .tooManyParents(count: count + 1, limit: LineageGraph.parentsMax) }
        if log.count + 1 >= LineageGraph.nodesMax { throw .capacityExceeded(limit: LineageGraph.nodesMax) }
        try checkAcyclic(child: child, parent: parent, view, explains: explainsCycle)
    }

    private func checkAcyclic(
        child: UInt32, parent: UInt32, _ view: GraphView, explains: Bool
    ) throws(LineageError) {
        guard view.isAncestor(child, parent, pool) else { return }
        if !explains { throw .cycle(path: [child, parent]) }
        let path = pool.withScratch(nodeCount: nodeCount) { view.shortestPath(from: child, to: parent, $0) }
        throw .cycle(path: path ?? [child, parent])
    }

    mutating func addLateEdge(child: UInt32, link: ParentLink, explainsCycle: Bool) throws(LineageError) {
        if !(link.weight > 0 && link.weight <= 1) { throw .weightOutOfRange(link.weight) }
        if link.flags.contains(.retracted) {
            try checkRetractedLateEdge(child: child, parent: link.parent)
        } else {
            try checkLateEdge(child: child, parent: link.parent, explainsCycle: explainsCycle)
        }
        appendLateEdge(child: child, link)
    }

    /// Takes an edge that was checked, and makes the labels right again.
    mutating func appendLateEdge(child: UInt32, _ link: ParentLink) {
        var entry = LogEntry(child: child, link: link)
        entry.nextLate = lateHeads[child]
        let isFollowed = !link.flags.contains(.retracted)
        if isFollowed { entry.nextChild = childHeads[link.parent] }
        log.append(entry)
        let head = UInt32(log.count)
        lateHeads.set(child, head)
        hasTailLateEdges = true
        if isFollowed {
            childHeads.set(link.parent, head)
            edgeCount += 1
            updateLabels(child: child, parent: link.parent)
        } else {
            retractedEdgeCount += 1
        }
    }

    private func checkRetractedLateEdge(child: UInt32, parent: UInt32) throws(LineageError) {
        do throws(LineageError) {
            try checkLateEdge(child: child, parent: parent, explainsCycle: false)
        } catch .cycle {
            return
        }
    }

    mutating func setEdgeFlags(_ flags: EdgeFlags, child: UInt32, parent: UInt32) throws(LineageError) {
        let old = try existingLink(child: child, parent: parent).flags
        guard flags != old else { return }
        let wasFollowed = !old.contains(.retracted)
        let isFollowed = !flags.contains(.retracted)
        if isFollowed, !wasFollowed {
            try reinstate(child: child, parent: parent, flags)
            return
        }
        setOverlay(flags, child: child, parent: parent)
        if wasFollowed, !isFollowed {
            edgeCount -= 1
            retractedEdgeCount += 1
            distrustPositives(below: child)
            if labels.kind != .none { labels.retracted[parent, default: []].insert(child) }
        }
    }

    func checkRevival(child: UInt32, parent: UInt32) throws(LineageError) {
        guard try existingLink(child: child, parent: parent).flags.contains(.retracted) else {
            throw .duplicateEdge(child: child, parent: parent)
        }
        try checkAcyclic(child: child, parent: parent, view, explains: true)
        guard log.count + 1 < LineageGraph.nodesMax else { throw .capacityExceeded(limit: LineageGraph.nodesMax) }
    }

    private mutating func reinstate(child: UInt32, parent: UInt32, _ flags: EdgeFlags) throws(LineageError) {
        try checkRevival(child: child, parent: parent)
        follow(child: child, parent: parent, flags)
    }

    /// Follows an edge from now on that was retracted until now.
    mutating func follow(child: UInt32, parent: UInt32, _ flags: EdgeFlags) {
        edgeCount += 1
        retractedEdgeCount -= 1
        setOverlay(flags, child: child, parent: parent)
        var isListed = false
        view.forEachChild(of: parent) { listed in
            isListed = listed == child
            return !isListed
        }
        // An edge that was retracted when it was written or sealed is in no children list.
        if !isListed { relist(child: child, parent: parent) }
        updateLabels(child: child, parent: parent)
    }

    private mutating func relist(child: UInt32, parent: UInt32) {
        var entry = LogEntry(child: child, link: ParentLink(parent: parent))
        entry.isRelisting = true
        entry.nextChild = childHeads[parent]
        log.append(entry)
        childHeads.set(parent, UInt32(log.count))
    }

    mutating func setState(_ state: NodeState, of node: UInt32) {
        precondition(Int(node) < nodeCount, "node \(node) does not exist")
        if states[node] != state.rawValue { states.place(of: node).pointee = state.rawValue }
    }

    func existingLink(child: UInt32, parent: UInt32) throws(LineageError) -> ParentLink {
        if Int(child) >= nodeCount { throw .unknownNode(child) }
        if Int(parent) >= nodeCount { throw .unknownNode(parent) }
        guard let link = view.link(child: child, parent: parent) else {
            throw .unknownEdge(child: child, parent: parent)
        }
        return link
    }

    mutating func setOverlay(_ flags: EdgeFlags, child: UInt32, parent: UInt32) {
        let writable: EdgeOverlay
        if let overlay, !isOverlayPublished, !overlay.isFull {
            writable = overlay
        } else {
            writable = overlay?.copy() ?? EdgeOverlay(capacity: 8)
            overlay = writable
            isOverlayPublished = false
        }
        writable.set(EdgeOverlay.key(child: child, parent: parent), flags)
    }

    /// Positive labels of everything below `child` may rest on an edge that is gone.
    mutating func distrustPositives(below child: UInt32) {
        var children = retractedChildren?.array ?? []
        if children.contains(child) { return }
        children.append(child)
        if children.count > GraphView.retractedMax {
            trustsNoPositive = true
        } else {
            retractedChildren = NodeList(children)
        }
    }
}
