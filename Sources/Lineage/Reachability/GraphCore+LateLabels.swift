extension GraphCore {
    /// Makes ranks, blooms and supports right again after the edge `parent -> child` was added.
    ///
    /// Adding an edge endangers only negative answers; the forest stays a forest of true paths.
    mutating func updateLabels(child: UInt32, parent: UInt32) {
        let scratch = pool.take(nodeCount: nodeCount)
        defer { pool.giveBack(scratch) }
        if reach[parent].rank > reach[child].rank { reorder(child: child, parent: parent, scratch) }
        propagate(from: child, scratch)
        if supports[child].leadsTo & ~supports[parent].leadsTo != 0 { leadsToIsComplete = false }
        if reach[parent].level >= reach[child].level { levelsAreComplete = false }
    }

    /// Pearce & Kelly: nodes below the child and above the parent whose ranks lie between the two share out the ranks
    /// they hold, those above the parent first.
    private mutating func reorder(child: UInt32, parent: UInt32, _ scratch: Scratch) {
        let low = reach[child].rank
        let high = reach[parent].rank
        let view = view
        ranksAreNumbers = false
        var below = [child]
        var above = [parent]
        let mark = scratch.freshMarks(1)
        let marks = scratch.marks
        marks[Int(child)] = mark
        var head = 0
        while head < below.count {
            view.forEachChild(of: below[head]) { node in
                if marks[Int(node)] != mark, view.reachLabel(node).pointee.rank <= high {
                    marks[Int(node)] = mark
                    below.append(node)
                }
                return true
            }
            head += 1
        }
        marks[Int(parent)] = mark
        head = 0
        while head < above.count {
            view.forEachParent(of: above[head]) { node in
                if marks[Int(node)] != mark, view.reachLabel(node).pointee.rank >= low {
                    marks[Int(node)] = mark
                    above.append(node)
                }
                return true
            }
            head += 1
        }
        let byRank: (UInt32, UInt32) -> Bool = { view.reachLabel($0).pointee.rank < view.reachLabel($1).pointee.rank }
        below.sort(by: byRank)
        above.sort(by: byRank)
        let moved = above + below
        let ranks = moved.map { view.reachLabel($0).pointee.rank }.sorted()
        for (node, rank) in zip(moved, ranks) where reach[node].rank != rank {
            reach.place(of: node).pointee.rank = rank
        }
    }

    /// Hands the parent's inherited labels down while they add something, in rank order.
    private mutating func propagate(from start: UInt32, _ scratch: Scratch) {
        var heap = RankHeap(scratch.heap, order: .ascending)
        let marks = scratch.marks
        let mark = scratch.freshMarks(1)
        marks[Int(start)] = mark
        heap.push(start, rank: reach[start].rank)
        while let node = heap.pop() {
            // A new view each time: placing a changed label may move its chunk.
            let view = view
            let old = view.reachLabel(node).pointee.bloom
            let oldSupports = view.supportLabel(node).pointee.descendsFrom
            var bloom = old
            var descendsFrom = oldSupports
            view.forEachParent(of: node) { parent in
                bloom.formUnion(view.reachLabel(parent).pointee.bloom)
                descendsFrom |= view.supportLabel(parent).pointee.descendsFrom
                return true
            }
            let growsBloom = bloom.exceeds(old)
            let growsSupports = descendsFrom != oldSupports
            guard growsBloom || growsSupports else { continue }
            view.forEachChild(of: node) { next in
                if marks[Int(next)] != mark {
                    marks[Int(next)] = mark
                    heap.push(next, rank: view.reachLabel(next).pointee.rank)
                }
                return true
            }
            if growsBloom { reach.place(of: node).pointee.bloom = bloom }
            if growsSupports { supports.place(of: node).pointee.descendsFrom = descendsFrom }
        }
    }
}
