import COpenBLAS

/// Many queries against many rows at once, by matrix multiplication.
public enum BatchScan {
    /// One BLAS thread: concurrent requests are the parallelism of a server. Evaluated once, before the first product.
    private static let singleThreaded: Void = openblas_set_num_threads(1)

    /// `out[q * rows + r]` = dot product of query `q` and row `r`.
    ///
    /// - Parameters:
    ///   - queries: `queryCount` rows, `queryStride` floats apart.
    ///   - rows: `rowCount` rows, `rowStride` floats apart.
    ///   - out: takes `queryCount * rowCount` floats.
    /// Complexity: O(queryCount · rowCount · dimension), near the processor's peak for a few dozen queries or more.
    public static func dotProducts(
        queries: UnsafePointer<Float>, queryCount: Int, queryStride: Int,
        rows: UnsafePointer<Float>, rowCount: Int, rowStride: Int,
        dimension: Int, out: UnsafeMutablePointer<Float>
    ) {
        guard queryCount > 0, rowCount > 0 else { return }
        _ = singleThreaded
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, blasint(queryCount), blasint(rowCount), blasint(dimension), 1,
            queries, blasint(queryStride), rows, blasint(rowStride), 0, out, blasint(rowCount))
    }
}
