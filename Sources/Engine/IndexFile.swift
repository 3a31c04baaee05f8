import VectorIndex

/// What the file of a sealed graph holds: which record each slot stands for, and the graph.
///
/// ```
/// slot count u32 | per slot: ordinal u32, vector sequence u64 | sealed graph (VectorIndex format, with its own checksum)
/// ```
/// The graph is derived: vectors live in the truth. At start a slot is used when the record still has the vector of that
/// sequence; all other slots are dead, and records that no slot covers go to the fresh tail.
struct IndexFile {
    struct Slot: Equatable {
        var ordinal: UInt32
        var vectorSeq: UInt64
    }

    var slots: [Slot]
    var graph: SealedGraph

    static func name(namespace: Int64) -> String { "index-\(namespace).graph" }

    func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + slots.count * 12)
        withUnsafeBytes(of: UInt32(slots.count).littleEndian) { bytes.append(contentsOf: $0) }
        for slot in slots {
            withUnsafeBytes(of: slot.ordinal.littleEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: slot.vectorSeq.littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: graph.serialized())
        return bytes
    }

    init(slots: [Slot], graph: SealedGraph) {
        self.slots = slots
        self.graph = graph
    }

    /// - Throws: when the bytes are not what ``serialized()`` writes.
    init(deserializing bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count >= 4 else { throw EngineError(.dataLoss, "the index file ends too early") }
        let count = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
        guard bytes.count - 4 >= count * 12 else { throw EngineError(.dataLoss, "the index file ends too early") }
        slots = (0..<count).map { index in
            Slot(
                ordinal: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 + index * 12, as: UInt32.self)),
                vectorSeq: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 + index * 12, as: UInt64.self)))
        }
        graph = try SealedGraph(deserializing: UnsafeRawBufferPointer(rebasing: bytes[(4 + count * 12)...]))
        guard graph.count == count else {
            throw EngineError(.dataLoss, "the index file lists \(count) slots and holds a graph of \(graph.count)")
        }
    }
}
