import CKernels

/// Distance arithmetic by the SIMD kernels that fit the processor, chosen once at start.
///
/// Sums are float32; their order depends on the kernel, so results of two machines agree to about 1e-5 relative to the
/// sum of the absolute terms. NaN in, NaN out. The slow oracle is ``DistanceReference``.
public enum Distance {
    /// `portable`, `avx2`, `avx512` or `neon`.
    public static var kernelName: String { String(cString: ckernels_active_name()) }

    /// Sum of `a[i] * b[i]`; 0 when `count` is 0.
    @inline(__always)
    public static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        ckernels_dot_f32(a, b, count)
    }

    /// Sum of `(a[i] - b[i])²`; 0 when `count` is 0.
    @inline(__always)
    public static func squaredL2(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        ckernels_l2_f32(a, b, count)
    }

    /// Hints that memory will be read soon; any address is allowed.
    @inline(__always)
    public static func prefetch(_ address: UnsafeRawPointer) {
        ckernels_prefetch(address)
    }
}

/// The distance of one metric, in single and batch forms. Smaller is closer.
public struct MetricKernel: Sendable {
    public let metric: Metric

    public init(_ metric: Metric) {
        self.metric = metric
    }

    /// Distance of two rows of `count` floats. For cosine both must have length 1.
    public func pair(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        switch metric {
        case .cosine: 1 - ckernels_dot_f32(a, b, count)
        case .dotProduct: -ckernels_dot_f32(a, b, count)
        case .squaredEuclidean: ckernels_l2_f32(a, b, count)
        }
    }

    /// Distance of a query of float32 from a row of either precision, `count` elements each.
    public func pair(
        _ query: UnsafePointer<Float>, _ row: UnsafeRawPointer, isHalf: Bool, count: Int
    ) -> Float {
        guard isHalf else { return pair(query, row.assumingMemoryBound(to: Float.self), count: count) }
        let half = row.assumingMemoryBound(to: UInt16.self)
        switch metric {
        case .cosine: return 1 - ckernels_dot_f16(query, half, count)
        case .dotProduct: return -ckernels_dot_f16(query, half, count)
        case .squaredEuclidean: return ckernels_l2_f16(query, half, count)
        }
    }

    /// Distances from a query to `rows` rows given by pointer, which are prefetched ahead.
    ///
    /// - Parameters:
    ///   - isHalf: whether the rows are float16, all of them; otherwise they are float32.
    ///   - out: takes `rows` values.
    public func gather(
        _ query: UnsafePointer<Float>, _ row: UnsafePointer<UnsafeRawPointer?>, isHalf: Bool = false, rows: Int,
        count: Int, out: UnsafeMutablePointer<Float>
    ) {
        // SAFETY: pointers of all kinds look alike.
        if isHalf {
            let row = UnsafeRawPointer(row).assumingMemoryBound(to: UnsafePointer<UInt16>?.self)
            if metric == .squaredEuclidean { return ckernels_l2_f16_gather(query, row, rows, count, out) }
            ckernels_dot_f16_gather(query, row, rows, count, out)
        } else {
            let row = UnsafeRawPointer(row).assumingMemoryBound(to: UnsafePointer<Float>?.self)
            if metric == .squaredEuclidean { return ckernels_l2_f32_gather(query, row, rows, count, out) }
            ckernels_dot_f32_gather(query, row, rows, count, out)
        }
        toDistances(out, rows)
    }

    /// The same with rows of both precisions: those of slots below `halves` are float16.
    public func gather(
        _ query: UnsafePointer<Float>, _ row: UnsafePointer<UnsafeRawPointer?>, of slots: UnsafePointer<UInt32>,
        halves: UInt32, rows: Int, count: Int, out: UnsafeMutablePointer<Float>
    ) {
        if halves == 0 { return gather(query, row, rows: rows, count: count, out: out) }
        var start = 0
        while start < rows {
            let isHalf = slots[start] < halves
            var end = start &+ 1
            while end < rows, (slots[end] < halves) == isHalf { end &+= 1 }
            gather(query, row + start, isHalf: isHalf, rows: end &- start, count: count, out: out + start)
            start = end
        }
    }

    /// Distances from a query to `rows` rows that lie `stride` elements apart.
    ///
    /// - Parameters:
    ///   - isHalf: whether the rows are float16; otherwise they are float32.
    ///   - out: takes `rows` values.
    public func rows(
        _ query: UnsafePointer<Float>, _ first: UnsafeRawPointer, isHalf: Bool = false, stride: Int, rows: Int,
        count: Int, out: UnsafeMutablePointer<Float>
    ) {
        if isHalf {
            let first = first.assumingMemoryBound(to: UInt16.self)
            if metric == .squaredEuclidean { return ckernels_l2_f16_rows(query, first, stride, rows, count, out) }
            ckernels_dot_f16_rows(query, first, stride, rows, count, out)
        } else {
            let first = first.assumingMemoryBound(to: Float.self)
            if metric == .squaredEuclidean { return ckernels_l2_f32_rows(query, first, stride, rows, count, out) }
            ckernels_dot_f32_rows(query, first, stride, rows, count, out)
        }
        toDistances(out, rows)
    }

    private func toDistances(_ out: UnsafeMutablePointer<Float>, _ count: Int) {
        let offset: Float = metric == .cosine ? 1 : 0
        for index in 0..<count { out[index] = offset - out[index] }
    }
}
