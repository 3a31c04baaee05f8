/// An array in chunks with one writer and any number of readers of published prefixes.
///
/// Appending is in place. Changing a record that may be published copies its chunk first.
struct Column<Element: BitwiseCopyable>: ~Copyable {
    private(set) var table = ChunkTable(copying: [], capacity: 8)
    private(set) var count = 0
    /// Where the next record goes, when there is room in the last chunk.
    private var end: UnsafeMutablePointer<Element>
    private var room = 0
    /// When each chunk was made; a chunk of an earlier epoch may be visible to readers.
    private var epochs: [UInt32] = []
    private var epoch: UInt32 = 1
    private var isTablePublished = false
    /// The first `flatCount` records where they lie in one piece, until one of them is copied for a change.
    private(set) var flat: UnsafePointer<Element>
    private(set) var flatCount: UInt32 = 0
    private let pool = ChunkPool(chunkBytes: Self.chunkBytes)

    init() {
        end = UnsafeMutableRawPointer(table.addresses).assumingMemoryBound(to: Element.self)
        flat = UnsafePointer(end)
    }

    /// `count` records in one contiguous block of memory, which `fill` writes; all zero at first.
    ///
    /// The last chunk is whole too, so that what is appended goes behind its records; the system provides pages when they are
    /// written to.
    init(count: Int, fill: (UnsafeMutablePointer<Element>) -> Void) {
        let chunkCount = (count + ChunkLayout.count - 1) >> Int(ChunkLayout.shift)
        let block = MemoryBlock(byteCount: chunkCount * Self.chunkBytes, wantsHugePages: true)
        let records = block.base.bindMemory(to: Element.self, capacity: chunkCount * ChunkLayout.count)
        fill(records)
        let chunks = (0..<chunkCount).map { index in
            Chunk(of: block, at: index * Self.chunkBytes, byteCount: Self.chunkBytes)
        }
        table = ChunkTable(copying: chunks, capacity: chunks.count + 1)
        epochs = [UInt32](repeating: epoch, count: chunks.count)
        self.count = count
        end = records + count
        room = chunkCount * ChunkLayout.count - count
        flat = UnsafePointer(records)
        flatCount = UInt32(count)
    }

    /// The records in memory of their own.
    func copy() -> Column {
        Column(count: count) { records in
            for (index, chunk) in table.chunks.enumerated() {
                let start = index * ChunkLayout.count
                let place = UnsafeMutableRawPointer(records + start)
                let used = min(ChunkLayout.count, count - start)
                place.copyMemory(from: chunk.base, byteCount: used * MemoryLayout<Element>.stride)
            }
        }
    }

    private static var chunkBytes: Int { ChunkLayout.count * MemoryLayout<Element>.stride }

    /// Addresses for readers; valid while `table` is alive.
    var addresses: UnsafeMutablePointer<UnsafeMutableRawPointer> {
        @inline(__always) get { table.addresses }
    }

    @inline(__always)
    mutating func append(_ element: Element) {
        if room == 0 { addRoom() }
        end.pointee = element
        end += 1
        room &-= 1
        count &+= 1
    }

    subscript(index: UInt32) -> Element {
        @inline(__always) get { address(of: index).pointee }
    }

    /// Where a record lies now, for reading.
    @inline(__always)
    func address(of index: UInt32) -> UnsafePointer<Element> {
        UnsafePointer(
            table.addresses[Int(index >> ChunkLayout.shift)].assumingMemoryBound(to: Element.self)
                + Int(index & ChunkLayout.mask))
    }

    /// The record's place for a change; copies the chunk when readers may see it.
    @inline(__always)
    mutating func place(of index: UInt32) -> UnsafeMutablePointer<Element> {
        let chunk = Int(index >> ChunkLayout.shift)
        if epochs[chunk] < epoch { copyChunk(chunk) }
        return table.addresses[chunk].assumingMemoryBound(to: Element.self) + Int(index & ChunkLayout.mask)
    }

    /// Marks everything so far as visible to readers.
    mutating func publish() -> ChunkTable {
        epoch += 1
        isTablePublished = true
        return table
    }

    /// A record's place for a change that readers may see while it is made.
    @inline(__always)
    func sharedPlace(of index: UInt32) -> UnsafeMutablePointer<Element> {
        UnsafeMutablePointer(mutating: address(of: index))
    }

    /// Bytes of the chunks; of the last one those of its records.
    var byteCount: Int { table.chunks.count * Self.chunkBytes - room * MemoryLayout<Element>.stride }

    @inline(never)
    private mutating func addRoom() {
        makeTableWritable(minimumCapacity: table.chunks.count + 1)
        let chunk = Chunk(from: pool)
        table.append(chunk)
        epochs.append(epoch)
        end = chunk.base.bindMemory(to: Element.self, capacity: ChunkLayout.count)
        room = ChunkLayout.count
    }

    @inline(never)
    private mutating func copyChunk(_ index: Int) {
        makeTableWritable(minimumCapacity: table.chunks.count)
        let chunk = Chunk(from: pool)
        let used = min(ChunkLayout.count, count - index * ChunkLayout.count)
        chunk.base.copyMemory(from: table.addresses[index], byteCount: used * MemoryLayout<Element>.stride)
        table.replace(index, with: chunk)
        epochs[index] = epoch
        // The block stays alive as long as its first chunk does, and every copied chunk ends the flat part before it.
        flatCount = min(flatCount, UInt32(index * ChunkLayout.count))
        if index == table.chunks.count - 1 {
            end = chunk.base.bindMemory(to: Element.self, capacity: ChunkLayout.count) + used
            room = ChunkLayout.count - used
        }
    }

    private mutating func makeTableWritable(minimumCapacity: Int) {
        if isTablePublished || minimumCapacity > table.capacity {
            let capacity = max(minimumCapacity, table.chunks.count + table.chunks.count / 2)
            table = ChunkTable(copying: table.chunks, capacity: capacity)
            isTablePublished = false
        }
    }
}
