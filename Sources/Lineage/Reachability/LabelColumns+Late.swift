/// What a late credit asks of the labels.
extension LabelColumns {
    /// Makes order and inherited labels right again after the edge `parent -> child` was added.
    ///
    /// Adding an edge endangers only negative answers; the forest stays a forest of true paths.
    ///
    /// - Parameter view: shows the new edge. Its labels are not read.
    mutating func update(child: UInt32, parent: UInt32, _ view: GraphView, _ scratch: Scratch) {
        if rank(parent) > rank(child) { reorder(child: child, parent: parent, view, scratch) }
        if kind == .none { return }
        if forest[parent].level >= forest[child].level { levelsAreComplete = false }
        if kind == .full {
            if full[child].leadsTo & ~full[parent].leadsTo != 0 { leadsToIsComplete = false }
            let added = full[parent]
            let region = region(below: child, view, scratch) { added.exceeds(full[$0]) }
            prepareGrowth(of: region)
            for index in 0..<region.count { full.sharedPlace(of: scratch.queue[index]).grow(by: added) }
        } else {
            let added = lite[parent]
            let region = region(below: child, view, scratch) { added.exceeds(lite[$0]) }
            prepareGrowth(of: region)
            for index in 0..<region.count { lite.sharedPlace(of: scratch.queue[index]).grow(by: added) }
        }
    }

    /// Pearce & Kelly: nodes below the child and above the parent whose ranks lie between the two share out the ranks
    /// they hold, those above the parent first.
    private mutating func reorder(child: UInt32, parent: UInt32, _ view: GraphView, _ scratch: Scratch) {
        let low = rank(child)
        let high = rank(parent)
        let marks = scratch.marks
        let queue = scratch.queue
        let mark = scratch.freshMarks(1)
        // Ranks and nodes as one key, so that sorting and merging touch no labels.
        var above: [UInt64] = []
        var below: [UInt64] = []
        var count = 1
        queue[0] = parent
        marks[Int(parent)] = mark
        while count > 0 {
            count -= 1
            let node = queue[count]
            above.append(UInt64(rank(node)) << 32 | UInt64(node))
            view.forEachParent(of: node) { next in
                if marks[Int(next)] != mark, rank(next) >= low {
                    marks[Int(next)] = mark
                    queue[count] = next
                    count += 1
                }
                return true
            }
        }
        count = 1
        queue[0] = child
        marks[Int(child)] = mark
        while count > 0 {
            count -= 1
            let node = queue[count]
            below.append(UInt64(rank(node)) << 32 | UInt64(node))
            view.forEachChild(of: node) { next in
                if marks[Int(next)] != mark, rank(next) <= high {
                    marks[Int(next)] = mark
                    queue[count] = next
                    count += 1
                }
                return true
            }
        }
        above.sort()
        below.sort()
        let moved = above + below
        var ranks = moved
        ranks.sort()
        for (moved, rank) in zip(moved, ranks) where moved >> 32 != rank >> 32 {
            setRank(UInt32(rank >> 32), of: UInt32(truncatingIfNeeded: moved))
        }
    }

    /// The nodes whose labels have to grow, in the scratch's queue.
    private struct Region {
        var count = 0
        /// True when there is no order in which all descendants come first, for all readers at once.
        var hasCycle = false
    }

    /// The child and everything below it that lacks something of what the parent has inherited, each node after all that
    /// lies below it (depth-first, postorder), as ``InheritedLabel`` promises its readers.
    ///
    /// Their ancestors grow by the parent and its ancestors alone, whatever their other parents are; and a node that lacks
    /// nothing has only descendants that lack nothing. Edges that were retracted since readers got these labels are
    /// followed too: older snapshots still have them.
    @inline(__always)
    private func region(
        below child: UInt32, _ view: GraphView, _ scratch: Scratch, lacks: (UInt32) -> Bool
    ) -> Region {
        var region = Region()
        if !lacks(child) { return region }
        let marks = scratch.marks
        let isEntered = scratch.freshMarks(2)
        let isLeft = isEntered + 1
        // Entered when it comes up as its number, left when it comes up again with the bit above set.
        let leaves: UInt64 = 1 << 32
        var stack = [UInt64(child)]
        while let top = stack.popLast() {
            let node = UInt32(truncatingIfNeeded: top)
            if top & leaves != 0 {
                marks[Int(node)] = isLeft
                scratch.queue[region.count] = node
                region.count += 1
                continue
            }
            if marks[Int(node)] >= isEntered || !lacks(node) { continue }
            marks[Int(node)] = isEntered
            stack.append(top | leaves)
            view.forEachChild(of: node) { next in
                if marks[Int(next)] < isEntered { stack.append(UInt64(next)) }
                region.hasCycle = region.hasCycle || marks[Int(next)] == isEntered
                return true
            }
            for next in retracted.isEmpty ? [] : retracted[node] ?? [] {
                if marks[Int(next)] < isEntered { stack.append(UInt64(next)) }
                region.hasCycle = region.hasCycle || marks[Int(next)] == isEntered
            }
        }
        return region
    }

    /// Tells readers that labels are going to grow; leaves them the present labels where no order of growing suits them all.
    private mutating func prepareGrowth(of region: Region) {
        if region.hasCycle {
            full = full.copy()
            lite = lite.copy()
            growth = LabelGrowth()
            retracted = [:]
        }
        if region.count > 0 { growth.announce() }
    }
}
