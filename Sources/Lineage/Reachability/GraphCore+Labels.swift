extension GraphCore {
    /// Supports: as many as a label has bits.
    private static let supportsMax = 64

    /// Makes all reachability labels anew from the edges. Ranks stay. O(nodes + edges).
    mutating func relabel() {
        let view = view
        let count = UInt32(nodeCount)
        let order = ranksAreNumbers ? nil : view.nodesByRank()
        let nodes = LabelPlan(count: count, order: order)
        let labels = UnsafeMutablePointer<ReachLabel>.allocate(capacity: Int(count) + 1)
        let supports = UnsafeMutablePointer<SupportLabel>.allocate(capacity: Int(count) + 1)
        supports.initialize(repeating: SupportLabel(descendsFrom: 0, leadsTo: 0), count: Int(count) + 1)
        defer {
            labels.deallocate()
            supports.deallocate()
        }
        for position in 0..<count {
            let node = nodes.node(at: position)
            var label = ReachLabel(root: node, rank: position)
            view.forEachParent(of: node) { parent in
                let above = labels + Int(parent)
                label.bloom.formUnion(above.pointee.bloom)
                if label.parent == node || above.pointee.level >= label.level {
                    label.parent = parent
                    label.level = above.pointee.level + 1
                }
                return true
            }
            if label.parent != node {
                label.jump = Self.jump(under: label.parent, labels[Int(label.parent)]) { labels[Int($0)] }
            }
            labels[Int(node)] = label
        }
        spreadSupports(view, nodes, labels, supports)
        reach = Column()
        self.supports = Column()
        for node in 0..<Int(count) {
            reach.append(labels[node])
            self.supports.append(supports[node])
        }
        leadsToIsComplete = true
        levelsAreComplete = true
        retractedChildren = nil
        trustsNoPositive = false
        supportsNodeCount = Int(count)
    }

    /// Chooses the supports along the longest path of the forest, evenly, and spreads their bits down and up.
    private func spreadSupports(
        _ view: GraphView, _ nodes: LabelPlan, _ labels: UnsafeMutablePointer<ReachLabel>,
        _ supports: UnsafeMutablePointer<SupportLabel>
    ) {
        guard nodes.count > 0 else { return }
        var node = UInt32(0)
        for other in 1..<max(1, nodes.count) where labels[Int(other)].level > labels[Int(node)].level { node = other }
        let length = Int(labels[Int(node)].level) + 1
        var last = -1
        for step in 0..<length {
            let support = step * min(Self.supportsMax, length) / length
            if support != last {
                supports[Int(node)].descendsFrom |= 1 << UInt64(support)
                supports[Int(node)].leadsTo |= 1 << UInt64(support)
                last = support
            }
            node = labels[Int(node)].parent
        }
        for position in 0..<nodes.count {
            let node = nodes.node(at: position)
            view.forEachParent(of: node) { parent in
                supports[Int(node)].descendsFrom |= supports[Int(parent)].descendsFrom
                return true
            }
        }
        for position in (0..<nodes.count).reversed() {
            let node = nodes.node(at: position)
            let bits = supports[Int(node)].leadsTo
            if bits == 0 { continue }
            view.forEachParent(of: node) { parent in
                supports[Int(parent)].leadsTo |= bits
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
