import CKernels

/// How many bits an element of a row takes.
public enum RowPrecision: UInt8, Sendable, Equatable {
    case float32
    /// IEEE 754 binary16: 11 significant bits, magnitudes of 6e-8 to 65,504.
    case float16

    /// Bytes of an element.
    @inlinable public var size: Int { self == .float16 ? 2 : 4 }
}

/// Rows that lie in memory of someone else, such as a mapped file: as in a ``VectorStore``, padded with zeros to its
/// stride.
///
/// `@unchecked Sendable`: the rows never change while the owner lives.
public struct MappedRows: @unchecked Sendable {
    /// On a 64-byte boundary.
    public let start: UnsafeRawPointer
    public let precision: RowPrecision
    public let count: Int
    /// Elements from one row to the next.
    public let stride: Int
    private let owner: any AnyObject & Sendable
    /// Checks the rows when they are touched for the first time; `nil` when they need no check.
    @usableFromInline let verifier: BlockVerifier?
    /// Of the first row, among the verifier's bytes.
    @usableFromInline let offset: Int
    /// When rows of a file are given back that searches brought into memory; `nil` when they are to stay.
    public let residency: ResidencyBudget?

    public init(
        start: UnsafeRawPointer, precision: RowPrecision = .float32, count: Int, stride: Int,
        owner: any AnyObject & Sendable, verifier: (BlockVerifier, offset: Int)? = nil,
        residency: ResidencyBudget? = nil
    ) {
        self.start = start
        self.precision = precision
        self.count = count
        self.stride = stride
        self.owner = owner
        self.residency = residency
        self.verifier = verifier?.0
        offset = verifier?.offset ?? 0
    }

    /// Bytes from one row to the next.
    @inlinable public var rowSize: Int { stride &* precision.size }

    /// Whether a row is what was written; rows that are not among these are not judged.
    @inlinable
    @inline(__always)
    public func isIntact(_ slot: UInt32) -> Bool {
        guard let verifier, Int(slot) < count else { return true }
        return verifier.isIntact(offset &+ Int(slot) &* rowSize, rowSize)
    }

    /// Whether some rows are what was written.
    func isIntact(_ slots: Range<Int>) -> Bool {
        guard let verifier, !slots.isEmpty else { return true }
        return verifier.isIntact(offset &+ slots.lowerBound &* rowSize, slots.count &* rowSize)
    }

    /// A copy of a row, as float32.
    ///
    /// - Precondition: `slot < count`, and there are as many dimensions.
    public func vector(_ slot: UInt32, dimension: Int) -> [Float] {
        precondition(slot < count && dimension <= stride, "row \(slot) of \(count)")
        return [Float](unsafeUninitializedCapacity: dimension) { out, initialized in
            copy(slot..<slot + 1, count: dimension, to: out.baseAddress.unsafelyUnwrapped)
            initialized = dimension
        }
    }

    /// Copies rows that follow each other, as float32; `count` elements in all.
    func copy(_ slots: Range<UInt32>, count: Int, to out: UnsafeMutablePointer<Float>) {
        let first = start + Int(slots.lowerBound) * rowSize
        switch precision {
        case .float32: out.update(from: first.assumingMemoryBound(to: Float.self), count: count)
        case .float16: ckernels_widen_f16(first.assumingMemoryBound(to: UInt16.self), count, out)
        }
    }

    /// The same rows in memory, as float32. O(count · stride).
    func widened() -> MappedRows {
        let memory = ChunkTable.Chunk(floats: max(count * stride, 1))
        copy(0..<UInt32(count), count: count * stride, to: memory.start)
        return MappedRows(start: memory.start, count: count, stride: stride, owner: memory)
    }
}

extension VectorView {
    /// Whether some rows are what was written; those in memory always are. The first check of a row in a file reads it.
    public func isIntact(_ slots: Range<Int>) -> Bool {
        guard let base else { return true }
        return base.isIntact(slots.clamped(to: 0..<base.count))
    }

    /// The same rows, all of them float32: the view itself when they are.
    ///
    /// - Complexity: O(rows of float16 · stride), and memory for them.
    public func widened() -> VectorView {
        guard let base, base.precision != .float32 else { return self }
        return replacingBase(by: base.widened())
    }

    /// The first rows, rounded to float16, in memory; `nil` when one of them has elements too large for it, or so small
    /// that more than rounding to 11 bits is lost.
    ///
    /// - Precondition: there are as many rows.
    /// - Complexity: O(count · stride).
    public func narrowed(_ count: Int) -> MappedRows? {
        precondition(count <= self.count, "the view has \(self.count) rows")
        let memory = ChunkTable.Chunk(floats: max(count * stride / 2, 1))
        let out = UnsafeMutableRawPointer(memory.start).assumingMemoryBound(to: UInt16.self)
        for slot in 0..<UInt32(count) {
            let half = out + Int(slot) * stride
            guard withRow(slot, { Self.narrow($0, to: half, count: stride) }) else { return nil }
        }
        return MappedRows(
            start: UnsafeRawPointer(memory.start), precision: .float16, count: count, stride: stride, owner: memory)
    }

    /// Rounds a row. Returns whether its error is no larger than float16's unit of rounding, 2⁻¹¹, times its length.
    private static func narrow(
        _ row: UnsafePointer<Float>, to half: UnsafeMutablePointer<UInt16>, count: Int
    ) -> Bool {
        ckernels_narrow_f16(row, count, half)
        let error = ckernels_l2_f16(row, half, count)
        let length = ckernels_dot_f32(row, row, count)
        // Not where float32 cannot hold the squared length: nothing is known of the error then.
        guard length.isFinite, error.isFinite else { return false }
        if length < Float.leastNormalMagnitude {
            return (0..<count).allSatisfy { row[$0] == 0 }
        }
        return error <= length * 0x1p-22
    }
}
