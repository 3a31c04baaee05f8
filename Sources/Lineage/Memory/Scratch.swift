import Glibc
import Synchronization

/// An edge as attribution sees it.
struct WeightedParent: BitwiseCopyable {
    var parent: UInt32
    var isDisputed: Bool
    var weight: Double

    @inline(__always)
    init(parent: UInt32, isDisputed: Bool, weight: Double) {
        self.parent = parent
        self.isDisputed = isDisputed
        self.weight = weight
    }

    @inline(__always)
    init(_ link: ParentLink, _ inspiredByFactor: Double) {
        parent = link.parent
        isDisputed = link.flags.contains(.disputed)
        weight = link.kind == .inspiredBy ? Double(link.weight) * inspiredByFactor : Double(link.weight)
    }
}

/// What attribution knows of one work that it has met.
struct NodeMass: BitwiseCopyable {
    var mass: OrderlessSum
    /// The part of `mass` that passed over a disputed edge.
    var held: OrderlessSum
    var node: UInt32
    /// Fewest hops over which mass arrived.
    var hops: UInt32
}

/// Work space of one query: a mark per node, a queue, and columns parallel to the queue.
///
/// Marks hold numbers of a range that is new for each use, so nothing is cleared between queries: a node is visited
/// when its mark is at least `base`, and the difference is its position in the queue. Memory is touched lazily by the
/// operating system, so a small query on a large graph costs little.
final class Scratch {
    let capacity: Int
    let marks: UnsafeMutablePointer<UInt32>
    let queue: UnsafeMutablePointer<UInt32>
    /// A second queue, for the other side of a two-sided search.
    let otherQueue: UnsafeMutablePointer<UInt32>
    let heap: UnsafeMutablePointer<UInt64>
    let depths: UnsafeMutablePointer<UInt32>
    let vias: UnsafeMutablePointer<UInt32>
    let masses: UnsafeMutablePointer<NodeMass>
    let flags: UnsafeMutablePointer<UInt8>
    /// The parents of one node, decoded once.
    let links: UnsafeMutablePointer<WeightedParent>
    private var nextBase: UInt32 = 1

    init(capacity: Int) {
        self.capacity = capacity
        marks = Self.zeroed(capacity)
        // One more, for `enqueue` to write to in vain.
        queue = .allocate(capacity: capacity + 1)
        otherQueue = .allocate(capacity: capacity)
        heap = .allocate(capacity: capacity)
        depths = .allocate(capacity: capacity)
        vias = .allocate(capacity: capacity)
        masses = .allocate(capacity: capacity)
        flags = .allocate(capacity: capacity)
        links = .allocate(capacity: LineageGraph.parentsMax)
    }

    deinit {
        free(marks)
        queue.deallocate()
        otherQueue.deallocate()
        heap.deallocate()
        depths.deallocate()
        vias.deallocate()
        masses.deallocate()
        flags.deallocate()
        links.deallocate()
    }

    /// Starts a range of `count` fresh marks and returns its first number.
    @inline(__always)
    func freshMarks(_ count: Int) -> UInt32 {
        if UInt64(nextBase) + UInt64(count) >= UInt64(UInt32.max) {
            marks.update(repeating: 0, count: capacity)
            nextBase = 1
        }
        defer { nextBase &+= UInt32(truncatingIfNeeded: count) }
        return nextBase
    }

    /// Puts a node at the end of the queue unless it has the mark, without a branch: whether a node was met before is what
    /// a processor can least guess.
    @inline(__always)
    func enqueue(_ node: UInt32, _ mark: UInt32, _ tail: inout Int) {
        queue[tail] = node
        tail &+= marks[Int(node)] == mark ? 0 : 1
        marks[Int(node)] = mark
    }

    /// Opens a range of marks, one per node met, whose size ``closeMarks(after:)`` says later. Returns its first number.
    @inline(__always)
    func openMarks() -> UInt32 {
        if UInt64(nextBase) + UInt64(capacity) >= UInt64(UInt32.max) {
            marks.update(repeating: 0, count: capacity)
            nextBase = 1
        }
        return nextBase
    }

    /// - Parameter end: one more than the largest mark given.
    @inline(__always)
    func closeMarks(after end: UInt32) { nextBase = end }

    private static func zeroed(_ count: Int) -> UnsafeMutablePointer<UInt32> {
        // calloc hands out untouched zero pages, which cost nothing until a query marks a node in them.
        guard let memory = calloc(max(1, count), MemoryLayout<UInt32>.stride) else {
            fatalError("out of memory for the marks of \(count) nodes")
        }
        return memory.bindMemory(to: UInt32.self, capacity: count)
    }
}

/// Scratches that are not in use. Shared by all snapshots of a graph.
final class ScratchPool: Sendable {
    private struct Idle: @unchecked Sendable {
        // Safe: a scratch in the pool belongs to nobody, and taking it out hands it to one query.
        var scratches: [Scratch] = []
    }

    private let idle = Mutex(Idle())
    /// As ``LineageGraph`` has one: the order of the lock for a race detector to see.
    private let handovers = Atomic<UInt>(0)
    /// One idle scratch that is taken and given back without a lock: the rule when few queries run at once.
    private let first = Atomic<UInt>(0)

    /// Most scratches that are kept for the next queries, besides the first one.
    private static let keptMax = 16

    deinit {
        if let scratch = Self.owned(first.load(ordering: .acquiring)) { keep(scratch) }
    }

    /// A scratch that belongs to the caller until ``giveBack(_:)``.
    @inline(__always)
    func take(nodeCount: Int) -> Unmanaged<Scratch> {
        if let address = UnsafeRawPointer(bitPattern: first.exchange(0, ordering: .acquiringAndReleasing)) {
            let scratch = Unmanaged<Scratch>.fromOpaque(address)
            if scratch._withUnsafeGuaranteedRef({ $0.capacity }) >= nodeCount { return scratch }
            scratch.release()
        }
        return Unmanaged.passRetained(takeSlowly(nodeCount: nodeCount))
    }

    @inline(__always)
    func giveBack(_ scratch: Unmanaged<Scratch>) {
        let address = UInt(bitPattern: scratch.toOpaque())
        if let other = Self.owned(first.exchange(address, ordering: .acquiringAndReleasing)) { keep(other) }
    }

    /// The scratch whose address was taken out of `first`, which owned it.
    @inline(__always)
    private static func owned(_ address: UInt) -> Scratch? {
        UnsafeRawPointer(bitPattern: address).map { Unmanaged<Scratch>.fromOpaque($0).takeRetainedValue() }
    }

    /// Runs `body` with a scratch of its own.
    @inline(__always)
    func withScratch<Result>(nodeCount: Int, _ body: (Scratch) -> Result) -> Result {
        let scratch = take(nodeCount: nodeCount)
        defer { giveBack(scratch) }
        return scratch._withUnsafeGuaranteedRef { body($0) }
    }

    @inline(never)
    private func takeSlowly(nodeCount: Int) -> Scratch {
        let kept = idle.withLock { idle in
            handovers.wrappingAdd(1, ordering: .acquiringAndReleasing)
            defer { handovers.wrappingAdd(1, ordering: .acquiringAndReleasing) }
            return idle.scratches.popLast()
        }
        if let kept, kept.capacity >= nodeCount { return kept }
        return Scratch(capacity: nodeCount + nodeCount / 4 + 1_024)
    }

    @inline(never)
    private func keep(_ scratch: Scratch) {
        idle.withLock { idle in
            handovers.wrappingAdd(1, ordering: .acquiringAndReleasing)
            defer { handovers.wrappingAdd(1, ordering: .acquiringAndReleasing) }
            if idle.scratches.count < Self.keptMax { idle.scratches.append(scratch) }
        }
    }
}
