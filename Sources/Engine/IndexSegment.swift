import Storage
import VectorIndex

/// The file of a namespace's sealed index: a ``Segment`` whose tags say which record each slot stands for.
///
/// ```
/// tags: per slot, ordinal u32, sequence of the write that brought its vector u64
/// ```
/// It is derived: the truth holds the vectors too. At start a slot is used when the record still has the vector of that
/// sequence; all other slots are dead, and records that no slot covers go to the fresh tail.
struct IndexSegment {
    struct Slot: Equatable {
        var ordinal: UInt32
        var vectorSeq: UInt64
    }

    private static let tagSize = 12

    let slots: [Slot]
    /// Of the last write in it.
    let sequence: UInt64
    let graph: SealedGraph

    static func name(namespace: Int64) -> String { "index-\(namespace).segment" }

    /// Reads and checks the file of a namespace; `nil` when there is none.
    ///
    /// - Throws: when it is damaged; it is to be made again then.
    /// - Complexity: O(bytes): the whole file is read, and stays mapped as long as the graph is in use.
    init?(of namespace: Int64, in files: DerivedFiles) throws {
        guard let file = try files.mapPlain(Self.name(namespace: namespace)) else { return nil }
        let segment = try Segment(mapping: file.bytes, owner: file)
        let vectors = segment.vectorBytes
        if segment.mode == .compact { file.load(except: vectors) } else { file.load() }
        sequence = segment.sequence
        graph = try segment.sealedGraph { file.giveBack(vectors) }
        let tags = try segment.tags()
        guard tags.count == segment.count * Self.tagSize else {
            throw EngineError(
                .dataLoss, "the index file has \(tags.count) bytes of tags for \(segment.count) slots")
        }
        slots = (0..<segment.count).map { slot in
            let start = slot * Self.tagSize
            return Slot(
                ordinal: UInt32(littleEndian: tags.loadUnaligned(fromByteOffset: start, as: UInt32.self)),
                vectorSeq: UInt64(littleEndian: tags.loadUnaligned(fromByteOffset: start + 4, as: UInt64.self)))
        }
    }

    /// Verifies every block of a file, without keeping it mapped.
    ///
    /// - Throws: when it is damaged.
    static func check(_ name: String, in files: DerivedFiles) throws {
        guard let file = try files.mapPlain(name) else { return }
        try Segment(mapping: file.bytes, owner: file).verify()
    }

    /// Writes the file of a namespace.
    ///
    /// - Parameter slots: one for each slot of the content's graph.
    static func write(
        _ content: SegmentContent, slots: [Slot], seq: UInt64, namespace: Int64, to files: DerivedFiles
    ) throws {
        precondition(slots.count == content.graph.count, "each slot of the graph stands for a record")
        var tags: [UInt8] = []
        tags.reserveCapacity(slots.count * tagSize)
        for slot in slots {
            withUnsafeBytes(of: slot.ordinal.littleEndian) { tags.append(contentsOf: $0) }
            withUnsafeBytes(of: slot.vectorSeq.littleEndian) { tags.append(contentsOf: $0) }
        }
        try files.writePlain(name(namespace: namespace)) { sink in
            try content.write(sequence: seq, tags: tags, to: sink)
        }
    }
}
