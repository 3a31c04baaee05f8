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

    /// - Parameter query: `rows.rotation.dimension` floats; of length 1 for cosine.
    init(_ query: UnsafePointer<Float>, for rows: CodeRows, _ scratch: CodeScratch) {
        let padded = rows.layout.padded
        scratch.prepare(padded: padded)
        let vector = scratch.vector
        for index in 0..<rows.rotation.dimension { vector[index] = query[index] }
        for index in rows.rotation.dimension..<padded { vector[index] = 0 }
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
        var largest: Float = 0
        var total: Float = 0
        var absolute: Float = 0
        for index in 0..<padded {
            total += vector[index]
            absolute += abs(vector[index])
            largest = max(largest, abs(vector[index]))
        }
        sum = total
        // As fine as 16 bits allow, and so that 255 times the sum of all fits 32 bits.
        let step = max(largest / 16_383, absolute / 8_000_000, .leastNormalMagnitude)
        self.step = step
        ckernels_quantize_i16(vector, padded, 1 / step, scratch.integers)
        integers = UnsafePointer(scratch.integers)
        (tableScale, tableOffset) = Self.fill(scratch.table, from: vector, padded: padded, total: total)
        table = UnsafePointer(scratch.table)
    }

    /// Writes the tables; returns scale and offset of ⟨query, signs⟩.
    private static func fill(
        _ table: UnsafeMutablePointer<UInt8>, from vector: UnsafePointer<Float>, padded: Int, total: Float
    ) -> (scale: Float, offset: Float) {
        var range: Float = 0
        var lowest: Float = 0
        for group in 0..<padded / 4 {
            let four = vector + group * 4
            range = max(range, abs(four[0]) + abs(four[1]) + abs(four[2]) + abs(four[3]))
            lowest += min(four[0], 0) + min(four[1], 0) + min(four[2], 0) + min(four[3], 0)
        }
        let step = max(range / 255, .leastNormalMagnitude)
        ckernels_fill_tables(vector, padded, 1 / step, table)
        // Bits are 0 or 1, signs −1 or +1: ⟨q, signs⟩ = 2 ⟨q, bits⟩ − Σq.
        return (2 * step, 2 * lowest - total)
    }

    /// Distance to a node from its 8-bit code.
    @inline(__always)
    func distance(to row: UnsafePointer<UInt8>, _ layout: CodeLayout) -> Float {
        let products = ckernels_dot_u8_i16(row, integers, layout.padded)
        let factors = UnsafeRawPointer(row + layout.factors).assumingMemoryBound(to: Float.self)
        let dot = factors[0] * step * Float(products) + factors[1] * sum
        return constant + factors[2] + factor * dot
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
