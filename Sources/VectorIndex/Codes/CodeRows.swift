import CKernels
import Dispatch
import Vectors

/// Quantized rows of a graph's nodes, by slot: what a walk needs of a node and of all its neighbors, side by side.
///
/// Codes are RaBitQ's (Gao & Long, SIGMOD 2024, arXiv 2405.12497): the vectors are rotated at random; of a neighbor `o`
/// of the node `c`, the signs `s` of the rotated difference `r = o − c` are kept. For a query `q`,
///
///     ⟨q − c, r⟩ ≈ (⟨q, s⟩ − ⟨c, s⟩) · ‖r‖₂² / ‖r‖₁
///
/// is unbiased over the rotation, with an error of about `0.75 ‖q − c‖ ‖r‖ / √d`. It shrinks with the length of the edge,
/// so a walk's estimates sharpen as it closes in; one bit per dimension is enough for choosing the way. Distances of the
/// nodes that the walk visits come from 8-bit codes, and the caller measures the best of them exactly.
///
/// `@unchecked Sendable`: never changed after `init`.
final class CodeRows: @unchecked Sendable {
    let metric: Metric
    let rotation: RandomRotation
    let layout: CodeLayout
    /// Slots that there are rows for.
    let count: Int
    /// Mean of the vectors when the rows were first made, padded with zeros; rotated too.
    let mean: [Float]
    let rotatedMean: [Float]
    /// The vectors' mean squared length when the rows were first made, if all were about as long; 0 otherwise.
    let commonSquaredLength: Float
    private let start: UnsafePointer<UInt8>
    private let owner: any AnyObject & Sendable
    /// Checks rows of a file when they are touched for the first time.
    private let verifier: BlockVerifier?
    /// Squared lengths are about the same up to this factor.
    private static let aboutEqual: Float = 1.25
    /// Of the first row, among the verifier's bytes.
    private let offset: Int

    var byteCount: Int { count * layout.stride }

    func row(_ slot: UInt32) -> UnsafePointer<UInt8> { start + Int(slot) * layout.stride }

    /// Whether a row is what was written. Ask before reading it.
    @inline(__always)
    func isIntact(_ slot: UInt32) -> Bool {
        guard let verifier else { return true }
        return verifier.isIntact(offset &+ Int(slot) &* layout.stride, layout.stride)
    }

    /// Rows that were made before and lie in memory of someone else.
    ///
    /// - Parameters:
    ///   - mean: padded with zeros.
    ///   - commonSquaredLength: 0 when it is not known or the vectors differ.
    ///   - memory: `count` rows, on a 64-byte boundary.
    init(
        metric: Metric, rotation: RandomRotation, layout: CodeLayout, count: Int, mean: [Float],
        commonSquaredLength: Float, memory: UnsafeRawPointer, owner: any AnyObject & Sendable,
        verifier: (BlockVerifier, offset: Int)?
    ) {
        self.metric = metric
        self.rotation = rotation
        self.layout = layout
        self.count = count
        self.mean = mean
        rotatedMean = rotation.rotated(mean)
        self.commonSquaredLength = commonSquaredLength
        start = memory.assumingMemoryBound(to: UInt8.self)
        self.owner = owner
        self.verifier = verifier?.0
        offset = verifier?.offset ?? 0
    }

    /// Rows for all nodes of a graph.
    ///
    /// - Parameters:
    ///   - base: rows of an earlier form of the graph over the same slots; those whose links are unchanged are copied.
    ///   - mode: what the rows hold; rows of a base of another mode are not copied.
    ///   - threads: how many may work at once.
    /// - Returns: `nil` when the vectors are so large or so small that float32 cannot hold their squared lengths.
    /// - Complexity: O(nodes · (d log d + links · d)); memory for a float32 copy of the vectors while it runs.
    init?(graph: HNSWGraph, view: VectorView, base: CodeRows? = nil, mode: IndexMode = .fast, threads: Int) {
        metric = graph.metric
        count = graph.count
        let rotation = base?.rotation ?? RandomRotation(dimension: view.dimension, seed: graph.parameters.seed)
        self.rotation = rotation
        layout = CodeLayout(padded: rotation.padded, links: graph.levelZeroLinks, mode: mode)
        let average = base?.mean ?? Self.mean(of: graph, view, padded: rotation.padded)
        mean = average
        commonSquaredLength = base?.commonSquaredLength ?? Self.commonSquaredLength(of: graph, view)
        rotatedMean = rotation.rotated(average)
        let memory = AlignedMemory(byteCount: count * layout.stride)
        start = UnsafePointer(memory.start.assumingMemoryBound(to: UInt8.self))
        owner = memory
        verifier = nil
        offset = 0
        let vectors = AlignedMemory(byteCount: count * layout.padded * MemoryLayout<Float>.size)
        let encoder = CodeEncoder(
            graph: graph, view: view, layout: layout, rotation: rotation, rotatedMean: rotatedMean,
            vectors: vectors.start.assumingMemoryBound(to: Float.self), rows: memory.start,
            base: base?.layout == layout ? base : nil)
        guard encoder.rotate(threads: threads) else { return nil }
        encoder.encode(threads: threads)
    }

    private static func mean(of graph: HNSWGraph, _ view: VectorView, padded: Int) -> [Float] {
        var sums = [Double](repeating: 0, count: padded)
        for slot in 0..<UInt32(graph.count) where graph.isLinked(slot) {
            let row = view.row(slot)
            for index in 0..<view.dimension { sums[index] += Double(row[index]) }
        }
        let nodes = Double(max(graph.nodeCount, 1))
        return sums.map { Float($0 / nodes) }
    }

    private static func commonSquaredLength(of graph: HNSWGraph, _ view: VectorView) -> Float {
        var (sum, least, most) = (0.0, Float.infinity, Float.zero)
        for slot in 0..<UInt32(graph.count) where graph.isLinked(slot) {
            let squared = Distance.dot(view.row(slot), view.row(slot), count: view.stride)
            sum += Double(squared)
            least = min(least, squared)
            most = max(most, squared)
        }
        return most <= least * aboutEqual ? Float(sum / Double(max(graph.nodeCount, 1))) : 0
    }
}
