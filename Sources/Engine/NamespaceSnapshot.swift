public import Lineage
public import Metadata
public import VectorIndex
import Vectors

/// One namespace at one sequence: immutable, safe from any thread, taken once per request.
///
/// The key map and the metadata index are shared with the writer and may run ahead of the snapshot; answers drop
/// ordinals that the snapshot does not cover.
public final class NamespaceSnapshot: Sendable {
    /// Sequence of the last write that the snapshot contains.
    public let seq: UInt64
    /// Records, deleted ones not counted.
    public let recordCount: Int
    /// By ordinal.
    public let rows: ChunkedArray<RecordRow>
    public let index: IndexSnapshot
    /// The lineage graph over the records, for collections that have one.
    public let lineage: LineageSnapshot?
    let ordinalOfSlot: ChunkedArray<UInt32>
    let keys: KeyMap
    let metadata: MetadataIndex

    init(
        seq: UInt64, recordCount: Int, rows: ChunkedArray<RecordRow>, ordinalOfSlot: ChunkedArray<UInt32>,
        index: IndexSnapshot, lineage: LineageSnapshot?, keys: KeyMap, metadata: MetadataIndex
    ) {
        self.seq = seq
        self.recordCount = recordCount
        self.rows = rows
        self.ordinalOfSlot = ordinalOfSlot
        self.index = index
        self.lineage = lineage
        self.keys = keys
        self.metadata = metadata
    }

    /// The ordinal of a record, or `nil` when there is none in this snapshot.
    public func ordinal(ofKey key: String) -> UInt32? {
        guard let ordinal = keys.ordinal(key), ordinal < rows.count, rows[Int(ordinal)].exists else { return nil }
        return ordinal
    }

    /// The stored vector of a record (normalized when the metric is cosine), or `nil` when it has none.
    public func vector(of ordinal: UInt32) -> [Float]? {
        let slot = rows[Int(ordinal)].slot
        return slot == RecordRow.noSlot || slot >= index.count ? nil : index.vector(slot)
    }

    /// Ordinals whose metadata matches a filter.
    public func matching(_ filter: MetadataFilter) -> RoaringBitmap {
        metadata.evaluate(filter)
    }
}

// MARK: - Search

extension NamespaceSnapshot {
    /// The `k` nearest records to a query.
    ///
    /// - Parameters:
    ///   - query: in the collection's dimension, finite; not zero when the metric is cosine.
    ///   - allowed: only these ordinals, when given.
    /// - Returns: hits from nearest to farthest, `k` of them whenever `k` records qualify, and the index's counters.
    public func search(
        _ query: [Float], k: Int, allowed: RoaringBitmap? = nil, efSearch: Int? = nil
    ) -> (hits: [RecordHit], counters: SearchCounters) {
        search(query, k: k, allowedSlots: allowed.map(slots(of:)), efSearch: efSearch)
    }

    /// As ``search(_:k:allowed:efSearch:)``, with a set of slots that the caller may keep for this snapshot.
    public func search(
        _ query: [Float], k: Int, allowedSlots: SlotBitmap?, efSearch: Int? = nil
    ) -> (hits: [RecordHit], counters: SearchCounters) {
        let parameters = SearchParameters(k: k, efSearch: efSearch, filter: allowedSlots)
        let result = query.withUnsafeBufferPointer { index.search($0, parameters) }
        let hits = result.neighbors.map { neighbor in
            RecordHit(
                ordinal: ordinalOfSlot[Int(neighbor.slot)],
                score: index.metric.score(fromDistance: neighbor.distance))
        }
        return (hits, result.counters)
    }

    /// Scores of all records that have a vector, by an exact scan: `(ordinal, score)` in slot order.
    public func scanScores(_ query: [Float], _ body: (UInt32, Float) -> Void) {
        let metric = index.metric
        query.withUnsafeBufferPointer { pointer in
            index.distances(to: pointer) { slot, distance in
                body(ordinalOfSlot[Int(slot)], metric.score(fromDistance: distance))
            }
        }
    }

    /// Scores of some records, in the order given; those without a vector are left out.
    public func scores(_ query: [Float], of ordinals: [UInt32], _ body: (UInt32, Float) -> Void) {
        let metric = index.metric
        let slots = ordinals.map { rows[Int($0)].slot }.filter { $0 < index.count }
        query.withUnsafeBufferPointer { pointer in
            index.distances(to: pointer, of: slots) { slot, distance in
                body(ordinalOfSlot[Int(slot)], metric.score(fromDistance: distance))
            }
        }
    }

    /// Cosine similarity of two stored records; 0 when either has no vector.
    public func cosine(_ a: UInt32, _ b: UInt32) -> Float {
        let slotA = rows[Int(a)].slot
        let slotB = rows[Int(b)].slot
        guard slotA < index.count, slotB < index.count else { return 0 }
        return index.cosine(slotA, slotB)
    }

    /// The slots of some records' vectors, for searches among them.
    ///
    /// - Complexity: O(ordinals).
    public func slots(of ordinals: RoaringBitmap) -> SlotBitmap {
        let count = UInt32(index.count)
        var words = [UInt64](repeating: 0, count: (index.count + 63) / 64)
        ordinals.withBlocks { block in
            // Ordinals ascend, so that all beyond the snapshot stand at the end.
            let known = block.prefix { $0 < rows.count }
            rows.forEach(at: known) { row in
                // What has no slot has one beyond all.
                if row.slot < count { words[Int(row.slot >> 6)] |= 1 << UInt64(row.slot & 63) }
            }
        }
        return SlotBitmap(words: words)
    }
}
