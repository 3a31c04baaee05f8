import Engine
import Foundation
import Platform
import Synchronization
import TestSupport

/// A platform over a directory of its own, with vectors from the test and a clock that the test moves.
final class PlatformFixture: Sendable {
    static let dimension = 16
    /// 2026-06-01T00:00:00Z.
    static let start: Int64 = 1_780_272_000_000
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 24 * hour

    let directory = TemporaryDirectory()
    let clock = TestClock(PlatformFixture.start)

    func open(embedder: PlatformConfiguration.Embedder = .external(dimension: dimension)) async throws
        -> ArcaneaPlatform
    {
        // The clock holds the fixture: its directory lasts as long as a platform that is open there.
        try await ArcaneaPlatform.open(
            PlatformConfiguration(
                directory: directory.appending("store"), embedder: embedder, clock: { self.clock.now }))
    }
}

extension PlatformFixture {
    /// Names and contents of the files of the store.
    func files() -> [(String, [UInt8])] {
        let folder = directory.appending("store")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { ($0, Array(FileManager.default.contents(atPath: folder + "/" + $0) ?? Data())) }
    }
}

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let time: Mutex<Int64>

    init(_ now: Int64) { time = Mutex(now) }

    var now: Int64 {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}

/// The error that a call ends with, or `nil` when it succeeds.
func engineError(_ body: () async throws -> Void) async -> EngineError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? EngineError
    }
}

func cosine(_ a: [Float], _ b: [Float]) -> Double {
    var dot = 0.0
    var squaresA = 0.0
    var squaresB = 0.0
    for (x, y) in zip(a, b) {
        dot += Double(x) * Double(y)
        squaresA += Double(x) * Double(x)
        squaresB += Double(y) * Double(y)
    }
    return dot / (squaresA * squaresB).squareRoot()
}

extension SeededGenerator {
    /// A vector near another one: the smaller the spread, the nearer.
    mutating func vector(near center: [Float], spread: Float) -> [Float] {
        center.map { $0 + spread * symmetric() }
    }
}
