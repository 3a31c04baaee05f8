import Glibc
import Synchronization

/// Zeroed memory mapped from the operating system.
final class MemoryBlock: @unchecked Sendable {
    // Safe: an address and its size, which never change.
    let base: UnsafeMutableRawPointer
    private let byteCount: Int

    private static let pageBytes = 4_096
    private static let hugePageBytes = 2 << 20

    /// - Parameter wantsHugePages: for memory that is written once and then read at random, which misses the translation
    ///   cache less often in huge pages. The system may stop to make room for them, so not for what grows bit by bit.
    init(byteCount: Int, wantsHugePages: Bool) {
        self.byteCount = max(Self.pageBytes, byteCount)
        guard
            let memory = mmap(
                nil, self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            memory != MAP_FAILED
        else { fatalError("out of memory for \(byteCount) bytes") }
        if wantsHugePages, byteCount >= Self.hugePageBytes { madvise(memory, self.byteCount, MADV_HUGEPAGE) }
        base = memory
    }

    deinit { munmap(base, byteCount) }

    /// Asks the system for all pages at once, which is cheaper than to fault on each; a refusal costs nothing.
    func populate() { madvise(base, byteCount, MADV_POPULATE_WRITE) }

    /// Gives the whole pages of a part back to the system. Nobody may read the part from now on.
    func discard(from start: UnsafeMutableRawPointer, byteCount: Int) {
        let mask = Self.pageBytes - 1
        let low = (start - base + mask) & ~mask
        let high = (start - base + byteCount) & ~mask
        if high > low { madvise(base + low, high - low, MADV_DONTNEED) }
    }
}

/// Memory for chunks of one size: pieces of blocks that grow with what was taken, used again when a chunk is gone.
///
/// A column whose records change copies a chunk after each publication and drops an older copy soon after; taking that
/// memory again spares the page faults of new memory.
final class ChunkPool: Sendable {
    private struct Free: @unchecked Sendable {
        // Safe: a free piece belongs to nobody.
        var pieces: [UnsafeMutableRawPointer] = []
        var blocks: [MemoryBlock] = []
        var pieceCount = 0
    }

    let chunkBytes: Int
    private let free = Mutex(Free())
    /// As ``LineageGraph`` has one: the order of the lock for a race detector to see.
    private let handovers = Atomic<UInt>(0)

    private static let blockBytesMax = 2 << 20

    init(chunkBytes: Int) { self.chunkBytes = chunkBytes }

    func take() -> UnsafeMutableRawPointer {
        free.withLock { free in
            handovers.wrappingAdd(1, ordering: .acquiringAndReleasing)
            defer { handovers.wrappingAdd(1, ordering: .acquiringAndReleasing) }
            if free.pieces.isEmpty {
                let count = max(1, min(free.pieceCount / 4, Self.blockBytesMax / chunkBytes))
                let block = MemoryBlock(byteCount: count * chunkBytes, wantsHugePages: false)
                block.populate()
                free.pieces = (0..<count).reversed().map { block.base + $0 * chunkBytes }
                free.blocks.append(block)
                free.pieceCount += count
            }
            return free.pieces.removeLast()
        }
    }

    func giveBack(_ piece: UnsafeMutableRawPointer) {
        free.withLock { free in
            handovers.wrappingAdd(1, ordering: .acquiringAndReleasing)
            defer { handovers.wrappingAdd(1, ordering: .acquiringAndReleasing) }
            free.pieces.append(piece)
        }
    }
}

/// A fixed piece of memory that lives as long as a writer or a snapshot refers to it.
final class Chunk: @unchecked Sendable {
    // Safe: an address, its size and what owns it, none of which change.
    private enum Owner {
        case chunk
        case block(MemoryBlock)
        case pool(ChunkPool)
    }

    let base: UnsafeMutableRawPointer
    let byteCount: Int
    private let owner: Owner

    /// Zeroed memory of its own.
    init(zeroed byteCount: Int) {
        base = .allocate(byteCount: byteCount, alignment: 64)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        self.byteCount = byteCount
        owner = .chunk
    }

    init(from pool: ChunkPool) {
        base = pool.take()
        byteCount = pool.chunkBytes
        owner = .pool(pool)
    }

    /// A part of a block.
    init(of block: MemoryBlock, at offset: Int, byteCount: Int) {
        base = block.base + offset
        self.byteCount = byteCount
        owner = .block(block)
    }

    deinit {
        switch owner {
        case .chunk: base.deallocate()
        case .block(let block): block.discard(from: base, byteCount: byteCount)
        case .pool(let pool): pool.giveBack(base)
        }
    }
}

/// Addresses of a column's chunks, in one array that hot loops index directly.
///
/// Immutable once published. Safe to share: the memory behind the addresses changes only where no reader of the
/// published counts looks, or through atomics.
final class ChunkTable: @unchecked Sendable {
    let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private(set) var chunks: [Chunk]
    let capacity: Int

    init(copying chunks: [Chunk], capacity: Int) {
        self.capacity = max(8, capacity, chunks.count)
        self.chunks = chunks
        addresses = .allocate(capacity: self.capacity)
        for (index, chunk) in chunks.enumerated() { addresses[index] = chunk.base }
    }

    deinit { addresses.deallocate() }

    /// Only before the table is published, and only while there is room.
    func append(_ chunk: Chunk) {
        addresses[chunks.count] = chunk.base
        chunks.append(chunk)
    }

    /// Only before the table is published.
    func replace(_ index: Int, with chunk: Chunk) {
        addresses[index] = chunk.base
        chunks[index] = chunk
    }
}

/// Layout shared by all columns: growth never moves data, and a changed record costs its readers one copied chunk.
enum ChunkLayout {
    static let shift: UInt32 = 10
    static let count = 1 << 10
    static let mask: UInt32 = (1 << 10) - 1
}
