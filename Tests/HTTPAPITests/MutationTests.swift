import HTTPAPI
import HTTPTypes
import HummingbirdTesting
import Platform
import StrictJSON
import TestSupport
import Testing

/// Valid requests broken at random: whatever comes in, the answer is a 2xx or a 4xx with the documented error.
struct MutationTests {
    private static let requests: [(HTTPRequest.Method, String, String)] = [
        (
            .post, "/essences",
            "{\"realmId\":\"r\",\"title\":\"t\",\"vector\":[0.5,-1,2e-3,0],\"remixFrom\":[{\"essenceId\":\"a\",\"weight\":0.5}],\"metadata\":{\"y\":1}}"
        ),
        (.patch, "/essences/a", "{\"title\":\"n\",\"spark\":{\"prompt\":\"p\",\"params\":{\"s\":[1,null]}}}"),
        (
            .post, "/essences/search",
            "{\"vector\":[1,2,3,4],\"topK\":3,\"filter\":{\"$or\":[{\"kind\":\"text\"},{\"y\":{\"$gte\":0.5}}]},\"groupBy\":\"root\"}"
        ),
        (.post, "/lineage/edges", "{\"child\":\"b\",\"parent\":\"c\",\"kind\":\"inspiredBy\",\"weight\":0.25}"),
        (.post, "/lineage/is-ancestor", "{\"pairs\":[{\"ancestor\":\"a\",\"descendant\":\"b\"}]}"),
        (
            .post, "/nexus/n/memories",
            "{\"items\":[{\"vector\":[1,0,0,1],\"kind\":\"fact\",\"importance\":0.5,\"validTo\":\"2027-01-01T00:00:00Z\"}]}"
        ),
        (
            .post, "/nexus/n/recall",
            "{\"vector\":[1,0,0,1],\"k\":3,\"weights\":{\"relevance\":1},\"now\":\"2026-06-01T00:00:00.5+01:00\"}"
        ),
        (
            .post, "/feed/rank",
            "{\"viewerId\":\"v\",\"k\":3,\"candidates\":[\"a\",\"b\"],\"seed\":7,\"tasteVectors\":[[1,0,0,0]]}"
        ),
        (.post, "/feed/events", "{\"events\":[{\"kind\":\"like\",\"viewerId\":\"v\",\"essenceId\":\"a\"}]}"),
        (.get, "/essences/a/lineage?direction=ancestors&depth=3&limit=10&asOf=2026-01-01T00:00:00Z", ""),
        (.get, "/essences/a/uncredited?limit=5&threshold=0.5", ""),
        (.get, "/lineage/path?from=b&to=a", ""), (.get, "/feed/trending?window=6h&limit=3", ""),
        (.get, "/nexus/n/memories?limit=2&cursor=abc", ""), (.delete, "/essences/c?state=merged&mergedInto=a", ""),
        (.delete, "/lineage/edges?child=b&parent=a&reason=x", ""),
    ]

    @Test("no mutation of a request makes the service fail")
    func mutations() async throws {
        let seed = testSeed()
        try await TestService.run(embedder: .external(dimension: 4)) { service in
            for id in ["a", "b", "c"] {
                let answer = try await service.post(
                    "/essences", "{\"id\":\"\(id)\",\"realmId\":\"r\",\"title\":\"\(id)\",\"vector\":[1,0,0,0]}")
                try #require(answer.status == 201, "\(answer)")
            }
            var random = SeededGenerator(seed: seed)
            var statuses: [Int: Int] = [:]
            for round in 0..<3_000 {
                let (method, uri, body) = Self.requests[round % Self.requests.count]
                var target = Array(uri.utf8)
                var bytes = Array(body.utf8)
                if round % 3 == 0 {
                    // A letter for a letter, a digit for a digit: often still a request that can be met.
                    Self.substitute(&bytes, using: &random)
                } else if body.isEmpty || round % 7 == 0 {
                    Self.mutate(&target, printable: true, using: &random)
                } else {
                    for _ in 0..<Int.random(in: 1...3, using: &random) {
                        Self.mutate(&bytes, printable: false, using: &random)
                    }
                }
                let path = String(decoding: target, as: UTF8.self)
                let answer = try await service.send(
                    method, path.hasPrefix("/") ? path : "/" + path, bytes: body.isEmpty ? nil : bytes)
                statuses[answer.status / 100, default: 0] += 1
                #expect(
                    (200..<300).contains(answer.status) || (400..<500).contains(answer.status),
                    "\(method) \(path) \(String(decoding: bytes, as: UTF8.self)): \(answer), round \(round), seed \(seed)"
                )
                if answer.status >= 400 {
                    #expect(answer.error?["code"]?.string?.isEmpty == false, "\(answer), seed \(seed)")
                }
            }
            #expect(statuses[2, default: 0] > 100 && statuses[4, default: 0] > 100, "\(statuses), seed \(seed)")
            #expect(try await service.get("/readyz").status == 200)
        }
    }

    private static func substitute(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        for alphabet in [Array("0123456789".utf8), Array("abcxyz".utf8)] {
            let positions = bytes.indices.filter { alphabet.contains(bytes[$0]) }
            if let position = positions.randomElement(using: &random), let byte = alphabet.randomElement(using: &random)
            {
                bytes[position] = byte
            }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], printable: Bool, using random: inout SeededGenerator) {
        guard let position = bytes.indices.dropFirst().randomElement(using: &random) else { return }
        let telling =
            Array("{}[]\",:.-+eE0129%&=?/;#".utf8) + (printable ? [] : [0x00, 0x1F, 0x80, 0xC3, 0xED, 0xFF])
        let byte = telling.randomElement(using: &random) ?? 0x30
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[position] = byte
        case 1: bytes.insert(byte, at: position)
        case 2: bytes.remove(at: position)
        default: bytes.replaceSubrange(position..<position, with: bytes[position...].prefix(8))
        }
    }
}
