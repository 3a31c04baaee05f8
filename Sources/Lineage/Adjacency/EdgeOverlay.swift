/// Flags of edges that changed since they were written: a hash table from edge to flags, folded into the sealed lists
/// with the next seal.
///
/// Open addressing with linear probing on `child << 32 | parent`; 0 marks a free slot, which no edge can be.
final class EdgeOverlay: @unchecked Sendable {
    // Safe: a table is written only by the writer and only before it is published; then it is copied for each change.
    struct Slot: BitwiseCopyable {
        var key: UInt64
        var flags: UInt64
    }

    let slots: UnsafeMutablePointer<Slot>
    let mask: UInt64
    private(set) var count: Int

    init(capacity: Int) {
        let size = max(16, (capacity * 2).roundedUpToPowerOfTwo)
        slots = .allocate(capacity: size)
        slots.initialize(repeating: Slot(key: 0, flags: 0), count: size)
        mask = UInt64(size - 1)
        count = 0
    }

    deinit { slots.deallocate() }

    /// A copy with room for one more.
    func copy() -> EdgeOverlay {
        let copy = EdgeOverlay(capacity: count + count / 2 + 8)
        for index in 0...Int(mask) where slots[index].key != 0 {
            copy.set(slots[index].key, EdgeFlags(rawValue: UInt8(slots[index].flags)))
        }
        return copy
    }

    /// Every edge whose flags changed, with its flags.
    var edges: [(child: UInt32, parent: UInt32, flags: EdgeFlags)] {
        (0...Int(mask)).lazy.map { self.slots[$0] }.filter { $0.key != 0 }.map { slot in
            (
                UInt32(slot.key >> 32), UInt32(truncatingIfNeeded: slot.key),
                EdgeFlags(rawValue: UInt8(truncatingIfNeeded: slot.flags))
            )
        }
    }

    func flags(child: UInt32, parent: UInt32) -> EdgeFlags? {
        Self.flags(UnsafePointer(slots), mask: mask, child: child, parent: parent)
    }

    var isFull: Bool { count * 2 > Int(mask) }

    func set(_ key: UInt64, _ flags: EdgeFlags) {
        var index = Self.hash(key) & mask
        while slots[Int(index)].key != 0, slots[Int(index)].key != key { index = (index + 1) & mask }
        if slots[Int(index)].key == 0 { count += 1 }
        slots[Int(index)] = Slot(key: key, flags: UInt64(flags.rawValue))
    }

    @inline(__always)
    static func key(child: UInt32, parent: UInt32) -> UInt64 { UInt64(child) << 32 | UInt64(parent) }

    @inline(__always)
    static func hash(_ key: UInt64) -> UInt64 {
        let mixed = (key ^ (key >> 31)) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 29)
    }

    /// The edge's flags when they changed.
    @inline(__always)
    static func flags(_ slots: UnsafePointer<Slot>, mask: UInt64, child: UInt32, parent: UInt32) -> EdgeFlags? {
        let key = key(child: child, parent: parent)
        var index = hash(key) & mask
        while slots[Int(index)].key != 0 {
            if slots[Int(index)].key == key {
                return EdgeFlags(rawValue: UInt8(truncatingIfNeeded: slots[Int(index)].flags))
            }
            index = (index + 1) & mask
        }
        return nil
    }
}

extension Int {
    /// The smallest power of two that is not smaller. For positive numbers.
    var roundedUpToPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
