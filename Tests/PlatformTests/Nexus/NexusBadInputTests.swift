import Engine
import Platform
import TestSupport
import Testing

struct NexusBadInputTests {
    private let good: [Float] = (0..<PlatformFixture.dimension).map { Float($0 + 1) }

    @Test("bad memories are refused with the field, and nothing of the call is kept")
    func memories() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.nexus.add("agent", [MemoryDraft(id: "taken", text: "x", vector: good)])
        let fine = MemoryDraft(id: "fine", text: "x", vector: good)
        func draft(_ change: (inout MemoryDraft) -> Void) -> MemoryDraft {
            var draft = MemoryDraft(id: "bad", text: "x", vector: good)
            change(&draft)
            return draft
        }
        let cases: [(MemoryDraft, String, EngineError.Code)] = [
            (draft { $0.vector = [1, 2] }, "vector", .invalidArgument),
            (draft { $0.vector?[3] = .nan }, "vector", .invalidArgument),
            (draft { $0.vector?[3] = .infinity }, "vector", .invalidArgument),
            (draft { $0.vector = [Float](repeating: 0, count: PlatformFixture.dimension) }, "vector", .invalidArgument),
            (draft { $0.vector = nil }, "vector", .invalidArgument),
            (draft { $0.kind = "dream" }, "kind", .invalidArgument),
            (draft { $0.importance = 1.5 }, "importance", .invalidArgument),
            (draft { $0.importance = .nan }, "importance", .invalidArgument),
            (draft { $0.id = "" }, "id", .invalidArgument),
            (draft { $0.id = String(repeating: "i", count: 513) }, "id", .invalidArgument),
            (draft { $0.id = "taken" }, "id", .alreadyExists),
            (draft { $0.id = "fine" }, "id", .invalidArgument),
            (draft { $0.tags = [""] }, "tags[0]", .invalidArgument),
            (draft { $0.tags = (0...64).map { "t\($0)" } }, "tags", .invalidArgument),
            (draft { $0.entities = ["a", ""] }, "entities[1]", .invalidArgument),
            (
                draft {
                    $0.validFrom = Timestamp(milliseconds: 2_000)
                    $0.validTo = Timestamp(milliseconds: 1_000)
                }, "validTo", .invalidArgument
            ),
        ]
        for (bad, field, code) in cases {
            let error = await engineError { _ = try await platform.nexus.add("agent", [fine, bad]) }
            #expect(error?.field == "items[1].\(field)" && error?.code == code, "\(String(describing: error))")
            let alone = await engineError { _ = try await platform.nexus.add("agent", [bad]) }
            if bad.id != "fine" { #expect(alone?.field == field, "\(String(describing: alone))") }
            if bad.id == "fine" { _ = try await platform.nexus.delete("agent", "fine") }
            #expect(try platform.nexus.list("agent", cursor: nil, limit: 10).items.map(\.id) == ["taken"])
        }
        #expect(await engineError { _ = try await platform.nexus.add("", [fine]) }?.field == "nexusId")
        #expect(await engineError { _ = try await platform.nexus.add("agent", []) }?.field == "items")
        await platform.close()
    }

    @Test("bad questions are refused with the field")
    func questions() async throws {
        let platform = try await PlatformFixture().open()
        func request(_ change: (inout RecallRequest) -> Void) -> RecallRequest {
            var request = RecallRequest(vector: good, k: 5)
            change(&request)
            return request
        }
        let cases: [(RecallRequest, String)] = [
            (request { $0.vector = [1] }, "vector"),
            (request { $0.vector = nil }, "text"),
            (request { $0.text = "also" }, "text"),
            (request { $0.k = 0 }, "k"),
            (request { $0.k = 1_001 }, "k"),
            (request { $0.kinds = ["dream"] }, "kinds[0]"),
            (request { $0.minRelevance = 2 }, "minRelevance"),
            (request { $0.halfLifeDays = ["dream": 1] }, "halfLifeDays.dream"),
            (request { $0.halfLifeDays = ["fact": -1] }, "halfLifeDays.fact"),
            (request { $0.weights = RecallWeightsRequest(relevance: 0, recency: 0, importance: 0) }, "weights"),
            (
                request { $0.weights = RecallWeightsRequest(relevance: -1, recency: 0, importance: 1) },
                "weights.relevance"
            ),
            (
                request {
                    $0.from = Timestamp(milliseconds: 2)
                    $0.to = Timestamp(milliseconds: 1)
                }, "to"
            ),
        ]
        for (bad, field) in cases {
            let error = await engineError { _ = try await platform.nexus.recall("agent", bad) }
            #expect(error?.field == field && error?.code == .invalidArgument, "\(field): \(String(describing: error))")
        }
        // A text where vectors come from outside.
        let text = await engineError { _ = try await platform.nexus.recall("agent", RecallRequest(text: "hi")) }
        #expect(text?.code == .invalidArgument)
        await platform.close()
    }
}
