/// What a late credit asks of the labels.
extension LabelColumns {
    /// Makes ranks, blooms and supports right again after the edge `parent -> child` was added.
    ///
    /// Adding an edge endangers only negative answers; the forest stays a forest of true paths.
    ///
    /// - Parameter view: shows the new edge. Its labels are not read.
    mutating func update(child: UInt32, parent: UInt32, _ view: GraphView, _ scratch: Scratch) {
        if rank(parent) > rank(child) { reorder(child: child, parent: parent, view, scratch) }
        if kind == .none { return }
        propagate(from: child, view, scratch)
        if level(of: parent) >= level(of: child) { levelsAreComplete = false }
        if kind == .full, supports[child].leadsTo & ~supports[parent].leadsTo != 0 { leadsToIsComplete = false }
    }

    private func level(of node: UInt32) -> UInt32 {
        kind == .full ? reach.address(of: node).pointee.level : lite.address(of: node).pointee.level
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

    /// Hands the parents' inherited labels down while they add something, in rank order.
    private mutating func propagate(from start: UInt32, _ view: GraphView, _ scratch: Scratch) {
        var heap = RankHeap(scratch.heap, order: .ascending)
        let marks = scratch.marks
        let mark = scratch.freshMarks(1)
        marks[Int(start)] = mark
        heap.push(start, rank: rank(start))
        while let node = heap.pop() {
            let old = inherited(node)
            var new = old
            view.forEachParent(of: node) { parent in
                let above = inherited(parent)
                new.bloom.formUnion(above.bloom)
                new.descendsFrom |= above.descendsFrom
                return true
            }
            guard new.bloom.exceeds(old.bloom) || new.descendsFrom != old.descendsFrom else { continue }
            inherit(new, old, at: node)
            view.forEachChild(of: node) { next in
                if marks[Int(next)] != mark {
                    marks[Int(next)] = mark
                    heap.push(next, rank: rank(next))
                }
                return true
            }
        }
    }

    /// The labels that a node has from its ancestors.
    private struct Inherited {
        var bloom: WideBloom
        var descendsFrom: UInt64
    }

    @inline(__always)
    private func inherited(_ node: UInt32) -> Inherited {
        if kind == .full {
            return Inherited(
                bloom: reach.address(of: node).pointee.bloom,
                descendsFrom: supports.address(of: node).pointee.descendsFrom)
        }
        return Inherited(bloom: WideBloom(low: lite.address(of: node).pointee.bloom.bits, high: 0), descendsFrom: 0)
    }

    @inline(__always)
    private mutating func inherit(_ new: Inherited, _ old: Inherited, at node: UInt32) {
        if kind == .full {
            if new.bloom.exceeds(old.bloom) { reach.place(of: node).pointee.bloom = new.bloom }
            if new.descendsFrom != old.descendsFrom { supports.place(of: node).pointee.descendsFrom = new.descendsFrom }
        } else {
            lite.place(of: node).pointee.bloom.bits = new.bloom.low
        }
    }
}
