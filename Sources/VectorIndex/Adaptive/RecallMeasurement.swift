import Vectors

extension SealedGraph {
    /// Queries that a recall table is measured with, at most; one in 200 nodes when that is fewer.
    private static let sampleLimit = 200
    private static let nodesPerQuery = 200
    /// Fewer queries tell too little.
    private static let sampleMinimum = 20

    /// Measures how recall depends on `efSearch`.
    ///
    /// - Parameters:
    ///   - view: the vectors of the graph's slots.
    ///   - isCancelled: asked between searches.
    /// - Returns: `nil` when the graph is too small for a sample, has no quantized rows, or the work was cancelled.
    /// - Complexity: as some thousand searches and an exact comparison of at most 200 queries with all vectors: about one
    ///   part in 30 of a bulk build.
    func measuredRecall(view: VectorView, isCancelled: () -> Bool) -> RecallTable? {
        let sample = min(Self.sampleLimit, nodeCount / Self.nodesPerQuery)
        guard sample >= Self.sampleMinimum, rows != nil else { return nil }
        let queries = sampleSlots(sample)
        let dimension = view.dimension
        var matrix = [Float](repeating: 0, count: queries.count * dimension)
        for (index, slot) in queries.enumerated() {
            view.withRow(slot) { row in
                for position in 0..<dimension { matrix[index * dimension + position] = row[position] }
            }
        }
        var outside = SlotBitmap()
        for slot in 0..<UInt32(count) where !graph.isLinked(slot) { outside.insert(slot) }
        func snapshot(_ graph: SealedGraph?) -> IndexSnapshot {
            IndexSnapshot(
                metric: metric, view: view.prefix(count), dead: outside, deadCount: count - nodeCount, graph: graph)
        }
        let deepest = 100
        let truth = matrix.withUnsafeBufferPointer {
            snapshot(nil).search(batch: $0, SearchParameters(k: deepest + 1))
        }
        let searched = snapshot(self)
        var entries: [RecallTable.Entry] = []
        for efSearch in RecallTable.ladder {
            var entry = RecallTable.Entry(efSearch: efSearch, recallAt10: 0, recallAt100: 0)
            for k in [10, deepest] where efSearch >= k {
                var sum = 0.0
                for (index, slot) in queries.enumerated() {
                    if isCancelled() { return nil }
                    var parameters = SearchParameters(k: k, efSearch: efSearch)
                    parameters.heldOut = slot
                    let found = matrix.withUnsafeBufferPointer {
                        searched.search(
                            UnsafeBufferPointer(rebasing: $0[index * dimension..<(index + 1) * dimension]), parameters)
                    }
                    sum += Self.recall(
                        found.neighbors, truth[index].neighbors.filter { $0.slot != slot }.prefix(k))
                }
                // As precise as a segment keeps it.
                let recall = Double(Float(RecallTable.unseen(sum / Double(sample))))
                if k == 10 { entry.recallAt10 = recall } else { entry.recallAt100 = recall }
            }
            entries.append(entry)
            if min(entry.recallAt10, entry.recallAt100) >= RecallTable.enough { break }
        }
        return RecallTable(entries: entries)
    }

    /// Share of the true neighbors that were found; what is as near as the last of them counts.
    private static func recall(_ found: [Neighbor], _ truth: ArraySlice<Neighbor>) -> Double {
        guard let last = truth.last else { return 1 }
        return Double(min(found.count { $0.distance <= last.distance }, truth.count)) / Double(truth.count)
    }

    /// Nodes at random, the same ones for the same graph.
    private func sampleSlots(_ wanted: Int) -> [UInt32] {
        var state = graph.parameters.seed
        var chosen = Set<UInt32>()
        var attempts = 0
        while chosen.count < wanted, attempts < 100 * wanted {
            let slot = UInt32(SplitMix.next(&state) % UInt64(count))
            if graph.isLinked(slot) { chosen.insert(slot) }
            attempts += 1
        }
        return chosen.sorted()
    }
}
