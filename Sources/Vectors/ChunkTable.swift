#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The chunks of a store at one moment.
///
/// `@unchecked Sendable`: the table never changes after `init`; a row is written once, before the view that covers it
/// is published.
final class ChunkTable: @unchecked Sendable {
    /// Rows of the first chunk; each further chunk has twice as many.
    static let firstChunkRows = 4
    static let maximumChunks = 30

    private let chunks: [Chunk]
    private let stride: Int
    let capacity: Int
    /// Per chunk, the address that position 0 would have: the chunk's start minus its first position.
    let bases: UnsafePointer<UnsafeMutablePointer<Float>?>

    init(chunks: [Chunk], stride: Int) {
        self.chunks = chunks
        self.stride = stride
        capacity = (Self.firstChunkRows << chunks.count) - Self.firstChunkRows
        let bases = UnsafeMutablePointer<UnsafeMutablePointer<Float>?>.allocate(capacity: max(chunks.count, 1))
        bases.initialize(repeating: nil, count: max(chunks.count, 1))
        for (index, chunk) in chunks.enumerated() {
            bases[index] = chunk.start - (Self.firstChunkRows << index) * stride
        }
        self.bases = UnsafePointer(bases)
    }

    deinit { bases.deallocate() }

    func grown() -> ChunkTable {
        precondition(chunks.count < Self.maximumChunks, "the store is full")
        let rows = Self.firstChunkRows << chunks.count
        return ChunkTable(chunks: chunks + [Chunk(floats: rows * stride)], stride: stride)
    }

    static func position(_ slot: UInt32) -> Int { Int(slot) + firstChunkRows }
    static func highestBit(_ position: Int) -> Int { Int.bitWidth - 1 - position.leadingZeroBitCount }

    func mutableRow(_ slot: UInt32) -> UnsafeMutablePointer<Float> {
        let position = Self.position(slot)
        return bases[Self.highestBit(position) - 2].unsafelyUnwrapped + position * stride
    }

    /// Memory of rows, 64-byte aligned; large chunks ask for huge pages, which make random access 1.3 to 1.9 times
    /// cheaper.
    final class Chunk: @unchecked Sendable {
        private static let hugePage = 1 << 21
        let start: UnsafeMutablePointer<Float>
        private let memory: UnsafeMutableRawPointer

        init(floats: Int) {
            let bytes = floats * MemoryLayout<Float>.size
            let isHuge = bytes >= 2 * Self.hugePage
            memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isHuge ? Self.hugePage : 64)
            if isHuge {
                #if os(Linux)
                    madvise(memory, bytes, Int32(MADV_HUGEPAGE))
                #endif
            }
            // Rows are written whole, padding included, before they can be read: see `VectorStore.append`.
            start = memory.bindMemory(to: Float.self, capacity: floats)
        }

        deinit { memory.deallocate() }
    }
}
