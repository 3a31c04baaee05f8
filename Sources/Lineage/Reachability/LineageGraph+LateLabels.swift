extension LineageGraph {
    /// Makes ranks, levels, blooms and supports right again after the edge `parent -> child` was added.
    ///
    /// Adding an edge endangers only negative answers; the forest stays a forest of true paths.
    func updateLabels(child: UInt32, parent: UInt32) {
        let scratch = pool.take(nodeCount: nodeCount)
        defer { pool.giveBack(scratch) }
        if reach[parent].rank > reach[child].rank { reorder(child: child, parent: parent, scratch) }
        propagate(from: child, scratch)
        if reach[child].leadsTo & ~reach[parent].leadsTo != 0 { leadsToIsComplete = false }
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

    /// Computes the inherited labels of `start` anew and goes on to the children while something changes, in rank order.
    private func propagate(from start: UInt32, _ scratch: Scratch) {
        let view = view
        var heap = RankHeap(scratch.heap, order: .ascending)
        let marks = scratch.marks
        let mark = scratch.freshMarks(1)
        marks[Int(start)] = mark
        heap.push(start, rank: reach[start].rank) { self.reach[$0].rank }
        while let node = heap.pop(rank: { self.reach[$0].rank }) {
            let old = reach[node]
            var new = old
            view.forEachParent(of: node) { parent in
                let label = reach[parent]
                new.level = max(new.level, label.level + 1)
                new.bloom |= label.bloom
                new.descendsFrom |= label.descendsFrom
                return true
            }
            guard new.level != old.level || new.bloom != old.bloom || new.descendsFrom != old.descendsFrom else {
                continue
            }
            reach.place(of: node).pointee = new
            view.forEachChild(of: node) { next in
                if marks[Int(next)] != mark {
                    marks[Int(next)] = mark
                    heap.push(next, rank: reach[next].rank) { self.reach[$0].rank }
                }
                return true
            }
        }
    }
}

/// A binary heap of nodes by rank, in memory of a scratch.
struct RankHeap {
    enum Order { case ascending, descending }

    private let nodes: UnsafeMutablePointer<UInt32>
    private let flip: UInt32
    private(set) var count = 0

    init(_ memory: UnsafeMutablePointer<UInt32>, order: Order) {
        nodes = memory
        flip = order == .ascending ? 0 : UInt32.max
    }

    @inline(__always)
    mutating func push(_ node: UInt32, rank: UInt32, rank rankOf: (UInt32) -> UInt32) {
        let key = rank ^ flip
        var index = count
        count += 1
        while index > 0 {
            let above = (index - 1) >> 1
            if rankOf(nodes[above]) ^ flip <= key { break }
            nodes[index] = nodes[above]
            index = above
        }
        nodes[index] = node
    }

    @inline(__always)
    mutating func pop(rank rankOf: (UInt32) -> UInt32) -> UInt32? {
        if count == 0 { return nil }
        let top = nodes[0]
        count -= 1
        let last = nodes[count]
        let key = rankOf(last) ^ flip
        var index = 0
        while true {
            var below = 2 * index + 1
            if below >= count { break }
            if below + 1 < count, rankOf(nodes[below + 1]) ^ flip < rankOf(nodes[below]) ^ flip { below += 1 }
            if rankOf(nodes[below]) ^ flip >= key { break }
            nodes[index] = nodes[below]
            index = below
        }
        nodes[index] = last
        return top
    }
}
