extension SparseSnapshot {
    /// The `k` records with the largest inner products with the query, of those that have an index in common with it and pass
    /// the filter; fewer only when fewer qualify. Exact.
    ///
    /// - Complexity: O(postings of the query's indices) at most; ``SparseSearchCounters`` tells how many it were.
    public func search(_ query: SparseVector, _ parameters: SparseSearchParameters) -> SparseSearchResult {
        guard parameters.k > 0 else { return SparseSearchResult(neighbors: [], counters: .init()) }
        var search = BlockMaxSearch(query, k: parameters.k, filter: parameters.filter)
        search.run(parts)
        return SparseSearchResult(neighbors: search.top.sorted(), counters: search.counters)
    }

    /// Inner products with all records that have an index in common with the query, in no particular order.
    ///
    /// - Returns: the number of postings read, which is all of the query's indices.
    @discardableResult
    public func forEachScore(_ query: SparseVector, _ body: (UInt32, Double) -> Void) -> Int {
        BlockScratch.withScratch { scratch in
            var postingsRead = 0
            for part in parts {
                var reader = BlockReader(part, query, scratch)
                guard reader.findLists() else { continue }
                for block in 0..<part.segment.blockCount where reader.gatherSlices(block) {
                    scratch.clearSums()
                    for slice in scratch.slices { reader.add(slice) }
                    var found = scratch.touchedRows()
                    found.formIntersection(reader.liveRows(block))
                    for row in found { body(reader.slot(block, row), scratch.sums[row]) }
                }
                postingsRead += reader.postingsRead
            }
            return postingsRead
        }
    }
}
