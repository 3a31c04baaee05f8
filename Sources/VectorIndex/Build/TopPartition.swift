/// The overlapping top level of the partition: every row in the cells of its nearest leaders.
struct TopPartition {
    private static let mostLeaders = 1000
    private static let fill = 0.5

    /// Rows of each cell, ascending. Cells are numbered so that near ones follow each other.
    let cells: [[UInt32]]
    /// The cell of the nearest leader of each row.
    let home: [UInt32]
    let pairs: Int

    init(_ rows: RowMatrix, _ parameters: BulkBuildParameters, crew: BuildCrew, until share: Double) throws {
        let wanted = Int(
            Double(rows.count * parameters.fanout) / (Self.fill * Double(parameters.leafSize)))
        guard rows.count > parameters.leafSize, wanted > 1 else {
            cells = [Array(0..<UInt32(rows.count))]
            home = [UInt32](repeating: 0, count: rows.count)
            pairs = 0
            return
        }
        var random = BuildRandom(seed: parameters.seed)
        let count = min(wanted, Self.mostLeaders, rows.count)
        let sample = random.sample(count, below: rows.count).map { UInt32($0) }
        let leaders = LeaderAssignment(rows, leaders: Self.chain(rows, sample))
        let fanout = min(parameters.fanout, max(1, count / 2))

        let scratch = (0..<crew.threads).map { _ in LeaderAssignment.Scratch(dimension: rows.dimension) }
        let ids = (0..<UInt32(rows.count)).map { $0 }
        var assigned = [UInt32](repeating: 0, count: rows.count * fanout)
        try assigned.withUnsafeMutableBufferPointer { assigned in
            guard let out = assigned.baseAddress else { return }
            try ids.withUnsafeBufferPointer { ids in
                try crew.run(items: rows.count, block: LeaderAssignment.block, until: share) { worker, range in
                    leaders.assign(
                        UnsafeBufferPointer(rebasing: ids[range]), wanted: fanout, scratch: scratch[worker],
                        into: out + range.lowerBound * fanout)
                }
            }
        }
        var sizes = [Int](repeating: 0, count: count)
        for cell in assigned { sizes[Int(cell)] += 1 }
        var cells = sizes.map { size in
            var cell: [UInt32] = []
            cell.reserveCapacity(size)
            return cell
        }
        for index in 0..<assigned.count { cells[Int(assigned[index])].append(UInt32(index / fanout)) }
        self.cells = cells
        home = (0..<rows.count).map { assigned[$0 * fanout] }
        pairs = scratch.reduce(0) { $0 + $1.pairs }
    }

    /// Orders rows so that each is near the one before it: always the nearest of those left.
    private static func chain(_ rows: RowMatrix, _ ids: [UInt32]) -> [UInt32] {
        var left = ids
        var chain: [UInt32] = []
        var current = left.removeLast()
        chain.append(current)
        while !left.isEmpty {
            var best = 0
            var bestDistance = Float.infinity
            for (index, id) in left.enumerated() {
                let distance = rows.squaredL2(current, id)
                if distance < bestDistance { (best, bestDistance) = (index, distance) }
            }
            current = left[best]
            left.swapAt(best, left.count - 1)
            left.removeLast()
            chain.append(current)
        }
        return chain
    }
}
