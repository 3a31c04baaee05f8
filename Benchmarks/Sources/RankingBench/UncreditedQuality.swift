import Foundation
import Platform
import Ranking
import TextEmbedding

/// Hides one in ten credits and asks for uncredited remixes of every work: how many hidden sources are found, and how
/// many works are suspected without reason, at each threshold and at the one that the store learns.
struct UncreditedQuality {
    private let data: String
    private let wordnetCount: Int
    private let generatedCount: Int
    private let sample: Int
    private let seed: UInt64

    init(_ options: Options) throws {
        data = try options.text("data")
        wordnetCount = options.int("works", .max)
        generatedCount = options.int("generated", 60_000)
        sample = options.int("sample", CalibrationRequest().sample)
        seed = options.seed
    }

    /// Works in the order of their making, with all their sources.
    private struct World {
        var drafts: [EssenceDraft]
        var parents: [[Int]]
        var texts: [String]
        /// Works whose texts have the same words say the same; to a model that knows no order they are one text.
        var sayings: [String]
        var embedder: PlatformConfiguration.Embedder
    }

    func run() async throws {
        if wordnetCount > 0 { try await measure("wordnet", try wordnet()) }
        if generatedCount > 0 { try await measure("generated remixes", generated()) }
    }

    private func wordnet() throws -> World {
        let works = try WordNet(data, limit: wordnetCount).works
        var generator = SplitMix64(seed: seed)
        return World(
            drafts: works.map { work in
                EssenceDraft(
                    id: "w\(work.id)", realmId: "realm\(Int.random(in: 0..<2_000, using: &generator))",
                    title: "synset \(work.id)", vector: TextEmbedder.builtIn.embed(work.text))
            },
            parents: works.map(\.parents),
            texts: works.map(\.text),
            sayings: works.map { work in
                work.text.lowercased().split { !$0.isLetter && !$0.isNumber }.sorted().joined(separator: " ")
            },
            embedder: .external(dimension: TextEmbedder.builtIn.dimension))
    }

    /// Topics, originals around them, and remixes: a source, or two, and noise of differing strength.
    private func generated() -> World {
        let dimension = 256
        var generator = SplitMix64(seed: seed &+ 1)
        let topics = (0..<500).map { _ in generator.direction(dimension) }
        var vectors: [[Float]] = []
        var parents: [[Int]] = []
        for number in 0..<generatedCount {
            let isRemix = number > 100 && Int.random(in: 0..<10, using: &generator) < 4
            guard isRemix else {
                let topic = topics[Int.random(in: 0..<topics.count, using: &generator)]
                vectors.append(near([topic], 0.9, &generator))
                parents.append([])
                continue
            }
            var sources: Set<Int> = []
            for _ in 0..<(Int.random(in: 0..<8, using: &generator) == 0 ? 2 : 1) {
                // Many remixes are of recent works.
                let back = Int(Double(number) * pow(generator.unit(), 2))
                sources.insert(max(0, number - 1 - back))
            }
            // Cosine with a single source: 0.98 to 0.79.
            let noise = 0.2 + 0.58 * generator.unit()
            vectors.append(near(sources.sorted().map { vectors[$0] }, noise, &generator))
            parents.append(sources.sorted())
        }
        return World(
            drafts: vectors.enumerated().map { number, vector in
                EssenceDraft(
                    id: "w\(number)", realmId: "realm\(Int(1_500 * pow(generator.unit(), 2)))",
                    title: "work \(number)", vector: vector)
            }, parents: parents, texts: vectors.indices.map { "work \($0)" },
            sayings: vectors.indices.map { "work \($0)" }, embedder: .external(dimension: dimension))
    }

    /// The mean direction of some vectors, with noise of a length relative to it.
    private func near(_ sources: [[Float]], _ noise: Double, _ generator: inout SplitMix64) -> [Float] {
        let away = generator.direction(sources[0].count)
        var sum = [Double](repeating: 0, count: away.count)
        for source in sources { for index in sum.indices { sum[index] += Double(source[index]) } }
        let middle = unitVector(sum)
        return unitVector(middle.indices.map { Double(middle[$0]) + noise * Double(away[$0]) })
    }

    // MARK: Measuring

    private func measure(_ name: String, _ world: World) async throws {
        var generator = SplitMix64(seed: seed &+ 2)
        var hidden: Set<Pair> = []
        var drafts = world.drafts
        for child in drafts.indices {
            drafts[child].createdAt = Timestamp(milliseconds: 1_700_000_000_000 + Int64(child) * 60_000)
            for parent in world.parents[child] {
                if Int.random(in: 0..<10, using: &generator) == 0 {
                    // A creator's own work needs no credit.
                    if drafts[parent].realmId != drafts[child].realmId { hidden.insert(Pair(child, parent)) }
                } else {
                    drafts[child].remixFrom.append(RemixSource(essenceId: drafts[parent].id ?? ""))
                }
            }
        }
        let scratch = try Scratch()
        let platform = try await ArcaneaPlatform.open(
            PlatformConfiguration(directory: scratch.path + "/store", embedder: world.embedder))
        report("uncredited: \(name), \(drafts.count) works, \(hidden.count) hidden credits")
        for start in stride(from: 0, to: drafts.count, by: 1_000) {
            _ = try await platform.essences.createBatch(Array(drafts[start..<min(start + 1_000, drafts.count)]))
        }
        await platform.waitForIndexes()
        var learned: CalibrationAnswer?
        let took = try await micros {
            learned = try await platform.lineage.calibrate(CalibrationRequest(sample: sample, seed: seed)).value
        }
        guard let learned else { return }
        result([
            "check": "uncredited, calibration", "set": name, "works": drafts.count, "sample": learned.nearestCount,
            "threshold": rounded(learned.threshold), "baseRate": rounded(learned.baseRate),
            "creditedMedian": rounded(learned.credited.q50 ?? 0), "randomMedian": rounded(learned.randomPairs.q50 ?? 0),
            "seconds": rounded(took / 1e6),
        ])
        let findings = try await suspicions(platform, world)
        let ancestry = Ancestry(world.parents)
        for threshold in [0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, learned.threshold] {
            let isLearned = threshold == learned.threshold
            judge(name, threshold, isLearned, findings, hidden, world, ancestry)
        }
        await platform.close()
    }

    struct Pair: Hashable {
        var child: Int
        var parent: Int

        init(_ child: Int, _ parent: Int) {
            self.child = child
            self.parent = parent
        }
    }

    /// Every suspicion of a low threshold: works of other creators by cosine.
    private func suspicions(_ platform: ArcaneaPlatform, _ world: World) async throws -> [(pair: Pair, cosine: Double)]
    {
        let count = world.drafts.count
        let workers = 2
        return try await withThrowingTaskGroup(of: [(pair: Pair, cosine: Double)].self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var found: [(pair: Pair, cosine: Double)] = []
                    for child in stride(from: worker, to: count, by: workers) {
                        let hits = try platform.lineage.uncredited("w\(child)", limit: 64, threshold: 0.7).items
                        for hit in hits {
                            found.append((Pair(child, Int(hit.id.dropFirst()) ?? 0), hit.parts.cosine))
                        }
                    }
                    return found
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func judge(
        _ name: String, _ threshold: Double, _ isLearned: Bool, _ findings: [(pair: Pair, cosine: Double)],
        _ hidden: Set<Pair>, _ world: World, _ ancestry: Ancestry
    ) {
        var listed = 0
        var found = 0
        var truths = 0
        var alarmed: Set<Int> = []
        var reordered: Set<Int> = []
        for (pair, cosine) in findings where cosine >= threshold {
            listed += 1
            if hidden.contains(pair) { found += 1 }
            // A source of a hidden source was not credited either.
            let isExact = world.texts[pair.child] == world.texts[pair.parent]
            let isSame = isExact || world.sayings[pair.child] == world.sayings[pair.parent]
            let isTrue = isSame || ancestry.isAncestor(pair.parent, of: pair.child)
            if isTrue { truths += 1 } else { alarmed.insert(pair.child) }
            if isSame && !isExact { reordered.insert(pair.child) }
        }
        result([
            "check": "uncredited", "set": name, "threshold": rounded(threshold),
            "learned": isLearned, "listed": listed,
            "precision": rounded(listed > 0 ? Double(truths) / Double(listed) : 1),
            "recall": rounded(Double(found) / Double(max(1, hidden.count))),
            "falseAlarmWorks": alarmed.count, "sameWordsOtherText": reordered.count,
            "perTenThousand": rounded(Double(alarmed.count) * 10_000 / Double(world.drafts.count)),
        ])
    }
}

/// The complete lineage, with the credits that were hidden.
private struct Ancestry {
    private let parents: [[Int]]

    init(_ parents: [[Int]]) { self.parents = parents }

    func isAncestor(_ ancestor: Int, of work: Int) -> Bool {
        var met: Set<Int> = []
        var pending = [work]
        while let next = pending.popLast() {
            for parent in parents[next] where parent >= ancestor && met.insert(parent).inserted {
                if parent == ancestor { return true }
                pending.append(parent)
            }
        }
        return false
    }
}
