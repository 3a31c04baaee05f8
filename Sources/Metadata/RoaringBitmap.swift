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

    public init(_ values: some Sequence<UInt32>) {
        self.init()
        for value in values { insert(value) }
    }

    private init(owning pointer: UnsafeMutablePointer<roaring_bitmap_t>?) {
        storage = Storage(pointer)
    }

    /// Number of values.
    public var count: Int { Int(roaring_bitmap_get_cardinality(storage.pointer)) }

    public var isEmpty: Bool { roaring_bitmap_is_empty(storage.pointer) }

    public func contains(_ value: UInt32) -> Bool { roaring_bitmap_contains(storage.pointer, value) }

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

    public func union(_ other: RoaringBitmap) -> RoaringBitmap {
        RoaringBitmap(owning: roaring_bitmap_or(storage.pointer, other.storage.pointer))
    }

    public func intersection(_ other: RoaringBitmap) -> RoaringBitmap {
        RoaringBitmap(owning: roaring_bitmap_and(storage.pointer, other.storage.pointer))
    }

    public func subtracting(_ other: RoaringBitmap) -> RoaringBitmap {
        RoaringBitmap(owning: roaring_bitmap_andnot(storage.pointer, other.storage.pointer))
    }

    /// Visits all values in ascending order.
    public func forEach(_ body: (UInt32) -> Void) {
        withoutActuallyEscaping(body) { body in
            var context = body
            withUnsafeMutablePointer(to: &context) { context in
                _ = roaring_iterate(
                    storage.pointer,
                    { value, context in
                        context!.assumingMemoryBound(to: ((UInt32) -> Void).self).pointee(value)
                        return true
                    }, context)
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

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) { storage = Storage(roaring_bitmap_copy(storage.pointer)) }
    }
}

extension RoaringBitmap: Equatable {
    public static func == (a: RoaringBitmap, b: RoaringBitmap) -> Bool {
        roaring_bitmap_equals(a.storage.pointer, b.storage.pointer)
    }
}
