import CKernels
import Testing
import Vectors

/// Every kernel of every instruction set of this machine against the Double oracle.
@Suite struct KernelTests {
    static let variants = (0..<ckernels_variant_count()).map { Variant(index: $0) }

    /// Largest error allowed, relative to the sum of the absolute terms.
    static let tolerance = 1e-5

    @Test func portableComesFirstAndTheFastestIsActive() {
        #expect(Self.variants.first?.name == "portable")
        #expect(Self.variants.last?.name == Distance.kernelName)
        #expect(Set(Self.variants.map(\.name)).count == Self.variants.count)
    }

    @Test(arguments: variants) func everyLengthAndAlignment(variant: Variant) {
        var random = SplitMix64(seed: 11)
        let longest = 1_030
        let memoryA = AlignedFloats(count: longest + 16, random: &random)
        let memoryB = AlignedFloats(count: longest + 16, random: &random)
        for length in 0...longest {
            let a = memoryA.start + length % 16
            let b = memoryB.start + (length / 16) % 16
            variant.expectAgreement(a, b, length, "length \(length) of \(variant.name), seed 11")
        }
        // All pairs of starts within a cache line, at lengths around every block size.
        for length in [1, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127] {
            for startA in 0..<16 {
                for startB in 0..<16 {
                    variant.expectAgreement(
                        memoryA.start + startA, memoryB.start + startB, length,
                        "length \(length), starts \(startA) and \(startB), \(variant.name), seed 11")
                }
            }
        }
    }

    @Test(arguments: variants) func kernelsNeverReadPastTheEnd(variant: Variant) {
        // What lies behind the last element is NaN: one element too many would show.
        for length in 0...130 {
            let a = AlignedFloats(repeating: 1, count: length, then: .nan)
            let b = AlignedFloats(repeating: 2, count: length, then: .nan)
            #expect(variant.table.dot_f32(a.start, b.start, length) == Float(2 * length))
            #expect(variant.table.l2_f32(a.start, b.start, length) == Float(length))
        }
    }

    @Test(arguments: variants) func specialValues(variant: Variant) {
        for length in [1, 5, 16, 40, 100] {
            for position in [0, length / 2, length - 1] {
                let ones = AlignedFloats(repeating: 1, count: length, then: 0)
                let special = AlignedFloats(repeating: 1, count: length, then: 0)
                special.start[position] = .nan
                #expect(variant.table.dot_f32(special.start, ones.start, length).isNaN)
                #expect(variant.table.l2_f32(special.start, ones.start, length).isNaN)
                special.start[position] = -.infinity
                #expect(variant.table.dot_f32(special.start, ones.start, length) == -.infinity)
                #expect(variant.table.l2_f32(special.start, ones.start, length) == .infinity)
                special.start[position] = .greatestFiniteMagnitude
                #expect(variant.table.l2_f32(special.start, ones.start, length) == .infinity)
            }
            // Denormals are kept: 2^-140 · 1, `length` times.
            let ones = AlignedFloats(repeating: 1, count: length, then: 0)
            let tiny = AlignedFloats(
                repeating: Float(sign: .plus, exponent: -140, significand: 1), count: length, then: 0)
            let expected = Float(length) * Float(sign: .plus, exponent: -140, significand: 1)
            #expect(variant.table.dot_f32(tiny.start, ones.start, length) == expected)
        }
    }

    @Test(arguments: variants) func manyRowsAgreeWithPairs(variant: Variant) {
        var random = SplitMix64(seed: 12)
        for (rows, length, stride) in [
            (0, 8, 8), (1, 1, 16), (2, 17, 32), (3, 384, 384), (70, 33, 48), (130, 600, 608),
        ] {
            let query = AlignedFloats(count: max(length, 1), random: &random)
            let memory = AlignedFloats(count: max(rows * stride, 1), random: &random)
            var out = [Float](repeating: -1, count: rows + 1)
            let order = (0..<rows).reversed().map { Optional(UnsafePointer(memory.start + $0 * stride)) }
            variant.table.dot_f32_rows(query.start, memory.start, stride, rows, length, &out)
            for row in 0..<rows {
                #expect(out[row] == variant.table.dot_f32(query.start, memory.start + row * stride, length))
            }
            variant.table.l2_f32_rows(query.start, memory.start, stride, rows, length, &out)
            for row in 0..<rows {
                #expect(out[row] == variant.table.l2_f32(query.start, memory.start + row * stride, length))
            }
            variant.table.dot_f32_gather(query.start, order, rows, length, &out)
            for row in 0..<rows {
                #expect(out[row] == variant.table.dot_f32(query.start, order[row], length))
            }
            variant.table.l2_f32_gather(query.start, order, rows, length, &out)
            for row in 0..<rows {
                #expect(out[row] == variant.table.l2_f32(query.start, order[row], length))
            }
            #expect(out[rows] == -1, "nothing is written past \(rows) results")
        }
    }

    @Test func checksumsAgreeAndMatchThePublishedValue() {
        // "123456789" has the CRC-32C 0xE3069283 (RFC 3720, appendix B.4 uses the same polynomial).
        let digits = Array("123456789".utf8)
        #expect(digits.withUnsafeBytes { Checksum.of($0) } == 0xE306_9283)
        var random = SplitMix64(seed: 13)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let cut = count / 3
            let whole = ckernels_crc32c_portable(0, bytes, count)
            let parts = bytes.withUnsafeBytes { raw in
                var checksum = Checksum()
                checksum.update(UnsafeRawBufferPointer(rebasing: raw[..<cut]))
                checksum.update(UnsafeRawBufferPointer(rebasing: raw[cut...]))
                return checksum.value
            }
            #expect(whole == parts, "\(count) bytes, seed 13")
        }
    }
}

/// A kernel table by its number, printable as a test argument.
struct Variant: Sendable, CustomTestStringConvertible {
    let index: Int
    var table: ckernels_variant { ckernels_variant_at(index).pointee }
    var name: String { String(cString: table.name) }
    var testDescription: String { name }

    func expectAgreement(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ length: Int, _ comment: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let x = UnsafeBufferPointer(start: a, count: length)
        let y = UnsafeBufferPointer(start: b, count: length)
        let terms = zip(x, y).reduce(0) { $0 + abs(Double($1.0) * Double($1.1)) }
        let dot = Double(table.dot_f32(a, b, length))
        let l2 = Double(table.l2_f32(a, b, length))
        let exactL2 = DistanceReference.squaredL2(x, y)
        #expect(
            abs(dot - DistanceReference.dot(x, y)) <= KernelTests.tolerance * terms, comment,
            sourceLocation: sourceLocation)
        #expect(abs(l2 - exactL2) <= KernelTests.tolerance * exactL2, comment, sourceLocation: sourceLocation)
    }
}

/// Floats that start on a cache line.
final class AlignedFloats {
    let start: UnsafeMutablePointer<Float>

    init(repeating value: Float, count: Int, then after: Float) {
        start = UnsafeMutableRawPointer.allocate(byteCount: (count + 32) * 4, alignment: 64)
            .bindMemory(to: Float.self, capacity: count + 32)
        start.initialize(repeating: after, count: count + 32)
        start.update(repeating: value, count: count)
    }

    convenience init(count: Int, random: inout SplitMix64) {
        self.init(repeating: 0, count: count, then: .nan)
        for index in 0..<count { start[index] = Float.random(in: -1...1, using: &random) }
    }

    deinit { start.deallocate() }
}

/// The generator of Steele, Lea and Flood (OOPSLA 2014): small, and the same on every machine.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
