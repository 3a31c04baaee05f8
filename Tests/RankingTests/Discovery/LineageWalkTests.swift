import Foundation
import Testing

@testable import Ranking

/// A random DAG: parents stand before children, a few works are hubs.
struct RandomLineage {
    var parents: [[UInt32]]
    var children: [[UInt32]]

    init(count: Int, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        parents = Array(repeating: [], count: count)
        children = Array(repeating: [], count: count)
        for node in 1..<count where Int.random(in: 0..<10, using: &generator) > 0 {
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let parent =
                    Bool.random(using: &generator)
                    ? Int.random(in: 0..<min(3, node), using: &generator) : Int.random(in: 0..<node, using: &generator)
                guard !parents[node].contains(UInt32(parent)) else { continue }
                parents[node].append(UInt32(parent))
                children[parent].append(UInt32(node))
            }
        }
    }

    var neighborhood: LineageNeighborhood {
        LineageNeighborhood(
            forEachParent: { [parents] in parents[Int($0)].forEach($1) },
            childCount: { [children] in children[Int($0)].count },
            forEachChild: { [children] in children[Int($0)].forEach($1) })
    }

    /// Personalized PageRank by power iteration until nothing moves.
    func exact(from seed: Int, restart: Double) -> [Double] {
        var rank = [Double](repeating: 0, count: parents.count)
        rank[seed] = 1
        for _ in 0..<400 {
            var next = [Double](repeating: 0, count: parents.count)
            next[seed] = restart
            for node in parents.indices where rank[node] > 0 {
                let down = children[node].isEmpty ? 0 : 1 / Double(children[node].count).squareRoot()
                let total = Double(parents[node].count) + down * Double(children[node].count)
                if total == 0 {
                    next[seed] += (1 - restart) * rank[node]
                }
                for parent in parents[node] { next[Int(parent)] += (1 - restart) * rank[node] / total }
                for child in children[node] { next[Int(child)] += (1 - restart) * rank[node] * down / total }
            }
            rank = next
        }
        return rank
    }
}

@Suite struct LineageWalkTests {
    @Test(arguments: 0..<12)
    func boundsTheExactWalkFromBelow(seed: UInt64) {
        let lineage = RandomLineage(count: 120, seed: seed)
        for start in [0, 1, 60, 119] {
            let exact = lineage.exact(from: start, restart: 0.3)
            let fine = LineageWalk(tolerance: 1e-10).visits(from: UInt32(start), in: lineage.neighborhood)
            for visit in fine {
                #expect(abs(visit.mass - exact[Int(visit.node)]) < 1e-6, "seed \(seed), from \(start)")
            }
            let reached = Set(fine.map { Int($0.node) })
            for node in exact.indices where !reached.contains(node) {
                #expect(exact[node] < 1e-6, "seed \(seed), from \(start)")
            }
            let coarse = LineageWalk().visits(from: UInt32(start), in: lineage.neighborhood)
            #expect(coarse.allSatisfy { $0.mass <= exact[Int($0.node)] + 1e-12 }, "seed \(seed), from \(start)")
            #expect(coarse.map(\.mass) == coarse.map(\.mass).sorted(by: >))
            #expect(coarse.first?.node == UInt32(start) || exact[start] < 0.5)
            // What a walk of this tolerance misses stays small on a graph this size.
            #expect(coarse.map(\.mass).reduce(0, +) > 0.95, "seed \(seed), from \(start)")
        }
    }

    @Test func anIsolatedWorkKeepsAllItsMass() {
        let alone = LineageNeighborhood(forEachParent: { _, _ in }, childCount: { _ in 0 }, forEachChild: { _, _ in })
        #expect(LineageWalk().visits(from: 7, in: alone) == [LineageWalk.Visit(node: 7, mass: 1)])
    }

    @Test func hubsAreNotUnrolledForNothing() {
        // A root with a million children, asked from one of them.
        var asked = 0
        let hub = LineageNeighborhood(
            forEachParent: { if $0 != 0 { $1(0) } }, childCount: { $0 == 0 ? 1_000_000 : 0 },
            forEachChild: { _, visit in
                asked += 1
                for child in 1...1_000_000 { visit(UInt32(child)) }
            })
        let visits = LineageWalk().visits(from: 5, in: hub)
        #expect(asked == 0)
        #expect(Set(visits.map(\.node)) == [0, 5])
    }

    @Test func worksThatSeveralSeedsReachGetABoost() throws {
        // 0 -> 2 <- 1 and 1 -> 3: node 2 is a child of both seeds, 3 of one.
        let parents: [[UInt32]] = [[], [], [0, 1], [1]]
        let children: [[UInt32]] = [[2], [2, 3], [], []]
        let lineage = LineageNeighborhood(
            forEachParent: { parents[Int($0)].forEach($1) }, childCount: { children[Int($0)].count },
            forEachChild: { children[Int($0)].forEach($1) })
        let walk = LineageWalk(tolerance: 1e-9)
        func mass(_ visits: [LineageWalk.Visit], _ node: UInt32) throws -> Double {
            try #require(visits.first { $0.node == node }).mass
        }
        let both = walk.visits(from: [(node: 0, weight: 1), (node: 1, weight: 0.5)], in: lineage)
        for node in [UInt32(2), 3] {
            let first = try mass(walk.visits(from: 0, in: lineage), node)
            let second = try mass(walk.visits(from: 1, in: lineage), node)
            #expect(try abs(mass(both, node) - pow(first.squareRoot() + (0.5 * second).squareRoot(), 2)) < 1e-12)
        }
        let swapped = walk.visits(from: [(node: 1, weight: 0.5), (node: 0, weight: 1)], in: lineage)
        #expect(swapped == both)
        #expect(walk.visits(from: [(node: 0, weight: 0)], in: lineage).isEmpty)
    }
}

@Suite struct RelatedScorerTests {
    @Test func equalsTheMixture() throws {
        var generator = SplitMix64(seed: 81)
        let candidates = (0..<100).map { i in
            RelatedCandidate(
                ordinal: UInt32(i), cosine: Double.random(in: -0.5...1, using: &generator),
                walkMass: i % 3 == 0 ? 0 : Double.random(in: 0...0.1, using: &generator),
                quality: Double.random(in: 0...1, using: &generator))
        }
        let largest = candidates.map(\.walkMass).max() ?? 1
        let expected = candidates.map { c in
            0.5 * min(1, max(0, (c.cosine - 0.1) / 0.8)) + 0.3 * c.walkMass / largest + 0.2 * c.quality
        }
        let scorer = try RelatedScorer(calibration: CosineCalibration(c0: 0.1, c1: 0.9))
        let ranked = scorer.rank(candidates.shuffled(using: &generator), limit: 100)
        #expect(ranked.map(\.ordinal) == (0..<100).sorted { expected[$0] > expected[$1] }.map { UInt32($0) }, "seed 81")
        for work in ranked {
            #expect(abs(work.score - expected[Int(work.ordinal)]) < 1e-12)
            #expect(abs(work.score - (0.5 * work.relevance + 0.3 * work.walk + 0.2 * work.quality)) < 1e-12)
        }
        #expect(scorer.rank(candidates, limit: 7).map(\.ordinal) == ranked.prefix(7).map(\.ordinal))
    }

    @Test func worksWithoutLineageHaveDefinedScores() throws {
        let scorer = try RelatedScorer(calibration: .identity)
        let twins = [9, 4].map { RelatedCandidate(ordinal: $0, cosine: 0.5, walkMass: 0, quality: 2) }
        let ranked = scorer.rank(twins, limit: 5)
        #expect(ranked.map(\.ordinal) == [4, 9])
        #expect(ranked.allSatisfy { $0.walk == 0 && $0.quality == 1 && abs($0.score - 0.45) < 1e-12 })
        #expect(scorer.rank([], limit: 5).isEmpty)
        #expect(throws: ParameterError.self) {
            try RelatedScorer(weights: RelatedWeights(relevance: 0, walk: 0, quality: 0), calibration: .identity)
        }
    }
}
