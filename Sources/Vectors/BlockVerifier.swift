public import Synchronization

/// Checks the blocks of immutable bytes against their checksums, each when it is touched for the first time.
///
/// What it once found damaged stays damaged: everything that rests on these bytes is to be refused from then on.
///
/// `@unchecked Sendable`: the bytes never change; the states are atomic. Two threads may check a block at once, with
/// the same result.
public final class BlockVerifier: @unchecked Sendable {
    /// Bytes that one checksum covers; the last block may be shorter.
    public static let blockSize = 1 << blockShift
    @usableFromInline static let blockShift = 16
    @usableFromInline static let intact: UInt8 = 1

    private let bytes: UnsafeRawBufferPointer
    private let sums: UnsafeRawBufferPointer
    private let owner: any AnyObject & Sendable
    @usableFromInline let states: UnsafeMutablePointer<Atomic<UInt8>>
    private let blocks: Int
    private let firstDamage = Atomic(-1)
    private let intactBlocks = Atomic(0)

    /// - Parameters:
    ///   - bytes: what is to be checked.
    ///   - sums: CRC-32C of each block, little-endian, one after the other.
    ///   - owner: keeps both alive.
    public init(_ bytes: UnsafeRawBufferPointer, sums: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) {
        blocks = Self.blockCount(bytes.count)
        precondition(sums.count == blocks * 4, "there is a checksum for each of \(blocks) blocks")
        self.bytes = bytes
        self.sums = sums
        self.owner = owner
        states = .allocate(capacity: max(blocks, 1))
        for block in 0..<blocks { (states + block).initialize(to: Atomic(0)) }
    }

    deinit {
        states.deinitialize(count: blocks)
        states.deallocate()
    }

    /// Blocks of so many bytes.
    public static func blockCount(_ bytes: Int) -> Int { (bytes + blockSize - 1) / blockSize }

    /// A block that did not fit its checksum, by number.
    public var damagedBlock: Int? {
        let block = firstDamage.load(ordering: .relaxed)
        return block < 0 ? nil : block
    }

    /// Whether every block was checked and is intact.
    public var isComplete: Bool { intactBlocks.load(ordering: .acquiring) == blocks }

    /// Whether the blocks that hold some bytes are intact. Their first check reads them; later ones cost a nanosecond.
    ///
    /// - Precondition: `count > 0` and the bytes are among those of this verifier.
    @inlinable
    @inline(__always)
    public func isIntact(_ offset: Int, _ count: Int) -> Bool {
        var block = offset >> Self.blockShift
        let last = (offset &+ count &- 1) >> Self.blockShift
        while block <= last {
            if states[block].load(ordering: .relaxed) != Self.intact, !check(block) { return false }
            block &+= 1
        }
        return true
    }

    /// Checks what was not checked yet. Returns whether all is intact.
    ///
    /// - Complexity: O(bytes), about 10 GB/s once they are in memory.
    public func checkAll() -> Bool {
        for block in 0..<blocks where states[block].load(ordering: .relaxed) != Self.intact {
            if !check(block) { return false }
        }
        return true
    }

    @usableFromInline
    func check(_ block: Int) -> Bool {
        let start = block * Self.blockSize
        let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + Self.blockSize, bytes.count)])
        let expected = UInt32(littleEndian: sums.loadUnaligned(fromByteOffset: block * 4, as: UInt32.self))
        guard Checksum.of(part) == expected else {
            firstDamage.store(block, ordering: .relaxed)
            return false
        }
        if states[block].exchange(Self.intact, ordering: .relaxed) != Self.intact {
            intactBlocks.add(1, ordering: .releasing)
        }
        return true
    }
}
