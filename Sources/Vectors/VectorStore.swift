/// Append-only rows of float32 in memory, read through immutable views while one writer appends.
///
/// Rows are padded with zeros to a multiple of 16 floats and start on 64-byte boundaries. Chunk `c` holds
/// `4 << c` rows: the first costs a few kilobytes, so that a hundred thousand tiny stores stay cheap, and the chunk of a
/// row follows from the position of a slot's highest bit. Memory that no row has touched is not resident. A store may
/// begin with rows that lie elsewhere, in a mapped file for example, and may be of float16: ``MappedRows``.
///
/// One writer at a time, which owns the store; the views that it hands out may be used from any thread.
public final class VectorStore {
    public let dimension: Int
    /// Floats from one row to the next: the dimension rounded up to a multiple of 16.
    public let stride: Int
    public private(set) var count: Int
    private let base: MappedRows?
    private var table: ChunkTable

    /// - Parameters:
    ///   - dimension: at least 1.
    ///   - base: the store's first rows, in its ``stride(dimension:)``.
    public init(dimension: Int, base: MappedRows? = nil) {
        precondition(dimension >= 1, "a vector has at least one dimension")
        self.dimension = dimension
        self.base = base
        stride = Self.stride(dimension: dimension)
        count = base?.count ?? 0
        table = ChunkTable(chunks: [], stride: stride)
    }

    /// Floats from one row to the next in every store of a dimension.
    public static func stride(dimension: Int) -> Int { (dimension + 15) & ~15 }

    /// A store with the same rows in the same slots, the first of which lie in `base`; memory of their copies here is
    /// freed with the last view of this store.
    ///
    /// - Precondition: the rows in `base` are the store's first ones.
    /// - Complexity: O(rows that are not in `base`).
    public func rebased(onto base: MappedRows) -> VectorStore {
        precondition(base.count <= count, "the base holds rows of the store only")
        let result = VectorStore(dimension: dimension, base: base)
        let view = view()
        for slot in base.count..<count {
            _ = result.append { out in view.withRow(UInt32(slot)) { out.update(from: $0, count: dimension) } }
        }
        return result
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
        let position = slot - UInt32(base?.count ?? 0)
        if position == table.capacity { table = table.grown() }
        let row = table.mutableRow(position)
        fill(row)
        for index in dimension..<stride { row[index] = 0 }
        count += 1
        return slot
    }

    /// All rows appended so far. O(1).
    public func view() -> VectorView {
        VectorView(dimension: dimension, count: count, stride: stride, base: base, table: table)
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
    /// Rows that lie in a mapped file, when there are any: slots 0 up to their number.
    public let base: MappedRows?
    private let table: ChunkTable

    init(dimension: Int, count: Int, stride: Int, base: MappedRows?, table: ChunkTable) {
        self.dimension = dimension
        self.count = count
        self.stride = stride
        self.base = base
        self.table = table
    }

    /// The row's floats, followed by zeros up to ``stride``; 64-byte aligned. Valid while the view is.
    ///
    /// - Precondition: `slot < count`, and not one of the ``halves``; checked in debug builds only.
    public func row(_ slot: UInt32) -> UnsafePointer<Float> {
        assert(slot < count, "slot \(slot) of \(count)")
        return addresses[slot]
    }

    /// Slots from 0 on whose rows are float16; the others are float32.
    public var halves: Int { base?.precision == .float16 ? base?.count ?? 0 : 0 }

    /// Lends a row as float32, followed by zeros up to ``stride``.
    ///
    /// - Precondition: `slot < count`; checked in debug builds only.
    @inline(__always)
    public func withRow<R>(_ slot: UInt32, _ body: (UnsafePointer<Float>) throws -> R) rethrows -> R {
        guard let base, Int(slot) < halves else { return try body(row(slot)) }
        return try withUnsafeTemporaryAllocation(of: Float.self, capacity: stride) { copy in
            let start = copy.baseAddress.unsafelyUnwrapped
            base.copy(slot..<slot + 1, count: stride, to: start)
            return try body(UnsafePointer(start))
        }
    }

    /// Copies rows that lie one after the other, as float32, with their padding.
    ///
    /// - Parameter out: takes `count * stride` floats.
    /// - Precondition: `count <= contiguousRows(from: slot)`.
    public func copyRows(from slot: UInt32, count: Int, to out: UnsafeMutablePointer<Float>) {
        if let base, Int(slot) < halves {
            base.copy(slot..<slot + UInt32(count), count: count * stride, to: out)
        } else {
            out.update(from: row(slot), count: count * stride)
        }
    }

    /// How many rows from `slot` on lie `stride` apart in memory: at least 1.
    public func contiguousRows(from slot: UInt32) -> Int {
        let mapped = base?.count ?? 0
        if slot < mapped { return min(mapped, count) - Int(slot) }
        let position = ChunkTable.position(slot - UInt32(mapped))
        let chunkEnd = 1 << (ChunkTable.highestBit(position) + 1)
        return min(chunkEnd - position, count - Int(slot))
    }

    /// The first rows of the view.
    ///
    /// - Precondition: there are as many.
    public func prefix(_ count: Int) -> VectorView {
        precondition(count <= self.count, "the view has \(self.count) rows")
        return VectorView(dimension: dimension, count: count, stride: stride, base: base, table: table)
    }

    /// The same rows with others in the place of the base's.
    func replacingBase(by base: MappedRows) -> VectorView {
        precondition(base.count == self.base?.count, "one base takes the place of another of as many rows")
        return VectorView(dimension: dimension, count: count, stride: stride, base: base, table: table)
    }

    /// A copy of the row, as float32.
    public func vector(_ slot: UInt32) -> [Float] {
        withRow(slot) { Array(UnsafeBufferPointer(start: $0, count: dimension)) }
    }

    /// Pointers for hot loops; valid while the view is.
    public var addresses: RowAddresses {
        RowAddresses(
            mapped: base?.start, mappedCount: UInt32(base?.count ?? 0), mappedSize: base?.rowSize ?? 0,
            halves: UInt32(halves), chunks: table.bases, stride: stride)
    }
}

/// Row addresses without reference counting, for hot loops inside one call that keeps the view alive.
public struct RowAddresses {
    @usableFromInline let mapped: UnsafeRawPointer?
    @usableFromInline let mappedCount: UInt32
    @usableFromInline let mappedSize: Int
    /// Slots below it have rows of float16.
    public let halves: UInt32
    @usableFromInline let chunks: UnsafePointer<UnsafeMutablePointer<Float>?>
    @usableFromInline let stride: Int

    @usableFromInline
    init(
        mapped: UnsafeRawPointer?, mappedCount: UInt32, mappedSize: Int, halves: UInt32,
        chunks: UnsafePointer<UnsafeMutablePointer<Float>?>, stride: Int
    ) {
        self.mapped = mapped
        self.mappedCount = mappedCount
        self.mappedSize = mappedSize
        self.halves = halves
        self.chunks = chunks
        self.stride = stride
    }

    /// The address of a row of float32; undefined for a slot that the view does not have.
    @inlinable
    @inline(__always)
    public subscript(slot: UInt32) -> UnsafePointer<Float> {
        assert(slot >= halves, "row \(slot) is float16")
        return raw(slot).assumingMemoryBound(to: Float.self)
    }

    /// The address of a row of either precision; undefined for a slot that the view does not have.
    @inlinable
    @inline(__always)
    public func raw(_ slot: UInt32) -> UnsafeRawPointer {
        if slot < mappedCount { return mapped.unsafelyUnwrapped + Int(slot) &* mappedSize }
        let position = Int(slot &- mappedCount) &+ 4
        let chunk = (UInt.bitWidth &- 1 &- position.leadingZeroBitCount) &- 2
        // SAFETY: chunk `c` covers positions `4 << c` up to `8 << c`; its base is shifted by the first position.
        return UnsafeRawPointer(chunks[chunk].unsafelyUnwrapped + position &* stride)
    }
}
