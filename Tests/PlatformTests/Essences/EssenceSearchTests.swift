import Engine
import Metadata
import Platform
import StrictJSON
import TestSupport
import Testing

/// Searches beside a plain scan of the works that the test made.
struct EssenceSearchTests {
    private struct Sample {
        var id: String
        var realm: String
        var vector: [Float]
        var visibility: Visibility
        var kind: String
        var level: Int
        var root: String
        var isLive = true
    }

    private struct World {
        var platform: ArcaneaPlatform
        var works: [Sample]

        /// The best works for a question, best first; of each group the best one.
        func best(
            _ query: [Float], viewer: String? = nil, minScore: Double = -2, group: ((Sample) -> String)? = nil,
            where passes: (Sample) -> Bool = { _ in true }
        ) -> [(id: String, score: Double)] {
            var groups: Set<String> = []
            return works.filter { work in
                work.isLive && passes(work)
                    && (work.visibility == .public || work.visibility == .private && work.realm == viewer)
            }
            .map { (work: $0, score: cosine(query, $0.vector)) }
            .filter { $0.score >= minScore }
            .sorted { $0.score > $1.score }
            .filter { found in group.map { groups.insert($0(found.work)).inserted } ?? true }
            .map { ($0.work.id, $0.score) }
        }
    }

    private static let kinds = ["image", "text", "music"]

    private func world(_ random: inout SeededGenerator, count: Int = 600) async throws -> World {
        let platform = try await PlatformFixture().open()
        var works: [Sample] = []
        var drafts: [EssenceDraft] = []
        for number in 0..<count {
            let parent =
                Bool.random(using: &random)
                ? works.filter { $0.visibility == .public }.randomElement(using: &random) : nil
            let sample = Sample(
                id: "w\(number)", realm: "realm-\(Int.random(in: 0..<12, using: &random))",
                vector: random.vector(PlatformFixture.dimension),
                visibility: [.public, .public, .public, .unlisted, .private].randomElement(using: &random)!,
                kind: Self.kinds.randomElement(using: &random)!, level: Int.random(in: 0..<100, using: &random),
                root: parent?.root ?? "w\(number)")
            works.append(sample)
            var draft = EssenceDraft(
                id: sample.id, realmId: sample.realm, kind: sample.kind, title: sample.id, vector: sample.vector,
                remixFrom: parent.map { [RemixSource(essenceId: $0.id)] } ?? [], visibility: sample.visibility)
            draft.metadata = .object(["level": .int(Int64(sample.level))])
            drafts.append(draft)
        }
        _ = try await platform.essences.createBatch(drafts)
        for _ in 0..<count / 10 {
            let gone = works.indices.randomElement(using: &random)!
            guard works[gone].isLive else { continue }
            _ = try await platform.essences.takedown(works[gone].id, Takedown(state: .hidden))
            works[gone].isLive = false
        }
        return World(platform: platform, works: works)
    }

    /// Float32 scores may order near ties differently than the scan does: compare scores, and ids where they are apart.
    private func expect(
        _ items: [EssenceHit], _ expected: [(id: String, score: Double)], _ topK: Int, _ note: String
    ) {
        let expected = Array(expected.prefix(topK))
        #expect(items.count == expected.count, "\(note)")
        for (position, (item, best)) in zip(items, expected).enumerated() {
            #expect(abs(item.score - best.score) < 1e-5, "\(note) position \(position)")
            let isTied = expected.enumerated().contains { $0 != position && abs($1.score - best.score) < 1e-5 }
            if !isTied { #expect(item.id == best.id, "\(note) position \(position)") }
        }
    }

    @Test("equal to a plain scan: viewers, filters, minScore")
    func exact() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let world = try await world(&random)
        let filters: [(MetadataFilter?, @Sendable (Sample) -> Bool)] = [
            (nil, { _ in true }), (.equals("kind", .string("image")), { $0.kind == "image" }),
            (.equals("realmId", .string("realm-3")), { $0.realm == "realm-3" }),
            (
                try EssenceSearchRequest(
                    json: json(
                        #"{"text":"x","filter":{"metadata.level":{"$gte":20,"$lt":40},"kind":{"$in":["text","music"]}}}"#
                    )
                ).filter,
                { $0.level >= 20 && $0.level < 40 && $0.kind != "image" }
            ),
            (.equals("kind", .string("nothing")), { _ in false }),
        ]
        for question in 0..<10 {
            let query = random.vector(PlatformFixture.dimension)
            for (number, (filter, passes)) in filters.enumerated() {
                for viewer in [nil, "realm-3", "realm-7"] {
                    for topK in [1, 7, 1_000] {
                        let minScore: Double? = question % 3 == 0 ? 0.2 : nil
                        var request = EssenceSearchRequest(vector: query, topK: topK)
                        request.filter = filter
                        request.viewerRealmId = viewer
                        request.minScore = minScore
                        let note = "seed \(seed) question \(question) filter \(number) topK \(topK)"
                        expect(
                            try world.platform.essences.search(request).items,
                            world.best(query, viewer: viewer, minScore: minScore ?? -2, where: passes), topK, note)
                    }
                }
            }
        }
    }

    @Test("grouped searches fill topK with groups while there are any")
    func groups() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let world = try await world(&random)
        let byID = Dictionary(uniqueKeysWithValues: world.works.map { ($0.id, $0) })
        func key(_ work: Sample, _ group: SearchGroup) -> String { group == .realm ? work.realm : work.root }
        for question in 0..<8 {
            let query = random.vector(PlatformFixture.dimension)
            for topK in [1, 5, 12, 200, 500] {
                for group in SearchGroup.allCases {
                    var request = EssenceSearchRequest(vector: query, topK: topK)
                    request.groupBy = group
                    let items = try world.platform.essences.search(request).items
                    let note = "seed \(seed) question \(question) \(group) topK \(topK)"
                    let expected = world.best(query, group: { key($0, group) })
                    expect(items, expected, topK, note)
                    #expect(Set(items.map(\.group)).count == items.count, "\(note)")
                    for item in items {
                        let work = try #require(byID[item.id])
                        #expect(item.group == key(work, group), "\(note)")
                    }
                }
            }
        }
    }

    @Test("one family of a thousand near works does not crowd the others out")
    func crowding() async throws {
        let platform = try await PlatformFixture().open()
        var random = SeededGenerator(seed: 5)
        var drafts = (0..<990).map {
            work("near\($0)", realm: "crowd", vector: random.vector(near: axis(0), spread: 0.01))
        }
        drafts += (1..<10).map { work("far\($0)", realm: "realm-\($0)", vector: axis($0)) }
        _ = try await platform.essences.createBatch(drafts)
        var request = EssenceSearchRequest(vector: axis(0), topK: 10)
        request.groupBy = .realm
        let items = try platform.essences.search(request).items
        #expect(items.count == 10)
        #expect(items.first?.group == "crowd")
        #expect(Set(items.map(\.group)).count == 10)
    }

    @Test("similar leaves the work itself out and obeys the same rules")
    func similar() async throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let world = try await world(&random, count: 120)
        for work in world.works where work.isLive {
            for (topK, minScore) in [(5, nil), (1_000, 0.1)] as [(Int, Double?)] {
                let items = try world.platform.essences.similar(work.id, topK: topK, minScore: minScore).items
                let expected = world.best(work.vector, minScore: minScore ?? -2, where: { $0.id != work.id })
                expect(items, expected, topK, "seed \(seed) \(work.id)")
                #expect(!items.contains { $0.id == work.id }, "seed \(seed) \(work.id)")
            }
        }
        let unknown = await engineError { _ = try world.platform.essences.similar("nobody", topK: 1, minScore: nil) }
        #expect(unknown?.code == .notFound)
    }

    @Test("hits carry the work, its score and, on request, its vector and the plan")
    func hits() async throws {
        let platform = try await PlatformFixture().open()
        _ = try await platform.essences.create(work("w", vector: axis(0)))
        var request = EssenceSearchRequest(vector: axis(0, scale: 7))
        let plain = try #require(try platform.essences.search(request).items.first)
        #expect(plain.essence.vector == nil)
        #expect(plain.parts.cosine == plain.score)
        #expect(abs(plain.score - 1) < 1e-6)
        #expect(plain.group == nil)
        request.includeVectors = true
        request.explain = true
        let listing = try platform.essences.search(request)
        #expect(listing.items.first?.essence.vector == axis(0))
        #expect(listing.explain?.filtered == 1)
        #expect(listing.seq == 1)
        for topK in [0, -1, 10_001] {
            let error = await engineError {
                _ = try platform.essences.search(EssenceSearchRequest(vector: axis(0), topK: topK))
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.field == "topK")
            #expect(error?.limit == "1…10000")
        }
    }

    @Test("an empty store finds nothing")
    func empty() async throws {
        let platform = try await PlatformFixture().open()
        #expect(try platform.essences.search(EssenceSearchRequest(vector: axis(0))).items.isEmpty)
    }
}
