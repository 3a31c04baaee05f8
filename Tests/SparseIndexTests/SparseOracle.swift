import SparseIndex
import TestSupport

/// The plain loop that the index is compared with.
struct SparseOracle {
    var records: [UInt32: SparseVector] = [:]

    func search(_ query: SparseVector, k: Int, filter: SlotSet? = nil) -> [SparseNeighbor] {
        best(k) { slot, vector in filter?.contains(slot) == false ? nil : vector.innerProduct(query) }
    }

    func hybrid(_ query: SparseVector, k: Int, dense: [UInt32: Float], filter: SlotSet? = nil) -> [SparseNeighbor] {
        let scored = dense.filter { filter?.contains($0.key) != false }.map { slot, score in
            (slot: slot, score: Double(score) + (records[slot]?.innerProduct(query) ?? 0))
        }
        return Self.best(k, scored)
    }

    private func best(_ k: Int, _ score: (UInt32, SparseVector) -> Double?) -> [SparseNeighbor] {
        Self.best(k, records.compactMap { slot, vector in score(slot, vector).map { (slot, $0) } })
    }

    private static func best(_ k: Int, _ scored: [(slot: UInt32, score: Double)]) -> [SparseNeighbor] {
        scored.sorted { $0.score > $1.score || ($0.score == $1.score && $0.slot < $1.slot) }.prefix(k)
            .map { SparseNeighbor(slot: $0.slot, score: Float($0.score)) }
    }
}

/// Random sparse vectors whose values are small multiples of 1/8: all sums are exact, and equal scores are frequent.
struct SparseWorld {
    var generator: SeededGenerator
    /// Indices are drawn with the density of 1 / rank, as words are.
    var dimensionCount: UInt32 = 400
    var allowsNegative = true

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func vector(_ count: ClosedRange<Int>) -> SparseVector {
        var indices: Set<UInt32> = []
        for _ in 0..<Int.random(in: count, using: &generator) {
            let uniform = Double.random(in: 0..<1, using: &generator)
            let rank = UInt32(Double(dimensionCount).power(uniform)) - 1
            // Far apart, up to the end of the range.
            indices.insert(rank &* 10_737_418)
        }
        let values = indices.map { _ in
            Float(Int.random(in: allowsNegative ? -16...16 : 1...16, using: &generator)) / 8
        }
        do {
            return try SparseVector(indices: Array(indices), values: values)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

extension Double {
    /// `self` to the power of `exponent` by repeated square roots: enough for drawing ranks, without a math library.
    fileprivate func power(_ exponent: Double) -> Double {
        var result = 1.0
        var root = self
        var rest = exponent
        for _ in 0..<30 {
            root = root.squareRoot()
            rest *= 2
            if rest >= 1 {
                result *= root
                rest -= 1
            }
        }
        return result
    }
}
