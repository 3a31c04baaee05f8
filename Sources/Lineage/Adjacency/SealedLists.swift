/// Immutable lists of bytes, one per node, found with 1.25 bytes per node.
///
/// Nodes lie in blocks of 16. A block's directory is 20 bytes: where its bytes start, and for each of its lists the
/// offset of its first byte in 8 bits. A block of more than 255 bytes starts with sixteen 32-bit offsets instead; its
/// directory has the top bit of the start set.
final class SealedLists: @unchecked Sendable {
    // Safe: nothing changes after the builder has finished.
    static let blockShift: UInt32 = 4
    static let blockCount = 16
    static let directoryBytes = 20
    static let isWide: UInt32 = 1 << 31
    /// Readers load up to 8 bytes at any position of the data.
    static let paddingBytes = 8

    let directory: UnsafeRawPointer
    let bytes: UnsafePointer<UInt8>
    let listCount: Int
    let dataCount: Int
    /// What keeps the memory alive; `nil` when the lists own it.
    private let owner: (any AnyObject & Sendable)?

    /// - Parameter owner: keeps the memory alive; `nil` hands it over, to be deallocated with the lists.
    init(
        directory: UnsafeRawPointer, bytes: UnsafePointer<UInt8>, listCount: Int, dataCount: Int,
        owner: (any AnyObject & Sendable)? = nil
    ) {
        self.directory = directory
        self.bytes = bytes
        self.listCount = listCount
        self.dataCount = dataCount
        self.owner = owner
    }

    deinit {
        if owner == nil {
            directory.deallocate()
            bytes.deallocate()
        }
    }

    static func directoryCount(lists: Int) -> Int { ((lists + blockCount - 1) / blockCount + 1) * directoryBytes }

    /// Bytes of directory and data.
    var byteCount: Int { Self.directoryCount(lists: listCount) + dataCount }

    /// First and last + 1 byte of a node's list.
    @inline(__always)
    static func range(
        _ directory: UnsafeRawPointer, _ bytes: UnsafePointer<UInt8>, _ node: UInt32
    ) -> (start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        let entry = directory + Int(node >> blockShift) * directoryBytes
        let base = entry.load(as: UInt32.self)
        let slot = Int(node & 15)
        let next = (entry + directoryBytes).load(as: UInt32.self) & ~isWide
        if base & isWide == 0 {
            let offsets = entry.assumingMemoryBound(to: UInt8.self) + 4
            let start = bytes + Int(base) + Int(offsets[slot])
            let end = slot == 15 ? bytes + Int(next) : bytes + Int(base) + Int(offsets[slot + 1])
            return (start, end)
        }
        let block = bytes + Int(base & ~isWide)
        let offsets = UnsafeRawPointer(block)
        let start = block + Int(offsets.loadUnaligned(fromByteOffset: slot * 4, as: UInt32.self))
        let end =
            slot == 15
            ? bytes + Int(next) : block + Int(offsets.loadUnaligned(fromByteOffset: slot * 4 + 4, as: UInt32.self))
        return (start, end)
    }
}

/// Writes ``SealedLists`` list by list.
struct SealedListsBuilder: ~Copyable {
    private let directory: UnsafeMutableRawPointer
    private var bytes: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var position = 0
    private var blockStart = 0
    private var offsets = [Int](repeating: 0, count: SealedLists.blockCount)
    private var listCount = 0
    private let expectedCount: Int

    /// - Parameters:
    ///   - lists: how many lists will be written.
    ///   - bytes: an estimate of their bytes.
    init(lists: Int, bytes estimate: Int) {
        expectedCount = lists
        let size = SealedLists.directoryCount(lists: lists)
        directory = .allocate(byteCount: size, alignment: 4)
        directory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        capacity = max(1_024, estimate)
        bytes = .allocate(capacity: capacity)
    }

    /// Makes room for `count` bytes and returns where to write them; `endList` says how many were used.
    @inline(__always)
    mutating func beginList(byteCountMax count: Int) -> UnsafeMutablePointer<UInt8> {
        // 64 bytes for the offsets that a wide block inserts, 8 for the padding.
        if position + count + 72 > capacity { grow(position + count + 72) }
        let slot = listCount & 15
        if slot == 0 { blockStart = position }
        offsets[slot] = position - blockStart
        return bytes + position
    }

    @inline(__always)
    mutating func endList(byteCount: Int) {
        position += byteCount
        listCount += 1
        if listCount & 15 == 0 { endBlock(used: 16) }
    }

    private mutating func endBlock(used: Int) {
        for slot in used..<SealedLists.blockCount { offsets[slot] = position - blockStart }
        let entry = directory + (listCount - 1) / SealedLists.blockCount * SealedLists.directoryBytes
        let length = position - blockStart
        if length <= 255 {
            entry.storeBytes(of: UInt32(blockStart), as: UInt32.self)
            let narrow = entry.assumingMemoryBound(to: UInt8.self) + 4
            for slot in 0..<SealedLists.blockCount { narrow[slot] = UInt8(offsets[slot]) }
        } else {
            let tableBytes = SealedLists.blockCount * 4
            if position + tableBytes + SealedLists.paddingBytes > capacity { grow(position + tableBytes + 8) }
            let block = bytes + blockStart
            (block + tableBytes).update(from: block, count: length)
            for slot in 0..<SealedLists.blockCount {
                UnsafeMutableRawPointer(block).storeBytes(
                    of: UInt32(offsets[slot] + tableBytes), toByteOffset: slot * 4, as: UInt32.self)
            }
            entry.storeBytes(of: UInt32(blockStart) | SealedLists.isWide, as: UInt32.self)
            position += tableBytes
        }
        precondition(position < Int(SealedLists.isWide), "a sealed base holds less than 2 GiB of lists per direction")
    }

    consuming func finish() -> SealedLists {
        precondition(listCount == expectedCount, "every list must have been written")
        if listCount & 15 != 0 { endBlock(used: listCount & 15) }
        let last = directory + (listCount + 15) / 16 * SealedLists.directoryBytes
        last.storeBytes(of: UInt32(position), as: UInt32.self)
        if position + SealedLists.paddingBytes > capacity { grow(position + SealedLists.paddingBytes) }
        (bytes + position).initialize(repeating: 0, count: SealedLists.paddingBytes)
        return SealedLists(
            directory: UnsafeRawPointer(directory), bytes: UnsafePointer(bytes), listCount: listCount,
            dataCount: position)
    }

    private mutating func grow(_ needed: Int) {
        capacity = max(needed, capacity + capacity / 2)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: bytes, count: position)
        bytes.deallocate()
        bytes = larger
    }
}
