/// Greedy maximum-a-posteriori selection from a determinantal point process (Chen, Zhang, Zhou: "Fast greedy MAP
/// inference for determinantal point process", NeurIPS 2018).
///
/// The kernel is L(i, j) = q(i) · q(j) · similarity(i, j) with similarity(i, i) = 1. Each step takes the candidate
/// that raises det L of the chosen set most: high quality, and not a combination of what was chosen. The gain of
/// candidate i is d²(i), kept by an incremental Cholesky factorization, O(N) similarities and O(N · w) sums a step.
///
/// With a `window` of w only the last w - 1 choices repel, which suits long lists: the eye compares neighbors, and
/// the number of repelling items stays below the rank of the vectors. The oldest choice leaves the factorization
/// by Givens rotations, which change each candidate's row and gain consistently in O(w).
public struct GreedyDPP: Sendable {
    /// Most choices that repel at once.
    private let capacity: Int
    private let quality: [Double]
    /// Row i: the coefficients c(i) of candidate i in the basis of the chosen ones; `capacity` numbers each.
    private var rows: [Double]
    private var gains: [Double]
    /// The choices that repel at present, oldest first.
    private var active: [Int] = []

    /// Gains below this share of q² are rounding residue: the candidate lies in the span of what was chosen.
    static let rankTolerance = 1e-9

    /// - Parameters:
    ///   - quality: one number ≥ 0 per candidate.
    ///   - window: at least 2; `nil` lets every choice repel.
    ///   - count: largest number of choices that will be added.
    public init(quality: [Double], window: Int? = nil, count: Int) {
        precondition(window ?? 2 >= 2, "a window holds at least two items")
        capacity = Swift.max(1, Swift.min(window.map { $0 - 1 } ?? count, count))
        self.quality = quality
        rows = [Double](repeating: 0, count: quality.count * capacity)
        gains = quality.map { $0 * $0 }
    }

    /// How much choosing `candidate` multiplies the determinant; 0 when it adds nothing that was not chosen.
    public func gain(_ candidate: Int) -> Double {
        let full = quality[candidate] * quality[candidate]
        return gains[candidate] > GreedyDPP.rankTolerance * full ? gains[candidate] : 0
    }

    /// Adds a choice; every other candidate's gain falls accordingly.
    ///
    /// - Parameter similarity: of candidates i and j, symmetric and positive semidefinite, such as the cosine.
    public mutating func choose(_ choice: Int, similarity: (Int, Int) -> Double) {
        if active.count == capacity { forgetOldest() }
        let gain = gain(choice)
        // A dependent choice adds no direction, so there is nothing to subtract.
        guard gain > 0 else { return }
        let root = gain.squareRoot()
        let depth = active.count
        let base = choice * capacity
        for i in quality.indices where i != choice {
            var projection = quality[i] * quality[choice] * similarity(choice, i)
            for column in 0..<depth {
                projection -= rows[base + column] * rows[i * capacity + column]
            }
            let coefficient = projection / root
            rows[i * capacity + depth] = coefficient
            gains[i] -= coefficient * coefficient
        }
        rows[base + depth] = root
        gains[choice] = 0
        active.append(choice)
    }

    /// Takes the oldest choice out of the factorization.
    ///
    /// Rotating the first column into each of the others in turn makes the rows of the remaining choices lower
    /// triangular again without it. The same rotations applied to a candidate's row preserve its length, so what
    /// is left in the rotated-out place is exactly what its gain gets back.
    private mutating func forgetOldest() {
        let depth = active.count
        for column in 1..<Swift.max(1, depth) {
            let pivot = active[column] * capacity
            let diagonal = rows[pivot + column]
            let first = rows[pivot]
            let length = (diagonal * diagonal + first * first).squareRoot()
            guard length > 0 else { continue }
            let cosine = diagonal / length
            let sine = first / length
            for i in quality.indices {
                let row = i * capacity
                let a = rows[row]
                let b = rows[row + column]
                rows[row] = cosine * a - sine * b
                rows[row + column] = sine * a + cosine * b
            }
        }
        for i in quality.indices {
            let row = i * capacity
            let residue = rows[row]
            gains[i] += residue * residue
            for column in 1..<Swift.max(1, depth) { rows[row + column - 1] = rows[row + column] }
            rows[row + depth - 1] = 0
        }
        active.removeFirst()
    }

    /// Up to `count` choices by greedy gain; fewer when every remaining candidate lies in the span of the active
    /// choices. Equal gains go to the smaller index.
    public static func choose(
        count: Int, quality: [Double], window: Int? = nil, similarity: (Int, Int) -> Double
    ) -> [Int] {
        var process = GreedyDPP(quality: quality, window: window, count: count)
        var remaining = Array(quality.indices)
        var choices: [Int] = []
        while choices.count < count {
            var best: Int?
            var bestGain = 0.0
            for (place, candidate) in remaining.enumerated() {
                let gain = process.gain(candidate)
                if gain > bestGain {
                    best = place
                    bestGain = gain
                }
            }
            guard let best else { break }
            let choice = remaining.remove(at: best)
            choices.append(choice)
            process.choose(choice, similarity: similarity)
        }
        return choices
    }
}
