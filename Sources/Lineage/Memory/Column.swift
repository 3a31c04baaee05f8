import Synchronization

/// A fixed piece of memory that lives as long as a writer or a snapshot refers to it.
final class Chunk {
    let base: UnsafeMutableRawPointer
    /// The writer's epoch when the chunk was made; a chunk of an earlier epoch may be visible to readers.
    let epoch: UInt64

    init(byteCount: Int, epoch: UInt64, zeroed: Bool) {
        base = .allocate(byteCount: byteCount, alignment: 64)
        self.epoch = epoch
        if zeroed { base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
    }

    deinit { base.deallocate() }
}

/// Addresses of a column's chunks, in one array that hot loops index directly.
///
/// Immutable once published. Safe to share: the memory behind the addresses changes only where no reader of the
/// published counts looks, or through atomics.
final class ChunkTable: @unchecked Sendable {
    let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer>
    fileprivate(set) var chunks: [Chunk]
    fileprivate let capacity: Int

    init(copying chunks: [Chunk], capacity: Int) {
        self.capacity = max(8, capacity)
        self.chunks = chunks
        addresses = .allocate(capacity: self.capacity)
        for (index, chunk) in chunks.enumerated() { addresses[index] = chunk.base }
    }

    deinit { addresses.deallocate() }
}

/// Layout shared by all columns: chunks of 4,096 records, so that growth never moves data and a changed record costs
/// its readers one copied chunk.
enum ChunkLayout {
    static let shift: UInt32 = 12
    static let count = 1 << 12
    static let mask: UInt32 = (1 << 12) - 1
}

/// An array in chunks with one writer and any number of readers of published prefixes.
///
/// Appending is in place. Changing a record that may be published copies its chunk first.
struct Column<Element: BitwiseCopyable>: ~Copyable {
    private(set) var table = ChunkTable(copying: [], capacity: 8)
    private(set) var count = 0
    private var epoch: UInt64 = 1
    private var isTablePublished = false

    /// Addresses for readers; valid while `table` is alive.
    var addresses: UnsafeMutablePointer<UnsafeMutableRawPointer> { table.addresses }

    mutating func append(_ element: Element) {
        let chunk = count >> Int(ChunkLayout.shift)
        if chunk == table.chunks.count { addChunk() }
        let slot = count & Int(ChunkLayout.mask)
        table.addresses[chunk].assumingMemoryBound(to: Element.self)[slot] = element
        count += 1
    }

    subscript(index: UInt32) -> Element {
        @inline(__always) get {
            table.addresses[Int(index >> ChunkLayout.shift)].assumingMemoryBound(to: Element.self)[
                Int(index & ChunkLayout.mask)]
        }
    }

    /// The record's place for a change; copies the chunk when readers may see it.
    @inline(__always)
    mutating func place(of index: UInt32) -> UnsafeMutablePointer<Element> {
        let chunk = Int(index >> ChunkLayout.shift)
        if table.chunks[chunk].epoch < epoch { copyChunk(chunk) }
        return table.addresses[chunk].assumingMemoryBound(to: Element.self) + Int(index & ChunkLayout.mask)
    }

    /// Marks everything so far as visible to readers.
    mutating func publish() -> ChunkTable {
        epoch += 1
        isTablePublished = true
        return table
    }

    /// Bytes held by the chunks.
    var byteCount: Int { table.chunks.count * ChunkLayout.count * MemoryLayout<Element>.stride }

    private mutating func addChunk() {
        makeTableWritable(minimumCapacity: table.chunks.count + 1)
        let chunk = Chunk(
            byteCount: ChunkLayout.count * MemoryLayout<Element>.stride, epoch: epoch, zeroed: false)
        table.addresses[table.chunks.count] = chunk.base
        table.chunks.append(chunk)
    }

    private mutating func copyChunk(_ index: Int) {
        makeTableWritable(minimumCapacity: table.chunks.count)
        let byteCount = ChunkLayout.count * MemoryLayout<Element>.stride
        let chunk = Chunk(byteCount: byteCount, epoch: epoch, zeroed: false)
        let used = min(ChunkLayout.count, count - index * ChunkLayout.count) * MemoryLayout<Element>.stride
        chunk.base.copyMemory(from: table.addresses[index], byteCount: used)
        table.addresses[index] = chunk.base
        table.chunks[index] = chunk
    }

    private mutating func makeTableWritable(minimumCapacity: Int) {
        if isTablePublished || minimumCapacity > table.capacity {
            table = ChunkTable(
                copying: table.chunks, capacity: max(minimumCapacity, table.chunks.count + table.chunks.count / 2))
            isTablePublished = false
        }
    }
}

/// Heads of per-node chains: one `UInt32` per node, 0 = empty chain, chunks allocated when first needed.
///
/// Heads change in place, with release stores. A reader that finds a newer head skips the entries that its snapshot
/// does not cover, so nothing is copied.
struct HeadColumn: ~Copyable {
    private static let byteCount = ChunkLayout.count * MemoryLayout<UInt32>.stride
    /// What all untouched chunks share. Never written.
    private static let empty = ChunkTable(
        copying: [Chunk(byteCount: byteCount, epoch: 0, zeroed: true)], capacity: 1)

    private(set) var table = ChunkTable(copying: [], capacity: 8)
    private var isTablePublished = false
    /// Chunks that hold something of their own.
    private(set) var ownChunkCount = 0

    var addresses: UnsafeMutablePointer<UnsafeMutableRawPointer> { table.addresses }

    /// Makes room for nodes below `count`.
    mutating func reserve(_ count: Int) {
        let needed = (count + ChunkLayout.count - 1) >> Int(ChunkLayout.shift)
        guard needed > table.chunks.count else { return }
        if isTablePublished || needed > table.capacity {
            table = ChunkTable(copying: table.chunks, capacity: needed + needed / 2)
            isTablePublished = false
        }
        let shared = Self.empty.chunks[0]
        while table.chunks.count < needed {
            table.addresses[table.chunks.count] = shared.base
            table.chunks.append(shared)
        }
    }

    @inline(__always)
    subscript(node: UInt32) -> UInt32 {
        let chunk = table.addresses[Int(node >> ChunkLayout.shift)]
        return chunk.assumingMemoryBound(to: Atomic<UInt32>.self)[Int(node & ChunkLayout.mask)].load(ordering: .relaxed)
    }

    mutating func set(_ node: UInt32, _ head: UInt32) {
        let index = Int(node >> ChunkLayout.shift)
        if table.chunks[index] === Self.empty.chunks[0] {
            let chunk = Chunk(byteCount: Self.byteCount, epoch: 0, zeroed: true)
            if isTablePublished {
                table = ChunkTable(copying: table.chunks, capacity: table.chunks.count + table.chunks.count / 2)
                isTablePublished = false
            }
            table.addresses[index] = chunk.base
            table.chunks[index] = chunk
            ownChunkCount += 1
        }
        let heads = table.addresses[index].assumingMemoryBound(to: Atomic<UInt32>.self)
        heads[Int(node & ChunkLayout.mask)].store(head, ordering: .releasing)
    }

    mutating func publish() -> ChunkTable {
        isTablePublished = true
        return table
    }

    var byteCount: Int { ownChunkCount * Self.byteCount }
}
