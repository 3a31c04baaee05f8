import VectorIndex

/// The making of a namespace's index anew, without the slots of vectors that were replaced or removed.
///
/// Slots are never used twice, so an index whose records change grows for ever without this. The long work reads what is
/// immutable; writes go on meanwhile, and ``finish(_:)`` takes over what they did.
///
/// Used by one thread after another: made and finished on the writer's queue, run in between on the queue of seals, which makes
/// the unchecked conformance sound.
final class IndexCompaction: @unchecked Sendable {
    /// Dead slots below which nothing is gained.
    private static let deadMin = 4_096

    private let index: AdaptiveIndex
    private let old: IndexSnapshot
    /// Living slots of the old index as of the beginning, in the order of their new places.
    private let slots: [UInt32]

    /// Whether more slots are dead than alive, and enough of them.
    static func isWorth(_ index: AdaptiveIndex) -> Bool {
        index.count - index.liveCount > max(deadMin, index.liveCount)
    }

    /// On the writer's queue.
    init(_ writer: NamespaceWriter, _ collection: CollectionSpecification) {
        writer.index.publish()
        old = writer.index.snapshot
        index = AdaptiveIndex(
            dimension: collection.dimension, metric: collection.metric, parameters: writer.index.parameters)
        let snapshot = old
        slots = (0..<UInt32(snapshot.count)).filter { snapshot.isLive($0) }
    }

    /// Copies the living vectors, and makes their graph when they are many.
    ///
    /// - Throws: `CancellationError`.
    func run(progress: @escaping @Sendable (Double) -> Void, isCancelled: @Sendable () -> Bool) throws {
        for (place, slot) in slots.enumerated() {
            if place % 1_024 == 0, isCancelled() { throw CancellationError() }
            _ = old.vector(slot).withUnsafeBufferPointer { index.append($0) }
        }
        guard index.wantsSeal else { return }
        index.install(try index.makeSealJob().run(progress: progress, isCancelled: isCancelled))
    }

    /// On the writer's queue: gives the writer the new index, with what was written and removed since the beginning.
    ///
    /// - Complexity: O(living slots).
    func finish(_ writer: NamespaceWriter) {
        var ordinals = ChunkedArray<UInt32>()
        var seqs = ContiguousArray<UInt64>()
        for (place, slot) in slots.enumerated() {
            let ordinal = writer.ordinalOfSlot[Int(slot)]
            ordinals.append(ordinal)
            seqs.append(writer.vectorSeqOfSlot[Int(slot)])
            if writer.rows[Int(ordinal)].slot == slot {
                writer.rows[Int(ordinal)].slot = UInt32(place)
            } else {
                index.remove(UInt32(place))
            }
        }
        writer.index.publish()
        let current = writer.index.snapshot
        for slot in UInt32(old.count)..<UInt32(current.count) where current.isLive(slot) {
            let ordinal = writer.ordinalOfSlot[Int(slot)]
            ordinals.append(ordinal)
            seqs.append(writer.vectorSeqOfSlot[Int(slot)])
            writer.rows[Int(ordinal)].slot = current.vector(slot).withUnsafeBufferPointer { index.append($0) }
        }
        writer.index = index
        writer.ordinalOfSlot = ordinals
        writer.vectorSeqOfSlot = seqs
        writer.persistedSlots = 0
    }
}
