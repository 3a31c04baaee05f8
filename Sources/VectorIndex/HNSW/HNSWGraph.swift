import Vectors

/// The links of a Hierarchical Navigable Small World graph over the slots of a vector view.
///
/// Links lie in flat memory: level 0 has `2 * m` words per slot, the upper levels `m` words per node and level. A list
/// ends at its first ``none`` or when it is full. Vectors are not part of the graph.
///
/// `@unchecked Sendable`: a graph is changed only by the build that owns it, and never after it was handed out inside a
/// ``SealedGraph``.
final class HNSWGraph: @unchecked Sendable {
    static let none = UInt32.max
    /// Level of slots that are not in the graph.
    static let unlinked = UInt8.max

    let parameters: HNSWParameters
    let metric: Metric
    let dimension: Int
    /// Slots that there is room for.
    let capacity: Int
    /// Slots below it were considered: each is in the graph or dead.
    var count = 0
    /// Nodes in the graph.
    var nodeCount = 0
    /// Where walks start; ``none`` when the graph is empty.
    var entry = HNSWGraph.none
    var topLevel = 0

    let links: UnsafeMutablePointer<UInt32>
    let levels: UnsafeMutablePointer<UInt8>
    /// Per slot, the index of its first row in `upper`; rows of levels 1, 2, … follow each other.
    let upperRow: UnsafeMutablePointer<UInt32>
    private(set) var upper: UnsafeMutablePointer<UInt32>
    private(set) var upperRows = 0
    private var upperCapacity: Int

    init(parameters: HNSWParameters, metric: Metric, dimension: Int, capacity: Int) {
        self.parameters = parameters
        self.metric = metric
        self.dimension = dimension
        self.capacity = capacity
        let room = max(capacity, 1)
        links = UnsafeMutableRawPointer.allocate(byteCount: room * 8 * parameters.m, alignment: 64)
            .bindMemory(to: UInt32.self, capacity: room * 2 * parameters.m)
        links.initialize(repeating: Self.none, count: room * 2 * parameters.m)
        levels = .allocate(capacity: room)
        levels.initialize(repeating: Self.unlinked, count: room)
        upperRow = .allocate(capacity: room)
        upperRow.initialize(repeating: Self.none, count: room)
        upperCapacity = room / max(parameters.m - 1, 1) + 16
        upper = .allocate(capacity: upperCapacity * parameters.m)
    }

    /// A copy with room for more slots. O(count · m).
    convenience init(copying other: HNSWGraph, capacity: Int) {
        precondition(capacity >= other.count, "the copy has room for the original")
        self.init(
            parameters: other.parameters, metric: other.metric, dimension: other.dimension, capacity: capacity)
        count = other.count
        nodeCount = other.nodeCount
        entry = other.entry
        topLevel = other.topLevel
        links.update(from: other.links, count: count * levelZeroLinks)
        levels.update(from: other.levels, count: count)
        upperRow.update(from: other.upperRow, count: count)
        setUpperRows(other.upperRows)
        upper.update(from: other.upper, count: upperRows * parameters.m)
    }

    deinit {
        links.deallocate()
        levels.deallocate()
        upperRow.deallocate()
        upper.deallocate()
    }

    var levelZeroLinks: Int { 2 * parameters.m }

    func isLinked(_ slot: UInt32) -> Bool { levels[Int(slot)] != Self.unlinked }

    /// Bytes of memory that the links take.
    var byteCount: Int { capacity * (8 * parameters.m + 5) + upperCapacity * parameters.m * 4 }

    private func reserveUpperRows(_ rows: Int) {
        guard rows > upperCapacity else { return }
        let larger = max(rows, upperCapacity * 2)
        let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: larger * parameters.m)
        memory.update(from: upper, count: upperRows * parameters.m)
        upper.deallocate()
        upper = memory
        upperCapacity = larger
    }

    /// Makes room for upper lists whose contents the caller fills in.
    func setUpperRows(_ rows: Int) {
        reserveUpperRows(rows)
        upperRows = rows
    }

    /// Gives a slot its level and empty link lists.
    func addNode(_ slot: UInt32, level: Int) {
        levels[Int(slot)] = UInt8(level)
        nodeCount += 1
        guard level > 0 else { return }
        reserveUpperRows(upperRows + level)
        upperRow[Int(slot)] = UInt32(upperRows)
        (upper + upperRows * parameters.m).update(repeating: Self.none, count: level * parameters.m)
        upperRows += level
    }

    /// The link list of a node on a level, and its room.
    @inline(__always)
    func list(_ slot: UInt32, level: Int) -> (UnsafeMutablePointer<UInt32>, room: Int) {
        if level == 0 { return (links + Int(slot) &* levelZeroLinks, levelZeroLinks) }
        return (upper + (Int(upperRow[Int(slot)]) + level - 1) * parameters.m, parameters.m)
    }

    /// The neighbors of a node on a level.
    func neighbors(_ slot: UInt32, level: Int) -> UnsafeBufferPointer<UInt32> {
        let (list, room) = list(slot, level: level)
        var degree = 0
        while degree < room, list[degree] != Self.none { degree += 1 }
        return UnsafeBufferPointer(start: list, count: degree)
    }

    /// Replaces a node's list on a level.
    func setNeighbors(_ slot: UInt32, level: Int, _ new: UnsafePointer<UInt32>, count: Int) {
        let (list, room) = list(slot, level: level)
        precondition(count <= room, "a list has at most \(room) links")
        list.update(from: new, count: count)
        (list + count).update(repeating: Self.none, count: room - count)
    }
}
