/// Rows of float32 that lie in memory of someone else, such as a mapped file: as in a ``VectorStore``, padded with zeros
/// to its stride.
///
/// `@unchecked Sendable`: the rows never change while the owner lives.
public struct MappedRows: @unchecked Sendable {
    /// 64-byte aligned.
    public let start: UnsafePointer<Float>
    public let count: Int
    /// Floats from one row to the next.
    public let stride: Int
    private let owner: any AnyObject & Sendable
    /// Checks the rows when they are touched for the first time; `nil` when they need no check.
    @usableFromInline let verifier: BlockVerifier?
    /// Of the first row, among the verifier's bytes.
    @usableFromInline let offset: Int

    public init(
        start: UnsafePointer<Float>, count: Int, stride: Int, owner: any AnyObject & Sendable,
        verifier: (BlockVerifier, offset: Int)? = nil
    ) {
        self.start = start
        self.count = count
        self.stride = stride
        self.owner = owner
        self.verifier = verifier?.0
        offset = verifier?.offset ?? 0
    }

    /// Whether a row is what was written; rows that are not among these are not judged.
    @inlinable
    @inline(__always)
    public func isIntact(_ slot: UInt32) -> Bool {
        guard let verifier, Int(slot) < count else { return true }
        let bytes = stride &* 4
        return verifier.isIntact(offset &+ Int(slot) &* bytes, bytes)
    }

    /// Whether some rows are what was written.
    func isIntact(_ slots: Range<Int>) -> Bool {
        guard let verifier, !slots.isEmpty else { return true }
        let bytes = stride &* MemoryLayout<Float>.size
        return verifier.isIntact(offset &+ slots.lowerBound &* bytes, slots.count &* bytes)
    }
}

extension VectorView {
    /// Whether some rows are what was written; those in memory always are. The first check of a row in a file reads it.
    public func isIntact(_ slots: Range<Int>) -> Bool {
        guard let base else { return true }
        return base.isIntact(slots.clamped(to: 0..<base.count))
    }
}
