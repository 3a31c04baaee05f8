import Foundation
import Vectors

/// Builds a neighbor graph of all rows at once: overlapping random partition, all pairs of each leaf by a matrix
/// product, pruning (after PiPNN, arXiv 2602.21247).
///
/// Complexity: about `count * fanout * leafSize * dimension` multiplications by matrix products, and some hundred
/// single distances per row. Memory beside the rows: about `count * (8 * reservoir + 24 * degree)` bytes.
public enum BulkGraphBuilder {
    /// - Parameters:
    ///   - rows: `count` rows of `dimension` finite floats, compared by squared Euclidean distance.
    ///   - progress: called with 0...1, ascending, by one thread at a time.
    ///   - isCancelled: asked often, from any thread.
    /// - Throws: `CancellationError`.
    public static func build(
        rows: UnsafePointer<Float>, count: Int, dimension: Int, parameters: BulkBuildParameters,
        progress: (@Sendable (Double) -> Void)? = nil, isCancelled: @Sendable () -> Bool = { false }
    ) throws -> BulkBuildResult {
        precondition(count >= 0 && count < Int(UInt32.max) && dimension > 0, "count or dimension out of range")
        var parameters = parameters.clamped()
        if parameters.threads == 0 { parameters.threads = defaultThreads }
        return try withoutActuallyEscaping(isCancelled) { isCancelled in
            let crew = BuildCrew(threads: parameters.threads, progress: progress, isCancelled: isCancelled)
            let scaled = RowScaling(rows, values: count * dimension)
            let matrix = RowMatrix(
                base: scaled.map { UnsafePointer($0.values) } ?? rows, count: count, dimension: dimension)
            return try withExtendedLifetime(scaled) { try BulkBuild(matrix, parameters, crew).run() }
        }
    }

    private static var defaultThreads: Int { max(1, min(ProcessInfo.processInfo.activeProcessorCount, 256)) }
}
