extension LineageGraph {
    /// Makes ranks, blooms and supports right again after the edge `parent -> child` was added.
    ///
    /// Adding an edge endangers only negative answers; the forest stays a forest of true paths.
    func updateLabels(child: UInt32, parent: UInt32) {
        let scratch = pool.take(nodeCount: nodeCount)
        defer { pool.giveBack(scratch) }
        if reach[parent].rank > reach[child].rank { reorder(child: child, parent: parent, scratch) }
        propagate(from: child, scratch)
        if supports[child].leadsTo & ~supports[parent].leadsTo != 0 { leadsToIsComplete = false }
        if reach[parent].level >= reach[child].level { levelsAreComplete = false }
    }

    /// Pearce & Kelly: nodes below the child and above the parent whose ranks lie between the two share out the ranks
    /// they hold, those above the parent first.
    private func reorder(child: UInt32, parent: UInt32, _ scratch: Scratch) {
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
                if marks[Int(node)] != mark, reach[node].rank <= high {
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
                if marks[Int(node)] != mark, reach[node].rank >= low {
                    marks[Int(node)] = mark
                    above.append(node)
                }
                return true
            }
            head += 1
        }
        let byRank: (UInt32, UInt32) -> Bool = { self.reach[$0].rank < self.reach[$1].rank }
        below.sort(by: byRank)
        above.sort(by: byRank)
        let moved = above + below
        let ranks = moved.map { reach[$0].rank }.sorted()
        for (node, rank) in zip(moved, ranks) where reach[node].rank != rank {
            reach.place(of: node).pointee.rank = rank
        }
    }

    /// Hands the parent's inherited labels down while they add something, in rank order.
    private func propagate(from start: UInt32, _ scratch: Scratch) {
        let view = view
        var heap = RankHeap(scratch.heap, order: .ascending)
        let marks = scratch.marks
        let mark = scratch.freshMarks(1)
        marks[Int(start)] = mark
        heap.push(start, rank: reach[start].rank)
        while let node = heap.pop() {
            var bloom = reach[node].bloom
            var descendsFrom = supports[node].descendsFrom
            view.forEachParent(of: node) { parent in
                bloom.formUnion(reach[parent].bloom)
                descendsFrom |= supports[parent].descendsFrom
                return true
            }
            let growsBloom = bloom.exceeds(reach[node].bloom)
            let growsSupports = descendsFrom != supports[node].descendsFrom
            if growsBloom { reach.place(of: node).pointee.bloom = bloom }
            if growsSupports { supports.place(of: node).pointee.descendsFrom = descendsFrom }
            guard growsBloom || growsSupports else { continue }
            view.forEachChild(of: node) { next in
                if marks[Int(next)] != mark {
                    marks[Int(next)] = mark
                    heap.push(next, rank: reach[next].rank)
                }
                return true
            }
        }
    }
}
