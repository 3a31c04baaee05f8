import TestSupport
import Testing

@testable import Storage

@Suite struct RowChecksumTests {
    /// Published values of the algorithm.
    @Test(
        arguments: [
            ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
            ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
        ] as [(String, UInt64)])
    func hashesAsSpecified(text: String, expected: UInt64) {
        #expect(Array(text.utf8).withUnsafeBytes { XXH64.hash($0, seed: 0) } == expected)
    }

    @Test func everyBitOfEveryLengthCounts() {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        func sum(_ bytes: [UInt8]) -> Int64 {
            var sum = RowChecksum()
            bytes.withUnsafeBytes { sum.add($0) }
            return sum.value
        }
        for length in 0...80 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let whole = sum(bytes)
            var missed = 0
            for position in 0..<length * 8 {
                var flipped = bytes
                flipped[position / 8] ^= 1 << UInt8(position % 8)
                if sum(flipped) == whole { missed += 1 }
            }
            #expect(missed == 0, "seed \(seed), length \(length)")
        }
    }

    @Test func columnsDoNotRunTogether() {
        func sum(_ texts: [String]) -> Int64 {
            var sum = RowChecksum()
            for text in texts { sum.add(text) }
            return sum.value
        }
        let sums = [["ab", "c"], ["a", "bc"], ["abc", ""], ["", "abc"], ["abc"], ["c", "ab"]].map(sum)
        #expect(Set(sums).count == sums.count)
    }
}
