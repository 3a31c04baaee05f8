import Vectors

/// Chooses neighbors in different directions among candidates (Malkov & Yashunin, algorithm 4; Subramanya et al.,
/// DiskANN, NeurIPS 2019, with slack `alpha`).
///
/// One per worker.
final class NeighborPruning {
    private let rows: RowMatrix
    private let slack: Float
    private(set) var distances = 0

    init(_ rows: RowMatrix, alpha: Float) {
        self.rows = rows
        // Distances are squared.
        slack = alpha * alpha
    }

    /// Moves the chosen candidates to the front of `keys`, the others behind them, both still in ascending order.
    ///
    /// - Returns: how many were chosen, at most `limit`.
    func prune(_ keys: inout [UInt64], limit: Int) -> Int {
        var chosen: [UInt64] = []
        chosen.reserveCapacity(limit)
        var dropped: [UInt64] = []
        dropped.reserveCapacity(keys.count)
        for key in keys {
            if chosen.count < limit, isSeparate(key, from: chosen) {
                chosen.append(key)
            } else {
                dropped.append(key)
            }
        }
        keys = chosen + dropped
        return chosen.count
    }

    @inline(__always)
    private func isSeparate(_ key: UInt64, from chosen: [UInt64]) -> Bool {
        let distance = BuildKey.distance(key)
        // Of several copies of the node one is enough.
        if distance == 0 { return chosen.isEmpty }
        let row = rows[BuildKey.row(key)]
        for other in chosen {
            distances += 1
            let between = Distance.squaredL2(row, rows[BuildKey.row(other)], count: rows.dimension)
            if slack * between < distance { return false }
        }
        return true
    }
}
