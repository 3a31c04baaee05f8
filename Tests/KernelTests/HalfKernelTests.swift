import CKernels
import Testing
import Vectors

/// Rows of float16: conversions against IEEE 754's definition, distances against the Double oracle.
@Suite struct HalfKernelTests {
    /// The value of a finite binary16 by its fields.
    private static func value(_ half: UInt16) -> Double {
        let sign: Double = half & 0x8000 == 0 ? 1 : -1
        let exponent = Int(half >> 10 & 31)
        let fraction = Double(half & 0x3FF)
        let magnitude =
            exponent == 0
            ? fraction * Double(sign: .plus, exponent: -24, significand: 1)
            : (1 + fraction / 1_024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
        return sign * magnitude
    }

    private static func isFinite(_ half: UInt16) -> Bool { half & 0x7C00 != 0x7C00 }

    @Test(arguments: KernelTests.variants) func everyHalfIsWidenedAndComesBack(variant: Variant) {
        let halves = (0...UInt16.max).map { $0 }
        var wide = [Float](repeating: -1, count: halves.count)
        variant.table.widen_f16(halves, halves.count, &wide)
        var back = [UInt16](repeating: 1, count: halves.count)
        variant.table.narrow_f16(wide, wide.count, &back)
        for (half, value) in zip(halves, wide) {
            let isNaN = half & 0x7C00 == 0x7C00 && half & 0x3FF != 0
            if isNaN {
                #expect(value.isNaN && back[Int(half)] == half | 0x200, "\(half)")
                continue
            }
            #expect(Self.isFinite(half) ? Double(value) == Self.value(half) : value.isInfinite, "\(half)")
            #expect((value.sign == .minus) == (half & 0x8000 != 0), "\(half)")
            #expect(back[Int(half)] == half, "\(half)")
        }
    }

    @Test(arguments: KernelTests.variants) func narrowingTakesTheNearestAndTheEvenOfTwo(variant: Variant) {
        func narrow(_ value: Float) -> UInt16 {
            // Seventeen, so that the vector part and the tail of each variant are both asked.
            var out = [UInt16](repeating: 0, count: 17)
            variant.table.narrow_f16([Float](repeating: value, count: 17), 17, &out)
            #expect(Set(out).count == 1, "\(value)")
            return out[0]
        }
        for half in (0..<UInt16(0x7BFF)).filter({ $0 % 7 == 0 || $0 < 0x480 || $0 > 0x7B80 }) {
            let middle = Float((Self.value(half) + Self.value(half + 1)) / 2)
            let even = half % 2 == 0 ? half : half + 1
            for sign: Float in [1, -1] {
                let bit: UInt16 = sign < 0 ? 0x8000 : 0
                #expect(narrow(sign * middle) == even | bit, "\(half)")
                #expect(narrow(sign * middle.nextDown) == half | bit, "\(half)")
                #expect(narrow(sign * middle.nextUp) == (half + 1) | bit, "\(half)")
            }
        }
        #expect(narrow(65_519.996) == 0x7BFF && narrow(65_520) == 0x7C00 && narrow(.infinity) == 0x7C00)
        #expect(narrow(-.greatestFiniteMagnitude) == 0xFC00)
        #expect(narrow(0x1p-25) == 0 && narrow((0x1p-25 as Float).nextUp) == 1 && narrow(.leastNonzeroMagnitude) == 0)
    }

    @Test(arguments: KernelTests.variants) func distancesOfEveryLengthAndAlignment(variant: Variant) {
        var random = SplitMix64(seed: 21)
        let longest = 600
        let query = AlignedFloats(count: longest + 16, random: &random)
        var halves = [UInt16](repeating: 0, count: longest + 16)
        variant.table.narrow_f16(query.start, 0, &halves)
        let values = (0..<halves.count).map { _ in Float.random(in: -2...2, using: &random) }
        variant.table.narrow_f16(values, values.count, &halves)
        for length in 0...longest {
            let (a, b) = (length % 16, (length / 16) % 16)
            let row = halves[b..<b + length]
            let x = UnsafeBufferPointer(start: query.start + a, count: length)
            let products = zip(x, row).map { Double($0) * Self.value($1) }
            let squares = zip(x, row).map { (Double($0) - Self.value($1)) * (Double($0) - Self.value($1)) }
            let (dot, l2) = halves.withUnsafeBufferPointer {
                let start = $0.baseAddress! + b
                return (
                    variant.table.dot_f16(query.start + a, start, length),
                    variant.table.l2_f16(query.start + a, start, length)
                )
            }
            let terms = products.reduce(0) { $0 + abs($1) }
            #expect(abs(Double(dot) - products.reduce(0, +)) <= KernelTests.tolerance * terms, "\(length), seed 21")
            let exact = squares.reduce(0, +)
            #expect(abs(Double(l2) - exact) <= KernelTests.tolerance * exact, "\(length), seed 21")
        }
    }

    @Test(arguments: KernelTests.variants) func nothingIsReadOrWrittenPastTheEnd(variant: Variant) {
        for length in 0...130 {
            let query = AlignedFloats(repeating: 1, count: length, then: .nan)
            let row = [UInt16](repeating: 0x4000, count: length) + [UInt16](repeating: 0x7E00, count: 32)
            #expect(variant.table.dot_f16(query.start, row, length) == Float(2 * length))
            #expect(variant.table.l2_f16(query.start, row, length) == Float(length))
            var wide = [Float](repeating: -7, count: length + 32)
            variant.table.widen_f16(row, length, &wide)
            #expect(wide == [Float](repeating: 2, count: length) + [Float](repeating: -7, count: 32))
            var half = [UInt16](repeating: 9, count: length + 32)
            variant.table.narrow_f16(query.start, length, &half)
            #expect(half == [UInt16](repeating: 0x3C00, count: length) + [UInt16](repeating: 9, count: 32))
        }
    }

    @Test(arguments: KernelTests.variants) func manyRowsAgreeWithPairs(variant: Variant) {
        var random = SplitMix64(seed: 22)
        for (rows, length, stride) in [(0, 8, 8), (1, 1, 16), (3, 384, 384), (70, 33, 48)] {
            let query = AlignedFloats(count: max(length, 1), random: &random)
            let values = (0..<max(rows * stride, 1)).map { _ in Float.random(in: -1...1, using: &random) }
            var memory = [UInt16](repeating: 0, count: values.count)
            variant.table.narrow_f16(values, values.count, &memory)
            memory.withUnsafeBufferPointer { memory in
                let first = memory.baseAddress!
                let order = (0..<rows).reversed().map { Optional(first + $0 * stride) }
                var out = [Float](repeating: -1, count: rows + 1)
                for (many, gather, pair) in [
                    (variant.table.dot_f16_rows!, variant.table.dot_f16_gather!, variant.table.dot_f16!),
                    (variant.table.l2_f16_rows!, variant.table.l2_f16_gather!, variant.table.l2_f16!),
                ] {
                    many(query.start, first, stride, rows, length, &out)
                    for row in 0..<rows { #expect(out[row] == pair(query.start, first + row * stride, length)) }
                    gather(query.start, order, rows, length, &out)
                    for row in 0..<rows { #expect(out[row] == pair(query.start, order[row], length)) }
                    #expect(out[rows] == -1, "nothing is written past \(rows) results")
                }
            }
        }
    }
}
