import Vectors

/// The long part of moving fresh vectors into the graph. Reads immutable data only, so it runs on any thread while the
/// index takes writes and answers searches.
public struct SealJob: Sendable {
    let view: VectorView
    let metric: Metric
    let dead: SlotBitmap
    let base: SealedGraph?
    private let settings: AdaptiveParameters
    private var parameters: HNSWParameters { settings.graph }
    private var threads: Int { settings.buildThreads }

    init(view: VectorView, metric: Metric, dead: SlotBitmap, base: SealedGraph?, parameters: AdaptiveParameters) {
        self.view = view
        self.metric = metric
        self.dead = dead
        self.base = base
        settings = parameters
    }

    /// A table of recall is measured again when one node in as many has changed.
    private static let nodesPerMeasuredChange = 8

    /// Slots that the result will cover.
    public var count: Int { view.count }

    /// Copies the graph, takes dead nodes out and links the fresh vectors; or links everything at once when there is no
    /// graph yet or more than a quarter of the result is fresh: an insertion costs about four times a vector's share of a
    /// bulk build.
    ///
    /// - Parameters:
    ///   - progress: called now and then with the done part, 0…1, by one thread at a time.
    ///   - isCancelled: asked at least every few milliseconds of work, from any thread.
    /// - Throws: `CancellationError` after `isCancelled` said so; nothing is left behind.
    public func run(
        progress: @escaping @Sendable (Double) -> Void, isCancelled: @Sendable () -> Bool
    ) throws -> SealedGraph {
        // Graphs are built on float32.
        let view = view.widened()
        let living = view.count - dead.count
        if living >= HNSWBulkLink.minimumRows, (base?.nodeCount ?? 0) < living / 4 * 3 {
            return try buildAll(view, progress: progress, isCancelled: isCancelled)
        }
        let graph =
            if let base {
                HNSWGraph(copying: base.graph, capacity: view.count)
            } else {
                HNSWGraph(parameters: parameters, metric: metric, dimension: view.dimension, capacity: view.count)
            }
        let fresh = graph.count..<view.count
        let before = graph.nodeCount
        let linked = fresh.count { !dead.contains(UInt32($0)) }
        try SearchScratch.withScratch { scratch in
            var builder = HNSWBuilder(graph: graph, view: view, scratch: scratch)
            try builder.unlink(dead, isCancelled: isCancelled)
            for slot in fresh {
                if isCancelled() { throw CancellationError() }
                if !dead.contains(UInt32(slot)) { builder.insert(UInt32(slot)) }
                if slot & 0x3FF == 0 { progress(Double(slot - fresh.lowerBound) / Double(fresh.count)) }
            }
        }
        graph.count = view.count
        var sealed = finish(graph, view, base: base?.rows, threads: 1)
        sealed.recall = base?.recall
        sealed.recall?.changes += linked + (before + linked - graph.nodeCount)
        let isMadeOver = base?.mode != nil && sealed.mode != base?.mode
        if let table = sealed.recall,
            isMadeOver || table.changes > graph.nodeCount / Self.nodesPerMeasuredChange
        {
            sealed.recall = sealed.measuredRecall(view: view, isCancelled: isCancelled)
            if isCancelled() { throw CancellationError() }
        }
        progress(1)
        return sealed
    }

    private func finish(_ graph: HNSWGraph, _ view: VectorView, base: CodeRows?, threads: Int) -> SealedGraph {
        let rows = CodeRows(graph: graph, view: view, base: base, mode: settings.mode, threads: threads)
        if let rows { graph.shareLinks(of: rows) }
        let rounded = settings.originals == .float16 ? RoundedRows.rows(of: view, graph: graph) : nil
        // Of a compact index the vectors stay where they are, in the file for the most part, until the next file is written.
        return SealedGraph(
            graph: graph, rows: rows, rounded: settings.mode == .compact ? nil : rounded,
            originals: rounded?.precision)
    }

    private func buildAll(
        _ view: VectorView, progress: @escaping @Sendable (Double) -> Void, isCancelled: @Sendable () -> Bool
    ) throws -> SealedGraph {
        let graph = HNSWGraph(
            parameters: parameters, metric: metric, dimension: view.dimension, capacity: view.count)
        let encoding = 0.1
        let measuring = 0.03
        try HNSWBulkLink(graph: graph, view: view, threads: threads).link(
            except: dead, progress: { progress($0 * (1 - encoding - measuring)) }, isCancelled: isCancelled)
        var sealed = finish(graph, view, base: nil, threads: threads)
        progress(1 - measuring)
        sealed.recall = sealed.measuredRecall(view: view, isCancelled: isCancelled)
        if isCancelled() { throw CancellationError() }
        progress(1)
        return sealed
    }
}
