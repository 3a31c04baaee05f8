import Vectors

/// One bulk build, phase after phase.
struct BulkBuild {
    private static let block = 256

    private let rows: RowMatrix
    private let parameters: BulkBuildParameters
    private let crew: BuildCrew

    init(_ rows: RowMatrix, _ parameters: BulkBuildParameters, _ crew: BuildCrew) {
        self.rows = rows
        self.parameters = parameters
        self.crew = crew
    }

    func run() throws -> BulkBuildResult {
        let top = try TopPartition(rows, parameters, crew: crew, until: 0.1)
        let reservoirs = CandidateReservoirs(rows: rows.count, capacity: parameters.reservoir)
        let (order, leafPairs) = try compareLeaves(top, reservoirs)
        let (graph, distances) = try prune(reservoirs, order)
        let medoid = self.medoid()
        let (connected, repaired) = ReachabilityRepair.repair(graph, rows: rows, root: medoid)
        crew.report(1)
        return BulkBuildResult(
            graph: connected, order: order, medoid: medoid, matrixPairs: top.pairs + leafPairs,
            exactDistances: distances, repairedNodes: repaired)
    }

    /// Fills the reservoirs; returns the rows in the order of the leaves they are at home in.
    private func compareLeaves(
        _ top: TopPartition, _ reservoirs: CandidateReservoirs
    ) throws -> (order: [UInt32], pairs: Int) {
        let leaves = (0..<crew.threads).map { _ in
            LeafComparison(
                rows, leafSize: parameters.leafSize, leafNeighbors: parameters.leafNeighbors, reservoirs: reservoirs)
        }
        let carvings = (0..<crew.threads).map { _ in ClusterCarving(rows, leafSize: parameters.leafSize) }
        var orders = [[UInt32]](repeating: [], count: top.cells.count)
        try orders.withUnsafeMutableBufferPointer { orders in
            let orders = orders
            try crew.run(top.cells.count, until: 0.6) { worker, cell in
                var atHome: [UInt32] = []
                carvings[worker].carve(top.cells[cell], seed: parameters.seed &+ UInt64(cell) &* 0x1_0001) { leaf in
                    leaves[worker].compare(leaf)
                    for row in leaf where top.home[Int(row)] == UInt32(cell) { atHome.append(row) }
                }
                orders[cell] = atHome
            }
        }
        let pairs = leaves.reduce(0) { $0 + $1.pairs } + carvings.reduce(0) { $0 + $1.pairs }
        return (orders.flatMap { $0 }, pairs)
    }

    private func prune(
        _ reservoirs: CandidateReservoirs, _ order: [UInt32]
    ) throws -> (NeighborGraph, distances: Int) {
        let degree = parameters.degree
        let workers = (0..<crew.threads).map { _ in NeighborPruning(rows, alpha: parameters.alpha) }
        let forward = EdgeLists(nodes: rows.count, capacity: degree)
        // In leaf order the rows of one block's candidates stay in the cache.
        try crew.run(items: rows.count, block: Self.block, until: 0.8) { worker, range in
            for index in range {
                let node = Int(order[index])
                var keys = Array(reservoirs.candidates(of: node))
                let chosen = workers[worker].prune(&keys, limit: degree)
                forward.set(node, keys[..<chosen])
            }
        }
        let reverse = ReverseEdges(forward)
        let lists = EdgeLists(nodes: rows.count, capacity: degree)
        try crew.run(items: rows.count, block: Self.block, until: 0.95) { worker, range in
            for index in range {
                let node = Int(order[index])
                let list = join(
                    forward[node], reverse[node], reservoirs.candidates(of: node), workers[worker])
                lists.set(node, list[...])
            }
        }
        var graph = NeighborGraph(nodeCount: rows.count, degree: degree)
        for node in 0..<rows.count {
            let list = lists[node]
            graph.counts[node] = UInt16(list.count)
            for (index, key) in list.enumerated() { graph.ids[node * degree + index] = BuildKey.row(key) }
        }
        return (graph, workers.reduce(0) { $0 + $1.distances })
    }

    /// The final list of a node: its own and its incoming edges pruned together, filled up with what was dropped.
    private func join(
        _ forward: UnsafeBufferPointer<UInt64>, _ reverse: ArraySlice<UInt64>,
        _ candidates: UnsafeBufferPointer<UInt64>, _ pruning: NeighborPruning
    ) -> [UInt64] {
        let degree = parameters.degree
        var keys = Self.union([Array(forward), Array(reverse)])
        if keys.count > degree {
            _ = pruning.prune(&keys, limit: degree)
            keys.removeSubrange(degree...)
        } else if keys.count < degree {
            let known = Set(keys.map(BuildKey.row))
            for key in candidates where keys.count < degree && !known.contains(BuildKey.row(key)) { keys.append(key) }
        }
        keys.sort()
        return keys
    }

    /// Ascending, each row once.
    private static func union(_ lists: [[UInt64]]) -> [UInt64] {
        var keys = lists.flatMap { $0 }
        keys.sort()
        var seen = Set<UInt32>()
        keys.removeAll { !seen.insert(BuildKey.row($0)).inserted }
        return keys
    }

    /// The row nearest to the mean; the first of equally near ones.
    private func medoid() -> UInt32 {
        guard rows.count > 0 else { return 0 }
        let mean = UnsafeMutablePointer<Float>.allocate(capacity: rows.dimension)
        defer { mean.deallocate() }
        let ids = Array(0..<UInt32(rows.count))
        _ = ids.withUnsafeBufferPointer { CenteredBlock.mean(rows, $0, into: mean) }
        var best: (row: UInt32, distance: Float) = (0, .infinity)
        for row in ids {
            let distance = Distance.squaredL2(mean, rows[row], count: rows.dimension)
            if distance < best.distance { best = (row, distance) }
        }
        return best.row
    }
}
