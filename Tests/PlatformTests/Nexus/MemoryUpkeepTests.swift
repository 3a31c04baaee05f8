import Engine
import Platform
import TestSupport
import Testing

/// Previews of fading, clusters to summarize, many recalls at once.
struct MemoryUpkeepTests {
    private static func axis(_ place: Int, _ tilt: Float = 0) -> [Float] {
        (0..<PlatformFixture.dimension).map { $0 == place ? 1 : ($0 == place + 1 ? tilt : 0) }
    }

    @Test("a preview of fading names the moment at which a recall's recency falls below the threshold")
    func decay() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        _ = try await platform.nexus.add(
            "agent",
            [
                MemoryDraft(id: "event", vector: Self.axis(0), kind: "event"),
                MemoryDraft(id: "fact", vector: Self.axis(1), kind: "fact"),
                MemoryDraft(id: "liking", vector: Self.axis(2), kind: "preference"),
                MemoryDraft(id: "pinned", vector: Self.axis(3), kind: "event", pinned: true),
                MemoryDraft(id: "gone", vector: Self.axis(4), kind: "event"),
            ])
        _ = try await platform.nexus.delete("agent", "gone", mode: .soft)
        let fading = try platform.nexus.decay("agent", DecayQuery(threshold: 0.4))
        #expect(
            fading.items.map(\.id) == ["event", "fact"], "soonest first; nothing that does not fade or is forgotten")
        #expect(fading.items.allSatisfy { $0.score == 1 && abs($0.parts.limit - 0.2) < 1e-12 })
        let moment = try #require(fading.items.first?.fallsBelowAt.milliseconds)
        // 0.2 + 0.8 · 2^(-age / 14 d) = 0.4 at two half-lives.
        #expect(abs(moment - (PlatformFixture.start + 28 * PlatformFixture.day)) <= 1)
        for (time, isBelow) in [(moment - 1, false), (moment, true)] {
            var request = RecallRequest(vector: Self.axis(0), k: 1)
            request.now = Timestamp(milliseconds: time)
            let rec = try #require(try await platform.nexus.recall("agent", request).items.first).parts.rec
            #expect((rec < 0.4) == isBelow, "\(rec) at \(time)")
        }
        #expect(
            try platform.nexus.decay("agent", DecayQuery(threshold: 0.4, withinDays: 30)).items.map(\.id) == ["event"])
        #expect(
            try platform.nexus.decay("agent", DecayQuery(threshold: 0.2)).items.isEmpty, "the floor is never passed")
        #expect(try platform.nexus.decay("nobody", DecayQuery()).items.isEmpty)
        // Relevance 1, importance 0.5: 0.7 + 0.2 rec.
        let whole = try platform.nexus.decay("agent", DecayQuery(threshold: 0.8, relevance: 1, limit: 1)).items
        #expect(whole.map(\.id) == ["event"] && abs((whole.first?.score ?? 0) - 0.9) < 1e-9)
        for (query, field) in [
            (DecayQuery(threshold: -1), "threshold"), (DecayQuery(threshold: .nan), "threshold"),
            (DecayQuery(relevance: 2), "relevance"), (DecayQuery(withinDays: -1), "withinDays"),
            (DecayQuery(limit: 0), "limit"),
        ] {
            let error = await engineError { _ = try platform.nexus.decay("agent", query) }
            #expect(error?.code == .invalidArgument && error?.field == field && error?.limit != nil, "\(field)")
        }
        await platform.close()
    }

    @Test("clusters hold what says nearly the same; a summary takes their place")
    func consolidation() async throws {
        let platform = try await PlatformFixture().open()
        var drafts: [MemoryDraft] = []
        for group in 0..<3 {
            for number in 0...group {
                drafts.append(
                    MemoryDraft(
                        id: "g\(group)-\(number)", vector: Self.axis(4 * group, Float(number) / 10), kind: "event"))
            }
        }
        _ = try await platform.nexus.add("agent", drafts)
        let clusters = try platform.nexus.consolidation("agent", ConsolidationQuery()).items
        #expect(clusters.map { $0.memories.map(\.id) } == [["g2-0", "g2-1", "g2-2"], ["g1-0", "g1-1"]])
        #expect(clusters.allSatisfy { $0.parts.cosineMin >= 0.9 && $0.score == Double($0.memories.count) })
        #expect(
            try platform.nexus.consolidation("agent", ConsolidationQuery(sizeMax: 2)).items.allSatisfy { $0.score == 2 }
        )
        #expect(try platform.nexus.consolidation("agent", ConsolidationQuery(kinds: ["fact"])).items.isEmpty)
        #expect(try platform.nexus.consolidation("nobody", ConsolidationQuery()).items.isEmpty)
        let summary = try await platform.nexus.supersede(
            "agent", "g1-0", SupersedeRequest(memory: MemoryDraft(id: "summary", vector: Self.axis(4))))
        _ = try await platform.nexus.supersede("agent", "g1-1", SupersedeRequest(by: summary.value.new.id))
        #expect(try platform.nexus.consolidation("agent", ConsolidationQuery()).items.map(\.id) == ["g2-0"])
        for (query, field) in [
            (ConsolidationQuery(cosineMin: 2), "cosineMin"), (ConsolidationQuery(sizeMax: 1), "sizeMax"),
            (ConsolidationQuery(newest: 10_001), "newest"), (ConsolidationQuery(kinds: ["dream"]), "kinds[0]"),
        ] {
            let error = await engineError { _ = try platform.nexus.consolidation("agent", query) }
            #expect(error?.code == .invalidArgument && error?.field == field && error?.limit != nil, "\(field)")
        }
        await platform.close()
    }

    @Test("a batch answers as its questions would one by one; one bad question refuses it with its path")
    func batch() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let platform = try await PlatformFixture().open()
        for nexus in 0..<5 {
            _ = try await platform.nexus.add(
                "n\(nexus)",
                (0..<20).map { MemoryDraft(id: "m\($0)", vector: random.vector(PlatformFixture.dimension)) })
        }
        var batch = RecallBatch()
        for number in 0..<100 {
            let request = RecallRequest(vector: random.vector(PlatformFixture.dimension), k: 1 + number % 7)
            batch.recalls.append(.init(nexusId: "n\(number % 6)", request: request))
        }
        let answer = try await platform.nexus.recall(batch)
        #expect(answer.items.count == 100)
        for (question, item) in zip(batch.recalls, answer.items) {
            let alone = try await platform.nexus.recall(question.nexusId, question.request)
            #expect(item.nexusId == question.nexusId && item.seq == alone.seq, "seed \(seed)")
            #expect(item.items.map(\.id) == alone.items.map(\.id), "seed \(seed)")
            #expect(item.items.map(\.score) == alone.items.map(\.score), "seed \(seed)")
        }
        batch.recalls[37].request.k = 0
        let bad = await engineError { _ = try await platform.nexus.recall(batch) }
        #expect(bad?.field == "recalls[37].k" && bad?.limit == "1…1000")
        let many = RecallBatch(Array(repeating: batch.recalls[0], count: 101))
        for wrong in [many, RecallBatch()] {
            let error = await engineError { _ = try await platform.nexus.recall(wrong) }
            #expect(error?.field == "recalls" && error?.limit == "1…100")
        }
        await platform.close()
    }
}
