#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Append-only rows of float32 in memory, read through immutable views while one writer appends.
///
/// Rows are padded with zeros to a multiple of 16 floats and start on 64-byte boundaries. Chunk `c` holds
/// `4 << c` rows: the first costs a few kilobytes, so that a hundred thousand tiny stores stay cheap, and the chunk of a
/// row follows from the position of a slot's highest bit. Memory that no row has touched is not resident.
///
/// One writer at a time, which owns the store; the views that it hands out may be used from any thread.
public final class VectorStore {
    public let dimension: Int
    /// Floats from one row to the next: the dimension rounded up to a multiple of 16.
    public let stride: Int
    public private(set) var count = 0
    private var table: ChunkTable

    /// - Parameter dimension: at least 1.
    public init(dimension: Int) {
        precondition(dimension >= 1, "a vector has at least one dimension")
        self.dimension = dimension
        stride = (dimension + 15) & ~15
        table = ChunkTable(chunks: [], stride: stride)
    }

    /// Appends a row and returns its slot. O(dimension), amortized.
    ///
    /// - Precondition: `vector` has `dimension` elements.
    public func append(_ vector: UnsafeBufferPointer<Float>) -> UInt32 {
        precondition(vector.count == dimension, "a row has as many elements as the store has dimensions")
        return append { out in
            for index in 0..<dimension { out[index] = vector[index] }
        }
    }

    /// Appends a row scaled to length 1 (a zero vector stays zero) and returns its slot.
    ///
    /// - Precondition: `vector` has `dimension` elements.
    public func appendNormalized(_ vector: UnsafeBufferPointer<Float>) -> UInt32 {
        precondition(vector.count == dimension, "a row has as many elements as the store has dimensions")
        return append { Normalization.normalize(vector, into: $0) }
    }

    private func append(_ fill: (UnsafeMutablePointer<Float>) -> Void) -> UInt32 {
        precondition(count < VectorView.maximumCount, "a store holds at most \(VectorView.maximumCount) rows")
        let slot = UInt32(count)
        if count == table.capacity { table = table.grown() }
        let row = table.mutableRow(slot)
        fill(row)
        for index in dimension..<stride { row[index] = 0 }
        count += 1
        return slot
    }

    /// All rows appended so far. O(1).
    public func view() -> VectorView {
        VectorView(dimension: dimension, count: count, stride: stride, table: table)
    }
}

/// An immutable prefix of a ``VectorStore``; keeps its memory alive.
public struct VectorView: Sendable {
    /// Slots fit 31 bits, so that a search can pack a slot and a flag into one word.
    public static let maximumCount = Int(Int32.max)

    public let dimension: Int
    public let count: Int
    /// Floats from one row to the next within a run of ``contiguousRows(from:)``.
    public let stride: Int
    private let table: ChunkTable

    init(dimension: Int, count: Int, stride: Int, table: ChunkTable) {
        self.dimension = dimension
        self.count = count
        self.stride = stride
        self.table = table
    }

    /// The row's floats, followed by zeros up to ``stride``; 64-byte aligned. Valid while the view is.
    ///
    /// - Precondition: `slot < count`; checked in debug builds only.
    public func row(_ slot: UInt32) -> UnsafePointer<Float> {
        assert(slot < count, "slot \(slot) of \(count)")
        return UnsafePointer(table.mutableRow(slot))
    }

    /// How many rows from `slot` on lie `stride` apart in memory: at least 1.
    public func contiguousRows(from slot: UInt32) -> Int {
        let position = ChunkTable.position(slot)
        let chunkEnd = 1 << (ChunkTable.highestBit(position) + 1)
        return min(chunkEnd - position, count - Int(slot))
    }

    /// A copy of the row.
    public func vector(_ slot: UInt32) -> [Float] {
        Array(UnsafeBufferPointer(start: row(slot), count: dimension))
    }

    /// Pointers for hot loops; valid while the view is.
    public var addresses: RowAddresses {
        RowAddresses(base: table.bases, stride: stride)
    }
}

/// Row addresses without reference counting, for hot loops inside one call that keeps the view alive.
public struct RowAddresses {
    @usableFromInline let base: UnsafePointer<UnsafeMutablePointer<Float>?>
    @usableFromInline let stride: Int

    @usableFromInline
    init(base: UnsafePointer<UnsafeMutablePointer<Float>?>, stride: Int) {
        self.base = base
        self.stride = stride
    }

    /// The row's address; undefined for a slot that the view does not have.
    @inlinable
    @inline(__always)
    public subscript(slot: UInt32) -> UnsafePointer<Float> {
        let position = Int(slot) &+ 4
        let chunk = (UInt.bitWidth &- 1 &- position.leadingZeroBitCount) &- 2
        // SAFETY: chunk `c` covers positions `4 << c` up to `8 << c`; its base is shifted by the first position.
        return UnsafePointer(base[chunk].unsafelyUnwrapped + position &* stride)
    }
}

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
