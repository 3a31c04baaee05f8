/// Places boxes in columns so that arrows cross little and run straight: the method of Sugiyama, Tagawa and Toda ("Methods
/// for Visual Understanding of Hierarchical System Structures", IEEE SMC 1981).
///
/// Columns are given. Arrows over several columns are cut by bends, one in each column between; boxes and bends are ordered
/// by the barycenters of their neighbors in alternating sweeps, of which the one with the fewest crossings is kept; rows
/// then follow the mean of the neighbors as far as the order and the distances allow, which is a least-squares problem with
/// an exact solution (pool adjacent violators).
struct LayeredLayout {
    struct Item: Equatable {
        var column: Int
        /// Height that the item needs, distance to its neighbors included.
        var height: Double
        /// Middle, from the top.
        var y = 0.0
    }

    /// Boxes first, in the order given, then bends.
    private(set) var items: [Item]
    /// For each arrow the items along it, both ends included.
    private(set) var routes: [[Int]]
    private(set) var columns: [[Int]]
    private var left: [[Int]]
    private var right: [[Int]]

    static let bendHeight = 22.0
    private static let orderSweeps = 24
    private static let placeSweeps = 40

    /// - Parameters:
    ///   - columns: column of each box, from 0.
    ///   - heights: height of each box with its distance.
    ///   - arrows: pairs of boxes, from a lower to a higher column.
    init(columns levels: [Int], heights: [Double], arrows: [(from: Int, to: Int)]) {
        items = zip(levels, heights).map { Item(column: $0, height: $1) }
        routes = []
        for (from, to) in arrows {
            var route = [from]
            for column in items[from].column + 1..<max(items[from].column + 1, items[to].column) {
                route.append(items.count)
                items.append(Item(column: column, height: Self.bendHeight))
            }
            routes.append(route + [to])
        }
        left = Array(repeating: [], count: items.count)
        right = Array(repeating: [], count: items.count)
        for route in routes {
            for (from, to) in zip(route, route.dropFirst()) {
                right[from].append(to)
                left[to].append(from)
            }
        }
        columns = Array(repeating: [], count: (items.map(\.column).max() ?? -1) + 1)
        for item in items.indices { columns[items[item].column].append(item) }
        order()
        place()
    }

    /// Height of the whole.
    var height: Double { items.map { $0.y + $0.height / 2 }.max() ?? 0 }

    // MARK: Order

    private mutating func order() {
        var best = columns
        var fewest = crossings()
        for sweep in 0..<Self.orderSweeps where fewest > 0 {
            let goesRight = sweep % 2 == 0
            let indices = goesRight ? Array(columns.indices.dropFirst()) : columns.indices.dropLast().reversed()
            for column in indices { sort(column, by: goesRight ? left : right) }
            let count = crossings()
            if count < fewest {
                fewest = count
                best = columns
            }
        }
        columns = best
    }

    private mutating func sort(_ column: Int, by neighbors: [[Int]]) {
        var rank = [Int](repeating: 0, count: items.count)
        for other in columns { for (position, item) in other.enumerated() { rank[item] = position } }
        let keyed = columns[column].enumerated().map { position, item in
            let ranks = neighbors[item].map { Double(rank[$0]) }
            // Without neighbors on that side an item keeps its place.
            let key = ranks.isEmpty ? Double(position) : ranks.reduce(0, +) / Double(ranks.count)
            return (key: key, position: position, item: item)
        }
        columns[column] = keyed.sorted { ($0.key, $0.position) < ($1.key, $1.position) }.map(\.item)
    }

    /// Pairs of arrows that cross between neighboring columns.
    func crossings() -> Int {
        var rank = [Int](repeating: 0, count: items.count)
        for column in columns { for (position, item) in column.enumerated() { rank[item] = position } }
        var count = 0
        for column in columns {
            let pairs = column.flatMap { item in right[item].map { (rank[item], rank[$0]) } }
            for (index, a) in pairs.enumerated() {
                for b in pairs[(index + 1)...] where (a.0 - b.0) * (a.1 - b.1) < 0 { count += 1 }
            }
        }
        return count
    }

    // MARK: Rows

    private mutating func place() {
        for column in columns {
            var y = 0.0
            for item in column {
                items[item].y = y + items[item].height / 2
                y += items[item].height
            }
        }
        // Each sweep looks back only. The last one goes left, so that chains of ancestors run straight into the asked work.
        for sweep in 0..<Self.placeSweeps {
            let goesRight = sweep % 2 == 0
            for column in goesRight ? Array(columns.indices) : columns.indices.reversed() {
                align(columns[column], with: goesRight ? left : right)
            }
        }
        let top = items.map { $0.y - $0.height / 2 }.min() ?? 0
        for item in items.indices { items[item].y -= top }
    }

    /// Moves a column's items as near to their neighbors as their order and heights allow: minimizes
    /// Σ (y - mean of the neighbors)² subject to y[i + 1] - y[i] >= the half heights between, by isotonic regression.
    private mutating func align(_ column: [Int], with sides: [[Int]]) {
        var offset = 0.0
        var offsets: [Double] = []
        var blocks: [(sum: Double, weight: Double, count: Int)] = []
        for (position, item) in column.enumerated() {
            if position > 0 { offset += (items[column[position - 1]].height + items[item].height) / 2 }
            offsets.append(offset)
            let neighbors = sides[item]
            let isBend = items[item].height == Self.bendHeight
            let wish =
                neighbors.isEmpty
                ? items[item].y : neighbors.reduce(0) { $0 + items[$1].y } / Double(neighbors.count)
            // Bends pull more, so that long arrows run straight.
            let weight = neighbors.isEmpty ? 0.1 : isBend ? 2 : 1
            blocks.append(((wish - offset) * weight, weight, 1))
            while blocks.count > 1 {
                let last = blocks[blocks.count - 1]
                let previous = blocks[blocks.count - 2]
                guard previous.sum / previous.weight > last.sum / last.weight else { break }
                blocks.removeLast()
                blocks[blocks.count - 1] = (
                    previous.sum + last.sum, previous.weight + last.weight, previous.count + last.count
                )
            }
        }
        var position = 0
        for block in blocks {
            for _ in 0..<block.count {
                items[column[position]].y = block.sum / block.weight + offsets[position]
                position += 1
            }
        }
    }
}
