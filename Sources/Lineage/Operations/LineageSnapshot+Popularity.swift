/// A work and how much grew from it.
public struct RankedNode: Sendable, Equatable {
    public var node: UInt32
    public var count: Int

    public init(node: UInt32, count: Int) {
        self.node = node
        self.count = count
    }
}

extension LineageSnapshot {
    /// The live works with most live descendants, most first, then by node. Works without any are left out.
    ///
    /// - Parameter window: counts only descendants created in this range of milliseconds since 1970 UTC.
    /// - Complexity: O(sum of the ancestors of all counted works) when that is small, otherwise
    ///   O((nodes + edges) · nodes / 512); 1 s for a remix graph of a million works.
    public func topByDescendants(_ count: Int, window: Range<Int64>? = nil) -> [RankedNode] {
        let counts = descendantCounts(window: window)
        let candidates = (0..<UInt32(nodeCount)).lazy.filter { counts[Int($0)] > 0 && state(of: $0) == .live }
        return Self.largest(count, candidates.map { RankedNode(node: $0, count: Int(counts[Int($0)])) })
    }

    /// The live works with most distinct creators among their live descendants, most first, then by node. Exact.
    ///
    /// A work has at most as many creators below it as descendants, and as each of its parents; works are therefore
    /// counted in the order of these bounds, until no bound beats the answers.
    ///
    /// - Complexity: that of ``topByDescendants(_:window:)``, plus one descending walk per work counted.
    public func topByCreators(_ count: Int, window: Range<Int64>? = nil) -> [RankedNode] {
        guard count > 0, nodeCount > 0 else { return [] }
        let counts = descendantCounts(window: window)
        let creatorMax = withExtendedLifetime(storage) {
            (0..<view.nodeCount).reduce(UInt32(0)) { max($0, view.creator($1)) }
        }
        var seen = [UInt32](repeating: UInt32.max, count: Int(creatorMax) + 1)
        var bounds = counts
        var waiting = RankedHeap()
        for node in 0..<view.nodeCount where counts[Int(node)] > 0 {
            if view.isRoot(node) { waiting.push(RankedNode(node: node, count: Int(counts[Int(node)]))) }
        }
        var isQueued = [Bool](repeating: false, count: nodeCount)
        var answers: [RankedNode] = []
        while let next = waiting.pop() {
            if answers.count >= count, next.count < answers[count - 1].count { break }
            let creators = creatorCount(below: next.node, window, &seen)
            bounds[Int(next.node)] = UInt32(creators)
            if creators > 0, state(of: next.node) == .live {
                answers.append(RankedNode(node: next.node, count: creators))
                answers.sort(by: RankedNode.isBetter)
                if answers.count > count { answers.removeLast() }
            }
            forEachChild(of: next.node) { child in
                if !isQueued[Int(child)], counts[Int(child)] > 0 {
                    isQueued[Int(child)] = true
                    waiting.push(RankedNode(node: child, count: min(creators, Int(counts[Int(child)]))))
                }
            }
        }
        return answers
    }

    /// Live descendants of each node, in the window. Hidden, redacted and merged works are passed through, not counted.
    public func descendantCounts(window: Range<Int64>? = nil) -> [UInt32] {
        var counts = [UInt32](repeating: 0, count: nodeCount)
        guard nodeCount > 0 else { return counts }
        let isCounted = countedNodes(window)
        withScratch { scratch in
            if view.meanAncestorCount(scratch) * Double(nodeCount) < Self.walkVisitsMax {
                for node in 0..<view.nodeCount where isCounted[Int(node)] {
                    let reached = view.reachUp(from: node, depthLimit: .max, scratch)
                    for index in 1..<reached + 1 { counts[Int(scratch.queue[index])] += 1 }
                }
            } else {
                countByBitSweeps(isCounted, &counts)
            }
        }
        return counts
    }

    /// Most node visits for which counting goes up from every node.
    private static let walkVisitsMax = 3e9

    /// Live descendants of one work, in the window. O(descendants).
    public func descendantCount(of node: UInt32, window: Range<Int64>? = nil) -> Int {
        check(node)
        return withScratch { scratch in
            let reached = view.reachDown(from: node, depthLimit: .max, scratch)
            var count = 0
            for index in 1..<reached + 1 where isCounted(scratch.queue[index], window) { count += 1 }
            return count
        }
    }

    func isCounted(_ node: UInt32, _ window: Range<Int64>?) -> Bool {
        view.state(node) == NodeState.live.rawValue && (window?.contains(view.createdAt(node)) ?? true)
    }

    private func countedNodes(_ window: Range<Int64>?) -> [Bool] {
        withExtendedLifetime(storage) { (0..<view.nodeCount).map { isCounted($0, window) } }
    }

    private func creatorCount(below node: UInt32, _ window: Range<Int64>?, _ seen: inout [UInt32]) -> Int {
        withScratch { scratch in
            let reached = view.reachDown(from: node, depthLimit: .max, scratch)
            var count = 0
            for index in 1..<reached + 1 where isCounted(scratch.queue[index], window) {
                let creator = Int(view.creator(scratch.queue[index]))
                if seen[creator] != node {
                    seen[creator] = node
                    count += 1
                }
            }
            return count
        }
    }

    /// Counts 512 descendants at a time: each is a bit that one sweep against the ranks hands up to all its ancestors.
    private func countByBitSweeps(_ isCounted: [Bool], _ counts: inout [UInt32]) {
        typealias Bits = SIMD8<UInt64>
        let plan = LabelPlan(count: view.nodeCount, order: view.ranksAreNumbers ? nil : view.nodesByRank())
        let bits = UnsafeMutablePointer<Bits>.allocate(capacity: nodeCount)
        bits.initialize(repeating: Bits(), count: nodeCount)
        defer { bits.deallocate() }
        var low = UInt32(0)
        while low < plan.count {
            let high = min(low + 512, plan.count)
            var position = high
            while position > 0 {
                position -= 1
                let node = Int(plan.node(at: position))
                let isOwn = position >= low && isCounted[node]
                if isOwn { bits[node][Int(position - low) >> 6] |= 1 << UInt64((position - low) & 63) }
                let own = bits[node]
                if own == Bits() { continue }
                bits[node] = Bits()
                var ones = 0
                for word in 0..<8 { ones += own[word].nonzeroBitCount }
                counts[node] += UInt32(ones - (isOwn ? 1 : 0))
                view.forEachParent(of: UInt32(node)) { parent in
                    bits[Int(parent)] |= own
                    return true
                }
            }
            low = high
        }
    }

    static func largest(_ count: Int, _ nodes: some Sequence<RankedNode>) -> [RankedNode] {
        guard count > 0 else { return [] }
        var best: [RankedNode] = []
        for node in nodes {
            if best.count == count, !RankedNode.isBetter(node, best[count - 1]) { continue }
            if best.count == count { best.removeLast() }
            let place = best.firstIndex { RankedNode.isBetter(node, $0) } ?? best.count
            best.insert(node, at: place)
        }
        return best
    }
}

extension RankedNode {
    static func isBetter(_ a: RankedNode, _ b: RankedNode) -> Bool { (b.count, a.node) < (a.count, b.node) }
}

/// Ranked nodes, best first.
private struct RankedHeap {
    private var nodes: [RankedNode] = []

    mutating func push(_ node: RankedNode) {
        var index = nodes.count
        nodes.append(node)
        while index > 0, RankedNode.isBetter(nodes[index], nodes[(index - 1) / 2]) {
            nodes.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func pop() -> RankedNode? {
        guard let top = nodes.first, let last = nodes.popLast() else { return nil }
        guard !nodes.isEmpty else { return top }
        nodes[0] = last
        var index = 0
        while true {
            var below = 2 * index + 1
            if below >= nodes.count { break }
            if below + 1 < nodes.count, RankedNode.isBetter(nodes[below + 1], nodes[below]) { below += 1 }
            if !RankedNode.isBetter(nodes[below], nodes[index]) { break }
            nodes.swapAt(below, index)
            index = below
        }
        return top
    }
}

extension GraphView {
    /// Mean number of ancestors, over at most 2,000 evenly spaced nodes.
    fileprivate func meanAncestorCount(_ scratch: Scratch) -> Double {
        let samples = min(2_000, Int(nodeCount))
        var total = 0
        for sample in 0..<samples {
            let node = UInt32(sample * Int(nodeCount) / samples)
            total += reachUp(from: node, depthLimit: .max, scratch)
        }
        return Double(total) / Double(max(1, samples))
    }

    /// The inverse of the ranks.
    func nodesByRank() -> [UInt32] {
        var nodes = [UInt32](repeating: 0, count: Int(nodeCount))
        for node in 0..<nodeCount { nodes[Int(rank(node))] = node }
        return nodes
    }
}
