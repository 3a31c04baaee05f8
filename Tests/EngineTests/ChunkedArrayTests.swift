import Engine
import TestSupport
import Testing

struct ChunkedArrayTests {
    @Test("copies stay as they were while the original changes")
    func copiesAreIsolated() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var array = ChunkedArray<Int>()
        var model: [Int] = []
        var snapshots: [(ChunkedArray<Int>, [Int])] = []
        for step in 0..<20_000 {
            switch UInt.random(in: 0..<10, using: &random) {
            case 0 where !model.isEmpty:
                let position = Int.random(in: 0..<model.count, using: &random)
                array[position] = -step
                model[position] = -step
            case 1 where step % 997 == 0 || snapshots.count < 3:
                snapshots.append((array, model))
            default:
                array.append(step)
                model.append(step)
            }
        }
        for (copy, expected) in snapshots + [(array, model)] {
            var seen: [Int] = []
            copy.enumerate { position, element in
                #expect(position == seen.count, "seed \(seed)")
                seen.append(element)
            }
            #expect(seen == expected, "seed \(seed)")
            #expect(copy.count == expected.count, "seed \(seed)")
        }
    }

    @Test("chunk boundaries", arguments: [0, 1, 1_023, 1_024, 1_025, 2_048, 3_000])
    func boundaries(count: Int) {
        var array = ChunkedArray<Int>()
        for value in 0..<count { array.append(value) }
        #expect(array.count == count)
        #expect(array.isEmpty == (count == 0))
        #expect((0..<count).allSatisfy { array[$0] == $0 })
    }
}
