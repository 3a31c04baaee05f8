import Engine
import Foundation
import Platform
import StrictJSON
import TestSupport
import Testing

/// What a platform answers does not depend on whether it was just opened.
struct RestartTests {
    @Test("every answer is the same after close and open")
    func sameAnswers() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let world = try await LineageWorld(platform, count: 60, &random)
        let ids = world.works.map(\.id)
        for number in 0..<40 {
            fixture.clock.now += PlatformFixture.hour
            let id = try #require(ids.randomElement(using: &random))
            // Some of these are refused, because the work was taken down before: that is part of the history.
            _ = await engineError {
                switch number % 4 {
                case 0:
                    _ = try await platform.essences.takedown(id, Takedown(state: number % 8 == 0 ? .hidden : .redacted))
                case 1: _ = try await platform.essences.takedown(id, Takedown(state: .merged, mergedInto: "w0"))
                case 2: _ = try await platform.lineage.addEdge(LateEdge(child: id, parent: "w1", weight: 0.25))
                default:
                    var patch = EssencePatch()
                    patch.title = "Patched \(number)"
                    patch.vector = axis(number % PlatformFixture.dimension, scale: 1).map { $0 + Float(number) / 64 }
                    patch.visibility = Visibility.allCases[number % 3]
                    patch.metadata = .object(["number": .int(Int64(number))])
                    _ = try await platform.essences.patch(id, patch)
                }
            }
        }
        let retracted = try #require(world.works.first { !$0.parents.isEmpty })
        _ = try await platform.lineage.retractEdge(child: retracted.id, parent: retracted.parents[0], reason: "r")

        let queries = (0..<10).map { _ in random.vector(PlatformFixture.dimension) }
        let before = try answers(platform, ids, queries)
        #expect(before.count > 600)
        await platform.close()
        for _ in 0..<2 {
            let reopened = try await fixture.open()
            let after = try answers(reopened, ids, queries)
            #expect(after.count == before.count)
            for (a, b) in zip(before, after) where a != b { Issue.record("seed \(seed)\nbefore \(a)\nafter  \(b)") }
            await reopened.close()
        }
    }

    @Test("works of one score stand in the order of their creation, before and after a restart")
    func ties() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let ids = (0..<20).map { "w\($0)" }
        _ = try await platform.essences.createBatch(ids.map { work($0, vector: axis(1)) })
        // The youngest gets its vector first.
        for id in ids.reversed() {
            var patch = EssencePatch()
            patch.vector = axis(0)
            _ = try await platform.essences.patch(id, patch)
        }
        let request = EssenceSearchRequest(vector: axis(0), topK: 20)
        #expect(try platform.essences.search(request).items.map(\.id) == ids)
        await platform.close()
        let reopened = try await fixture.open()
        #expect(try reopened.essences.search(request).items.map(\.id) == ids)
    }

    @Test("writes go on after a restart where they stopped")
    func writesGoOn() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        _ = try await platform.essences.createBatch([work("a"), work("b", vector: axis(1), from: ["a"])])
        await platform.close()
        let reopened = try await fixture.open()
        let taken = await engineError { _ = try await reopened.essences.create(work("a")) }
        #expect(taken?.code == .alreadyExists)
        let receipt = try await reopened.essences.create(work("c", realm: "new", vector: axis(2), from: ["b"]))
        #expect(receipt.seq == 2)
        #expect(try reopened.lineage.roots("c").items.map(\.id) == ["a"])
        let found = try reopened.essences.search(EssenceSearchRequest(vector: axis(2), topK: 1)).items
        #expect(found.map(\.id) == ["c"])
        let creators = try reopened.lineage.attribution("c", by: .creator).items
        #expect(Set(creators.map(\.id)) == ["new", "ada"])
    }

    @Test("another dimension is refused by a store that has one")
    func otherDimension() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        _ = try await platform.essences.create(work("a"))
        await platform.close()
        let error = await engineError { _ = try await fixture.open(embedder: .external(dimension: 8)) }
        #expect(error != nil)
        let again = try await fixture.open()
        #expect(try again.essences.get("a").id == "a")
    }

    /// Answers as JSON, without how long each took.
    private func answers(_ platform: ArcaneaPlatform, _ ids: [String], _ queries: [[Float]]) throws -> [String] {
        var texts: [String] = []
        func add(_ answer: some Encodable) throws {
            var text = String(decoding: try JSONOutput.encode(answer), as: UTF8.self)
            if let took = text.range(of: "\"tookMicros\":") {
                let end = text[took.upperBound...].firstIndex { !$0.isNumber } ?? text.endIndex
                text.removeSubrange(took.lowerBound..<end)
            }
            texts.append(text)
        }
        for id in ids {
            try add(platform.essences.get(id, includeVector: true))
            for direction in LineageDirection.allCases {
                try add(platform.lineage.lineage(id, LineageQuery(direction: direction, depth: 100)))
            }
            for group in AttributionGroup.allCases { try add(platform.lineage.attribution(id, by: group)) }
            try add(platform.lineage.metrics(id))
            try add(platform.lineage.siblings(id, limit: 50))
            try add(platform.lineage.cousins(id, limit: 50))
            try add(platform.lineage.roots(id))
            try add(platform.lineage.common(id, ids[ids.count / 2]))
            try add(platform.lineage.related(id, limit: 10))
            if try platform.essences.get(id).state == .live {
                try add(platform.essences.similar(id, topK: 10, minScore: nil))
                try add(platform.lineage.uncredited(id, limit: 10, threshold: 0.5))
            }
        }
        for order in TopOrder.allCases { try add(platform.lineage.top(by: order, windowDays: nil, limit: 20)) }
        for query in queries {
            for group in [nil, SearchGroup.realm, .root] {
                for viewer in [nil, "realm-2"] {
                    var request = EssenceSearchRequest(vector: query, topK: 30)
                    request.groupBy = group
                    request.viewerRealmId = viewer
                    request.includeVectors = true
                    try add(platform.essences.search(request))
                }
            }
        }
        try add(platform.status())
        return texts
    }
}
