import Foundation
import Testing

@testable import Ranking

@Suite struct FeedPageTests {
    /// Checks what every page promises.
    func expectRules(
        _ page: [PlacedFeedItem], of pool: FeedPool, parameters: FeedParameters, _ seed: Comment
    ) {
        let works = page.map { pool.candidates[$0.index] }
        #expect(Set(page.map(\.ordinal)).count == page.count, seed)
        #expect(page.map(\.rankAfter) == Array(1...max(1, page.count)).prefix(page.count).map { $0 }, seed)
        for start in works.indices {
            let window = works[start..<min(start + parameters.capWindow, works.count)]
            for work in window {
                #expect(window.count { $0.creator == work.creator } <= parameters.creatorMax, seed)
                #expect(window.count { $0.rootFamily == work.rootFamily } <= parameters.rootMax, seed)
            }
        }
        for (place, item) in page.enumerated() {
            let earlier = works[..<place]
            let creators = earlier.count { $0.creator == works[place].creator }
            let roots = earlier.count { $0.rootFamily == works[place].rootFamily }
            #expect(abs(item.repeats - pow(0.6, Double(creators)) * pow(0.75, Double(roots))) < 1e-12, seed)
            let cosines = page[..<place].map { dot(pool.vectors[$0.index], pool.vectors[item.index]) }
            let nearest = cosines.max() ?? 0
            #expect(abs(item.mmr - 0.15 * max(0, min(1, nearest))) < 1e-12, seed)
            #expect(nearest < 0.97, seed)
        }
    }

    @Test(arguments: 0..<25)
    func capsAndExplorationHoldOnRandomPools(seed: UInt64) throws {
        for method in DiversityMethod.allCases {
            let pool = FeedPool(count: 400, seed: seed)
            let scorer = try pool.scorer { $0.diversity = method }
            let page = scorer.page(pool.candidates, count: 40, relations: pool.relations)
            #expect(page.count == 40)
            expectRules(page, of: pool, parameters: scorer.parameters, "seed \(seed), \(method)")
            let explored = page.map { $0.sources.contains(.exploration) }
            for start in 0...30 {
                #expect(explored[start..<(start + 10)].contains(true), "seed \(seed), \(method), place \(start)")
            }
            #expect(page[..<2].allSatisfy { $0.sources != .exploration && $0.slot == .ranked }, "seed \(seed)")
        }
    }

    /// Greedy by the definition, without any shortcut: full values for all candidates at each place.
    func fullLoop(_ pool: FeedPool, scorer: FeedScorer, scores: [Double], count: Int) -> [Int] {
        let parameters = scorer.parameters
        var chosen: [Int] = []
        while chosen.count < count {
            func value(_ i: Int) -> Double {
                let work = pool.candidates[i]
                let window = chosen.suffix(9).map { pool.candidates[$0] }
                guard !chosen.contains(i), window.count(where: { $0.creator == work.creator }) < 2,
                    window.count(where: { $0.rootFamily == work.rootFamily }) < 3
                else { return -.infinity }
                let creators = Double(chosen.count { pool.candidates[$0].creator == work.creator })
                let roots = Double(chosen.count { pool.candidates[$0].rootFamily == work.rootFamily })
                let nearest = chosen.map { min(1, max(0, dot(pool.vectors[$0], pool.vectors[i]))) }.max() ?? 0
                return scores[i] * pow(parameters.creatorRepeat, creators) * pow(parameters.rootRepeat, roots)
                    - parameters.mmrWeight * nearest
            }
            let values = pool.candidates.indices.map(value)
            guard let best = values.indices.max(by: { values[$0] < values[$1] }), values[best] > -.infinity
            else { break }
            chosen.append(best)
        }
        return chosen
    }

    @Test(arguments: 0..<25)
    func equalsTheFullLoopWithoutExploration(seed: UInt64) throws {
        // With repeats for free and few creators, the caps decide nearly every place.
        for isCrowded in [false, true] {
            var pool = FeedPool(count: 150, seed: seed, creators: isCrowded ? 7 : 15, roots: isCrowded ? 6 : 20)
            for i in pool.candidates.indices { pool.candidates[i].sources = .taste }
            let scorer = try pool.scorer {
                $0.explorationEvery = 0
                $0.duplicateCosine = 1.01
                guard isCrowded else { return }
                $0.creatorRepeat = 1
                $0.rootRepeat = 1
                $0.mmrWeight = 0.05
            }
            let prior = scorer.explorationPrior(for: pool.candidates, pageSize: 25)
            let scored = scorer.score(pool.candidates, prior: prior)
            let chosen = fullLoop(pool, scorer: scorer, scores: scored.map(\.score), count: 25)
            let page = scorer.page(pool.candidates, count: 25, relations: pool.relations)
            #expect(page.map(\.index) == chosen, "seed \(seed), crowded \(isCrowded)")
            #expect(page.count >= 10)
            let order = scored.indices.sorted { scored[$0].score > scored[$1].score }
            #expect(page.map(\.rankBefore) == page.map { 1 + (order.firstIndex(of: $0.index) ?? -1) }, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<10)
    func sameRequestSameAnswerInAnyOrder(seed: UInt64) throws {
        var pool = FeedPool(count: 200, seed: seed)
        // Ties in everything but the key.
        for i in stride(from: 0, to: 100, by: 2) {
            var twin = pool.candidates[i]
            twin.ordinal = pool.candidates[i + 1].ordinal
            pool.candidates[i + 1] = twin
        }
        for method in DiversityMethod.allCases {
            let scorer = try pool.scorer { $0.diversity = method }
            let expected = scorer.page(pool.candidates, count: 20, relations: pool.relations).map(\.ordinal)
            var generator = SplitMix64(seed: seed &+ 900)
            for _ in 0..<4 {
                let shuffled = pool.candidates.shuffled(using: &generator)
                let page = scorer.page(shuffled, count: 20, relations: pool.relations)
                #expect(page.map(\.ordinal) == expected, "seed \(seed), \(method)")
                #expect(page.allSatisfy { shuffled[$0.index].ordinal == $0.ordinal })
            }
        }
    }

    @Test func nearCopiesAppearOnceAsTheOriginal() throws {
        var pool = FeedPool(count: 3, seed: 8)
        pool.vectors = [[1, 0], [0.999, 0.0447], [0, 1]]
        for i in 0..<3 {
            pool.candidates[i].sources = .taste
            pool.candidates[i].creator = UInt32(i)
            pool.candidates[i].rootFamily = UInt32(i)
            pool.candidates[i].createdAt = noon - Int64(3 - i) * hour
        }
        let scorer = try pool.scorer()
        // The older one is kept even where the copy scores higher.
        pool.candidates[1].taste = TasteMatch(medoid: 0, cosine: 1)
        #expect(Set(scorer.page(pool.candidates, count: 3, relations: pool.relations).map(\.ordinal)) == [0, 2])
        // Unless the younger one is the ancestor.
        var relations = pool.relations
        relations.isAncestor = { $0 == 1 && $1 == 0 }
        #expect(Set(scorer.page(pool.candidates, count: 3, relations: relations).map(\.ordinal)) == [1, 2])
    }

    @Test func capsCarryAcrossPages() throws {
        let pool = FeedPool(count: 600, seed: 12, creators: 30, roots: 40)
        let scorer = try pool.scorer()
        let first = scorer.page(pool.candidates, count: 20, relations: pool.relations)
        let earlier = first.map { item in
            EarlierFeedItem(
                creator: pool.candidates[item.index].creator, rootFamily: pool.candidates[item.index].rootFamily,
                explorable: item.sources.contains(.exploration))
        }
        let shown = Set(first.map(\.ordinal))
        let rest = pool.candidates.filter { !shown.contains($0.ordinal) }
        let second = scorer.page(rest, count: 20, earlier: earlier, relations: pool.relations)
        let works = first.map { pool.candidates[$0.index] } + second.map { rest[$0.index] }
        #expect(works.count == 40)
        for start in 0...30 {
            let window = works[start..<(start + 10)]
            for work in window {
                #expect(window.count { $0.creator == work.creator } <= 2, "seed 12")
                #expect(window.count { $0.rootFamily == work.rootFamily } <= 3, "seed 12")
            }
            #expect(window.contains { $0.sources.contains(.exploration) }, "seed 12")
        }
    }

    @Test func aSingleCreatorFillsAPageOnlyWhenCapsAreRelaxed() throws {
        let pool = FeedPool(count: 60, seed: 2, creators: 1, roots: 60)
        let hard = try pool.scorer().page(pool.candidates, count: 20, relations: pool.relations)
        #expect(hard.count == 2)
        let relaxed = try pool.scorer { $0.capPolicy = .relaxed }
            .page(pool.candidates, count: 20, relations: pool.relations)
        #expect(relaxed.count == 20)
    }

    @Test func explorationLeavesTheFirstPlacesUnlessNothingElseIsThere() throws {
        var pool = FeedPool(count: 30, seed: 5, creators: 30, roots: 30)
        for i in pool.candidates.indices {
            pool.candidates[i].creator = UInt32(i)
            pool.candidates[i].rootFamily = UInt32(i)
            pool.candidates[i].sources = i < 3 ? .taste : .exploration
            pool.candidates[i].taste = TasteMatch(medoid: 0, cosine: i < 3 ? 0 : 1)
        }
        let page = try pool.scorer().page(pool.candidates, count: 10, relations: pool.relations)
        #expect(page[..<2].allSatisfy { $0.sources == .taste })
        #expect(page[2].sources == .exploration)
        for i in pool.candidates.indices { pool.candidates[i].sources = .exploration }
        #expect(try pool.scorer().page(pool.candidates, count: 10, relations: pool.relations).count == 10)
    }

    @Test func placesDueToExplorationGoToTheLargestDraw() throws {
        var pool = FeedPool(count: 200, seed: 9, copyShare: 0)
        // Works to explore that score too low to come by themselves.
        for i in pool.candidates.indices {
            pool.candidates[i].creator = UInt32(i)
            pool.candidates[i].rootFamily = UInt32(i)
            pool.candidates[i].sources = i < 100 ? .taste : .exploration
            pool.candidates[i].taste = TasteMatch(medoid: 0, cosine: i < 100 ? 0.9 : -1)
            pool.candidates[i].createdAt = i < 100 ? noon : noon - 10_000 * hour
        }
        let scorer = try pool.scorer()
        let page = scorer.page(pool.candidates, count: 30, relations: pool.relations)
        let prior = scorer.explorationPrior(for: pool.candidates, pageSize: 30)
        let draws = scorer.score(pool.candidates, prior: prior)[100...].map(\.parts.exploration).sorted(by: >)
        let explored = page.filter { $0.slot == .exploration }
        #expect((3...6).contains(explored.count))
        #expect(explored.map(\.parts.exploration) == Array(draws.prefix(explored.count)))
        #expect(page.filter { $0.sources == .exploration }.allSatisfy { $0.slot == .exploration })
    }

    @Test func determinantsPreferVariety() throws {
        // Ten copies of a good work and ten different, slightly weaker ones.
        var pool = FeedPool(count: 20, seed: 3, copyShare: 0)
        let different = randomUnitVectors(count: 11, dimension: 24, seed: 41, copyShare: 0)
        for i in 0..<20 {
            pool.vectors[i] = i < 10 ? different[10] : different[i - 10]
            pool.candidates[i].creator = UInt32(i)
            pool.candidates[i].rootFamily = UInt32(i)
            pool.candidates[i].sources = .taste
            pool.candidates[i].taste = TasteMatch(medoid: 0, cosine: i < 10 ? 0.9 : 0.8)
        }
        let scorer = try pool.scorer {
            $0.diversity = .dpp
            $0.duplicateCosine = 1.01
            $0.weights = FeedWeights(taste: 1, quality: 0, fresh: 0, lineage: 0, exploration: 0)
        }
        let page = scorer.page(pool.candidates, count: 10, relations: pool.relations)
        #expect(page.count { $0.index < 10 } == 1)
        #expect(page[0].index < 10)
    }

    @Test func emptyPoolsAndPages() throws {
        let pool = FeedPool(count: 5, seed: 1)
        #expect(try pool.scorer().page([], count: 10, relations: pool.relations).isEmpty)
        #expect(try pool.scorer().page(pool.candidates, count: 0, relations: pool.relations).isEmpty)
    }
}

/// Answers that must not change by accident: a change here changes what people see.
@Suite struct FeedGoldenTests {
    @Test func pages() throws {
        let pool = FeedPool(count: 300, seed: 2_026)
        let expected: [DiversityMethod: [UInt32]] = [
            .mmr: [226, 72, 12, 101, 75, 172, 68, 41, 181, 106, 99, 132],
            .dpp: [226, 72, 12, 101, 75, 172, 68, 41, 181, 99, 106, 224],
        ]
        for method in DiversityMethod.allCases {
            let page = try pool.scorer { $0.diversity = method }
                .page(pool.candidates, count: 12, relations: pool.relations)
            #expect(page.map(\.ordinal) == expected[method])
            #expect(abs(page[0].score - 0.596_883_252_4) < 1e-9 && abs(page[1].score - 0.572_150_291_9) < 1e-9)
        }
    }
}
