import Synchronization

/// Heads of per-node chains: one `UInt32` per node, 0 = empty chain, chunks allocated when first needed.
///
/// Heads change in place, with release stores. A reader that finds a newer head skips the entries that its snapshot
/// does not cover, so nothing is copied.
struct HeadColumn: ~Copyable {
    private static let byteCount = ChunkLayout.count * MemoryLayout<UInt32>.stride
    /// What all untouched chunks share. Never written.
    private static let emptyTable = ChunkTable(copying: [Chunk(zeroed: byteCount)], capacity: 1)

    private(set) var table = ChunkTable(copying: [], capacity: 8)
    private var isTablePublished = false
    /// Chunks that hold something of their own.
    private(set) var ownChunkCount = 0
    /// Nodes that there is room for.
    private var room = 0
    private let empty: Chunk
    private let emptyBase: UnsafeMutableRawPointer

    init() {
        empty = Self.emptyTable.chunks[0]
        emptyBase = empty.base
    }

    var addresses: UnsafeMutablePointer<UnsafeMutableRawPointer> { table.addresses }

    /// Makes room for nodes below `count`.
    @inline(__always)
    mutating func reserve(_ count: Int) {
        if count > room { grow(count) }
    }

    @inline(never)
    private mutating func grow(_ count: Int) {
        let needed = (count + ChunkLayout.count - 1) >> Int(ChunkLayout.shift)
        if isTablePublished || needed > table.capacity {
            table = ChunkTable(copying: table.chunks, capacity: needed + needed / 2)
            isTablePublished = false
        }
        while table.chunks.count < needed { table.append(empty) }
        room = needed * ChunkLayout.count
    }

    @inline(__always)
    subscript(node: UInt32) -> UInt32 {
        let chunk = table.addresses[Int(node >> ChunkLayout.shift)]
        return chunk.assumingMemoryBound(to: Atomic<UInt32>.self)[Int(node & ChunkLayout.mask)].load(ordering: .relaxed)
    }

    @inline(__always)
    mutating func set(_ node: UInt32, _ head: UInt32) {
        let index = Int(node >> ChunkLayout.shift)
        if table.addresses[index] == emptyBase { makeOwn(index) }
        let heads = table.addresses[index].assumingMemoryBound(to: Atomic<UInt32>.self)
        heads[Int(node & ChunkLayout.mask)].store(head, ordering: .releasing)
    }

    @inline(never)
    private mutating func makeOwn(_ index: Int) {
        let chunk = Chunk(zeroed: Self.byteCount)
        if isTablePublished {
            table = ChunkTable(copying: table.chunks, capacity: table.chunks.count + table.chunks.count / 2)
            isTablePublished = false
        }
        table.replace(index, with: chunk)
        ownChunkCount += 1
    }

    mutating func publish() -> ChunkTable {
        isTablePublished = true
        return table
    }

    var byteCount: Int { ownChunkCount * Self.byteCount }
}
