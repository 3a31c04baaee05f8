import Engine
import Platform
import TestSupport
import Testing

/// What holds for every page, whatever the world looks like.
struct FeedPageTests {
    @Test("pages keep the caps, never repeat, and hold nothing that the viewer may not or need not see")
    func invariants() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let world = FeedWorld(&random, count: 500)
        try await world.create(in: platform)
        let viewers = FeedWorld.realms + ["guest1", "guest2"]
        _ = try await platform.feed.ingest(world.events(&random, count: 1_500, viewers: viewers))
        _ = try await platform.feed.ingest([
            FeedEvent(kind: "block", viewerId: "guest1", realmId: "realm3"),
            FeedEvent(kind: "follow", viewerId: "guest1", realmId: "realm4"),
            FeedEvent(kind: "block", viewerId: "realm0", realmId: "realm5"),
        ])
        _ = try await platform.essences.takedown("w490", Takedown(state: .hidden))
        _ = try await platform.essences.takedown("w491", Takedown(state: .redacted))

        for viewer in ["guest1", "guest2", "realm0", "realm1"] {
            for diversity in FeedDiversity.allCases {
                var seen: Set<String> = []
                var shown: [String] = []
                var request = FeedRequest(viewerId: viewer, k: 10)
                request.diversity = diversity
                for _ in 0..<5 {
                    let page = try platform.feed.rank(request)
                    shown += page.items.map(\.id)
                    check(page, viewer: viewer, world: world, seed: seed)
                    // Events arrive between the pages, of this viewer and of others.
                    let views = page.items.prefix(4).map {
                        FeedEvent(kind: "view", viewerId: viewer, essenceId: $0.id)
                    }
                    _ = try await platform.feed.ingest(views + world.events(&random, count: 40, viewers: viewers))
                    seen.formUnion(views.compactMap(\.essenceId))
                    guard let cursor = page.cursor else { break }
                    request.cursor = cursor
                }
                #expect(Set(shown).count == shown.count, "\(viewer) \(diversity), seed \(seed)")
                #expect(shown.count >= 30, "\(viewer) \(diversity) got \(shown.count), seed \(seed)")
                checkCaps(shown, world: world, note: "\(viewer) \(diversity), seed \(seed)")
                request.cursor = nil
                let fresh = try platform.feed.rank(request)
                #expect(seen.isDisjoint(with: fresh.items.map(\.id)), "seen works stay away, seed \(seed)")
            }
        }
        await platform.close()
    }

    private func check(_ page: Listing<FeedItem>, viewer: String, world: FeedWorld, seed: UInt64) {
        for (index, item) in page.items.enumerated() {
            let work = world.work(item.id)
            #expect(work?.visibility == .public, "seed \(seed)")
            #expect(work?.realm != viewer, "own works stay away, seed \(seed)")
            #expect(!(viewer == "guest1" && work?.realm == "realm3"), "blocked realms stay away, seed \(seed)")
            #expect(!(viewer == "realm0" && work?.realm == "realm5"), "blocked realms stay away, seed \(seed)")
            #expect(item.id != "w490" && item.id != "w491", "what was taken down stays away, seed \(seed)")
            #expect(!item.sources.isEmpty && item.title == "Work \(item.id)" && item.realmId == work?.realm)
            #expect(item.parts.rankAfter == index + 1)
            for part in [item.parts.taste, item.parts.qual, item.parts.fresh, item.parts.lin, item.parts.expl] {
                #expect(part >= 0 && part <= 1, "\(item.id), seed \(seed)")
            }
            let sum =
                0.44 * item.parts.taste + 0.22 * item.parts.qual + 0.18 * item.parts.fresh + 0.08 * item.parts.lin
                + 0.08 * item.parts.expl
            if item.parts.tasteDetail.medoid != nil {
                #expect(abs(item.score - sum) < 1e-9, "the score is its parts, seed \(seed)")
            }
        }
        let vectors = page.items.compactMap { world.work($0.id)?.vector }
        for i in vectors.indices {
            for j in 0..<i { #expect(cosine(vectors[i], vectors[j]) < 0.97 + 1e-5, "no copies, seed \(seed)") }
        }
    }

    /// In any ten neighboring places at most two of one realm and three of one root family, across pages too.
    private func checkCaps(_ shown: [String], world: FeedWorld, note: String) {
        for start in 0...max(0, shown.count - 10) {
            let window = shown[start..<min(shown.count, start + 10)]
            var realms: [String: Int] = [:]
            var families: [String: Int] = [:]
            for id in window {
                realms[world.work(id)?.realm ?? "", default: 0] += 1
                families[world.family(of: id), default: 0] += 1
            }
            #expect(realms.values.max() ?? 0 <= 2, "\(note) at \(start)")
            #expect(families.values.max() ?? 0 <= 3, "\(note) at \(start)")
        }
    }

    @Test("where few realms exist, a page is full nevertheless")
    func fewRealms() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let platform = try await PlatformFixture().open()
        let world = FeedWorld(&random, count: 60, realms: ["only"])
        try await world.create(in: platform)
        let page = try platform.feed.rank(FeedRequest(viewerId: "guest", k: 20))
        #expect(page.items.count == 20, "seed \(seed)")
        await platform.close()
    }

    @Test("a newcomer and nobody in particular get full pages; an empty platform gives an empty one")
    func coldStart() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let platform = try await PlatformFixture().open()
        #expect(try platform.feed.rank(FeedRequest(viewerId: "guest")).items.isEmpty)
        #expect(try platform.feed.rank(FeedRequest()).items.isEmpty)
        #expect(try platform.feed.trending(window: .sixHours, limit: 5).items.isEmpty)
        let world = FeedWorld(&random, count: 300)
        try await world.create(in: platform)
        for request in [FeedRequest(viewerId: "guest"), FeedRequest()] {
            let page = try platform.feed.rank(request)
            #expect(page.items.count == 20, "seed \(seed)")
            #expect(page.items.allSatisfy { $0.parts.taste == 0.5 && $0.parts.tasteDetail.medoid == nil })
            #expect(page.items.contains { $0.sources.contains("exploration") })
            #expect(page.items.contains { $0.sources.contains("trending") })
        }
        await platform.close()
    }

    @Test("taste follows what a viewer likes, and taste vectors and recent works of the request do the same")
    func taste() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let platform = try await PlatformFixture().open()
        let world = FeedWorld(&random, count: 600)
        try await world.create(in: platform)
        func nearCenter(_ page: Listing<FeedItem>) -> Double {
            let cosines = page.items.compactMap { world.work($0.id) }.map { cosine($0.vector, world.centers[0]) }
            return cosines.reduce(0, +) / Double(max(1, cosines.count))
        }
        let favorites = world.works.filter { cosine($0.vector, world.centers[0]) > 0.6 && $0.visibility == .public }
        let liked = favorites.prefix(8)
        var question = FeedRequest(viewerId: "guest")
        question.weights = FeedWeightsRequest(taste: 1, quality: 0, fresh: 0, lineage: 0, exploration: 0.1)
        let before = nearCenter(try platform.feed.rank(question))

        var asked = question
        asked.tasteVectors = [world.centers[0]]
        let withVector = try platform.feed.rank(asked)
        #expect(nearCenter(withVector) > before + 0.1, "seed \(seed)")
        #expect(withVector.items.contains { $0.sources.contains("taste") })

        var recent = question
        recent.recentEssenceIds = liked.map(\.id)
        recent.explain = true
        let withRecent = try platform.feed.rank(recent)
        #expect(nearCenter(withRecent) > before + 0.1, "seed \(seed)")
        #expect(withRecent.explain?.plan.contains("lineage ") == true, "relatives of the works, seed \(seed)")
        #expect(Set(liked.map(\.id)).isDisjoint(with: withRecent.items.map(\.id)))

        _ = try await platform.feed.ingest(
            liked.map { FeedEvent(kind: "like", viewerId: "guest", essenceId: $0.id) })
        let learned = try platform.feed.rank(question)
        #expect(nearCenter(learned) > before + 0.1, "seed \(seed)")

        let followed = FeedEvent(kind: "follow", viewerId: "fan", realmId: "realm2")
        _ = try await platform.feed.ingest([followed])
        let page = try platform.feed.rank(FeedRequest(viewerId: "fan", k: 50))
        #expect(page.items.contains { $0.realmId == "realm2" && $0.sources.contains("followed") })
        #expect(!page.items.contains { $0.realmId != "realm2" && $0.sources.contains("followed") })
        await platform.close()
    }

    @Test("a caller's candidates are ranked, without the seen and the blocked")
    func candidates() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let platform = try await PlatformFixture().open()
        let world = FeedWorld(&random, count: 200)
        try await world.create(in: platform)
        var request = FeedRequest(viewerId: "guest", k: 200)
        request.candidates = (100..<160).map { "w\($0)" }
        _ = try await platform.feed.ingest([FeedEvent(kind: "view", viewerId: "guest", essenceId: "w110")])
        let page = try platform.feed.rank(request)
        #expect(!page.items.isEmpty && page.cursor == nil)
        #expect(page.items.allSatisfy { $0.sources == ["caller"] && $0.id != "w110" })
        #expect(Set(page.items.map(\.id)).isSubset(of: request.candidates ?? []))
        request.candidates?.append("missing")
        let error = await engineError { _ = try platform.feed.rank(request) }
        #expect(error?.code == .notFound && error?.field == "candidates[60]")
        request.candidates = ["w1", "w2", "w1"]
        #expect(await engineError { _ = try platform.feed.rank(request) }?.field == "candidates[2]")
        await platform.close()
    }
}
