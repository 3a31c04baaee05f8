extension LineageSnapshot {
    /// The maximal common ancestors-or-self of two works: those without a descendant that is common too. What
    /// `git merge-base --all` answers. Ascending; empty when the works share nothing.
    ///
    /// Sweeps down the ranks from both works, as git's paint-down does: a node that both sides reached is an answer, and
    /// everything above an answer is stale.
    ///
    /// - Complexity: O(nodes met · log), none when one work is an ancestor of the other and the labels know it.
    public func lowestCommonAncestors(_ a: UInt32, _ b: UInt32) -> [UInt32] {
        check(a)
        check(b)
        if a == b { return [a] }
        if isAncestor(a, of: b) { return [a] }
        if isAncestor(b, of: a) { return [b] }
        return withScratch { view.lowestCommonAncestors(a, b, $0) }
    }
}

extension GraphView {
    private static var fromA: UInt8 { 1 }
    private static var fromB: UInt8 { 2 }
    private static var isStale: UInt8 { 4 }

    fileprivate func lowestCommonAncestors(_ a: UInt32, _ b: UInt32, _ scratch: Scratch) -> [UInt32] {
        let mark = scratch.freshMarks(1)
        let flags = scratch.flags
        var heap = RankHeap(scratch.heap, order: .descending)
        // Nodes in the heap that are not stale: the sweep ends when none is left.
        var openCount = 0
        var answers: [UInt32] = []

        func reach(_ node: UInt32, _ new: UInt8) {
            if scratch.marks[Int(node)] != mark {
                scratch.marks[Int(node)] = mark
                flags[Int(node)] = 0
                heap.push(node, rank: rank(node)) { rank($0) }
                openCount += 1
            }
            let old = flags[Int(node)]
            if old & Self.isStale == 0, new & Self.isStale != 0 { openCount -= 1 }
            flags[Int(node)] = old | new
        }

        reach(a, Self.fromA)
        reach(b, Self.fromB)
        while openCount > 0, let node = heap.pop(rank: { rank($0) }) {
            var bits = flags[Int(node)]
            if bits & Self.isStale == 0 {
                openCount -= 1
                if bits == Self.fromA | Self.fromB {
                    answers.append(node)
                    bits |= Self.isStale
                }
            }
            forEachParent(of: node) { parent in
                reach(parent, bits)
                return true
            }
        }
        answers.sort()
        return answers
    }
}
