import Vectors

/// Inserts nodes into a graph that it owns (Malkov & Yashunin, algorithm 1).
struct HNSWBuilder {
    let graph: HNSWGraph
    let view: VectorView
    private let scratch: SearchScratch
    private let kernel: MetricKernel
    private(set) var distanceComputations = 0
    private var chosen: [UInt32]
    private var backward: [UInt32]
    private var candidates: [UInt64] = []

    /// - Parameter view: covers all slots that will be inserted.
    init(graph: HNSWGraph, view: VectorView, scratch: SearchScratch) {
        self.graph = graph
        self.view = view
        self.scratch = scratch
        kernel = MetricKernel(graph.metric)
        chosen = [UInt32](repeating: 0, count: graph.levelZeroLinks)
        backward = chosen
    }

    /// Links a slot. Expected O(efConstruction · log n) distances.
    ///
    /// - Precondition: `slot` is within the graph's capacity and not linked yet.
    mutating func insert(_ slot: UInt32) {
        precondition(Int(slot) < graph.capacity && !graph.isLinked(slot), "slot \(slot) is linked once")
        let level = graph.parameters.level(of: slot)
        let entry = graph.entry
        graph.addNode(slot, level: level)
        graph.count = max(graph.count, Int(slot) + 1)
        guard entry != HNSWGraph.none else {
            graph.entry = slot
            graph.topLevel = level
            return
        }
        let width = graph.parameters.efConstruction
        var walk = GraphWalk(
            graph: graph, view: view, query: view.row(slot), scratch: scratch, capacity: width)
        var start = walk.start(entry: entry, topLevel: graph.topLevel, above: level)
        var current = min(level, graph.topLevel)
        while current >= 0 {
            walk.search(from: start, level: current, limit: width)
            scratch.clearVisited(slots: graph.capacity)
            start = walk.candidates[0] & ~CandidateKey.flag
            connect(slot, level: current, to: walk.candidates)
            current -= 1
        }
        distanceComputations += walk.distanceComputations
        if level > graph.topLevel {
            graph.topLevel = level
            graph.entry = slot
        }
    }

    private mutating func connect(_ slot: UInt32, level: Int, to found: UnsafeBufferPointer<UInt64>) {
        var selection = NeighborSelection(kernel: kernel, view: view)
        let count = chosen.withUnsafeMutableBufferPointer {
            selection.choose(from: found, limit: graph.parameters.m, into: $0.baseAddress.unsafelyUnwrapped)
        }
        distanceComputations += selection.distanceComputations
        chosen.withUnsafeBufferPointer {
            graph.setNeighbors(slot, level: level, $0.baseAddress.unsafelyUnwrapped, count: count)
        }
        for index in 0..<count { link(chosen[index], to: slot, level: level) }
    }

    /// Adds a link; when the list is full, the best of the old and the new are chosen.
    private mutating func link(_ node: UInt32, to slot: UInt32, level: Int) {
        let neighbors = graph.neighbors(node, level: level)
        let (list, room) = graph.list(node, level: level)
        if neighbors.count < room {
            list[neighbors.count] = slot
            return
        }
        candidates.removeAll(keepingCapacity: true)
        candidates.append(contentsOf: Self.keys(of: neighbors, around: node, kernel, view, scratch))
        let distance = kernel.pair(view.row(node), view.row(slot), count: view.stride)
        candidates.append(CandidateKey.make(distance: distance, slot: slot))
        distanceComputations += candidates.count
        candidates.sort()
        relink(node, level: level, room: room)
    }

    /// Sets a node's links to the best of `candidates`.
    private mutating func relink(_ node: UInt32, level: Int, room: Int) {
        var selection = NeighborSelection(kernel: kernel, view: view)
        let count = backward.withUnsafeMutableBufferPointer { out in
            candidates.withUnsafeBufferPointer {
                selection.choose(from: $0, limit: room, into: out.baseAddress.unsafelyUnwrapped)
            }
        }
        distanceComputations += selection.distanceComputations
        backward.withUnsafeBufferPointer {
            graph.setNeighbors(node, level: level, $0.baseAddress.unsafelyUnwrapped, count: count)
        }
    }

    /// Keys of slots by their distance to a node.
    static func keys(
        of slots: UnsafeBufferPointer<UInt32>, around node: UInt32, _ kernel: MetricKernel, _ view: VectorView,
        _ scratch: SearchScratch
    ) -> [UInt64] {
        for (index, slot) in slots.enumerated() { scratch.rows[index] = UnsafeRawPointer(view.row(slot)) }
        kernel.gather(
            view.row(node), scratch.rows, rows: slots.count, count: view.stride, out: scratch.distances)
        return slots.enumerated().map { CandidateKey.make(distance: scratch.distances[$0.offset], slot: $0.element) }
    }

    /// Sets a node's links on a level to the best of the given slots, which may repeat.
    mutating func relink(_ node: UInt32, level: Int, among slots: [UInt32]) {
        candidates.removeAll(keepingCapacity: true)
        var rest = slots[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(SearchScratch.batch))
            rest = rest.dropFirst(part.count)
            part.withUnsafeBufferPointer {
                candidates.append(contentsOf: Self.keys(of: $0, around: node, kernel, view, scratch))
            }
        }
        distanceComputations += candidates.count
        candidates.sort()
        relink(node, level: level, room: graph.list(node, level: level).room)
    }
}
