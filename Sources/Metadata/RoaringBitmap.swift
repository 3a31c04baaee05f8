import CRoaring

/// A compressed set of ordinals with value semantics (Lemire et al., "Roaring Bitmaps: Implementation of an Optimized
/// Software Library", SPE 2018). Copies share storage until one of them changes.
public struct RoaringBitmap: Sendable {
    /// Changed in place only while it has one owner, which makes the unchecked conformance sound.
    private final class Storage: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<roaring_bitmap_t>

        init(_ pointer: UnsafeMutablePointer<roaring_bitmap_t>?) {
            guard let pointer else { preconditionFailure("no memory for a bitmap") }
            self.pointer = pointer
        }

        deinit { roaring_bitmap_free(pointer) }
    }

    private var storage: Storage

    public init() {
        storage = Storage(roaring_bitmap_create())
    }

    /// The set of some values, in any order.
    public init(_ values: some Sequence<UInt32>) {
        let values = Array(values)
        self.init()
        values.withUnsafeBufferPointer { roaring_bitmap_add_many(storage.pointer, $0.count, $0.baseAddress) }
    }

    private init(owning pointer: UnsafeMutablePointer<roaring_bitmap_t>?) {
        storage = Storage(pointer)
    }

    /// Number of values.
    public var count: Int { Int(roaring_bitmap_get_cardinality(storage.pointer)) }

    public var isEmpty: Bool { roaring_bitmap_is_empty(storage.pointer) }

    public func contains(_ value: UInt32) -> Bool { roaring_bitmap_contains(storage.pointer, value) }

    // MARK: Changes

    public mutating func insert(_ value: UInt32) {
        makeUnique()
        roaring_bitmap_add(storage.pointer, value)
    }

    public mutating func remove(_ value: UInt32) {
        makeUnique()
        roaring_bitmap_remove(storage.pointer, value)
    }

    public mutating func formUnion(_ other: RoaringBitmap) {
        makeUnique()
        roaring_bitmap_or_inplace(storage.pointer, other.storage.pointer)
    }

    public mutating func formIntersection(_ other: RoaringBitmap) {
        // A set that others share is not copied first: the result is made at once.
        guard isKnownUniquelyReferenced(&storage) else {
            self = intersection(other)
            return
        }
        roaring_bitmap_and_inplace(storage.pointer, other.storage.pointer)
    }

    public mutating func subtract(_ other: RoaringBitmap) {
        guard isKnownUniquelyReferenced(&storage) else {
            self = subtracting(other)
            return
        }
        roaring_bitmap_andnot_inplace(storage.pointer, other.storage.pointer)
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) { storage = Storage(roaring_bitmap_copy(storage.pointer)) }
    }

    // MARK: Algebra

    public func union(_ other: RoaringBitmap) -> RoaringBitmap {
        RoaringBitmap(owning: roaring_bitmap_or(storage.pointer, other.storage.pointer))
    }

    public func intersection(_ other: RoaringBitmap) -> RoaringBitmap {
        RoaringBitmap(owning: roaring_bitmap_and(storage.pointer, other.storage.pointer))
    }

    public func subtracting(_ other: RoaringBitmap) -> RoaringBitmap {
        RoaringBitmap(owning: roaring_bitmap_andnot(storage.pointer, other.storage.pointer))
    }

    /// Number of values in both, without making the intersection.
    public func intersectionCount(_ other: RoaringBitmap) -> Int {
        Int(roaring_bitmap_and_cardinality(storage.pointer, other.storage.pointer))
    }

    /// The union of many sets, made in one pass over their containers.
    static func union(of members: [RoaringBitmap]) -> RoaringBitmap {
        guard members.count > 1 else { return members.first ?? RoaringBitmap() }
        var pointers = members.map { UnsafePointer<roaring_bitmap_t>?($0.storage.pointer) }
        return withExtendedLifetime(members) {
            RoaringBitmap(owning: roaring_bitmap_or_many(pointers.count, &pointers))
        }
    }
}

// MARK: - Reading out

extension RoaringBitmap {
    /// Visits all values in ascending order.
    public func forEach(_ body: (UInt32) -> Void) {
        withBlocks { block in
            for value in block { body(value) }
        }
    }

    /// Sets bit `v & 63` of `words[v >> 6]` for every value `v`. Values beyond the words are left out; bits that are set
    /// already stay.
    ///
    /// - Complexity: O(count), about 1 ns per value.
    public func fill(_ words: inout [UInt64]) {
        words.withUnsafeMutableBufferPointer { words in
            withBlocks { block in
                for value in block where Int(value >> 6) < words.count {
                    words[Int(value >> 6)] |= 1 << UInt64(value & 63)
                }
            }
        }
    }

    /// All values in ascending order.
    public var values: [UInt32] {
        let count = count
        return [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
            if count > 0 { roaring_bitmap_to_uint32_array(storage.pointer, buffer.baseAddress) }
            initialized = count
        }
    }

    /// Hands out the values in ascending blocks: one call into the library per 256 of them.
    public func withBlocks(_ body: (UnsafeBufferPointer<UInt32>) -> Void) {
        let blockSize = 256
        var iterator = roaring_uint32_iterator_t()
        // SAFETY: the iterator points into the bitmap, which `self` keeps alive and nobody changes in place meanwhile.
        withExtendedLifetime(storage) {
            roaring_init_iterator(storage.pointer, &iterator)
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: blockSize) { buffer in
                while true {
                    let count = roaring_read_uint32_iterator(&iterator, buffer.baseAddress, UInt32(blockSize))
                    guard count > 0 else { return }
                    body(UnsafeBufferPointer(rebasing: buffer[..<Int(count)]))
                }
            }
        }
    }
}

extension RoaringBitmap: Equatable {
    public static func == (a: RoaringBitmap, b: RoaringBitmap) -> Bool {
        roaring_bitmap_equals(a.storage.pointer, b.storage.pointer)
    }
}
