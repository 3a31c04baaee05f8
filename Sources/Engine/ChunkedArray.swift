/// An append-mostly array whose copies are cheap to keep while the original changes.
///
/// Elements live in chunks of 1,024; a copy shares all chunks, and a change copies the one chunk that it touches. The
/// writer keeps one value and publishes copies of it: readers hold an immutable array, the writer pays for at most one
/// chunk per changed chunk and publication, however long the array is.
///
/// - Complexity: `append` and element access O(1) amortized; a copy O(1); the first change after a copy
///   O(1,024 + count / 1,024).
public struct ChunkedArray<Element: Sendable>: Sendable {
    private static var chunkCapacity: Int { 1_024 }

    /// Shared by copies while `isKnownUniquelyReferenced` is false; changed in place only when it is true, so no two
    /// values ever see each other's changes. That makes the unchecked conformance sound.
    private final class Chunk: @unchecked Sendable {
        var elements: ContiguousArray<Element>

        init(_ elements: ContiguousArray<Element>) {
            self.elements = elements
            self.elements.reserveCapacity(ChunkedArray.chunkCapacity)
        }
    }

    private var chunks: ContiguousArray<Chunk> = []
    public private(set) var count = 0

    public init() {}

    public var isEmpty: Bool { count == 0 }

    public mutating func append(_ element: Element) {
        if count % Self.chunkCapacity == 0 {
            chunks.append(Chunk([element]))
        } else {
            makeUnique(chunks.count - 1)
            chunks[chunks.count - 1].elements.append(element)
        }
        count += 1
    }

    /// - Precondition: `0 <= position < count`.
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
    public func enumerate(_ body: (Int, Element) throws -> Void) rethrows {
        var position = 0
        for chunk in chunks {
            for element in chunk.elements {
                try body(position, element)
                position += 1
            }
        }
    }

    private mutating func makeUnique(_ index: Int) {
        if !isKnownUniquelyReferenced(&chunks[index]) { chunks[index] = Chunk(chunks[index].elements) }
    }
}
