import Engine
import StrictJSON
import TestSupport
import Testing

@testable import Platform

/// Settings of agents: stored, used as defaults, surviving a restart.
struct NexusSettingsTests {
    private func axis(_ place: Int) -> [Float] {
        (0..<PlatformFixture.dimension).map { $0 == place ? 1 : 0 }
    }

    /// Two memories between which the weights decide: one near and old, one far and new.
    private func world(_ fixture: PlatformFixture) async throws -> ArcaneaPlatform {
        let platform = try await fixture.open()
        var far = axis(0)
        far[1] = 2
        let old = Timestamp(milliseconds: PlatformFixture.start - 300 * PlatformFixture.day)
        _ = try await platform.nexus.add(
            "agent",
            [
                MemoryDraft(id: "near", vector: axis(0), createdAt: old),
                MemoryDraft(id: "new", vector: far, createdAt: Timestamp(milliseconds: PlatformFixture.start)),
            ])
        return platform
    }

    private func order(_ platform: ArcaneaPlatform, _ change: (inout RecallRequest) -> Void = { _ in }) async throws
        -> [String]
    {
        var request = RecallRequest(vector: axis(0))
        change(&request)
        return try await platform.nexus.recall("agent", request).items.map(\.id)
    }

    @Test("settings are what a recall uses where the request says nothing, and survive a restart")
    func defaults() async throws {
        let fixture = PlatformFixture()
        var platform = try await world(fixture)
        #expect(try await order(platform) == ["near", "new"])
        var settings = NexusSettings()
        settings.name = "Bestiary keeper"
        settings.weights = RecallWeightsRequest(relevance: 0, recency: 1, importance: 0)
        settings.minRelevance = 0
        settings.k = 1
        settings.model = .object(["writer": .string("small")])
        let set = try await platform.nexus.configure("agent", settings)
        #expect(set.value.effective.weights.recency == 1 && set.value.memories == 2)
        #expect(try await order(platform) == ["new"])
        #expect(try await order(platform) { $0.k = 2 } == ["new", "near"], "the request goes first")
        #expect(
            try await order(platform) {
                $0.k = 2
                $0.weights = RecallWeightsRequest(relevance: 1, recency: 0, importance: 0)
            } == ["near", "new"])

        await platform.close()
        platform = try await fixture.open()
        #expect(try await order(platform) == ["new"])
        let answer = try platform.nexus.settings("agent")
        #expect(answer.settings == settings.json)
        #expect(answer.updatedAt?.milliseconds == fixture.clock.now)
        _ = try await platform.nexus.resetSettings("agent")
        #expect(try await order(platform) == ["near", "new"], "back to the defaults")
        #expect(try platform.nexus.settings("agent").updatedAt == nil)
        await platform.close()
        platform = try await fixture.open()
        #expect(try await order(platform) == ["near", "new"], "a reset survives too")
        await platform.close()
    }

    @Test("half-lives and floors of the settings shape the recency")
    func halfLives() async throws {
        let fixture = PlatformFixture()
        let platform = try await world(fixture)
        var settings = NexusSettings()
        settings.halfLifeDays = ["event": 300]
        settings.tuning.recencyFloor = 0
        _ = try await platform.nexus.configure("agent", settings)
        let hits = try await platform.nexus.recall("agent", RecallRequest(vector: axis(0))).items
        let near = try #require(hits.first { $0.id == "near" })
        #expect(abs(near.parts.rec - 0.5) < 1e-9, "one half-life old, floor 0")
        var request = RecallRequest(vector: axis(0))
        request.halfLifeDays = ["event": 150]
        let other = try await platform.nexus.recall("agent", request).items
        #expect(abs(try #require(other.first { $0.id == "near" }).parts.rec - 0.25) < 1e-9)
        await platform.close()
    }

    @Test("settings of one agent are nobody else's; an agent needs no memory to have some")
    func apart() async throws {
        let platform = try await PlatformFixture().open()
        var settings = NexusSettings()
        settings.k = 3
        _ = try await platform.nexus.configure("fresh", settings)
        #expect(try platform.nexus.settings("fresh").memories == 0)
        let unknown = await engineError { _ = try platform.nexus.settings("other") }
        #expect(unknown?.code == .notFound && unknown?.field == "nexusId")
        let reset = await engineError { _ = try await platform.nexus.resetSettings("other") }
        #expect(reset?.code == .notFound)
        await platform.close()
    }

    @Test("bad settings are refused with field and limit, and change nothing")
    func bad() async throws {
        let platform = try await PlatformFixture().open()
        var good = NexusSettings()
        good.k = 7
        _ = try await platform.nexus.configure("agent", good)
        func change(_ body: (inout NexusSettings) -> Void) -> NexusSettings {
            var settings = NexusSettings()
            body(&settings)
            return settings
        }
        for (settings, field) in [
            (change { $0.k = 0 }, "k"), (change { $0.k = 1_001 }, "k"),
            (change { $0.minRelevance = 2 }, "minRelevance"),
            (change { $0.weights = RecallWeightsRequest(relevance: 0, recency: 0, importance: 0) }, "weights"),
            (
                change { $0.weights = RecallWeightsRequest(relevance: -1, recency: 0, importance: 1) },
                "weights.relevance"
            ),
            (
                change { $0.weights = RecallWeightsRequest(relevance: .infinity, recency: 0, importance: 1) },
                "weights.relevance"
            ),
            (change { $0.halfLifeDays = ["event": 0] }, "halfLifeDays.event"),
            (change { $0.halfLifeDays = ["dream": 3] }, "halfLifeDays.dream"),
            (change { $0.tuning.mmrLambda = 1.5 }, "mmrLambda"), (change { $0.tuning.pinnedBoost = 0 }, "pinnedBoost"),
            (change { $0.tuning.recencyFloor = .nan }, "recencyFloor"),
            (change { $0.tuning.keepMostRelevant = -1 }, "keepMostRelevant"),
        ] {
            let error = await engineError { _ = try await platform.nexus.configure("agent", settings) }
            #expect(error?.code == .invalidArgument && error?.field == field, "\(field): \(String(describing: error))")
            #expect(error?.limit?.isEmpty == false, "\(field)")
        }
        let route = await engineError { _ = try await platform.nexus.configure("recall", good) }
        #expect(route?.field == "nexusId")
        #expect(try platform.nexus.settings("agent").settings == good.json)
        await platform.close()
    }
}
