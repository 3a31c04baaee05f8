extension GraphView {
    /// A shortest path `ancestor … node` along edges from parent to child, or `nil`.
    ///
    /// Breadth-first up from `node`, pruned by the labels. Of several shortest paths the one found first.
    func shortestPath(from ancestor: UInt32, to node: UInt32, _ scratch: Scratch) -> [UInt32]? {
        if ancestor == node { return [node] }
        guard searchShortestPath(from: ancestor, to: node, scratch) else { return nil }
        var path = [ancestor]
        var current = scratch.vias[Int(ancestor)]
        while current != node {
            path.append(current)
            current = scratch.vias[Int(current)]
        }
        path.append(node)
        return path
    }

    /// Leaves the next node downward in `vias` of every node met.
    private func searchShortestPath(from ancestor: UInt32, to node: UInt32, _ scratch: Scratch) -> Bool {
        if !mayReach(ancestor, node) { return false }
        let marks = scratch.marks
        let queue = scratch.queue
        let vias = scratch.vias
        let mark = scratch.freshMarks(1)
        marks[Int(node)] = mark
        queue[0] = node
        var head = 0
        var tail = 1
        var isFound = false
        while head < tail, !isFound {
            let current = queue[head]
            head += 1
            forEachParent(of: current) { parent in
                if parent == ancestor {
                    vias[Int(parent)] = current
                    isFound = true
                    return false
                }
                if marks[Int(parent)] != mark {
                    marks[Int(parent)] = mark
                    if mayReach(ancestor, parent) {
                        vias[Int(parent)] = current
                        queue[tail] = parent
                        tail += 1
                    }
                }
                return true
            }
        }
        return isFound
    }
}
