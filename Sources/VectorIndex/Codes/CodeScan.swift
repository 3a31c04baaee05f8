import CKernels
import Vectors

/// Comparing a query with the 8-bit codes of chosen nodes, one by one, and exactly with those that may be among the
/// nearest.
///
/// A code is a quarter of the vector's bytes, and its error is bounded: the result is the exact one unless the bound
/// fails for a neighbor, which happens less than once in a billion comparisons.
///
/// SAFETY: borrows the rows and the scratch memory of its caller and must not outlive the call.
struct CodeScan {
    let rows: CodeRows
    let query: CodedQuery
    let scratch: SearchScratch

    /// Rows whose codes are fetched ahead of their comparison.
    private static let ahead = 6

    /// Computes `scratch.distances` of the first `count` entries of `scratch.slots` from codes; infinite for damaged rows.
    @inline(__always)
    static func measure(_ count: Int, _ rows: CodeRows, _ query: CodedQuery, _ scratch: SearchScratch) {
        let layout = rows.layout
        let lines = layout.padded / 64 + 1
        let first = rows.row(0)
        let slots = scratch.slots
        for index in 0..<min(count, ahead) {
            ckernels_prefetch_lines(first + Int(slots[index]) &* layout.stride, lines)
        }
        for index in 0..<count {
            if index &+ ahead < count {
                ckernels_prefetch_lines(first + Int(slots[index &+ ahead]) &* layout.stride, lines)
            }
            scratch.distances[index] =
                rows.isIntact(slots[index])
                ? query.distance(to: first + Int(slots[index]) &* layout.stride, layout) : .infinity
        }
    }

    /// Those of the nodes with a bit in `allowed` that may be among the `k` nearest of them.
    ///
    /// - Parameter allowed: whole words; bits from `rows.count` on are ignored, the others are nodes of the graph.
    /// - Returns: keys in no order, and how many codes were compared.
    func mayBeNearest(_ k: Int, allowed: UnsafeBufferPointer<UInt64>) -> (keys: [UInt64], compared: Int) {
        // The k-th smallest upper bound is above the k-th nearest.
        var upper = TopKeys(k)
        var lower: [UInt64] = []
        var compared = 0
        var pending = 0
        func flush() {
            Self.measure(pending, rows, query, scratch)
            for index in 0..<pending {
                let slot = scratch.slots[index]
                let distance = scratch.distances[index]
                let error = query.error(of: rows.row(slot), rows.layout)
                let key = CandidateKey.make(distance: distance - error, slot: slot)
                guard key < upper.threshold else { continue }
                lower.append(key)
                upper.insert(CandidateKey.make(distance: distance + error, slot: slot))
            }
            compared += pending
            pending = 0
        }
        for word in 0..<min(allowed.count, (rows.count + 63) / 64) {
            var rest = allowed[word]
            if word == rows.count / 64 { rest &= (1 << UInt64(rows.count & 63)) - 1 }
            while rest != 0 {
                scratch.slots[pending] = UInt32(word * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
                pending += 1
                if pending == SearchScratch.batch { flush() }
            }
        }
        flush()
        let bounds = upper.finish()
        if bounds.count == k, let last = bounds.last { lower.removeAll { $0 > last } }
        return (lower, compared)
    }
}
