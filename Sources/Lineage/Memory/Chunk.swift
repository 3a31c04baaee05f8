import Glibc

/// Zeroed memory mapped from the operating system, in huge pages where it grants them: what a whole column is written to
/// at once.
final class MemoryBlock: @unchecked Sendable {
    // Safe: an address and its size, which never change.
    let base: UnsafeMutableRawPointer
    private let byteCount: Int

    private static let pageBytes = 4_096
    private static let hugePageBytes = 2 << 20

    init(byteCount: Int) {
        self.byteCount = max(Self.pageBytes, byteCount)
        guard
            let memory = mmap(nil, self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { fatalError("out of memory for \(byteCount) bytes") }
        // Random reads of labels miss the translation cache less often in huge pages. A refusal costs nothing.
        if byteCount >= Self.hugePageBytes { madvise(memory, self.byteCount, MADV_HUGEPAGE) }
        base = memory
    }

    deinit { munmap(base, byteCount) }

    /// Gives the whole pages of a part back to the system. Nobody may read the part from now on.
    func discard(from start: UnsafeMutableRawPointer, byteCount: Int) {
        let mask = Self.pageBytes - 1
        let low = (start - base + mask) & ~mask
        let high = (start - base + byteCount) & ~mask
        if high > low { madvise(base + low, high - low, MADV_DONTNEED) }
    }
}

/// A fixed piece of memory that lives as long as a writer or a snapshot refers to it.
final class Chunk {
    let base: UnsafeMutableRawPointer
    let byteCount: Int
    /// The memory that the chunk is a part of; `nil` when it has its own.
    private let block: MemoryBlock?

    init(byteCount: Int, zeroed: Bool) {
        base = .allocate(byteCount: byteCount, alignment: 64)
        self.byteCount = byteCount
        block = nil
        if zeroed { base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
    }

    /// A part of a block.
    init(of block: MemoryBlock, at offset: Int, byteCount: Int) {
        base = block.base + offset
        self.byteCount = byteCount
        self.block = block
    }

    deinit {
        if let block { block.discard(from: base, byteCount: byteCount) } else { base.deallocate() }
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
    static let shift: UInt32 = 11
    static let count = 1 << 11
    static let mask: UInt32 = (1 << 11) - 1
}
