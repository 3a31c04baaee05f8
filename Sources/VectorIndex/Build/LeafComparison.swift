import Vectors

/// Compares the rows of a leaf all with all by one matrix product and offers every row its nearest ones.
///
/// One per worker. Complexity of a leaf of m rows: O(m² · dimension) at the speed of a matrix product.
final class LeafComparison {
    private let rows: RowMatrix
    private let capacity: Int
    private let leafNeighbors: Int
    private let reservoirs: CandidateReservoirs
    private let block: UnsafeMutablePointer<Float>
    private let dots: UnsafeMutablePointer<Float>
    private let norms: UnsafeMutablePointer<Float>
    private let mean: UnsafeMutablePointer<Float>
    private let nearest: UnsafeMutablePointer<UInt64>
    private let offers: UnsafeMutablePointer<UInt64>
    private let starts: UnsafeMutablePointer<Int>
    private(set) var pairs = 0

    init(_ rows: RowMatrix, leafSize: Int, leafNeighbors: Int, reservoirs: CandidateReservoirs) {
        self.rows = rows
        self.reservoirs = reservoirs
        self.leafNeighbors = leafNeighbors
        capacity = min(leafSize, max(rows.count, 1))
        block = .allocate(capacity: capacity * rows.dimension)
        dots = .allocate(capacity: capacity * capacity)
        norms = .allocate(capacity: capacity + NearestSelection.width)
        mean = .allocate(capacity: rows.dimension)
        nearest = .allocate(capacity: capacity * leafNeighbors)
        offers = .allocate(capacity: capacity * leafNeighbors * 2)
        starts = .allocate(capacity: capacity + 1)
    }

    deinit {
        block.deallocate()
        dots.deallocate()
        norms.deallocate()
        mean.deallocate()
        nearest.deallocate()
        offers.deallocate()
        starts.deallocate()
    }

    /// - Parameter leaf: at most `leafSize` different rows.
    func compare(_ leaf: UnsafeBufferPointer<UInt32>) {
        let count = leaf.count
        guard count > 1 else { return }
        CenteredBlock.gather(rows, leaf, mean: CenteredBlock.mean(rows, leaf, into: mean), into: block)
        for index in 0..<count {
            let row = block + index * rows.dimension
            norms[index] = Distance.dot(row, row, count: rows.dimension)
        }
        BatchScan.dotProducts(
            queries: block, queryCount: count, queryStride: rows.dimension, rows: block, rowCount: count,
            rowStride: rows.dimension, dimension: rows.dimension, out: dots)
        pairs += count * count
        let taken = min(leafNeighbors, count - 1)
        for index in 0..<count {
            let row = dots + index * count
            row[index] = -.infinity
            let list = nearest + index * taken
            NearestSelection.select(taken, dots: row, norms: norms, count: count, into: list)
            for position in 0..<taken {
                let score = ScoreKey.score(list[position])
                list[position] = BuildKey.make(score + norms[index], BuildKey.row(list[position]))
            }
        }
        offer(leaf, taken)
    }

    /// Collects per row what it chose and what chose it, so that each row is locked once.
    private func offer(_ leaf: UnsafeBufferPointer<UInt32>, _ taken: Int) {
        let count = leaf.count
        for index in 0...count { starts[index] = 0 }
        for index in 0..<count * taken { starts[Int(BuildKey.row(nearest[index]))] += 1 }
        var sum = 0
        for index in 0..<count {
            sum += starts[index] + taken
            starts[index] = sum
        }
        for index in 0..<count {
            for position in 0..<taken {
                let key = nearest[index * taken + position]
                let other = Int(BuildKey.row(key))
                let distance = key & 0xFFFF_FFFF_0000_0000
                starts[index] -= 1
                offers[starts[index]] = distance | UInt64(leaf[other])
                starts[other] -= 1
                offers[starts[other]] = distance | UInt64(leaf[index])
            }
        }
        starts[count] = sum
        for index in 0..<count {
            reservoirs.offer(
                UnsafeBufferPointer(start: offers + starts[index], count: starts[index + 1] - starts[index]),
                to: leaf[index])
        }
    }
}
