/// A repeatable source of randomness for tests (SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
///
/// Tests take a fresh seed from `testSeed()`, print it in their expectations, and repeat a failure with the
/// environment variable `ARCANEA_TEST_SEED`.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number in -1…1.
    public mutating func symmetric() -> Float { Float.random(in: -1...1, using: &self) }

    /// A vector with components in -1…1.
    public mutating func vector(_ dimension: Int) -> [Float] { (0..<dimension).map { _ in symmetric() } }
}
