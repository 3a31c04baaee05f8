/// One hop up or down.
extension GraphView {
    /// Calls `body` with each parent over an edge that is not retracted, in the order in which the edges were given,
    /// until it returns false.
    @inline(__always)
    func forEachParent(of node: UInt32, _ body: (UInt32) -> Bool) {
        if overlay != nil {
            forEachLink(of: node, needsTime: false) { link in
                link.flags.contains(.retracted) || body(link.parent)
            }
            return
        }
        if node < baseCount {
            var (bytes, end) = SealedLists.range(parentDirectory, parentBytes, node)
            while bytes < end {
                let header = bytes[0]
                let gap =
                    UnsafeRawPointer(bytes + 1).loadUnaligned(as: UInt32.self).littleEndian & EdgeCoding.gapMask(header)
                bytes += 2 + Int(header & 3)
                if header & (EdgeCoding.isNewer | EdgeCoding.isRetracted | EdgeCoding.isExtended) == 0 {
                    if !body(node &- gap) { return }
                } else {
                    if header & EdgeCoding.isExtended != 0 { EdgeCoding.skipExtension(&bytes) }
                    if header & EdgeCoding.isRetracted == 0 {
                        if !body(header & EdgeCoding.isNewer != 0 ? node &+ gap : node &- gap) { return }
                    }
                }
            }
        } else {
            let births = Self.read(tailNodes, node &- baseCount, as: TailNode.self)
            for position in births.firstEntry..<births.firstEntry &+ births.count {
                let entry = logEntry(position)
                if entry.pointee.flags & EdgeFlags.retracted.rawValue == 0, !body(entry.pointee.parent) { return }
            }
        }
        if hasTailLateEdges {
            forEachTailLateEntry(of: node) { entry in
                entry.pointee.flags & EdgeFlags.retracted.rawValue != 0 || body(entry.pointee.parent)
            }
        }
    }

    /// Calls `body` with each child over an edge that is not retracted, until it returns false. Sealed children come
    /// first, ascending; then those of the tail, newest first.
    @inline(__always)
    func forEachChild(of node: UInt32, _ body: (UInt32) -> Bool) {
        if node < baseCount {
            var (bytes, end) = SealedLists.range(childDirectory, childBytes, node)
            if bytes < end {
                var child = UInt32(
                    truncatingIfNeeded: Int64(node) &+ EdgeCoding.unzigzag(EdgeCoding.readVarint(&bytes)))
                while true {
                    if overlay == nil || !isRetractedLater(child: child, parent: node) {
                        if !body(child) { return }
                    }
                    if bytes >= end { break }
                    child = child &+ UInt32(truncatingIfNeeded: EdgeCoding.readVarint(&bytes))
                }
            }
        }
        if hasTailEdges {
            var next = Self.head(childHeads, node)
            while next != 0 {
                let entry = logEntry(next &- 1)
                if next <= logCount {
                    let child = entry.pointee.child
                    if overlay == nil || !isRetractedLater(child: child, parent: node) {
                        if !body(child) { return }
                    }
                }
                next = entry.pointee.nextChild
            }
        }
    }

    /// Calls `body` with each parent edge in full, retracted ones too, until it returns false.
    ///
    /// - Parameter needsTime: false when `body` does not look at the time, which then need not be right.
    @inline(__always)
    func forEachLink(of node: UInt32, needsTime: Bool = true, _ body: (ParentLink) -> Bool) {
        if node < baseCount {
            var (bytes, end) = SealedLists.range(parentDirectory, parentBytes, node)
            if bytes < end {
                let time = needsTime ? createdAt(node) : 0
                while bytes < end {
                    if !body(current(EdgeCoding.read(&bytes, child: node, createdAt: time), child: node)) { return }
                }
            }
        } else {
            let births = Self.read(tailNodes, node &- baseCount, as: TailNode.self)
            for position in births.firstEntry..<births.firstEntry &+ births.count {
                if !body(current(logEntry(position).pointee.link, child: node)) { return }
            }
        }
        if hasTailLateEdges {
            forEachTailLateEntry(of: node) { body(current($0.pointee.link, child: node)) }
        }
    }

    /// Calls `body` with each parent over an edge that is not retracted, with its weight times the factor of its kind.
    @inline(__always)
    func forEachWeightedParent(of node: UInt32, inspiredByFactor: Double, _ body: (WeightedParent) -> Void) {
        if overlay == nil, node < baseCount, !hasTailLateEdges {
            var (bytes, end) = SealedLists.range(parentDirectory, parentBytes, node)
            while bytes < end {
                let header = bytes[0]
                if header & EdgeCoding.isNotPlainRemix == 0 {
                    let gap =
                        UnsafeRawPointer(bytes + 1).loadUnaligned(as: UInt32.self).littleEndian
                        & EdgeCoding.gapMask(header)
                    bytes += 2 + Int(header & 3)
                    body(WeightedParent(parent: node &- gap, isDisputed: false, weight: 1))
                } else {
                    let link = EdgeCoding.read(&bytes, child: node, createdAt: 0)
                    if !link.flags.contains(.retracted) { body(WeightedParent(link, inspiredByFactor)) }
                }
            }
            return
        }
        forEachLink(of: node, needsTime: false) { link in
            if !link.flags.contains(.retracted) { body(WeightedParent(link, inspiredByFactor)) }
            return true
        }
    }

    /// Calls `body` with each late edge of the tail in the order of arrival, until it returns false.
    ///
    /// The chain runs from the newest to the oldest; the order must not depend on whether edges are sealed, because sums of
    /// doubles and the choice among equal paths follow it.
    @inline(__always)
    func forEachTailLateEntry(of node: UInt32, _ body: (UnsafePointer<LogEntry>) -> Bool) {
        let head = Self.head(lateHeads, node)
        if head == 0 { return }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: LineageGraph.parentsMax) { positions in
            var count = 0
            var next = head
            while next != 0 {
                let entry = logEntry(next &- 1)
                if next <= logCount {
                    positions[count] = next &- 1
                    count += 1
                }
                next = entry.pointee.nextLate
            }
            while count > 0 {
                count -= 1
                if !body(logEntry(positions[count])) { return }
            }
        }
    }

    /// The link with the flags that it has now.
    @inline(__always)
    private func current(_ link: ParentLink, child: UInt32) -> ParentLink {
        guard let overlay,
            let flags = EdgeOverlay.flags(overlay, mask: overlayMask, child: child, parent: link.parent)
        else { return link }
        var link = link
        link.flags = flags
        return link
    }

    /// The edge's data, retracted or not, or `nil` when there is no such edge.
    func link(child: UInt32, parent: UInt32) -> ParentLink? {
        var found: ParentLink?
        forEachLink(of: child) { link in
            if link.parent == parent { found = link }
            return found == nil
        }
        return found
    }

    /// True when no edge that counts leads to a parent.
    @inline(__always)
    func isRoot(_ node: UInt32) -> Bool {
        var isRoot = true
        forEachParent(of: node) { _ in
            isRoot = false
            return false
        }
        return isRoot
    }
}
