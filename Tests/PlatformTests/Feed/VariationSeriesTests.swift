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
}
