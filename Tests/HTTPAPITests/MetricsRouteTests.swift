import Foundation
import HTTPTypes
import Testing

/// `/metrics` is text that a monitor can read: each sample behind its help and type, and counters that count.
@Suite struct MetricsRouteTests {
    private static func samples(_ service: TestService) async throws -> [String: Int] {
        let answer = try await service.get("/metrics")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
        let text = String(decoding: answer.bytes, as: UTF8.self)
        #expect(text.hasSuffix("\n"))
        var samples: [String: Int] = [:]
        var announced: Set<String> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.first == "#" {
                if words[1] == "TYPE" {
                    #expect(["gauge", "counter"].contains(words[3]), "\(line)")
                    announced.insert(String(words[2]))
                }
                continue
            }
            let value = try #require(words.count == 2 ? Int(words[1]) : nil, "\(line)")
            #expect(announced.contains(String(words[0])), "\(line)")
            #expect(samples.updateValue(value, forKey: String(words[0])) == nil, "\(line)")
        }
        return samples
    }

    @Test func countsWhatHappened() async throws {
        try await TestService.run { service in
            let before = try await Self.samples(service)
            #expect(before["arcanea_essences"] == 0 && before["arcanea_accepts_writes"] == 1)
            try await service.create("dragon")
            try await service.create("dusk", parents: ["dragon"])
            let after = try await Self.samples(service)
            #expect(after["arcanea_essences"] == 2 && after["arcanea_edges"] == 1)
            #expect((after["arcanea_commits_total"] ?? 0) == (before["arcanea_commits_total"] ?? 0) + 2)
            #expect((after["arcanea_disk_free_bytes"] ?? 0) > 0 && (after["arcanea_disk_floor_bytes"] ?? 0) > 0)
            #expect(after["arcanea_damages"] == 0)
            #expect(try await service.get("/metrics?x=1").status == 400)
        }
    }
}
