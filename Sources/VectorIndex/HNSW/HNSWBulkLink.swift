import Vectors

/// Linking many nodes at once: each level of the graph comes out of one bulk build over the nodes that reach it.
///
/// The bulk builder knows squared Euclidean distance only. On rows of length 1 it orders like the cosine. For inner
/// products each row gets one more dimension that brings all to the same length, which turns the order of inner products
/// into the order of distances (Bachrach et al., RecSys 2014); queries have 0 there.
struct HNSWBulkLink {
    let graph: HNSWGraph
    let view: VectorView
    let threads: Int

    /// Fewer rows are inserted one by one: that is as fast, and a leaf of the bulk build would hold them all.
    static let minimumRows = 2_048

    /// Links all slots of the view but the dead ones into an empty graph.
    ///
    /// - Complexity: see ``BulkGraphBuilder``; memory for a copy of the vectors while it runs.
    /// - Throws: `CancellationError`; the graph is then unfinished and must be dropped.
    func link(
        except dead: SlotBitmap, progress: @escaping @Sendable (Double) -> Void,
        isCancelled: @Sendable () -> Bool
    ) throws {
        precondition(graph.count == 0, "a graph is built in bulk once")
        let copies = RowCopies(of: (0..<UInt32(view.count)).filter { !dead.contains($0) }, in: view)
        var slots = copies.first
        for slot in slots { graph.addNode(slot, level: graph.parameters.level(of: slot)) }
        for slot in copies.others.values.joined() { graph.addNode(slot, level: 0) }
        graph.count = view.count
        var level = 0
        while !slots.isEmpty {
            // Each level has one node in m of the one below: nearly all the work is done on level 0.
            let isLowest = level == 0
            let upper = 1 / Double(graph.parameters.m)
            try link(slots, level: level, isCancelled: isCancelled) { part in
                if isLowest { progress((1 - upper) * part) }
            }
            graph.entry = slots[0]
            graph.topLevel = level
            level += 1
            slots = slots.filter { Int(graph.levels[Int($0)]) >= level }
        }
        graph.linkCopies(copies)
    }

    private func link(
        _ slots: [UInt32], level: Int, isCancelled: @Sendable () -> Bool,
        progress: @escaping @Sendable (Double) -> Void
    ) throws {
        let (rows, dimension) = matrix(of: slots)
        defer { rows.deallocate() }
        let width = graph.list(slots[0], level: level).room
        let result = try BulkGraphBuilder.build(
            rows: UnsafePointer(rows), count: slots.count, dimension: dimension,
            parameters: BulkBuildParameters(
                degree: width, seed: graph.parameters.seed &+ UInt64(level), threads: threads),
            progress: progress, isCancelled: isCancelled)
        var neighbors: [UInt32] = []
        for (index, slot) in slots.enumerated() {
            neighbors.removeAll(keepingCapacity: true)
            for row in result.graph.neighbors(of: index) { neighbors.append(slots[Int(row)]) }
            graph.setNeighbors(slot, level: level, neighbors, count: neighbors.count)
        }
    }

    /// The rows of some slots, one after the other, with the additional dimension where the metric needs it.
    private func matrix(of slots: [UInt32]) -> (rows: UnsafeMutablePointer<Float>, dimension: Int) {
        let isLifted = graph.metric == .dotProduct
        let dimension = view.dimension + (isLifted ? 1 : 0)
        let rows = UnsafeMutablePointer<Float>.allocate(capacity: slots.count * dimension)
        for (index, slot) in slots.enumerated() {
            (rows + index * dimension).update(from: view.row(slot), count: view.dimension)
        }
        guard isLifted else { return (rows, dimension) }
        var longest: Float = 0
        for slot in slots { longest = max(longest, squaredLength(slot)) }
        for (index, slot) in slots.enumerated() {
            rows[index * dimension + view.dimension] = max(longest - squaredLength(slot), 0).squareRoot()
        }
        return (rows, dimension)
    }

    private func squaredLength(_ slot: UInt32) -> Float {
        Distance.dot(view.row(slot), view.row(slot), count: view.stride)
    }
}
