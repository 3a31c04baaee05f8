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

    /// Distances from a query to `rows` rows given by pointer, which are prefetched ahead.
    ///
    /// - Parameter out: takes `rows` values.
    public func gather(
        _ query: UnsafePointer<Float>, _ row: UnsafePointer<UnsafePointer<Float>?>, rows: Int, count: Int,
        out: UnsafeMutablePointer<Float>
    ) {
        if metric == .squaredEuclidean {
            ckernels_l2_f32_gather(query, row, rows, count, out)
        } else {
            ckernels_dot_f32_gather(query, row, rows, count, out)
            toDistances(out, rows)
        }
    }

    /// Distances from a query to `rows` rows that lie `stride` floats apart.
    ///
    /// - Parameter out: takes `rows` values.
    public func rows(
        _ query: UnsafePointer<Float>, _ first: UnsafePointer<Float>, stride: Int, rows: Int, count: Int,
        out: UnsafeMutablePointer<Float>
    ) {
        if metric == .squaredEuclidean {
            ckernels_l2_f32_rows(query, first, stride, rows, count, out)
        } else {
            ckernels_dot_f32_rows(query, first, stride, rows, count, out)
            toDistances(out, rows)
        }
    }

    private func toDistances(_ out: UnsafeMutablePointer<Float>, _ count: Int) {
        let offset: Float = metric == .cosine ? 1 : 0
        for index in 0..<count { out[index] = offset - out[index] }
    }
}
