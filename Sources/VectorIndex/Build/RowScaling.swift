/// A scaled copy of rows whose squares would leave the range of float32; nil in the usual case.
///
/// Scaling all rows by one factor changes no comparison of distances.
final class RowScaling {
    let values: UnsafeMutablePointer<Float>

    init?(_ rows: UnsafePointer<Float>, values count: Int) {
        var largest: Float = 0
        for index in 0..<count { largest = max(largest, abs(rows[index])) }
        guard largest > 0, largest.isFinite, largest > 1e15 || largest < 1e-12 else { return nil }
        values = .allocate(capacity: count)
        for index in 0..<count { values[index] = rows[index] / largest }
    }

    deinit { values.deallocate() }
}
