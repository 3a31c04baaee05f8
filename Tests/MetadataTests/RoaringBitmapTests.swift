import Metadata
import TestSupport
import Testing

@Suite struct RoaringBitmapTests {
    /// Values that cross container borders (65,536) and come in dense and sparse stretches.
    private static func value(_ generator: inout SeededGenerator) -> UInt32 {
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: UInt32.random(in: 0..<300, using: &generator)
        case 1: UInt32.random(in: 65_500..<65_600, using: &generator)
        default: UInt32.random(in: 0...UInt32.max, using: &generator)
        }
    }

    @Test func behavesAsASet() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        var bitmap = RoaringBitmap()
        var oracle: Set<UInt32> = []
        for step in 0..<5_000 {
            let value = Self.value(&generator)
            if Bool.random(using: &generator) {
                bitmap.insert(value)
                oracle.insert(value)
            } else {
                bitmap.remove(value)
                oracle.remove(value)
            }
            if step % 97 == 0 {
                #expect(bitmap.count == oracle.count, "seed \(seed), step \(step)")
                #expect(bitmap.values == oracle.sorted(), "seed \(seed), step \(step)")
            }
            #expect(bitmap.contains(value) == oracle.contains(value), "seed \(seed), step \(step)")
        }
    }

    @Test func algebraAgreesWithSets() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        for round in 0..<100 {
            let a = Set((0..<Int.random(in: 0...400, using: &generator)).map { _ in Self.value(&generator) })
            let b = Set((0..<Int.random(in: 0...400, using: &generator)).map { _ in Self.value(&generator) })
            let x = RoaringBitmap(a)
            let y = RoaringBitmap(b)
            let comment: Comment = "seed \(seed), round \(round)"
            #expect(x.union(y).values == a.union(b).sorted(), comment)
            #expect(x.intersection(y).values == a.intersection(b).sorted(), comment)
            #expect(x.subtracting(y).values == a.subtracting(b).sorted(), comment)
            #expect(x.intersectionCount(y) == a.intersection(b).count, comment)
            var visited: [UInt32] = []
            x.forEach({ visited.append($0) })
            #expect(visited == a.sorted(), comment)
            #expect((x == y) == (a == b), comment)
            #expect(x.isEmpty == a.isEmpty, comment)
        }
    }

    @Test func copiesAreIndependent() {
        let original = RoaringBitmap([1, 2, 3])
        var copy = original
        copy.insert(4)
        copy.remove(1)
        var joined = original
        joined.formUnion(RoaringBitmap([9]))
        var common = original
        common.formIntersection(RoaringBitmap([2, 7]))
        #expect(original.values == [1, 2, 3])
        #expect(copy.values == [2, 3, 4])
        #expect(joined.values == [1, 2, 3, 9])
        #expect(common.values == [2])
    }

    @Test func fillSetsBitsAndLeavesOthers() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        for length in [0, 1, 63, 64, 65, 1_000, 70_000] {
            let members = Set((0..<500).map { _ in UInt32.random(in: 0..<80_000, using: &generator) })
            var words = [UInt64](repeating: 0, count: (length + 63) / 64)
            if !words.isEmpty { words[0] = 1 << 5 }
            RoaringBitmap(members).fill(&words)
            for position in 0..<words.count * 64 {
                let isSet = words[position / 64] >> UInt64(position % 64) & 1 == 1
                let expected = members.contains(UInt32(position)) || position == 5
                if isSet != expected { Issue.record("bit \(position) is \(isSet), seed \(seed), length \(length)") }
            }
            #expect(words.count == (length + 63) / 64)
        }
    }
}
