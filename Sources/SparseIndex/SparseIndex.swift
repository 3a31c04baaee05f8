import Synchronization

/// Inner products with sparse vectors: an inverted index with exact results, one writer and readers that never wait.
///
/// Life of a vector: ``insert(_:_:)`` takes it, ``publish()`` makes it part of a segment and shows it to readers. Segments are
/// immutable; a replaced or removed record leaves a tombstone. Segments of similar size are merged as they appear (a
/// logarithmic merge: Bentley & Saxe, "Decomposable Searching Problems I", J. Algorithms 1980), up to 65,536 records each; one
/// that is half dead is written anew without the dead, so that at most half of the postings are of removed records.
///
/// `@unchecked Sendable`: all methods that change the index must be called by one writer at a time; ``snapshot`` may be read
/// by any thread at any time, and a snapshot never changes.
public final class SparseIndex: @unchecked Sendable {
    private var parts: [SparsePart] = []
    /// Vectors that came after the last publication.
    private var fresh: [UInt32: SparseVector] = [:]
    private let published = Mutex(SparseSnapshot(parts: []))

    public init() {}

    /// Records with a vector, those not yet published included.
    public var count: Int { parts.reduce(fresh.count) { $0 + $1.liveCount } }

    /// Whether a slot has a vector, published or not.
    public func contains(_ slot: UInt32) -> Bool {
        fresh[slot] != nil || parts.contains { $0.liveRow(of: slot) != nil }
    }

    /// Gives a slot its vector; one that it had is replaced. An empty vector takes the slot out.
    ///
    /// - Complexity: O(segments · log records).
    public func insert(_ slot: UInt32, _ vector: SparseVector) {
        remove(slot)
        if !vector.isEmpty { fresh[slot] = vector }
        if fresh.count == SparseSegment.recordCountMax { seal() }
    }

    /// Takes a slot's vector away.
    ///
    /// - Returns: false when it had none.
    /// - Complexity: O(segments · log records).
    @discardableResult
    public func remove(_ slot: UInt32) -> Bool {
        if fresh.removeValue(forKey: slot) != nil { return true }
        for index in parts.indices {
            guard let row = parts[index].liveRow(of: slot) else { continue }
            parts[index].markDead(row)
            return true
        }
        return false
    }

    /// Makes everything so far visible in ``snapshot``.
    ///
    /// - Complexity: amortized O(log records) per posting that was added since, O(1) per one removed; a single call may
    ///   have to merge the postings of 65,536 records.
    public func publish() {
        seal()
        compact()
        mergeSimilar()
        let next = SparseSnapshot(parts: parts)
        published.withLock { $0 = next }
    }

    /// The index as of the last ``publish()``. From any thread.
    public var snapshot: SparseSnapshot { published.withLock { $0 } }

    private func seal() {
        guard !fresh.isEmpty else { return }
        parts.append(SparsePart(SparseSegment(records: fresh)))
        fresh.removeAll()
    }

    private func compact() {
        for index in parts.indices where parts[index].deadCount * 2 > parts[index].segment.slots.count {
            parts[index] = SparsePart(SparseSegment(merging: parts[index], nil))
        }
        parts.removeAll { $0.liveCount == 0 }
    }

    /// Merges segments whose sizes differ by less than a factor of two, as long as they fit into one.
    private func mergeSimilar() {
        parts.sort { $0.liveCount > $1.liveCount }
        var index = parts.count - 1
        while index > 0 {
            let larger = parts[index - 1]
            let smaller = parts[index]
            guard larger.liveCount < 2 * smaller.liveCount,
                larger.liveCount + smaller.liveCount <= SparseSegment.recordCountMax
            else {
                index -= 1
                continue
            }
            parts.removeSubrange(index - 1...index)
            let merged = SparsePart(SparseSegment(merging: larger, smaller))
            parts.insert(merged, at: parts.partitionIndex { $0.liveCount > merged.liveCount })
            index = parts.count - 1
        }
    }
}

/// An index at one moment: immutable, safe from any thread, cheap to copy.
public struct SparseSnapshot: Sendable {
    let parts: [SparsePart]

    /// Records with a vector.
    public var count: Int { parts.reduce(0) { $0 + $1.liveCount } }
    /// Postings in memory, those of removed records included: fewer than twice the live ones, up to one publication's
    /// removals.
    public var postingCount: Int { parts.reduce(0) { $0 + $1.segment.postingCount } }
    public var segmentCount: Int { parts.count }
    /// Bytes of memory that postings, directories and tombstones take.
    public var byteCount: Int { parts.reduce(0) { $0 + $1.segment.byteCount + $1.dead.count * 8 } }

    public func contains(_ slot: UInt32) -> Bool { parts.contains { $0.liveRow(of: slot) != nil } }

    /// The inner product of a query with one record, `nil` when they have no index in common.
    ///
    /// - Complexity: O(query values · log postings).
    public func score(_ slot: UInt32, _ query: SparseVector) -> Double? {
        for part in parts {
            guard let row = part.liveRow(of: slot) else { continue }
            var sum: Double?
            for (index, weight) in zip(query.indices, query.values) {
                guard let list = part.segment.list(of: index), let value = part.segment.value(of: row, in: list) else {
                    continue
                }
                sum = (sum ?? 0) + Double(weight) * Double(value)
            }
            return sum
        }
        return nil
    }
}
