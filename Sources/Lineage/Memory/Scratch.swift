import Glibc
import Synchronization

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
    let masses: UnsafeMutablePointer<Double>
    let flags: UnsafeMutablePointer<UInt8>
    private var nextBase: UInt32 = 1

    init(capacity: Int) {
        self.capacity = capacity
        marks = Self.zeroed(capacity)
        queue = .allocate(capacity: capacity)
        otherQueue = .allocate(capacity: capacity)
        heap = .allocate(capacity: capacity)
        depths = .allocate(capacity: capacity)
        vias = .allocate(capacity: capacity)
        masses = .allocate(capacity: 2 * capacity)
        flags = .allocate(capacity: capacity)
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

    /// Most scratches that are kept for the next queries.
    private static let keptMax = 16

    func take(nodeCount: Int) -> Scratch {
        if let scratch = idle.withLock({ $0.scratches.popLast() }), scratch.capacity >= nodeCount { return scratch }
        return Scratch(capacity: nodeCount + nodeCount / 4 + 1_024)
    }

    func giveBack(_ scratch: Scratch) {
        idle.withLock { idle in
            if idle.scratches.count < Self.keptMax { idle.scratches.append(scratch) }
        }
    }
}
