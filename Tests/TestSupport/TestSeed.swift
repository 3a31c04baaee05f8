import Foundation

/// The seed of this run: `ARCANEA_TEST_SEED`, or a new one.
public func testSeed() -> UInt64 {
    if let text = ProcessInfo.processInfo.environment["ARCANEA_TEST_SEED"], let seed = UInt64(text) { return seed }
    return UInt64.random(in: 1...UInt64(UInt32.max))
}
