/// An append-mostly array whose copies are cheap to keep while the original changes.
///
/// Elements live in chunks of 1,024; a copy shares all chunks, and a change copies the one chunk that it touches. The
/// writer keeps one value and publishes copies of it: readers hold an immutable array, the writer pays for at most one
/// chunk per changed chunk and publication, however long the array is.
///
/// - Complexity: `append` and element access O(1) amortized; a copy O(1); the first change after a copy
///   O(1,024 + count / 1,024).
public struct ChunkedArray<Element: Sendable>: Sendable {
    @inlinable static var chunkCapacity: Int { 1_024 }

    /// Shared by copies while `isKnownUniquelyReferenced` is false; changed in place only when it is true, so no two
    /// values ever see each other's changes. That makes the unchecked conformance sound.
    @usableFromInline
    final class Chunk: @unchecked Sendable {
        @usableFromInline var elements: ContiguousArray<Element>

        @inlinable init(_ elements: ContiguousArray<Element>) {
            self.elements = elements
            // A chunk that holds a few elements may stay small: there are as many first chunks as namespaces.
            if elements.count > 64 { self.elements.reserveCapacity(ChunkedArray.chunkCapacity) }
        }
    }

    @usableFromInline var chunks: ContiguousArray<Chunk> = []
    @usableFromInline var storedCount = 0
    @inlinable public var count: Int { storedCount }

    public init() {}

    public var isEmpty: Bool { count == 0 }

    @inlinable
    public mutating func append(_ element: Element) {
        if count % Self.chunkCapacity == 0 {
            chunks.append(Chunk([element]))
        } else {
            makeUnique(chunks.count - 1)
            chunks[chunks.count - 1].elements.append(element)
        }
        storedCount += 1
    }

    /// - Precondition: `0 <= position < count`.
    @inlinable
    public subscript(position: Int) -> Element {
        get {
            precondition(position >= 0 && position < count, "position \(position) is outside 0..<\(count)")
            return chunks[position / Self.chunkCapacity].elements[position % Self.chunkCapacity]
        }
        set {
            precondition(position >= 0 && position < count, "position \(position) is outside 0..<\(count)")
            makeUnique(position / Self.chunkCapacity)
            chunks[position / Self.chunkCapacity].elements[position % Self.chunkCapacity] = newValue
        }
    }

    /// Visits all elements in order. Faster than the subscript in a loop: one chunk look-up per 1,024 elements.
    @inlinable
    public func enumerate(_ body: (Int, Element) throws -> Void) rethrows {
        var position = 0
        for chunk in chunks {
            for element in chunk.elements {
                try body(position, element)
                position += 1
            }
        }
    }

    /// Visits the elements at some positions, in the order given. Ascending ones cost one chunk look-up per chunk, and the
    /// elements are looked at where they are.
    ///
    /// - Precondition: all positions are below `count`.
    @inlinable
    public func forEach(at positions: some RandomAccessCollection<UInt32>, _ body: (borrowing Element) -> Void) {
        var next = positions.startIndex
        while next < positions.endIndex {
            let number = Int(positions[next]) / Self.chunkCapacity
            chunks[number].elements.withUnsafeBufferPointer { elements in
                while next < positions.endIndex, Int(positions[next]) / Self.chunkCapacity == number {
                    body(elements[Int(positions[next]) % Self.chunkCapacity])
                    positions.formIndex(after: &next)
                }
            }
        }
    }

    @inlinable
    mutating func makeUnique(_ index: Int) {
        if !isKnownUniquelyReferenced(&chunks[index]) { chunks[index] = Chunk(chunks[index].elements) }
    }
}
