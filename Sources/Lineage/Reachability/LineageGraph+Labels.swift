import Synchronization

extension LineageGraph {
    /// Supports: as many as a label has bits.
    private static let supportsMax = 64

    /// Makes all reachability labels anew from the edges. Ranks stay. O(nodes + edges).
    func relabel() {
        let view = view
        let count = UInt32(nodeCount)
        let order = ranksAreNumbers ? nil : view.nodesByRank()
        let nodes = LabelPlan(count: count, order: order)
        let labels = UnsafeMutablePointer<ReachLabel>.allocate(capacity: Int(count) + 1)
        let forest = UnsafeMutablePointer<TreeLabel>.allocate(capacity: Int(count) + 1)
        defer {
            labels.deallocate()
            forest.deallocate()
        }
        for node in 0..<Int(count) {
            forest[node] = TreeLabel(parent: UInt32(node), jump: UInt32(node), depth: 0, firstChild: 0)
        }
        for position in 0..<count {
            let node = nodes.node(at: position)
            var label = ReachLabel(
                rank: position, level: 0, bloom: ReachLabel.bloomBit(node), descendsFrom: 0, leadsTo: 0)
            var deepest = node
            var depth: UInt32 = 0
            view.forEachParent(of: node) { parent in
                label.level = max(label.level, labels[Int(parent)].level + 1)
                label.bloom |= labels[Int(parent)].bloom
                if deepest == node || forest[Int(parent)].depth > depth {
                    deepest = parent
                    depth = forest[Int(parent)].depth
                }
                if forest[Int(parent)].firstChild == 0 { forest[Int(parent)].firstChild = node + 1 }
                return true
            }
            labels[Int(node)] = label
            if deepest != node {
                let firstChild = forest[Int(node)].firstChild
                forest[Int(node)] = Self.treeLabel(of: node, under: deepest, forest[Int(deepest)]) { forest[Int($0)] }
                forest[Int(node)].firstChild = firstChild
            }
        }
        spreadSupports(view, nodes, labels, forest)
        reach = Column()
        tree = Column()
        for node in 0..<Int(count) {
            reach.append(labels[node])
            tree.append(forest[node])
        }
        leadsToIsComplete = true
        retractedChildren = nil
        trustsNoPositive = false
        supportsNodeCount = Int(count)
    }

    /// Chooses the supports along the longest path of the forest, evenly, and spreads their bits down and up.
    private func spreadSupports(
        _ view: GraphView, _ nodes: LabelPlan, _ labels: UnsafeMutablePointer<ReachLabel>,
        _ forest: UnsafeMutablePointer<TreeLabel>
    ) {
        guard nodes.count > 0 else { return }
        var node = UInt32(0)
        for other in 1..<max(1, nodes.count) where forest[Int(other)].depth > forest[Int(node)].depth { node = other }
        let length = Int(forest[Int(node)].depth) + 1
        var last = -1
        for step in 0..<length {
            let support = step * min(Self.supportsMax, length) / length
            if support != last {
                labels[Int(node)].descendsFrom |= 1 << UInt64(support)
                labels[Int(node)].leadsTo |= 1 << UInt64(support)
                last = support
            }
            node = forest[Int(node)].parent
        }
        for position in 0..<nodes.count {
            let node = nodes.node(at: position)
            view.forEachParent(of: node) { parent in
                labels[Int(node)].descendsFrom |= labels[Int(parent)].descendsFrom
                return true
            }
        }
        for position in (0..<nodes.count).reversed() {
            let node = nodes.node(at: position)
            let bits = labels[Int(node)].leadsTo
            if bits == 0 { continue }
            view.forEachParent(of: node) { parent in
                labels[Int(parent)].leadsTo |= bits
                return true
            }
        }
    }

}

/// All nodes in topological order.
struct LabelPlan {
    let count: UInt32
    let order: [UInt32]?

    @inline(__always)
    func node(at position: UInt32) -> UInt32 { order.map { $0[Int(position)] } ?? position }
}
