import Engine
import Platform
import TestSupport
import Testing

/// A creator's remixes of own works count once a day, whoever makes them and however many there are.
struct VariationSeriesTests {
    @Test("of a series of variations one counts a day, also in one batch and after a restart")
    func series() async throws {
        let fixture = PlatformFixture()
        var platform = try await fixture.open()
        _ = try await platform.essences.createBatch((0..<6).map { work("p\($0)", realm: "ada", vector: axis($0)) })
        func trending() throws -> Set<String> {
            Set(try platform.feed.trending(window: .sevenDays, limit: 100).items.map(\.id))
        }
        _ = try await platform.essences.create(work("v0", realm: "ada", vector: axis(7), from: ["p0"]))
        _ = try await platform.essences.create(work("v1", realm: "ada", vector: axis(8), from: ["p1"]))
        #expect(try trending() == ["p0"])
        let weight = try #require(try platform.feed.trending(window: .sevenDays, limit: 1).items.first?.score)
        #expect(abs(weight - 1) < 1e-6, "a remix of weight 4, a quarter of it")
        _ = try await platform.essences.create(work("w", realm: "bob", vector: axis(9), from: ["p2"]))
        #expect(try trending() == ["p0", "p2"], "others' remixes count")
        await platform.close()
        platform = try await fixture.open()
        let again = ["p3", "p4"].map { FeedEvent(kind: "remix", viewerId: "ada", essenceId: $0) }
        _ = try await platform.feed.ingest(again)
        #expect(try trending() == ["p0", "p2"], "the day is remembered")
        fixture.clock.now += PlatformFixture.day
        let batch = ["p1", "p5"].map { FeedEvent(kind: "remix", viewerId: "ada", essenceId: $0) }
        let receipt = try await platform.feed.ingest(batch)
        // p1 was remixed before: one event a kind and work, whatever it weighs.
        #expect(receipt.value.accepted == 1 && receipt.value.duplicates == 1)
        #expect(try trending() == ["p0", "p2", "p5"])
        await platform.close()
    }

    @Test("a batch of works, and a batch of events of several days, count as the same ones sent singly")
    func batches() async throws {
        func trending(batched: Bool) async throws -> [String] {
            let fixture = PlatformFixture()
            let platform = try await fixture.open()
            _ = try await platform.essences.createBatch((0..<8).map { work("p\($0)", realm: "ada", vector: axis($0)) })
            let variations = (0..<3).map { work("v\($0)", realm: "ada", vector: axis(8 + $0), from: ["p\($0)"]) }
            let events = [(3, 0), (4, 1), (5, 1), (6, 2)].map { target, daysAhead in
                FeedEvent(
                    kind: "remix", viewerId: "ada", essenceId: "p\(target)",
                    at: Timestamp(milliseconds: PlatformFixture.start + Int64(daysAhead) * PlatformFixture.day))
            }
            if batched {
                _ = try await platform.essences.createBatch(variations)
            } else {
                for draft in variations { _ = try await platform.essences.create(draft) }
            }
            fixture.clock.now += 3 * PlatformFixture.day
            if batched {
                _ = try await platform.feed.ingest(events)
            } else {
                for event in events { _ = try await platform.feed.ingest([event]) }
            }
            let ids = try platform.feed.trending(window: .sevenDays, limit: 100).items.map(\.id).sorted()
            await platform.close()
            return ids
        }
        let single = try await trending(batched: false)
        #expect(single == ["p0", "p4", "p6"], "one a day")
        #expect(try await trending(batched: true) == single)
    }
}
