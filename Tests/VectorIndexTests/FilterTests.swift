import Testing
import Vectors

@testable import VectorIndex

/// Filtered searches of every plan against the exact index.
@Suite struct FilterTests {
    /// Graph walks start paying at a few thousand passing slots, so the filter tests need more rows of fewer dimensions.
    private static func makeIndex(seed: UInt64) throws -> (JudgedIndex, ClusteredVectors) {
        var source = ClusteredVectors(dimension: 8, clusters: 12, seed: seed)
        var judged = JudgedIndex(
            dimension: 8, metric: .squaredEuclidean,
            parameters: .init(graph: .init(m: 8, efConstruction: 40), graphThreshold: 500, tailLimit: 200))
        judged.append(source.next(9_000))
        try judged.index.sealNow()
        judged.append(source.next(100))
        return (judged, source)
    }

    @Test func randomLabelsAtEverySelectivity() throws {
        let (judged, sourceBefore) = try Self.makeIndex(seed: 41)
        var source = sourceBefore
        var random = SplitMix64(seed: 41)
        let queries = source.next(25)
        var plans = Set<SearchPlan>()
        for selectivity in [0.9, 0.5, 0.3, 0.1, 0.01, 0.001] {
            let filter = SlotBitmap(
                (0..<UInt32(9_100)).filter { _ in Double.random(in: 0..<1, using: &random) < selectivity })
            let result = judged.recall(queries, efSearch: 40, filter: filter)
            #expect(result.recall >= 0.93, "selectivity \(selectivity), plans \(result.plans), seed 41")
            plans.formUnion(result.plans)
            for query in queries {
                let result = judged.index.snapshot.search(query, k: 15, filter: filter)
                let found = result.neighbors
                #expect(found.count == min(15, filter.count))
                // Where most passes, the quantized rows of the unfiltered walk do the work.
                #expect(selectivity < 0.5 || result.counters.codeEvaluations > 0)
                #expect(found.allSatisfy { filter.contains($0.slot) })
            }
        }
        #expect(plans.isSuperset(of: [.exactFilter, .graphFilter]), "\(plans)")
    }

    /// Comparing codes first gives what comparing all vectors gives, and measures few of them.
    @Test(arguments: Metric.allCases) func scansOfCodesAreExact(metric: Metric) throws {
        var source = ClusteredVectors(dimension: 96, clusters: 6, seed: 45)
        var judged = JudgedIndex(
            dimension: 96, metric: metric,
            parameters: .init(
                graph: .init(m: 8, efConstruction: 40), graphThreshold: 500, tailLimit: 200, originals: .float32))
        judged.append(source.next(2_500))
        try judged.index.sealNow()
        judged.append(source.next(60))
        var random = SplitMix64(seed: 45)
        judged.removeRandom(200, using: &random)
        for query in source.next(20) {
            let filter = SlotBitmap((0..<UInt32(2_560)).filter { _ in Bool.random(using: &random) })
            let parameters = SearchParameters(k: 12, filter: filter)
            let result = judged.index.snapshot.search(query, parameters)
            let exact = judged.oracle.search(query, parameters).neighbors
            #expect(result.neighbors.map(\.slot) == exact.map(\.slot), "seed 45")
            #expect(result.counters.plan == .exactFilter)
            #expect(result.counters.codeEvaluations > 1_000)
            #expect(result.counters.distanceComputations < 600, "seed 45")
        }
    }

    @Test func labelsFarFromTheQuery() throws {
        let (judged, sourceBefore) = try Self.makeIndex(seed: 42)
        var source = sourceBefore
        // The matching third lies around one point and the queries elsewhere: a walk's surroundings all fail.
        let center = judged.oracle.search(source.next(), SearchParameters(k: 3_000)).neighbors.map(\.slot)
        let filter = SlotBitmap(center)
        let result = judged.recall(source.next(25), efSearch: 50, filter: filter)
        #expect(result.recall >= 0.9, "plans \(result.plans), seed 42")
    }

    @Test func filterBitsBeyondTheIndexAndDeadSlotsAreIgnored() throws {
        let (made, _) = try Self.makeIndex(seed: 43)
        var judged = made
        var random = SplitMix64(seed: 43)
        judged.removeRandom(3_000, using: &random)
        let live = judged.live
        let filter = SlotBitmap((0..<UInt32(9_100)).map { $0 } + [9_100, 9_500, 1_000_000])
        let found = judged.index.snapshot.search([Float](repeating: 0.1, count: 8), k: 50, filter: filter).neighbors
        #expect(found.count == 50)
        #expect(Set(found.map(\.slot)).isSubset(of: Set(live)))
        #expect(
            judged.index.snapshot.search([Float](repeating: 0, count: 8), k: 5, filter: SlotBitmap()).neighbors == [])
        let outside = SlotBitmap([9_100, 70_000])
        let none = judged.index.snapshot.search([Float](repeating: 0, count: 8), k: 5, filter: outside)
        #expect(none.neighbors.isEmpty && none.counters.plan == .empty)
    }

    @Test func bitmapBehavesLikeASet() {
        var random = SplitMix64(seed: 44)
        var bitmap = SlotBitmap(capacity: 10)
        var model = Set<UInt32>()
        for _ in 0..<3_000 {
            let slot = UInt32.random(in: 0..<700, using: &random)
            if Bool.random(using: &random) {
                bitmap.insert(slot)
                model.insert(slot)
            } else {
                bitmap.remove(slot)
                model.remove(slot)
            }
            #expect(bitmap.contains(slot) == model.contains(slot), "seed 44")
        }
        #expect(bitmap.count == model.count)
        #expect(Array(bitmap) == model.sorted())
        #expect(bitmap == SlotBitmap(model))
        #expect(!bitmap.contains(5_000_000))
    }
}
