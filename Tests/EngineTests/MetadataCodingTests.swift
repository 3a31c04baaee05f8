import Metadata
import TestSupport
import Testing

@testable import Engine

struct MetadataCodingTests {
    @Test("every record comes back as it was")
    func roundTrip() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let record = Self.record(&random)
            let bytes = MetadataCoding.encode(record)
            let decoded = try bytes.withUnsafeBytes { try MetadataCoding.decode($0) }
            #expect(decoded == record, "seed \(seed)")
            #expect(MetadataCoding.encode(decoded) == bytes, "equal records have equal bytes, seed \(seed)")
        }
    }

    @Test("a cut record is refused, never half read")
    func truncation() throws {
        let bytes = MetadataCoding.encode(["kind": .string("image"), "tags": .strings(["a", "ö"]), "n": .number(-0.5)])
        for length in 1..<bytes.count {
            #expect(throws: EngineError.self) {
                try Array(bytes[..<length]).withUnsafeBytes { _ = try MetadataCoding.decode($0) }
            }
        }
    }

    private static func record(_ random: inout SeededGenerator) -> MetadataRecord {
        var record: MetadataRecord = [:]
        for field in 0..<Int.random(in: 0...6, using: &random) {
            let value: MetadataValue =
                switch Int.random(in: 0..<4, using: &random) {
                case 0: .string(String(repeating: "é", count: Int.random(in: 0...9, using: &random)))
                case 1: .number(Double.random(in: -1e300...1e300, using: &random))
                case 2: .bool(Bool.random(using: &random))
                default: .strings((0..<Int.random(in: 0...4, using: &random)).map { "tag\($0)" })
                }
            record["field\(field)"] = value
        }
        return record
    }
}
