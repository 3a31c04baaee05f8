/// A sum that comes out the same whatever the order of its terms, but for odds of about 1 in 10¹⁵.
///
/// The order in which works are settled depends on the history of a graph: late credits move ranks, and a graph that was
/// opened again has the ranks of a fresh one. Shares must not differ by that in their last digit. What each addition cuts
/// off is kept apart (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B), so that the sum has twice the digits
/// until it is read.
struct OrderlessSum: BitwiseCopyable {
    private var high: Double
    private var low = 0.0

    init(_ value: Double) { high = value }

    var value: Double { high + low }

    @inline(__always)
    static func += (sum: inout OrderlessSum, term: Double) {
        let rounded = sum.high + term
        let added = rounded - sum.high
        sum.low += (sum.high - (rounded - added)) + (term - added)
        sum.high = rounded
    }
}
