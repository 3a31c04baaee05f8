extension LineageSnapshot {
    /// The maximal common ancestors-or-self of two works: those without a descendant that is common too. What
    /// `git merge-base --all` answers. Ascending; empty when the works share nothing.
    ///
    /// Sweeps down the ranks from both works, as git's paint-down does: a node that both sides reached is an answer, and
    /// everything above an answer is stale.
    ///
    /// States: works in every state are answers and are passed through; retracted edges are not followed.
    ///
    /// - Complexity: O(nodes met · log), none when one work is an ancestor of the other and the labels know it.
    public func lowestCommonAncestors(_ a: UInt32, _ b: UInt32) -> [UInt32] {
        check(a)
        check(b)
        if a == b { return [a] }
        if isAncestor(a, of: b) { return [a] }
        if isAncestor(b, of: a) { return [b] }
        return withScratch { scratch in
            var sweep = PaintDown(view: view, scratch: scratch)
            return sweep.run(a, b)
        }
    }
}

private struct PaintDown {
    private static let fromA: UInt8 = 1
    private static let fromB: UInt8 = 2
    private static let isStale: UInt8 = 4

    private let view: GraphView
    private let marks: UnsafeMutablePointer<UInt32>
    private let flags: UnsafeMutablePointer<UInt8>
    private let mark: UInt32
    private var heap: RankHeap
    /// Nodes in the heap that are not stale: the sweep ends when none is left.
    private var openCount = 0

    init(view: GraphView, scratch: Scratch) {
        self.view = view
        marks = scratch.marks
        flags = scratch.flags
        mark = scratch.freshMarks(1)
        heap = RankHeap(scratch.heap, order: .descending)
    }

    mutating func run(_ a: UInt32, _ b: UInt32) -> [UInt32] {
        var answers: [UInt32] = []
        reach(a, Self.fromA)
        reach(b, Self.fromB)
        while openCount > 0, let node = heap.pop() {
            var bits = flags[Int(node)]
            if bits & Self.isStale == 0 {
                openCount -= 1
                if bits == Self.fromA | Self.fromB {
                    answers.append(node)
                    bits |= Self.isStale
                }
            }
            view.forEachParent(of: node) { parent in
                reach(parent, bits)
                return true
            }
        }
        answers.sort()
        return answers
    }

    @inline(__always)
    private mutating func reach(_ node: UInt32, _ new: UInt8) {
        if marks[Int(node)] != mark {
            marks[Int(node)] = mark
            flags[Int(node)] = new
            heap.push(node, rank: view.rank(node))
            if new & Self.isStale == 0 { openCount += 1 }
            return
        }
        let old = flags[Int(node)]
        if old & Self.isStale == 0, new & Self.isStale != 0 { openCount -= 1 }
        flags[Int(node)] = old | new
    }
}
