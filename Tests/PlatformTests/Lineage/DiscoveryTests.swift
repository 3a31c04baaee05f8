import Engine
import Platform
import TestSupport
import Testing

/// Related works and possible uncredited remixes, on vectors made for the question.
struct DiscoveryTests {
    /// A unit vector with this cosine to the first axis, in the plane of the first axis and another one.
    private func tilted(_ cosine: Float, toward other: Int) -> [Float] {
        var vector = axis(0, scale: cosine)
        vector[other] = (1 - cosine * cosine).squareRoot()
        return vector
    }

    /// An original, and a younger work of another creator that looks like it, with others around.
    private func world() async throws -> ArcaneaPlatform {
        let fixture = PlatformFixture()
        let platform = try await fixture.open()
        let drafts = [
            work("original", realm: "ada", vector: axis(0)),
            work("own", realm: "ben", vector: tilted(0.99, toward: 1)),
            work("unlisted", realm: "cy", vector: tilted(0.99, toward: 2), visibility: .unlisted),
            work("hidden", realm: "dee", vector: tilted(0.99, toward: 3)),
            work("different", realm: "eve", vector: axis(4)),
            work("parent", realm: "fay", vector: tilted(0.5, toward: 5)),
            work("suspect", realm: "ben", vector: tilted(0.995, toward: 6), from: ["parent"]),
            work("younger", realm: "gus", vector: tilted(0.99, toward: 7)),
        ]
        for draft in drafts {
            fixture.clock.now += PlatformFixture.day
            _ = try await platform.essences.create(draft)
        }
        _ = try await platform.essences.takedown("hidden", Takedown(state: .hidden))
        return platform
    }

    @Test("uncredited names the older near work of another creator, with evidence, until it is credited")
    func uncredited() async throws {
        let platform = try await world()
        let hits = try platform.lineage.uncredited("suspect", limit: 10, threshold: nil).items
        #expect(hits.map(\.id) == ["original"])
        let hit = try #require(hits.first)
        #expect(abs(hit.parts.cosine - 0.995) < 1e-5)
        #expect(hit.parts.cosine >= hit.parts.threshold)
        #expect(abs(try #require(hit.parts.bestParentCosine) - 0.4975) < 1e-4)
        #expect(!hit.parts.sharedAncestry)
        #expect((0...1).contains(hit.score))
        #expect(hit.realmId == "ada")
        #expect(try platform.lineage.uncredited("suspect", limit: 10, threshold: 0.999).items.isEmpty)
        #expect(try platform.lineage.uncredited("original", limit: 10, threshold: nil).items.isEmpty)
        _ = try await platform.lineage.addEdge(LateEdge(child: "suspect", parent: "original"))
        #expect(try platform.lineage.uncredited("suspect", limit: 10, threshold: nil).items.isEmpty)
        let gone = await engineError { _ = try platform.lineage.uncredited("hidden", limit: 10, threshold: nil) }
        #expect(gone?.code == .failedPrecondition)
        let threshold = await engineError {
            _ = try platform.lineage.uncredited("suspect", limit: 10, threshold: 1.5)
        }
        #expect(threshold?.code == .invalidArgument)
        #expect(threshold?.limit != nil)
    }

    @Test("related works are near in meaning or in lineage, and found by anyone")
    func related() async throws {
        let platform = try await world()
        _ = try await platform.essences.create(work("child", realm: "hal", vector: axis(8), from: ["suspect"]))
        _ = try await platform.essences.create(work("sibling", realm: "ida", vector: axis(9), from: ["parent"]))
        let hits = try platform.lineage.related("suspect", limit: 20).items
        let ids = hits.map(\.id)
        #expect(Set(ids).isSuperset(of: ["original", "parent", "child", "sibling", "own", "younger"]))
        #expect(Set(ids).isDisjoint(with: ["suspect", "unlisted", "hidden"]))
        #expect(Set(ids).count == ids.count)
        let relations = Dictionary(uniqueKeysWithValues: hits.map { ($0.id, $0.relation) })
        #expect(relations["parent"] == "ancestor")
        #expect(relations["child"] == "descendant")
        #expect(relations["sibling"] == "sibling")
        #expect(relations["original"] == "unlinked")
        #expect(hits.map(\.score) == hits.map(\.score).sorted(by: >))
        let different = try #require(hits.firstIndex { $0.id == "different" } ?? hits.indices.last)
        #expect(try #require(ids.firstIndex(of: "original")) < different)
        #expect(try platform.lineage.related("suspect", limit: 2).items.map(\.id) == Array(ids.prefix(2)))
        // A work without a vector still has a lineage to walk.
        _ = try await platform.essences.takedown("suspect", Takedown(state: .hidden))
        let walked = try platform.lineage.related("suspect", limit: 20).items
        #expect(Set(walked.map(\.id)).isSuperset(of: ["parent", "child", "sibling"]))
    }

    @Test("originality falls with the nearest credited parent")
    func originality() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.createBatch([
            work("root", vector: axis(0)), work("copy", vector: axis(0, scale: 2), from: ["root"]),
            work("free", vector: axis(1), from: ["root"]),
            work("both", vector: tilted(0.8, toward: 1), from: ["root", "free"]),
        ])
        let copy = try #require(try platform.lineage.metrics("copy").originality)
        let free = try #require(try platform.lineage.metrics("free").originality)
        let both = try #require(try platform.lineage.metrics("both").originality)
        #expect(abs(copy) < 1e-5)
        #expect(free > both && both > copy)
    }
}
