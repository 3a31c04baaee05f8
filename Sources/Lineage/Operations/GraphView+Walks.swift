extension GraphView {
    /// Breadth-first up from `start`: the queue then holds `start` and all ancestors within the depth. Returns how many
    /// follow `start`.
    func reachUp(from start: UInt32, depthLimit: Int, _ scratch: Scratch) -> Int {
        let marks = scratch.marks
        let queue = scratch.queue
        let mark = scratch.freshMarks(1)
        marks[Int(start)] = mark
        queue[0] = start
        var head = 0
        var tail = 1
        var levelEnd = 1
        var depth = 0
        while head < tail {
            if head == levelEnd {
                depth += 1
                levelEnd = tail
            }
            if depth >= depthLimit { break }
            let node = queue[head]
            head &+= 1
            forEachParent(of: node) { parent in
                scratch.enqueue(parent, mark, &tail)
                return true
            }
        }
        return tail - 1
    }

    /// Ancestors-or-self without parents, in the order met.
    func roots(above start: UInt32, _ scratch: Scratch) -> [UInt32] {
        let marks = scratch.marks
        let queue = scratch.queue
        let mark = scratch.freshMarks(1)
        marks[Int(start)] = mark
        queue[0] = start
        var head = 0
        var tail = 1
        var roots: [UInt32] = []
        while head < tail {
            let node = queue[head]
            head &+= 1
            var isRoot = true
            forEachParent(of: node) { parent in
                isRoot = false
                scratch.enqueue(parent, mark, &tail)
                return true
            }
            if isRoot { roots.append(node) }
        }
        return roots
    }

    /// As ``reachUp(from:depthLimit:_:)``, down.
    func reachDown(from start: UInt32, depthLimit: Int, _ scratch: Scratch) -> Int {
        let marks = scratch.marks
        let queue = scratch.queue
        let mark = scratch.freshMarks(1)
        marks[Int(start)] = mark
        queue[0] = start
        var head = 0
        var tail = 1
        var levelEnd = 1
        var depth = 0
        while head < tail {
            if head == levelEnd {
                depth += 1
                levelEnd = tail
            }
            if depth >= depthLimit { break }
            let node = queue[head]
            head &+= 1
            forEachChild(of: node) { child in
                scratch.enqueue(child, mark, &tail)
                return true
            }
        }
        return tail - 1
    }
}

extension GraphView {
    /// Calls `body` with each neighbor over an edge that the filter passes, until it returns false.
    @inline(__always)
    func forEachNeighbor(of node: UInt32, _ filter: EdgeFilter, goesUp: Bool, _ body: (UInt32) -> Bool) {
        switch (goesUp, filter.passesAll) {
        case (true, true): forEachParent(of: node, body)
        case (false, true): forEachChild(of: node, body)
        case (true, false):
            forEachLink(of: node) { link in
                !(filter.passes(link) && filter.passes(link.parent, self)) || body(link.parent)
            }
        case (false, false):
            forEachChild(of: node) { child in
                guard filter.passes(child, self), let link = link(child: child, parent: node), filter.passes(link)
                else { return true }
                return body(child)
            }
        }
    }
}
