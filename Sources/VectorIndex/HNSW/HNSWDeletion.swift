import Vectors

/// Taking dead nodes out of a graph without holes in the walks.
///
/// Each node that linked to a dead one chooses anew among its remaining neighbors and the dead one's neighbors: the
/// batch consolidation of FreshDiskANN (Singh et al., 2021, arXiv 2105.09613, algorithm 4) with the selection rule of
/// the insertion.
extension HNSWBuilder {
    /// Unlinks all linked slots that are in `dead`.
    ///
    /// Complexity: O(nodes · m) to find the lists, O(m²) distances per list that is chosen anew.
    /// - Throws: `CancellationError` when `isCancelled` says so; the graph is then unfinished and must be dropped.
    mutating func unlink(_ dead: SlotBitmap, isCancelled: () -> Bool) throws {
        let slots = UInt32(graph.count)
        let leaving = (0..<slots).filter { graph.isLinked($0) && dead.contains($0) }
        guard !leaving.isEmpty else { return }
        for node in 0..<slots where graph.isLinked(node) && !dead.contains(node) {
            if node & 0xFFF == 0, isCancelled() { throw CancellationError() }
            for level in 0...Int(graph.levels[Int(node)]) { repair(node, level: level, dead) }
        }
        for slot in leaving {
            for level in 0...Int(graph.levels[Int(slot)]) {
                withUnsafePointer(to: HNSWGraph.none) { graph.setNeighbors(slot, level: level, $0, count: 0) }
            }
            graph.levels[Int(slot)] = HNSWGraph.unlinked
            graph.upperRow[Int(slot)] = HNSWGraph.none
        }
        graph.nodeCount -= leaving.count
        chooseEntry(unless: dead)
    }

    private mutating func repair(_ node: UInt32, level: Int, _ dead: SlotBitmap) {
        let neighbors = graph.neighbors(node, level: level)
        guard neighbors.contains(where: { dead.contains($0) }) else { return }
        var slots = Set<UInt32>()
        for neighbor in neighbors {
            if dead.contains(neighbor) {
                slots.formUnion(graph.neighbors(neighbor, level: level))
            } else {
                slots.insert(neighbor)
            }
        }
        // Sorted, because the order of a set differs from run to run.
        relink(node, level: level, among: slots.filter { $0 != node && !dead.contains($0) }.sorted())
    }

    /// Any node of the highest level that is left.
    private func chooseEntry(unless dead: SlotBitmap) {
        guard graph.entry == HNSWGraph.none || dead.contains(graph.entry) else { return }
        graph.entry = HNSWGraph.none
        graph.topLevel = 0
        for slot in 0..<UInt32(graph.count) where graph.isLinked(slot) {
            let level = Int(graph.levels[Int(slot)])
            if graph.entry == HNSWGraph.none || level > graph.topLevel {
                graph.entry = slot
                graph.topLevel = level
            }
        }
    }
}
