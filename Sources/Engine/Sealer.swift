import Dispatch
import Lineage
import Storage
import Synchronization
import VectorIndex

/// Moves fresh vectors into graphs, in the background, one namespace at a time.
///
/// The decision (`consider`) and the installation run on the writer's queue; the long work, which only reads immutable
/// data, runs on a queue of its own. Readers see the old state until the new one is published.
final class Sealer: Sendable {
    private let database: SQLiteStore
    private let queue = DispatchQueue(label: "arcanea.seal", qos: .utility)
    private let stopping = Atomic(false)
    private let pending = DispatchGroup()
    private let running = Mutex<Double?>(nil)

    /// Share of the running seal that is done, or `nil` when none runs.
    var progress: Double? { running.withLock { $0 } }

    init(database: SQLiteStore) {
        self.database = database
    }

    /// On the writer's queue: starts a seal when the namespace's fresh tail is long enough.
    func consider(_ namespace: Namespace) {
        let writer = namespace.writer
        // The graph seals itself in the background; a seal that it took over is worth a file.
        persistLineage(namespace)
        guard !writer.isSealing, !stopping.load(ordering: .relaxed) else { return }
        if IndexCompaction.isWorth(writer.index) { return compact(namespace) }
        guard writer.index.wantsSeal else { return }
        writer.isSealing = true
        let job = writer.index.makeSealJob()
        pending.enter()
        queue.async { [self] in
            let sealed = try? job.run(
                progress: { share in self.running.withLock { $0 = share } },
                isCancelled: { self.stopping.load(ordering: .relaxed) })
            running.withLock { $0 = nil }
            Task {
                _ = try? await database.commits.submit(grows: false) { _ in
                    ((), { self.install(sealed, in: namespace) })
                }
                self.pending.leave()
            }
        }
    }

    /// On the writer's queue.
    private func install(_ sealed: SealedGraph?, in namespace: Namespace) {
        let writer = namespace.writer
        writer.isSealing = false
        guard let sealed else { return }
        // A graph that was made over in another mode takes the place of its file, though it has no more slots.
        if writer.index.sealedGraph?.mode != sealed.mode { writer.persistedSlots = 0 }
        writer.index.install(sealed)
        namespace.publish()
        // Each file costs a write of the whole graph: pay for it when the graph has grown by a quarter, and at close.
        if sealed.count >= writer.persistedSlots + writer.persistedSlots / 4 { persist(namespace) }
        consider(namespace)
    }

    /// On the writer's queue: makes the index anew without its dead slots.
    private func compact(_ namespace: Namespace) {
        namespace.writer.isSealing = true
        let compaction = IndexCompaction(namespace.writer, namespace.collection)
        pending.enter()
        queue.async { [self] in
            let isDone: Void? = try? compaction.run(
                progress: { share in self.running.withLock { $0 = share } },
                isCancelled: { self.stopping.load(ordering: .relaxed) })
            running.withLock { $0 = nil }
            Task {
                _ = try? await database.commits.submit(grows: false) { _ in
                    ((), { self.install(isDone == nil ? nil : compaction, in: namespace) })
                }
                self.pending.leave()
            }
        }
    }

    /// On the writer's queue.
    private func install(_ compaction: IndexCompaction?, in namespace: Namespace) {
        let writer = namespace.writer
        writer.isSealing = false
        guard let compaction else { return }
        compaction.finish(writer)
        namespace.publish()
        if writer.index.sealedGraph == nil {
            // So few are left that none is needed; the file of the many goes.
            let name = IndexSegment.name(namespace: namespace.id)
            queue.async { [database] in try? database.derivedFiles.remove(name) }
        } else {
            persist(namespace)
        }
        consider(namespace)
    }

    /// On the writer's queue, or after it has drained: writes the namespace's index, which start-up uses and verifies, and
    /// goes on with the file in the place of the memory that it was written from.
    func persist(_ namespace: Namespace) {
        let writer = namespace.writer
        guard let content = writer.index.segmentContent, content.graph.count > writer.persistedSlots else { return }
        let ordinals = writer.ordinalOfSlot
        let slots = (0..<content.graph.count).map { slot in
            IndexSegment.Slot(ordinal: ordinals[slot], vectorSeq: writer.vectorSeqOfSlot[slot])
        }
        writer.persistedSlots = content.graph.count
        let seq = writer.seq
        pending.enter()
        queue.async { [self] in
            // A failure costs a rebuild at the next start, never an answer: the file is derived.
            let files = database.derivedFiles
            guard
                (try? IndexSegment.write(content, slots: slots, seq: seq, namespace: namespace.id, to: files)) != nil,
                !stopping.load(ordering: .relaxed),
                let mapped = try? IndexSegment(of: namespace.id, in: files)?.graph
            else { return pending.leave() }
            Task {
                _ = try? await database.commits.submit(grows: false) { _ in
                    ((), { self.replace(content.graph, with: mapped, in: namespace) })
                }
                self.pending.leave()
            }
        }
    }

    /// On the writer's queue: takes the mapped form of a graph, unless another graph came in the meantime.
    private func replace(_ graph: SealedGraph, with mapped: SealedGraph, in namespace: Namespace) {
        guard namespace.writer.index.sealedGraph?.isIdentical(to: graph) == true else { return }
        namespace.writer.index.install(mapped)
        namespace.publish()
    }

    /// On the writer's queue, or after it has drained: writes the sealed edges of the namespace's lineage, when they are newer
    /// than the file.
    ///
    /// - Parameter sealsFirst: whether edges that are not sealed yet are to be in it.
    func persistLineage(_ namespace: Namespace, sealsFirst: Bool = false) {
        let writer = namespace.writer
        guard let lineage = writer.lineage, writer.seq > writer.persistedLineageSeq else { return }
        if sealsFirst {
            lineage.sequence = writer.seq
            lineage.seal()
        }
        let mark = lineage.sealedMark
        guard mark.sequence > writer.persistedLineageSeq, mark.nodeCount > 0 else { return }
        writer.persistedLineageSeq = mark.sequence
        let sealed = lineage.sealedEdges
        pending.enter()
        queue.async { [self] in
            defer { pending.leave() }
            // As with the index: a failure costs a rebuild at the next start.
            try? database.derivedFiles.write(
                LineageFile.name(namespace: namespace.id), seq: mark.sequence, count: UInt64(mark.edgeCount),
                LineageImage(sealed).serialized())
        }
    }

    /// Waits until no seal and no file write is under way.
    func drain() async {
        await withCheckedContinuation { continuation in
            pending.notify(queue: queue) { continuation.resume() }
        }
    }

    /// Ends running seals early and starts no more; does not wait for the end.
    func abandon() {
        stopping.store(true, ordering: .relaxed)
    }

    /// Ends running seals early and starts no more.
    func stop() async {
        abandon()
        await drain()
    }
}
