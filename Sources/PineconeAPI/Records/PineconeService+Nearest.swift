import Engine
import Metadata
import SparseIndex
import Vectors

/// Dense, sparse and hybrid searches of one snapshot.
extension PineconeService {
    /// Records up to which a hybrid search compares with all of them.
    private static let scanMax = 10_000

    /// The nearest records, best first; equal ones in the order of creation.
    func nearest(
        _ vector: [Float]?, _ sparse: SparseValues?, _ topK: Int, _ allowed: RoaringBitmap?, _ index: PineconeIndex,
        _ namespace: Namespace, _ snapshot: NamespaceSnapshot
    ) throws -> [RecordHit] {
        guard let dense = index.dense else {
            guard let sparse else { return [] }
            return nearest(try SparseVector(sparse), topK, allowed, namespace, snapshot)
        }
        guard let vector else { return [] }
        if let sparse, let inverted = sparses.index(of: namespace)?.snapshot, inverted.count > 0 {
            return nearest(vector, try SparseVector(sparse), inverted, topK, allowed, snapshot)
        }
        var hits = snapshot.search(vector, k: topK, allowed: allowed).hits
        if dense.metric == .squaredEuclidean {
            hits.sort { ($0.score, $0.ordinal) < ($1.score, $1.ordinal) }
        } else {
            hits.sort { ($1.score, $0.ordinal) < ($0.score, $1.ordinal) }
        }
        return hits
    }

    /// Among sparse vectors only. Records that have no index in common with the query are not found.
    private func nearest(
        _ sparse: SparseVector, _ topK: Int, _ allowed: RoaringBitmap?, _ namespace: Namespace,
        _ snapshot: NamespaceSnapshot
    ) -> [RecordHit] {
        guard let inverted = sparses.index(of: namespace)?.snapshot else { return [] }
        let filter = allowed.map { SlotSet($0, bound: snapshot.rows.count) }
        return hits(inverted.search(sparse, SparseSearchParameters(k: topK, filter: filter)).neighbors, snapshot)
    }

    /// By the sum of both inner products.
    private func nearest(
        _ vector: [Float], _ sparse: SparseVector, _ inverted: SparseSnapshot, _ topK: Int, _ allowed: RoaringBitmap?,
        _ snapshot: NamespaceSnapshot
    ) -> [RecordHit] {
        let total = allowed?.count ?? snapshot.recordCount
        let filter = allowed.map { SlotSet($0, bound: snapshot.rows.count) }
        var wanted = max(4 * topK, 128)
        while total > Self.scanMax, wanted < total / 4 {
            let found = snapshot.search(vector, k: wanted, allowed: allowed).hits
            let candidates = DenseCandidates(
                scores: found.map { SparseNeighbor(slot: $0.ordinal, score: $0.score) },
                bound: found.count < wanted ? -.infinity : found.last?.score ?? -.infinity)
            let result = inverted.hybridSearch(
                sparse, SparseSearchParameters(k: topK, filter: filter), dense: candidates
            ) { ordinal in
                guard ordinal < snapshot.rows.count else { return nil }
                return snapshot.vector(of: ordinal).map { zip($0, vector).reduce(Float(0)) { $0 + $1.0 * $1.1 } }
            }
            if result.isProven { return hits(result.neighbors, snapshot) }
            // Something that shares no index with the query may still be better: look further.
            wanted *= 4
        }
        let result = inverted.hybridSearch(sparse, k: topK, bound: UInt32(snapshot.rows.count)) { report in
            snapshot.scanScores(vector) { ordinal, score in
                if filter?.contains(ordinal) ?? true { report(ordinal, score) }
            }
        }
        return hits(result.neighbors, snapshot)
    }

    /// The inverted index may be ahead of the snapshot: what the snapshot does not have is left out.
    private func hits(_ neighbors: [SparseNeighbor], _ snapshot: NamespaceSnapshot) -> [RecordHit] {
        neighbors.compactMap { neighbor in
            guard neighbor.slot < snapshot.rows.count, snapshot.rows[Int(neighbor.slot)].exists else { return nil }
            return RecordHit(ordinal: neighbor.slot, score: neighbor.score)
        }
    }
}
