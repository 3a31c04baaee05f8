import Foundation
import StrictJSON
import TestSupport
import Testing

struct RFC3339Tests {
    @Test(
        "accepted forms",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("1969-12-31T23:59:59.999Z", -1),
            ("2026-11-20T08:15:00.25Z", 1_795_162_500_250), ("2026-11-20t08:15:00z", 1_795_162_500_000),
            ("2026-11-20T10:15:00+02:00", 1_795_162_500_000), ("2026-11-20T02:45:00-05:30", 1_795_162_500_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000), ("2026-11-20T08:15:00.123456789Z", 1_795_162_500_123),
            ("0001-01-01T00:00:00Z", RFC3339.range.lowerBound),
            ("9999-12-31T23:59:59.999Z", RFC3339.range.upperBound), ("1970-01-01T00:00:00-00:00", 0),
        ] as [(String, Int64)])
    func accepted(_ text: String, _ milliseconds: Int64) {
        #expect(RFC3339.parse(text) == milliseconds)
    }

    @Test(
        "refused forms",
        arguments: [
            "", "2026-11-20", "2026-11-20T08:15:00", "2026-11-20 08:15:00Z", "2026-11-20T08:15Z", "26-11-20T08:15:00Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01T00:00:00+0200", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+02:60",
            "2026-01-01T00:00:00ZZ", " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z ", "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "-001-01-01T00:00:00Z", "2026-1-1T00:00:00Z",
            "２026-01-01T00:00:00Z", "1700000000",
        ])
    func refused(_ text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test("every day of a 400-year cycle goes to text and back; sampled times equal Foundation's calendar")
    func calendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        let day: Int64 = 86_400_000
        var wrong = 0
        for days in 0..<Int64(146_097) where RFC3339.parse(RFC3339.format(days * day)) != days * day { wrong += 1 }
        #expect(wrong == 0)
        // Foundation switches to the Julian calendar in 1582, so it is the oracle for later times only.
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let time = Int64.random(in: -12_000_000_000_000...RFC3339.range.upperBound, using: &random)
            let date = Date(timeIntervalSince1970: Double(time / 1_000 - (time % 1_000 < 0 ? 1 : 0)))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let text = String(
                format: "%04d-%02d-%02dT%02d:%02d:%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0,
                parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
            #expect(RFC3339.format(time).hasPrefix(text), "time \(time), seed \(seed)")
            #expect(RFC3339.parse(RFC3339.format(time)) == time, "time \(time), seed \(seed)")
        }
    }

    @Test("a fraction is written only where there is one")
    func fractions() {
        #expect(RFC3339.format(0) == "1970-01-01T00:00:00Z")
        #expect(RFC3339.format(5) == "1970-01-01T00:00:00.005Z")
        #expect(RFC3339.format(-1) == "1969-12-31T23:59:59.999Z")
        #expect(RFC3339.format(.min) == "0001-01-01T00:00:00Z")
        #expect(RFC3339.format(.max) == "9999-12-31T23:59:59.999Z")
    }
}
