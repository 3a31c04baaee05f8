import CKernels
import Testing

/// Every code kernel of every instruction set of this machine against plain loops.
@Suite struct CodeKernelTests {
    static let variants = (0..<ckernels_codes_variant_count()).map { CodeVariant(index: $0) }
    /// Around the blocks of 16, 32 and 64 dimensions, and around the 1,024 whose sums fit 16 bits.
    static let dimensions = [64, 128, 192, 384, 960, 1_024, 1_088, 2_048, 4_160]

    struct CodeVariant: Sendable, CustomTestStringConvertible {
        // SAFETY: the tables are constants of the library.
        nonisolated(unsafe) let table: UnsafePointer<ckernels_codes_variant>
        let name: String
        var testDescription: String { name }

        init(index: Int) {
            table = ckernels_codes_variant_at(index)
            name = String(cString: table.pointee.name)
        }
    }

    @Test func theFastestIsActive() {
        #expect(Self.variants.first?.name == "portable")
        #expect(Self.variants.last?.name == String(cString: ckernels_codes_active_name()))
        #expect(Set(Self.variants.map(\.name)).count == Self.variants.count)
    }

    @Test(arguments: variants) func estimates(variant: CodeVariant) {
        var random = SplitMix64(seed: 31)
        for dimension in Self.dimensions {
            for isLargest in [false, true] {
                // All sums at their largest would overflow 16 bits if they were not taken in parts.
                let signs = (0..<32).map { _ in
                    (0..<dimension / 64).map { _ in isLargest ? UInt64.max : random.next() }
                }
                var codes = [UInt8](repeating: 0, count: dimension * 4)
                for place in 0..<32 { ckernels_pack_signs(signs[place], dimension, UInt32(place), &codes) }
                let table = (0..<dimension * 4).map { _ in isLargest ? 255 : UInt8.random(in: 0...255, using: &random) }
                let add = (0..<32).map { _ in Float.random(in: -9...9, using: &random) }
                let rescale = (0..<32).map { _ in Float.random(in: -2...2, using: &random) }
                let expected = (0..<32).map { place in
                    var sum = 0
                    for group in 0..<dimension / 4 {
                        sum += Int(table[group * 16 + Int(signs[place][group / 16] >> UInt64(group % 16 * 4) & 15)])
                    }
                    return 3 + Double(add[place]) + Double(rescale[place]) * (0.01 * Double(sum) - 7)
                }
                let limit = Float(expected.sorted()[15])
                var out = [Float](repeating: 0, count: 32)
                let below = variant.table.pointee.estimate32(
                    codes, table, dimension, add, rescale, 0.01, -7, 3, limit, &out)
                for place in 0..<32 {
                    let bound = 1e-5 * (12 + 2 * (7 + 0.01 * 255 * Double(dimension / 4)))
                    #expect(abs(Double(out[place]) - expected[place]) <= bound, "\(dimension), seed 31")
                    #expect((below >> UInt32(place) & 1 == 1) == (out[place] < limit), "\(dimension), seed 31")
                }
            }
        }
    }

    @Test(arguments: variants) func emptyPlacesAreNeverBelow(variant: CodeVariant) {
        let codes = [UInt8](repeating: 0, count: 256)
        let add = (0..<32).map { $0 % 2 == 0 ? Float.infinity : Float.nan }
        let zeros = [Float](repeating: 0, count: 32)
        var out = zeros
        #expect(variant.table.pointee.estimate32(codes, codes, 64, add, zeros, 1, 0, 0, .infinity, &out) == 0)
    }

    @Test(arguments: variants) func integerProducts(variant: CodeVariant) {
        var random = SplitMix64(seed: 32)
        for dimension in Self.dimensions {
            let code = (0..<dimension).map { _ in UInt8.random(in: 0...255, using: &random) }
            let reach = Int16(min(16_383, 8_000_000 / dimension))
            for query in [
                (0..<dimension).map { _ in Int16.random(in: -reach...reach, using: &random) },
                [Int16](repeating: reach, count: dimension), [Int16](repeating: -reach, count: dimension),
            ] {
                let expected = zip(code, query).reduce(0) { $0 + Int($1.0) * Int($1.1) }
                #expect(Int(variant.table.pointee.dot_u8_i16(code, query, dimension)) == expected, "seed 32")
            }
            let all = [UInt8](repeating: 255, count: dimension)
            let most = [Int16](repeating: reach, count: dimension)
            #expect(Int(variant.table.pointee.dot_u8_i16(all, most, dimension)) == 255 * Int(reach) * dimension)
        }
    }

    @Test(arguments: variants) func edges(variant: CodeVariant) {
        var random = SplitMix64(seed: 33)
        for dimension in Self.dimensions {
            let center = (0..<dimension).map { _ in Float.random(in: -1...1, using: &random) }
            // A third of the differences is exactly zero, which counts as a negative sign.
            let neighbor = center.map {
                Bool.random(using: &random) ? $0 : $0 + Float.random(in: -1...1, using: &random)
            }
            var bits = [UInt64](repeating: .max, count: dimension / 64)
            var sums = [Float](repeating: 0, count: 4)
            variant.table.pointee.edge(center, neighbor, dimension, &bits, &sums)
            var expected = [0.0, 0, 0, 0]
            for index in 0..<dimension {
                let r = neighbor[index] - center[index]
                #expect((bits[index / 64] >> UInt64(index % 64) & 1 == 1) == (r > 0), "seed 33")
                expected[0] += Double(abs(r))
                expected[1] += Double(r) * Double(r)
                expected[2] += Double(r > 0 ? center[index] : -center[index])
                expected[3] += Double(center[index]) * Double(r)
            }
            for sum in 0..<4 {
                #expect(abs(Double(sums[sum]) - expected[sum]) <= 1e-5 * Double(2 * dimension), "seed 33")
            }
        }
    }

    /// Against products with the matrices that the description names.
    @Test(arguments: variants) func rotations(variant: CodeVariant) {
        var random = SplitMix64(seed: 34)
        for dimension in [64, 128, 192, 384, 448, 1_024] {
            let rounds = 3
            var x = (0..<dimension).map { _ in Float.random(in: -1...1, using: &random) }
            let signs = (0..<rounds * dimension).map { _ in Bool.random(using: &random) ? Float(1) : -1 }
            var expected = x.map(Double.init)
            var power = dimension
            while power & (power - 1) != 0 { power &= power - 1 }
            for round in 0..<rounds {
                for index in 0..<dimension { expected[index] *= Double(signs[round * dimension + index]) }
                let start = round % 2 == 0 ? 0 : dimension - power
                // Entry (row, column) of the matrix has the sign of the parity of their common bits.
                let part = expected[start..<start + power]
                let transformed = (0..<power).map { row in
                    zip(0..<power, part).reduce(0.0) { $0 + ((row & $1.0).nonzeroBitCount % 2 == 0 ? $1.1 : -$1.1) }
                        / Double(power).squareRoot()
                }
                expected.replaceSubrange(start..<start + power, with: transformed)
                guard power < dimension else { continue }
                let before = expected
                for index in 0..<dimension / 2 {
                    let (a, b) = (before[index], before[index + dimension / 2])
                    expected[index] = (a + b) * 0.5.squareRoot()
                    expected[index + dimension / 2] = (a - b) * 0.5.squareRoot()
                }
            }
            variant.table.pointee.rotate(&x, dimension, signs, rounds)
            #expect(zip(x, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 }, "\(dimension), seed 34")
        }
    }

    @Test(arguments: variants) func tablesHoldRoundedSums(variant: CodeVariant) {
        var random = SplitMix64(seed: 35)
        let x = (0..<128).map { _ in Float.random(in: -1...1, using: &random) }
        var table = [UInt8](repeating: 0, count: 512)
        variant.table.pointee.fill_tables(x, 128, 60, &table)
        for group in 0..<32 {
            let sums = (0..<16).map { entry in
                (0..<4).reduce(0.0) { $0 + (entry >> $1 & 1 == 1 ? Double(x[group * 4 + $1]) * 60 : 0) }
            }
            let lowest = sums.min() ?? 0
            for entry in 0..<16 {
                #expect(abs(Double(table[group * 16 + entry]) - (sums[entry] - lowest)) <= 0.501, "seed 35")
            }
        }
        // The ends of the range stay in it.
        variant.table.pointee.fill_tables([Float](repeating: 1, count: 64), 64, 255 / 4, &table)
        #expect(table[0] == 0 && table[15] == 255)
        var quantized = [Int16](repeating: 0, count: 128)
        variant.table.pointee.quantize_i16(x, 128, 1_000, &quantized)
        #expect(zip(quantized, x).allSatisfy { abs(Float($0) - $1 * 1_000) <= 0.501 }, "seed 35")
    }

    @Test(arguments: variants) func measuresOfQueries(variant: CodeVariant) {
        var random = SplitMix64(seed: 37)
        for dimension in Self.dimensions {
            let x = (0..<dimension).map { _ in Float.random(in: -1...0.5, using: &random) }
            var sums = [Float](repeating: .nan, count: 5)
            variant.table.pointee.measure_query(x, dimension, &sums)
            let groups = stride(from: 0, to: dimension, by: 4).map { x[$0..<$0 + 4].reduce(0) { $0 + abs($1) } }
            let expected = [
                x.reduce(0, +), x.reduce(0) { $0 + abs($1) }, x.reduce(0) { $0 + min($1, 0) }, x.map(abs).max() ?? 0,
                groups.max() ?? 0,
            ]
            for (sum, value) in zip(sums, expected) {
                #expect(abs(sum - value) <= 1e-5 * Float(dimension), "\(dimension), seed 37")
            }
        }
    }

    // MARK: - Pools of candidates

    /// A pool in Swift arrays, with its kernels of one variant.
    final class Pool {
        let table: UnsafePointer<ckernels_codes_variant>
        var lists: ckernels_pool
        var count = 0
        let capacity: Int

        init(_ variant: CodeVariant, capacity: Int) {
            table = variant.table
            self.capacity = capacity + 64
            lists = ckernels_pool(
                keys: .allocate(capacity: self.capacity), open: .allocate(capacity: self.capacity),
                slots: .allocate(capacity: self.capacity))
            // What was left there by another search.
            lists.keys.initialize(repeating: -.infinity, count: self.capacity)
            lists.open.initialize(repeating: -.infinity, count: self.capacity)
            lists.slots.initialize(repeating: 0, count: self.capacity)
        }

        deinit {
            lists.keys.deallocate()
            lists.open.deallocate()
            lists.slots.deallocate()
        }

        /// Key, whether it waits, slot.
        var contents: [[Float]] {
            (0..<count).map { [lists.keys[$0], lists.open[$0], Float(lists.slots[$0])] }
        }
    }

    @Test(arguments: variants) func pools(variant: CodeVariant) {
        var random = SplitMix64(seed: 36)
        for _ in 0..<50 {
            let pool = Pool(variant, capacity: 32 * 12)
            let visited = (0..<32).map { _ in random.next() }
            var expected: [[Float]] = []
            for _ in 0..<12 {
                let estimates = (0..<32).map { _ in Float(Int.random(in: -60...60, using: &random)) / 4 }
                let slots = (0..<32).map { _ in UInt32.random(in: 0..<2_048, using: &random) }
                // Full, empty and ragged blocks; empty places name no slot.
                let places = [0, .max, 0xFFFF_0000, UInt32(truncatingIfNeeded: random.next())].randomElement(
                    using: &random)!
                let ids = (0..<32).map { places >> UInt32($0) & 1 == 1 ? slots[$0] : .max }
                pool.count = variant.table.pointee.pool_add(&pool.lists, pool.count, estimates, ids, places, visited)
                for place in 0..<32 where places >> UInt32(place) & 1 == 1 {
                    if visited[Int(slots[place]) / 64] >> UInt64(slots[place] % 64) & 1 == 1 { continue }
                    expected.append([estimates[place], estimates[place], Float(slots[place])])
                }
                #expect(pool.contents == expected, "seed 36")
                for place in pool.count..<pool.count + 16 {
                    #expect(pool.lists.keys[place] == .infinity && pool.lists.open[place] == .infinity, "seed 36")
                }
                // Some are taken.
                for index in expected.indices where Int.random(in: 0..<4, using: &random) == 0 {
                    expected[index][1] = .infinity
                    pool.lists.open[index] = .infinity
                }
                let nearest = variant.table.pointee.pool_nearest(pool.lists.open, pool.count)
                let lowest = expected.map { $0[1] }.min() ?? .infinity
                #expect(lowest == .infinity ? nearest == pool.count : expected[nearest][1] == lowest, "seed 36")
                let limit = Float(Int.random(in: -70...70, using: &random)) / 4
                #expect(
                    variant.table.pointee.pool_count_below(pool.lists.keys, pool.count, limit)
                        == expected.count { $0[0] < limit }, "seed 36")
                if Int.random(in: 0..<3, using: &random) == 0 {
                    pool.count = variant.table.pointee.pool_keep_below(&pool.lists, pool.count, limit)
                    expected.removeAll { $0[0] >= limit }
                    #expect(pool.contents == expected, "seed 36")
                    for place in pool.count..<pool.count + 16 {
                        #expect(pool.lists.keys[place] == .infinity && pool.lists.open[place] == .infinity, "seed 36")
                    }
                }
            }
        }
    }
}
