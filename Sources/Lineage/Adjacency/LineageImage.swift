/// The sealed edges of a graph as bytes, to be written to a file and mapped again.
///
/// ```
/// header    "ARCNLIN1" | version u32 | 0 u32 | nodes u64 | edges u64 | retracted edges u64 | sequence u64 | digest u64
///           | parents data bytes u64 | children data bytes u64
/// sections  parents directory | parents data | children directory | children data, each from a multiple of 8
/// ```
/// Little-endian. Labels are not stored: they are made again from the edges, in a tenth of the time of reading the edges
/// from rows. Node columns (time, creator, state) belong to the owner, who has them in the truth.
///
/// The high-water mark is `nodeCount`, `edgeCount` and `sequence`: the image holds the first so many nodes and edges in the
/// order of arrival, with the flags that the edges had at that sequence.
public struct LineageImage: Sendable {
    let base: SealedAdjacency
    /// Sum of ``edgeHash(child:parent:)`` over all edges, wrapping: tells whether a truth holds the same edges.
    public let digest: UInt64

    public var nodeCount: Int { base.nodeCount }
    /// Edges on record, retracted ones included.
    public var edgeCount: Int { base.edgeCount }
    /// ``LineageGraph/sequence`` when the seal began.
    public var sequence: UInt64 { base.sequence }

    /// Format of the bytes; an image of another one is made anew from the truth.
    public static let version: UInt32 = 1

    private static let magic = Array("ARCNLIN1".utf8)
    private static let headerBytes = 72

    /// A number for an edge, to be summed up.
    public static func edgeHash(child: UInt32, parent: UInt32) -> UInt64 {
        var value = (UInt64(child) << 32 | UInt64(parent)) &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// - Complexity: O(edges), for the digest.
    public init(_ edges: SealedEdges) {
        base = edges.base
        digest = base.digest()
    }

    /// The bytes. O(bytes).
    public func serialized() -> [UInt8] {
        var bytes = Self.magic
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(Self.version)
        append(UInt32(0))
        for number in [base.nodeCount, base.edgeCount, base.retractedCount] { append(UInt64(number)) }
        append(base.sequence)
        append(digest)
        append(UInt64(base.parents.dataCount))
        append(UInt64(base.children.dataCount))
        for lists in [base.parents, base.children] {
            let directory = SealedLists.directoryCount(lists: lists.listCount)
            bytes.append(contentsOf: UnsafeRawBufferPointer(start: lists.directory, count: directory))
            Self.pad(&bytes)
            bytes.append(contentsOf: UnsafeBufferPointer(start: lists.bytes, count: lists.dataCount))
            bytes.append(contentsOf: [UInt8](repeating: 0, count: SealedLists.paddingBytes))
            Self.pad(&bytes)
        }
        return bytes
    }

    private static func pad(_ bytes: inout [UInt8]) { while bytes.count & 7 != 0 { bytes.append(0) } }

    /// An image in memory that stays as it is, such as a mapped file.
    ///
    /// - Parameters:
    ///   - bytes: what ``serialized()`` gave, from an address that is a multiple of 8.
    ///   - owner: keeps the memory alive and unchanged; the image and every graph made from it hold it.
    /// - Throws: ``LineageError/damaged(_:)`` unless the bytes are an image of this version whose every list can be read.
    /// - Complexity: O(edges), without copying any.
    public init(mapping bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) throws(LineageError) {
        guard let start = bytes.baseAddress, bytes.count >= Self.headerBytes,
            bytes.prefix(Self.magic.count).elementsEqual(Self.magic)
        else { throw .damaged("the bytes are no lineage image") }
        guard UInt(bitPattern: start) & 7 == 0 else { throw .damaged("the image is not aligned") }
        let version = UInt32(littleEndian: bytes.load(fromByteOffset: 8, as: UInt32.self))
        guard version == Self.version else {
            throw .damaged("the image has version \(version), and version \(Self.version) is wanted")
        }
        var numbers: [Int] = []
        for offset in [16, 24, 32, 56, 64] + [48, 40] {
            let number = UInt64(littleEndian: bytes.load(fromByteOffset: offset, as: UInt64.self))
            numbers.append(Int(bitPattern: UInt(number)))
        }
        let limit = LineageGraph.nodesMax
        guard numbers[0..<3].allSatisfy({ 0..<limit ~= $0 }), numbers[3..<5].allSatisfy({ 0..<bytes.count ~= $0 })
        else {
            throw .damaged("the image's header holds numbers that cannot be")
        }
        var offset = Self.headerBytes
        let parents = try Self.lists(bytes, &offset, numbers[0], numbers[3], owner)
        let children = try Self.lists(bytes, &offset, numbers[0], numbers[4], owner)
        guard offset == bytes.count else { throw .damaged("the image is cut or longer than it says") }
        base = SealedAdjacency(
            nodeCount: numbers[0], edgeCount: numbers[1], retractedCount: numbers[2],
            sequence: UInt64(UInt(bitPattern: numbers[6])), parents: parents, children: children)
        digest = UInt64(UInt(bitPattern: numbers[5]))
        try base.check(digest: digest)
    }

    private static func lists(
        _ bytes: UnsafeRawBufferPointer, _ offset: inout Int, _ count: Int, _ dataCount: Int,
        _ owner: any AnyObject & Sendable
    ) throws(LineageError) -> SealedLists {
        let directoryCount = SealedLists.directoryCount(lists: count)
        let dataStart = (offset + directoryCount + 7) & ~7
        let end = (dataStart + dataCount + SealedLists.paddingBytes + 7) & ~7
        guard end <= bytes.count, let start = bytes.baseAddress else { throw .damaged("the image is cut") }
        let lists = SealedLists(
            directory: start + offset, bytes: (start + dataStart).assumingMemoryBound(to: UInt8.self),
            listCount: count, dataCount: dataCount, owner: owner)
        offset = end
        return lists
    }
}
