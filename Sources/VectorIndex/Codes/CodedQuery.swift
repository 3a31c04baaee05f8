import CKernels
import Vectors

/// A query made ready for ``CodeRows``: rotated, as 16-bit integers, and as tables of partial sums.
///
/// Borrows the memory of a ``CodeScratch``, which it must not outlive.
struct CodedQuery {
    /// Per group of four dimensions the 16 sums that its sign bits can select, as bytes.
    let table: UnsafePointer<UInt8>
    /// The rotated query over ``step``.
    let integers: UnsafePointer<Int16>
    /// ⟨query, signs⟩ = `tableScale · (sum of table entries) + tableOffset`, for signs of ±1.
    let tableScale: Float
    let tableOffset: Float
    private let step: Float
    private let sum: Float
    private let constant: Float
    private let factor: Float
    /// Of the query as it was given.
    let length: Float
    /// See ``error(of:_:)``.
    private let errorPerStep: Float

    /// - Parameter query: `rows.rotation.dimension` floats; of length 1 for cosine.
    init(_ query: UnsafePointer<Float>, for rows: CodeRows, _ scratch: CodeScratch) {
        let padded = rows.layout.padded
        scratch.prepare(padded: padded)
        let vector = scratch.vector
        for index in 0..<rows.rotation.dimension { vector[index] = query[index] }
        for index in rows.rotation.dimension..<padded { vector[index] = 0 }
        length = Distance.dot(vector, vector, count: padded).squareRoot()
        rows.rotation.apply(vector)
        switch rows.metric {
        case .squaredEuclidean:
            rows.rotatedMean.withUnsafeBufferPointer { mean in
                for index in 0..<padded { vector[index] -= mean[index] }
            }
            constant = Distance.dot(vector, vector, count: padded)
            factor = -2
        case .cosine, .dotProduct:
            let meanProduct = rows.rotatedMean.withUnsafeBufferPointer {
                Distance.dot(vector, $0.baseAddress.unsafelyUnwrapped, count: padded)
            }
            constant = (rows.metric == .cosine ? 1 : 0) - meanProduct
            factor = -1
        }
        var measures: (total: Float, absolute: Float, lowest: Float, largest: Float, range: Float) = (0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &measures) {
            ckernels_measure_query(vector, padded, $0.baseAddress?.assumingMemoryBound(to: Float.self))
        }
        sum = measures.total
        // As fine as 16 bits allow, and so that 255 times the sum of all fits 32 bits.
        step = max(measures.largest / 16_383, measures.absolute / 8_000_000, .leastNormalMagnitude)
        ckernels_quantize_i16(vector, padded, 1 / step, scratch.integers)
        integers = UnsafePointer(scratch.integers)
        let tableStep = max(measures.range / 255, .leastNormalMagnitude)
        ckernels_fill_tables(vector, padded, 1 / tableStep, scratch.table)
        table = UnsafePointer(scratch.table)
        // The node's own rounding, of at most half a step each, against the query: by Hoeffding's inequality within this
        // many lengths but for one case in a billion (2 exp(-6.5² / 2)), by Cauchy's within √d always. The query's
        // rounding: at most half of its step times 255 steps each.
        let centeredLength = Distance.dot(vector, vector, count: padded).squareRoot()
        let deviations = min(6.5, Float(padded).squareRoot())
        errorPerStep = abs(factor) * (centeredLength * deviations / 2 + step / 2 * 255 * Float(padded))
        // Bits are 0 or 1, signs −1 or +1: ⟨q, signs⟩ = 2 ⟨q, bits⟩ − Σq.
        tableScale = 2 * tableStep
        tableOffset = 2 * measures.lowest - measures.total
    }

    /// Distance to a node from its 8-bit code.
    @inline(__always)
    func distance(to row: UnsafePointer<UInt8>, _ layout: CodeLayout) -> Float {
        let products = ckernels_dot_u8_i16(row, integers, layout.padded)
        let factors = UnsafeRawPointer(row + layout.factors).assumingMemoryBound(to: Float.self)
        let dot = factors[0] * step * Float(products) + factors[1] * sum
        return constant + factors[2] + factor * dot
    }

    /// How far ``distance(to:_:)`` may be from the true distance, beyond rounding in float32.
    @inline(__always)
    func error(of row: UnsafePointer<UInt8>, _ layout: CodeLayout) -> Float {
        errorPerStep * UnsafeRawPointer(row + layout.factors).loadUnaligned(as: Float.self)
    }
}

/// Memory for a ``CodedQuery``, reused from search to search. One user at a time.
final class CodeScratch {
    private var memory = AlignedMemory(byteCount: 0)
    private var padded = 0

    var vector: UnsafeMutablePointer<Float> { memory.start.assumingMemoryBound(to: Float.self) }
    var table: UnsafeMutablePointer<UInt8> { (memory.start + padded * 4).assumingMemoryBound(to: UInt8.self) }
    var integers: UnsafeMutablePointer<Int16> { (memory.start + padded * 8).assumingMemoryBound(to: Int16.self) }

    func prepare(padded: Int) {
        guard padded != self.padded else { return }
        memory = AlignedMemory(byteCount: padded * 10)
        self.padded = padded
    }
}
