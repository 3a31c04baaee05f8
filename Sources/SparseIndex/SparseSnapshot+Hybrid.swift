/// What a dense index knows about a query before a hybrid search.
public struct DenseCandidates: Sendable {
    /// Records with their dense scores, larger is closer; only such as pass the filter. In any order, each once.
    public var scores: [SparseNeighbor]
    /// No other record that passes the filter has a larger dense score. The score of the last candidate, when these are the
    /// nearest ones; `-Float.infinity` when there are no others.
    public var bound: Float

    public init(scores: [SparseNeighbor], bound: Float) {
        self.scores = scores
        self.bound = bound
    }
}

/// The outcome of a hybrid search among candidates.
public struct HybridSearchResult: Sendable {
    /// From the best to the worst by `dense · q + sparse · q`; equal scores by slot.
    public var neighbors: [SparseNeighbor]
    public var counters: SparseSearchCounters
    /// Whether no other record can be better, given that the bound on dense scores holds.
    public var isProven: Bool
}

extension SparseSnapshot {
    /// The `k` best records by `dense · q + sparse · q`, from all dense scores. Exact; right for small sets and selective filters.
    ///
    /// - Parameters:
    ///   - scan: hands out every record that may be returned with its dense score, each once. Records without a sparse vector,
    ///     and such as have no index in common with the query, count with their dense score alone.
    ///   - bound: above every slot.
    /// - Complexity: O(postings of the query's indices + bound + records · log k).
    public func hybridSearch(
        _ query: SparseVector, k: Int, bound: UInt32, scan: ((UInt32, Float) -> Void) -> Void
    ) -> HybridSearchResult {
        var sums = [Double](repeating: 0, count: Int(bound))
        var counters = SparseSearchCounters()
        counters.postingsRead = forEachScore(query) { slot, score in
            if slot < bound { sums[Int(slot)] = score }
        }
        var top = TopScores(k)
        scan { slot, dense in
            counters.denseScores += 1
            top.insert(score: Double(dense) + (slot < bound ? sums[Int(slot)] : 0), slot: slot)
        }
        counters.recordsScored = counters.denseScores
        return HybridSearchResult(neighbors: k > 0 ? top.sorted() : [], counters: counters, isProven: true)
    }

    /// The `k` best records by `dense · q + sparse · q`, from the best dense scores and all postings that can matter.
    ///
    /// The candidates are scored whole first. Every other record has a dense score of at most `dense.bound`: the inverted index
    /// is searched with that added to its bounds, and the dense score of a record is asked for only when its sparse score plus
    /// the bound reaches the bar. What then remains are records that are neither candidates nor have an index in common with
    /// the query: at best they reach `dense.bound`, and the result says whether that is out of the question (Fagin, Lotem &
    /// Naor, "Optimal Aggregation Algorithms for Middleware", JCSS 2003, with one list searched instead of read in order).
    ///
    /// With candidates from an approximate dense search, `dense.bound` is an estimate: a record that the dense search missed is
    /// then lost only if it shares no index with the query, or if its sparse score plus the bound stays below the bar.
    ///
    /// - Parameters:
    ///   - parameters: the filter must be the one that the candidates passed.
    ///   - denseScore: of a record that has a sparse vector and passes the filter; `nil` leaves the record out.
    /// - Complexity: O(candidates · query values · log postings) and at most the postings of the query's indices.
    public func hybridSearch(
        _ query: SparseVector, _ parameters: SparseSearchParameters, dense: DenseCandidates,
        denseScore: (UInt32) -> Float?
    ) -> HybridSearchResult {
        guard parameters.k > 0 else { return HybridSearchResult(neighbors: [], counters: .init(), isProven: true) }
        return withoutActuallyEscaping(denseScore) { denseScore in
            var search = BlockMaxSearch(query, k: parameters.k, filter: parameters.filter)
            for candidate in dense.scores {
                search.top.insert(
                    score: Double(candidate.score) + (score(candidate.slot, query) ?? 0), slot: candidate.slot)
            }
            search.counters.recordsScored = dense.scores.count
            var denseScores = 0
            if dense.bound > -.infinity {
                let known = SlotSet(dense.scores.map(\.slot))
                search.ceiling = Double(dense.bound)
                search.complete = { slot, sparse in
                    guard !known.contains(slot), let score = denseScore(slot) else { return nil }
                    denseScores += 1
                    return Double(score) + sparse
                }
                search.run(parts)
            }
            search.complete = nil
            search.counters.denseScores = denseScores
            return HybridSearchResult(
                neighbors: search.top.sorted(), counters: search.counters,
                isProven: dense.bound == -.infinity || search.top.bar > Double(dense.bound))
        }
    }
}
