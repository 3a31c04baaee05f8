/// Scores of either sign in keys that sort by score, then position.
enum ScoreKey {
    @inline(__always)
    static func make(_ score: Float, _ position: Int) -> UInt64 {
        let bits = score.bitPattern
        let ordered = bits & 0x8000_0000 != 0 ? ~bits : bits | 0x8000_0000
        return UInt64(ordered) << 32 | UInt64(UInt32(truncatingIfNeeded: position))
    }

    @inline(__always)
    static func score(_ key: UInt64) -> Float {
        let ordered = UInt32(truncatingIfNeeded: key >> 32)
        return Float(bitPattern: ordered & 0x8000_0000 != 0 ? ordered & 0x7FFF_FFFF : ~ordered)
    }

    @inline(__always)
    static func position(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key) }
}

/// The nearest rows of one row of a matrix product.
enum NearestSelection {
    /// Values looked at together.
    static let width = 16

    /// Selects the `wanted` smallest of `norms[j] - 2 * dots[j]`: the squared distances but for the query's own norm.
    ///
    /// - Parameter out: takes `wanted` keys (`ScoreKey`) in ascending order; `wanted` is at most `count`.
    @inline(__always)
    static func select(
        _ wanted: Int, dots: UnsafePointer<Float>, norms: UnsafePointer<Float>, count: Int,
        into out: UnsafeMutablePointer<UInt64>
    ) {
        var found = 0
        var threshold = Float.infinity
        var position = 0
        let rawDots = UnsafeRawPointer(dots)
        let rawNorms = UnsafeRawPointer(norms)
        while position + width <= count {
            let dot = rawDots.loadUnaligned(fromByteOffset: position * 4, as: SIMD16<Float>.self)
            let norm = rawNorms.loadUnaligned(fromByteOffset: position * 4, as: SIMD16<Float>.self)
            let score = norm - (dot + dot)
            if found < wanted || any(score .< threshold) {
                for lane in 0..<width {
                    insert(score[lane], position + lane, wanted, &found, &threshold, out)
                }
            }
            position += width
        }
        while position < count {
            insert(norms[position] - 2 * dots[position], position, wanted, &found, &threshold, out)
            position += 1
        }
    }

    @inline(__always)
    private static func insert(
        _ score: Float, _ position: Int, _ wanted: Int, _ found: inout Int, _ threshold: inout Float,
        _ out: UnsafeMutablePointer<UInt64>
    ) {
        guard found < wanted || score < threshold else { return }
        let key = ScoreKey.make(score, position)
        var place = found < wanted ? found : wanted - 1
        while place > 0, out[place - 1] > key {
            out[place] = out[place - 1]
            place -= 1
        }
        out[place] = key
        if found < wanted { found += 1 }
        if found == wanted { threshold = ScoreKey.score(out[wanted - 1]) }
    }
}

/// Rows gathered relative to their mean, which keeps the precision of products of rows far from the origin.
enum CenteredBlock {
    /// Writes the mean of some rows and returns it.
    static func mean(
        _ rows: RowMatrix, _ ids: UnsafeBufferPointer<UInt32>, into mean: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        let scale = 1 / Float(max(ids.count, 1))
        mean.update(repeating: 0, count: rows.dimension)
        for id in ids {
            let row = rows[id]
            for index in 0..<rows.dimension { mean[index] += row[index] * scale }
        }
        return UnsafePointer(mean)
    }

    static func gather(
        _ rows: RowMatrix, _ ids: UnsafeBufferPointer<UInt32>, mean: UnsafePointer<Float>,
        into block: UnsafeMutablePointer<Float>
    ) {
        var target = block
        for id in ids {
            let row = rows[id]
            for index in 0..<rows.dimension { target[index] = row[index] - mean[index] }
            target += rows.dimension
        }
    }
}
