import Vectors

/// Finds the nearest of a few leaders for blocks of rows, by matrix products.
///
/// The leaders are shared between workers, the scratch is not. Complexity per row: O(leaders · dimension).
final class LeaderAssignment {
    /// Rows per product.
    static let block = 256

    let count: Int
    private let rows: RowMatrix
    private let mean: UnsafeMutablePointer<Float>
    private let leaders: UnsafeMutablePointer<Float>
    private let norms: UnsafeMutablePointer<Float>

    init(_ rows: RowMatrix, leaders ids: [UInt32]) {
        self.rows = rows
        count = ids.count
        mean = .allocate(capacity: rows.dimension)
        leaders = .allocate(capacity: count * rows.dimension)
        norms = .allocate(capacity: count)
        ids.withUnsafeBufferPointer { ids in
            CenteredBlock.gather(rows, ids, mean: CenteredBlock.mean(rows, ids, into: mean), into: leaders)
        }
        for index in 0..<count {
            let leader = leaders + index * rows.dimension
            norms[index] = Distance.dot(leader, leader, count: rows.dimension)
        }
    }

    deinit {
        mean.deallocate()
        leaders.deallocate()
        norms.deallocate()
    }

    /// A centered copy of one leader.
    func leader(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(leaders + index * rows.dimension) }

    /// Writes the positions of the `wanted` nearest leaders of every given row, nearest first.
    ///
    /// - Parameters:
    ///   - ids: at most `block` rows.
    ///   - wanted: at most `count`.
    ///   - out: takes `ids.count * wanted` positions.
    func assign(
        _ ids: UnsafeBufferPointer<UInt32>, wanted: Int, scratch: Scratch, into out: UnsafeMutablePointer<UInt32>
    ) {
        scratch.reserve(leaders: count, wanted: wanted)
        CenteredBlock.gather(rows, ids, mean: mean, into: scratch.block)
        BatchScan.dotProducts(
            queries: scratch.block, queryCount: ids.count, queryStride: rows.dimension, rows: leaders,
            rowCount: count, rowStride: rows.dimension, dimension: rows.dimension, out: scratch.dots)
        scratch.pairs += ids.count * count
        for index in 0..<ids.count {
            NearestSelection.select(
                wanted, dots: scratch.dots + index * count, norms: norms, count: count, into: scratch.nearest)
            for place in 0..<wanted { out[index * wanted + place] = ScoreKey.position(scratch.nearest[place]) }
        }
    }

    /// One worker's working memory.
    final class Scratch {
        let block: UnsafeMutablePointer<Float>
        private(set) var dots: UnsafeMutablePointer<Float>
        private(set) var nearest: UnsafeMutablePointer<UInt64>
        private var leaders = 0
        private var wanted = 0
        var pairs = 0

        init(dimension: Int) {
            block = .allocate(capacity: LeaderAssignment.block * dimension)
            dots = .allocate(capacity: 1)
            nearest = .allocate(capacity: 1)
        }

        deinit {
            block.deallocate()
            dots.deallocate()
            nearest.deallocate()
        }

        func reserve(leaders: Int, wanted: Int) {
            if leaders > self.leaders {
                dots.deallocate()
                dots = .allocate(capacity: leaders * LeaderAssignment.block)
                self.leaders = leaders
            }
            if wanted > self.wanted {
                nearest.deallocate()
                nearest = .allocate(capacity: wanted)
                self.wanted = wanted
            }
        }
    }
}
