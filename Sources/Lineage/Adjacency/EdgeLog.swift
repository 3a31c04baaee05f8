/// An edge that is not sealed yet: 32 bytes in the append-only log of the tail.
///
/// The parents a node is born with lie next to each other. All edges into the tail's children lists are chained by
/// parent, late credits also by child. Chains grow at the head, so positions fall along a chain, and a reader skips
/// what its snapshot does not cover. Entries never change; later changes of flags live in the overlay.
struct LogEntry: BitwiseCopyable {
    var parent: UInt32
    var child: UInt32
    /// Next entry with the same parent, as position + 1; 0 ends the chain.
    var nextChild: UInt32
    /// Next late entry with the same child, as position + 1; 0 ends the chain.
    var nextLate: UInt32
    var at: Int64
    var weight: Float
    var kind: UInt8
    var flags: UInt8
    /// True for an entry that only puts a reinstated edge back into its parent's children list: the edge itself is on
    /// record elsewhere.
    var isRelisting = false

    init(child: UInt32, link: ParentLink) {
        parent = link.parent
        self.child = child
        nextChild = 0
        nextLate = 0
        at = link.at
        weight = link.weight
        kind = link.kind.rawValue
        flags = link.flags.rawValue
    }

    var link: ParentLink {
        ParentLink(
            parent: parent, kind: EdgeKind(rawValue: kind), weight: weight, flags: EdgeFlags(rawValue: flags), at: at)
    }
}

/// Where a tail node's birth parents lie in the log.
struct TailNode: BitwiseCopyable {
    var firstEntry: UInt32
    var count: UInt32
}

/// The memory of a log: chunks that are only ever added, and one table of their addresses that never moves.
///
/// Chains start at heads that change in place, so a reader of an old snapshot may have to pass entries that are newer than
/// its snapshot. All snapshots therefore share the table, and it keeps every chunk until the last of them is gone.
final class EdgeLogMemory: @unchecked Sendable {
    // Safe: the writer adds an address before it publishes a position behind it through an atomic head.
    let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private let table: MemoryBlock
    private let pool = ChunkPool(chunkBytes: ChunkLayout.count * MemoryLayout<LogEntry>.stride)
    private(set) var chunkCount = 0

    /// Room for as many chunks as positions of 32 bits can name: address space, not memory.
    private static let chunksMax = (1 << 32) / ChunkLayout.count

    init() {
        table = MemoryBlock(
            byteCount: Self.chunksMax * MemoryLayout<UnsafeMutableRawPointer>.stride, wantsHugePages: false)
        addresses = table.base.bindMemory(to: UnsafeMutableRawPointer.self, capacity: Self.chunksMax)
    }

    /// Only for the writer.
    func addChunk() -> UnsafeMutablePointer<LogEntry> {
        let chunk = pool.take()
        addresses[chunkCount] = chunk
        chunkCount += 1
        return chunk.bindMemory(to: LogEntry.self, capacity: ChunkLayout.count)
    }
}

/// The writer's end of the log.
struct EdgeLog: ~Copyable {
    let memory = EdgeLogMemory()
    private(set) var count = 0
    private var end: UnsafeMutablePointer<LogEntry>?
    private var room = 0

    @inline(__always)
    mutating func append(_ entry: LogEntry) {
        if room == 0 {
            end = memory.addChunk()
            room = ChunkLayout.count
        }
        if let place = end {
            place.pointee = entry
            end = place + 1
        }
        room &-= 1
        count &+= 1
    }

    var byteCount: Int { memory.chunkCount * ChunkLayout.count * MemoryLayout<LogEntry>.stride }
}
