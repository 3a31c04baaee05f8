import Engine
import Foundation
import Platform
import TestSupport
import Testing

struct FeedEventTests {
    private static func works(_ platform: ArcaneaPlatform, count: Int = 40) async throws {
        var random = SeededGenerator(seed: 5)
        let drafts = (0..<count).map { index in
            EssenceDraft(
                id: "w\(index)", realmId: "realm\(index % 4)", title: "Work \(index)",
                vector: random.vector(PlatformFixture.dimension),
                createdAt: Timestamp(milliseconds: PlatformFixture.start - PlatformFixture.day))
        }
        _ = try await platform.essences.createBatch(drafts)
    }

    @Test("an event counts once per viewer, work and kind, within a batch and across restarts")
    func idempotence() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        try await Self.works(platform)
        let batch = [
            FeedEvent(kind: "like", viewerId: "a", essenceId: "w1"),
            FeedEvent(kind: "like", viewerId: "a", essenceId: "w1"),
            FeedEvent(kind: "like", viewerId: "b", essenceId: "w1"),
            FeedEvent(kind: "save", viewerId: "a", essenceId: "w1"),
            FeedEvent(kind: "follow", viewerId: "a", realmId: "realm1"),
            FeedEvent(kind: "follow", viewerId: "a", realmId: "realm1"),
            FeedEvent(kind: "unblock", viewerId: "a", realmId: "realm1"),
        ]
        let first = try await platform.feed.ingest(batch)
        #expect(first.value.accepted == 4 && first.value.duplicates == 3)
        let again = try await platform.feed.ingest(batch)
        #expect(again.value.accepted == 0 && again.value.duplicates == 7)
        #expect(again.seq == first.seq, "what changes nothing has no sequence of its own")
        let score = try platform.feed.trending(window: .sixHours, limit: 5).items.map(\.score)
        #expect(score == [4], "two likes and a save")
        await platform.close()
        let reopened = try await fixture.open()
        let third = try await reopened.feed.ingest(batch)
        #expect(third.value.accepted == 0)
        #expect(try reopened.feed.trending(window: .sixHours, limit: 5).items.map(\.score) == score)
        let ended = try await reopened.feed.ingest([FeedEvent(kind: "unfollow", viewerId: "a", realmId: "realm1")])
        #expect(ended.value.accepted == 1)
        await reopened.close()
    }

    @Test("one bad event refuses the batch, with its field")
    func badEvents() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        try await Self.works(platform)
        let good = FeedEvent(kind: "like", viewerId: "a", essenceId: "w1")
        let ahead = Timestamp(milliseconds: fixture.clock.now + 6 * 60_000)
        let cases: [(FeedEvent, String, EngineError.Code)] = [
            (FeedEvent(kind: "stare", viewerId: "a", essenceId: "w1"), "kind", .invalidArgument),
            (FeedEvent(kind: "unlike", viewerId: "a", essenceId: "w1"), "kind", .invalidArgument),
            (FeedEvent(kind: "like", viewerId: "", essenceId: "w1"), "viewerId", .invalidArgument),
            (FeedEvent(kind: "like", viewerId: "a"), "essenceId", .invalidArgument),
            (FeedEvent(kind: "like", viewerId: "a", essenceId: "none"), "essenceId", .notFound),
            (FeedEvent(kind: "follow", viewerId: "a"), "realmId", .invalidArgument),
            (FeedEvent(kind: "block", viewerId: "a", realmId: "a"), "realmId", .invalidArgument),
            (FeedEvent(kind: "like", viewerId: "a", essenceId: "w2", at: ahead), "at", .invalidArgument),
            (
                FeedEvent(kind: "like", viewerId: "a", essenceId: "w2", at: Timestamp(milliseconds: .min)), "at",
                .invalidArgument
            ),
        ]
        for (bad, field, code) in cases {
            let error = await engineError { _ = try await platform.feed.ingest([good, bad]) }
            #expect(error?.field == "events[1].\(field)" && error?.code == code, "\(String(describing: error))")
        }
        #expect(await engineError { _ = try await platform.feed.ingest([]) }?.field == "events")
        #expect(try platform.feed.trending(window: .sixHours, limit: 5).items.isEmpty, "nothing of them counted")
        let skewed = Timestamp(milliseconds: fixture.clock.now + 60_000)
        _ = try await platform.feed.ingest([FeedEvent(kind: "like", viewerId: "a", essenceId: "w1", at: skewed)])
        #expect(try platform.feed.trending(window: .sixHours, limit: 5).items.first?.score == 1, "it counts as now")
        await platform.close()
    }

    @Test("a realm's events on its own works weigh a quarter, and only so many events an hour count")
    func abuse() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        try await Self.works(platform)
        _ = try await platform.feed.ingest([
            FeedEvent(kind: "like", viewerId: "realm1", essenceId: "w1"),
            FeedEvent(kind: "like", viewerId: "realm1", essenceId: "w2"),
        ])
        let scores = try platform.feed.trending(window: .sixHours, limit: 5).items.map { "\($0.id) \($0.score)" }
        #expect(scores == ["w2 1.0", "w1 0.25"])

        await platform.close()
    }

    @Test("a flood of one viewer counts up to the cap of an hour, and counts again in the next")
    func flood() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        try await Self.works(platform, count: 120)
        // Five kinds fill the hour's 600; the likes that follow are stored and weigh nothing.
        var flood: [FeedEvent] = []
        for kind in ["view", "share", "save", "negative", "report", "like"] {
            flood += (0..<120).map { FeedEvent(kind: kind, viewerId: "bot", essenceId: "w\($0)") }
        }
        for start in stride(from: 0, to: flood.count, by: 90) {
            let receipt = try await platform.feed.ingest(Array(flood[start..<start + 90]))
            #expect(receipt.value.accepted == 90)
        }
        let sums = try platform.feed.trending(window: .sixHours, limit: 200).items.map(\.score)
        #expect(sums.count == 120)
        #expect(sums.allSatisfy { abs($0 - 4.1) < 1e-9 }, "a view, a share, a save and no like")
        fixture.clock.now += PlatformFixture.hour
        _ = try await platform.feed.ingest([FeedEvent(kind: "remix", viewerId: "bot", essenceId: "w7")])
        #expect(try scores(platform, 1).first?.hasPrefix("w7 ") == true)
        await platform.close()
    }

    @Test("a work made from others counts as a remix of each, once per realm")
    func remixes() async throws {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        try await Self.works(platform)
        func remix(_ id: String, by realm: String, of parent: String, kind: String = "remix") async throws {
            let draft = EssenceDraft(
                id: id, realmId: realm, title: id, vector: [1] + [Float](repeating: 0.1, count: 15),
                remixFrom: [RemixSource(essenceId: parent, kind: kind, weight: 1)])
            _ = try await platform.essences.create(draft)
        }
        try await remix("r1", by: "x", of: "w1")
        try await remix("r2", by: "x", of: "w1")
        try await remix("r3", by: "realm2", of: "w2")
        try await remix("r4", by: "x", of: "w3", kind: "inspiredBy")
        let expected = ["w1 4.0", "w2 1.0", "w3 1.0"]
        #expect(try scores(platform) == expected)
        let explicit = try await platform.feed.ingest([FeedEvent(kind: "remix", viewerId: "x", essenceId: "w1")])
        #expect(explicit.value.duplicates == 1)
        await platform.close()
        let reopened = try await fixture.open()
        #expect(try scores(reopened) == expected)
        await reopened.close()
    }

    private func scores(_ platform: ArcaneaPlatform, _ limit: Int = 5) throws -> [String] {
        try platform.feed.trending(window: .sixHours, limit: limit).items.map { "\($0.id) \($0.score)" }
    }

    @Test("trending is the order of decayed sums", arguments: [TrendingWindow.sixHours, .sevenDays])
    func trending(window: TrendingWindow) async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let world = FeedWorld(&random, count: 150)
        try await world.create(in: platform)
        let viewers = (0..<60).map { "v\($0)" }
        let events = world.events(&random, count: 2_000, viewers: viewers)
        for start in stride(from: 0, to: events.count, by: 250) {
            _ = try await platform.feed.ingest(Array(events[start..<start + 250]))
        }
        fixture.clock.now += 5 * PlatformFixture.hour
        let weights = ["view": 0.1, "like": 1.0, "save": 2, "share": 2, "remix": 4]
        let halfLife = window == .sixHours ? 6.0 * 3_600_000 : 7.0 * 86_400_000
        var sums: [String: Double] = [:]
        var met: Set<String> = []
        func count(_ kind: String, _ viewer: String, _ work: String, _ at: Int64, _ factor: Double) {
            guard met.insert("\(kind) \(viewer) \(work)").inserted, let weight = weights[kind] else { return }
            sums[work, default: 0] += weight * factor * pow(2, -Double(fixture.clock.now - at) / halfLife)
        }
        // Of a creator's remixes of own works one counts a day, a quarter.
        var ownDays: [String: Int64] = [:]
        for work in world.works {
            let day = work.createdAt / PlatformFixture.day
            var isFirst = ownDays[work.realm].map { day > $0 } ?? true
            for parent in work.parents {
                guard world.work(parent)?.realm == work.realm else {
                    count("remix", work.realm, parent, work.createdAt, 1)
                    continue
                }
                let isNew = !met.contains("remix \(work.realm) \(parent)")
                count("remix", work.realm, parent, work.createdAt, isFirst ? 0.25 : 0)
                guard isNew, isFirst else { continue }
                isFirst = false
                ownDays[work.realm] = day
            }
        }
        for event in events {
            count(event.kind, event.viewerId, event.essenceId ?? "", event.at?.milliseconds ?? 0, 1)
        }
        let expected = sums.filter { world.work($0.key)?.visibility == .public }.sorted { $0.value > $1.value }
        let items = try platform.feed.trending(window: window, limit: 100).items
        #expect(items.count == min(100, expected.count), "seed \(seed)")
        for (item, wanted) in zip(items, expected) {
            // Nearly equal sums may change places by rounding; the scores at a place may not.
            #expect(abs(item.score - wanted.value) < 1e-9 * max(1, wanted.value), "\(item.id), seed \(seed)")
            #expect(abs((sums[item.id] ?? 0) - item.score) < 1e-9 * max(1, item.score), "\(item.id), seed \(seed)")
        }
        await platform.close()
    }
}
