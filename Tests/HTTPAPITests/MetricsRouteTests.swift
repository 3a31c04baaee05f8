import Foundation
import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import Testing

/// `/metrics` is text that a monitor can read: each sample behind its help and type, and counters that count.
@Suite struct MetricsRouteTests {
    /// Values by name and labels, as written.
    private static func samples(_ service: TestService) async throws -> [String: Double] {
        let answer = try await service.get("/metrics")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
        let text = String(decoding: answer.bytes, as: UTF8.self)
        #expect(text.hasSuffix("\n"))
        var samples: [String: Double] = [:]
        var announced: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.first == "#" {
                if words[1] == "TYPE" {
                    #expect(["gauge", "counter", "histogram"].contains(words[3]), "\(line)")
                    #expect(announced.updateValue(String(words[3]), forKey: String(words[2])) == nil, "\(line)")
                }
                continue
            }
            let value = try #require(words.count == 2 ? Double(words[1]) : nil, "\(line)")
            let name = words[0].prefix { $0 != "{" }
            let family = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) }.map {
                String(name.dropLast($0.count))
            }
            #expect(
                announced[String(name)] != nil || family.flatMap { announced[$0] } == "histogram", "\(line)")
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
            #expect(after["arcanea_damages"] == 0 && after["arcanea_event_listeners"] == 0)
            #expect(try await service.get("/metrics?x=1").status == 400)
        }
    }

    @Test("requests count by route, whatever ids and paths callers send; buckets add up")
    func requests() async throws {
        try await TestService.run { service in
            for number in 0..<20 {
                #expect(try await service.get("/essences/id-\(number)").status == 404)
                #expect(try await service.get("/no/such/path-\(number)").status == 404)
            }
            try await service.create("dragon")
            #expect(try await service.get("/essences/dragon").status == 200)
            let samples = try await Self.samples(service)
            func count(_ route: String, _ method: String, _ status: Int) -> Double? {
                samples[
                    "arcanea_http_requests_total{route=\"\(route)\",method=\"\(method)\",status=\"\(status)\"}"]
            }
            #expect(count("/essences/{id}", "GET", 404) == 20 && count("/essences/{id}", "GET", 200) == 1)
            #expect(count("/essences", "POST", 201) == 1 && count("none", "GET", 404) == 20)
            #expect(samples["arcanea_http_requests_in_flight"] == 1)
            #expect(!samples.keys.contains { $0.contains("id-") || $0.contains("path-") })
            let name = "arcanea_http_request_duration_seconds"
            let labels = "route=\"/essences/{id}\",method=\"GET\""
            let buckets = samples.filter { $0.key.hasPrefix("\(name)_bucket{\(labels)") }.values.sorted()
            #expect(buckets.count == 16 && buckets.last == 21)
            #expect(samples["\(name)_count{\(labels)}"] == 21)
            #expect((samples["\(name)_sum{\(labels)}"] ?? 0) > 0)
        }
    }

    @Test("a draining service is alive and answers, but asks for no new requests")
    func draining() async throws {
        let readiness = Readiness()
        try await TestService.run(configuration: APIServerConfiguration(readiness: readiness)) { service in
            let ready = try await service.get("/readyz")
            #expect(ready.status == 200 && ready["state"]?.string == "ready")
            readiness.drain()
            let draining = try await service.get("/readyz")
            #expect(draining.status == 503 && draining["state"]?.string == "draining", "\(draining)")
            #expect(try await service.get("/healthz").status == 200)
            try await service.create("late")
        }
    }

    @Test("the version tells the formats of the files")
    func version() async throws {
        try await TestService.run { service in
            let version = try await service.get("/version")
            for format in ["database", "backup", "vectorSegment", "lineageImage"] {
                #expect(version["formats.\(format)"]?.int ?? 0 >= 1, "\(version)")
            }
        }
    }
}
