/// Splits the rows of one cluster into leaves by random leaders, recursively (Dobson et al., "Scaling graph-based ANNS
/// algorithms", 2023: randomized ball carving).
///
/// One per worker. Rows that leaders cannot tell apart, such as many equal ones, are cut in pieces instead.
final class ClusterCarving {
    /// Expected rows per leader, as a share of the leaf size: uneven cells should seldom have to be split again.
    private static let fill = 0.4
    private static let deepest = 16

    private let rows: RowMatrix
    private let leafSize: Int
    private let scratch: LeaderAssignment.Scratch
    var pairs: Int { scratch.pairs }

    init(_ rows: RowMatrix, leafSize: Int) {
        self.rows = rows
        self.leafSize = leafSize
        scratch = LeaderAssignment.Scratch(dimension: rows.dimension)
    }

    /// - Parameter leaf: called with at most `leafSize` rows at a time, every row once, near leaves one after another.
    func carve(
        _ members: [UInt32], seed: UInt64, depth: Int = 0, _ leaf: (UnsafeBufferPointer<UInt32>) -> Void
    ) {
        guard members.count > leafSize else {
            members.withUnsafeBufferPointer(leaf)
            return
        }
        guard depth < Self.deepest else { return cut(members, leaf) }
        var random = BuildRandom(seed: seed)
        let wanted = min(max(2, Int(Double(members.count) / (Self.fill * Double(leafSize)))), 1000, members.count)
        let leaders = random.sample(wanted, below: members.count).map { members[$0] }
        let cells = split(members, LeaderAssignment(rows, leaders: leaders))
        if cells.contains(where: { $0.count > members.count * 19 / 20 }) { return cut(members, leaf) }
        var gathered: [UInt32] = []
        for (index, cell) in cells.enumerated() {
            // Small cells share a leaf: its other rows are candidates at no cost worth mentioning.
            if gathered.count + cell.count <= leafSize {
                gathered += cell
                continue
            }
            if cell.count > leafSize {
                carve(cell, seed: seed &* 31 &+ UInt64(index), depth: depth + 1, leaf)
            } else {
                gathered.withUnsafeBufferPointer(leaf)
                gathered = cell
            }
        }
        if !gathered.isEmpty { gathered.withUnsafeBufferPointer(leaf) }
    }

    private func split(_ members: [UInt32], _ leaders: LeaderAssignment) -> [[UInt32]] {
        var cells = [[UInt32]](repeating: [], count: leaders.count)
        var nearest = [UInt32](repeating: 0, count: LeaderAssignment.block)
        members.withUnsafeBufferPointer { members in
            for start in stride(from: 0, to: members.count, by: LeaderAssignment.block) {
                let part = UnsafeBufferPointer(
                    rebasing: members[start..<min(start + LeaderAssignment.block, members.count)])
                nearest.withUnsafeMutableBufferPointer { nearest in
                    guard let out = nearest.baseAddress else { return }
                    leaders.assign(part, wanted: 1, scratch: scratch, into: out)
                }
                for (index, member) in part.enumerated() { cells[Int(nearest[index])].append(member) }
            }
        }
        return cells
    }

    private func cut(_ members: [UInt32], _ leaf: (UnsafeBufferPointer<UInt32>) -> Void) {
        members.withUnsafeBufferPointer { members in
            for start in stride(from: 0, to: members.count, by: leafSize) {
                leaf(UnsafeBufferPointer(rebasing: members[start..<min(start + leafSize, members.count)]))
            }
        }
    }
}
