import Lineage
import Metadata
import Synchronization
import VectorIndex

/// An isolated part of a collection: its own keys, ordinals, index and sequence.
public final class Namespace: Sendable {
    public let id: Int64
    public let collection: CollectionSpecification
    public let name: String
    private let published: Mutex<NamespaceSnapshot>
    /// Touched on the writer's queue only.
    let writer: NamespaceWriter

    init(id: Int64, collection: CollectionSpecification, name: String, indexMode: IndexMode) {
        self.id = id
        self.collection = collection
        self.name = name
        writer = NamespaceWriter(collection: collection, indexMode: indexMode)
        published = Mutex(writer.makeSnapshot())
    }

    /// The namespace as of the last acknowledged write.
    public var snapshot: NamespaceSnapshot {
        published.withLock { $0 }
    }

    /// Makes all that the writer applied visible to readers.
    func publish() {
        let snapshot = writer.makeSnapshot()
        published.withLock { $0 = snapshot }
    }
}

/// The writer's side of a namespace: what the next snapshot is made of.
///
/// Not thread-safe by itself: all members are used on the writer's queue only (and by the loader before the store is
/// handed out), which makes the unchecked conformance sound.
final class NamespaceWriter: @unchecked Sendable {
    let keys = KeyMap()
    let metadata = MetadataIndex()
    /// Replaced as a whole when most of its slots are dead.
    var index: AdaptiveIndex
    let lineage: LineageGraph?
    var rows = ChunkedArray<RecordRow>()
    var ordinalOfSlot = ChunkedArray<UInt32>()
    /// Sequence of the write that brought each slot's vector, for the index file.
    var vectorSeqOfSlot = ContiguousArray<UInt64>()
    var seq: UInt64 = 0
    var recordCount = 0
    var isSealing = false
    /// Slots covered by the index file on disk, to decide when the next one pays.
    var persistedSlots = 0
    /// Sequence of the lineage file on disk, to tell when a newer seal is to be written.
    var persistedLineageSeq: UInt64 = 0

    init(collection: CollectionSpecification, indexMode: IndexMode) {
        index = AdaptiveIndex(
            dimension: collection.dimension, metric: collection.metric, parameters: AdaptiveParameters(mode: indexMode))
        lineage = collection.hasLineage ? LineageGraph() : nil
    }

    func makeSnapshot() -> NamespaceSnapshot {
        index.publish()
        lineage?.sequence = seq
        lineage?.publish()
        return NamespaceSnapshot(
            seq: seq, recordCount: recordCount, rows: rows, ordinalOfSlot: ordinalOfSlot, index: index.snapshot,
            lineage: lineage?.snapshot, keys: keys, metadata: metadata)
    }

    /// Takes a record that the truth holds now.
    ///
    /// - Precondition: `ordinal` is the next one (gaps are filled with rows that do not exist).
    func insert(ordinal: UInt32, draft: RecordDraft, seq: UInt64) {
        fillGaps(upTo: ordinal)
        let slot = draft.vector.map { append(vector: $0, ordinal: ordinal, seq: seq) } ?? RecordRow.noSlot
        rows.append(
            RecordRow(key: draft.key, createdAt: draft.createdAt, slot: slot, state: draft.state, exists: true))
        metadata.insert(ordinal, draft.metadata)
        keys.set(draft.key, ordinal)
        recordCount += 1
    }

    func update(ordinal: UInt32, oldMetadata: MetadataRecord, change: RecordChange, seq: UInt64) {
        var row = rows[Int(ordinal)]
        switch change.vector {
        case .keep: break
        case .remove:
            if row.slot != RecordRow.noSlot { index.remove(row.slot) }
            row.slot = RecordRow.noSlot
        case .replace(let vector):
            if row.slot != RecordRow.noSlot { index.remove(row.slot) }
            row.slot = append(vector: vector, ordinal: ordinal, seq: seq)
        }
        if let metadata = change.metadata {
            self.metadata.replace(ordinal, oldMetadata, with: metadata)
        }
        if let state = change.state { row.state = state }
        rows[Int(ordinal)] = row
    }

    func delete(ordinal: UInt32, metadata: MetadataRecord) {
        var row = rows[Int(ordinal)]
        if row.slot != RecordRow.noSlot { index.remove(row.slot) }
        row.slot = RecordRow.noSlot
        row.exists = false
        rows[Int(ordinal)] = row
        keys.remove(row.key)
        self.metadata.remove(ordinal, metadata)
        recordCount -= 1
    }

    private func append(vector: [Float], ordinal: UInt32, seq: UInt64) -> UInt32 {
        vector.withUnsafeBufferPointer { append(vector: $0, ordinal: ordinal, seq: seq) }
    }

    func append(vector: UnsafeBufferPointer<Float>, ordinal: UInt32, seq: UInt64) -> UInt32 {
        let slot = index.append(vector)
        ordinalOfSlot.append(ordinal)
        vectorSeqOfSlot.append(seq)
        return slot
    }

    func fillGaps(upTo ordinal: UInt32) {
        while rows.count < Int(ordinal) {
            rows.append(RecordRow(key: "", createdAt: 0, slot: RecordRow.noSlot, state: 0, exists: false))
        }
    }
}
