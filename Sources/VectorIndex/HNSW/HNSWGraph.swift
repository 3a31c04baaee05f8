import Vectors

/// The links of a Hierarchical Navigable Small World graph over the slots of a vector view.
///
/// Links lie in flat memory: level 0 has `2 * m` words per slot, the upper levels `m` words per node and level. A list
/// ends at its first ``none`` or when it is full. Vectors are not part of the graph. A finished graph may lie in a mapped
/// file, and its lists of level 0 in the quantized rows, which hold the same ids.
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

    private(set) var links: UnsafeMutablePointer<UInt32>
    /// Words from one list of level 0 to the next.
    private(set) var linkStride: Int
    let levels: UnsafeMutablePointer<UInt8>
    /// Per slot, the index of its first row in `upper`; rows of levels 1, 2, … follow each other.
    let upperRow: UnsafeMutablePointer<UInt32>
    private(set) var upper: UnsafeMutablePointer<UInt32>
    private(set) var upperRows = 0
    private var upperCapacity: Int
    /// Keeps memory alive that is not the graph's own: all of it, and the lists of level 0.
    private let owner: (any AnyObject & Sendable)?
    private var linkOwner: (any AnyObject & Sendable)?

    init(parameters: HNSWParameters, metric: Metric, dimension: Int, capacity: Int) {
        self.parameters = parameters
        self.metric = metric
        self.dimension = dimension
        self.capacity = capacity
        let room = max(capacity, 1)
        owner = nil
        linkStride = 2 * parameters.m
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
        for slot in 0..<count {
            (links + slot * linkStride).update(from: other.links + slot * other.linkStride, count: levelZeroLinks)
        }
        levels.update(from: other.levels, count: count)
        upperRow.update(from: other.upperRow, count: count)
        setUpperRows(other.upperRows)
        upper.update(from: other.upper, count: upperRows * parameters.m)
    }

    /// A finished graph in memory of someone else.
    ///
    /// - Precondition: the owner keeps the memory as it is.
    init(
        parameters: HNSWParameters, metric: Metric, dimension: Int, shape: Shape, memory: BorrowedMemory,
        owner: any AnyObject & Sendable
    ) {
        self.parameters = parameters
        self.metric = metric
        self.dimension = dimension
        capacity = shape.slots
        count = shape.slots
        nodeCount = shape.nodes
        entry = shape.entry
        topLevel = shape.topLevel
        upperRows = shape.upperRows
        upperCapacity = shape.upperRows
        self.owner = owner
        linkOwner = owner
        // SAFETY: the lists of a finished graph are never written to.
        links = UnsafeMutablePointer(mutating: memory.links)
        linkStride = memory.linkStride
        levels = UnsafeMutablePointer(mutating: memory.levels)
        upperRow = UnsafeMutablePointer(mutating: memory.upperRow)
        upper = UnsafeMutablePointer(mutating: memory.upper)
    }

    /// The numbers that describe a finished graph.
    struct Shape {
        var slots: Int
        var nodes: Int
        var upperRows: Int
        var entry: UInt32
        var topLevel: Int
    }

    struct BorrowedMemory {
        var links: UnsafePointer<UInt32>
        var linkStride: Int
        var levels: UnsafePointer<UInt8>
        var upperRow: UnsafePointer<UInt32>
        var upper: UnsafePointer<UInt32>
    }

    /// Gives up the graph's own lists of level 0 for the same lists in quantized rows.
    func shareLinks(of rows: CodeRows) {
        precondition(rows.count == count && rows.layout.neighbors >= levelZeroLinks, "the rows are those of the graph")
        if linkOwner == nil { links.deallocate() }
        linkOwner = rows
        linkStride = rows.layout.stride / MemoryLayout<UInt32>.size
        links = UnsafeMutableRawPointer(mutating: rows.row(0) + rows.layout.ids).assumingMemoryBound(to: UInt32.self)
    }

    deinit {
        if linkOwner == nil { links.deallocate() }
        guard owner == nil else { return }
        levels.deallocate()
        upperRow.deallocate()
        upper.deallocate()
    }

    var levelZeroLinks: Int { 2 * parameters.m }

    func isLinked(_ slot: UInt32) -> Bool { levels[Int(slot)] != Self.unlinked }

    /// Bytes of memory that the links take, without those of level 0 that lie in quantized rows.
    var byteCount: Int {
        capacity * ((linkOwner is CodeRows ? 0 : 8 * parameters.m) + 5) + upperCapacity * parameters.m * 4
    }

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
        if level == 0 { return (links + Int(slot) &* linkStride, levelZeroLinks) }
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
