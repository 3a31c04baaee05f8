import Foundation

/// Breaks the seeds at random for a while: bytes changed, taken out, doubled, and parts of other seeds put in.
///
/// The last input is in `fuzz-input` when the process dies.
func mutate(seconds: Double, seed: UInt64) {
    var state = seed
    func next(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(1, limit)))
    }
    print("seeded mutation, seed \(seed)")
    let end = Date().addingTimeInterval(seconds)
    var count = 0
    while Date() < end {
        var input = Seeds.all[next(Seeds.all.count)]
        for _ in 0...next(4) {
            let position = 1 + next(input.count - 1)
            switch next(4) {
            case 0 where position < input.count: input[position] = UInt8(next(256))
            case 1 where position < input.count: input.remove(at: position)
            case 2: input.insert(contentsOf: input[min(position, input.count)...].prefix(1 + next(8)), at: 1)
            default:
                let other = Seeds.all[next(Seeds.all.count)]
                let start = 1 + next(other.count - 1)
                input.insert(contentsOf: other[start...].prefix(1 + next(40)), at: min(position, input.count))
            }
        }
        try? Data(input).write(to: URL(fileURLWithPath: "fuzz-input"))
        input.withUnsafeBytes { Decoder.run($0) }
        count += 1
    }
    print("\(count) inputs, no crash")
}
