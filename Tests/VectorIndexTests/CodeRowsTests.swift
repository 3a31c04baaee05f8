import Testing
import Vectors

@testable import VectorIndex

/// Quantized rows: the estimator's promise, and walks along them.
@Suite struct CodeRowsTests {
    @Test(arguments: [1, 3, 64, 100, 128, 384, 1_000]) func rotationsKeepInnerProducts(dimension: Int) {
        var random = SplitMix64(seed: 61)
        let rotation = RandomRotation(dimension: dimension, seed: 9)
        #expect(rotation.padded % 64 == 0 && rotation.padded >= dimension && rotation.padded < dimension + 64)
        let vectors = (0..<2).map { _ in
            (0..<rotation.padded).map { $0 < dimension ? Float.random(in: -1...1, using: &random) : 0 }
        }
        let rotated = vectors.map { vector in
            var copy = vector
            copy.withUnsafeMutableBufferPointer { rotation.apply($0.baseAddress!) }
            return copy
        }
        for (a, b) in [(0, 0), (0, 1), (1, 1)] {
            let before = zip(vectors[a], vectors[b]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let after = zip(rotated[a], rotated[b]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            #expect(abs(before - after) < 1e-4 * Double(dimension), "seed 61")
        }
        #expect(rotated[0] != vectors[0])
    }

    /// Over many rotations the estimates of one distance scatter around the truth as RaBitQ's bound says: with
    /// `r = ‖o − c‖`, `p = ‖q − c‖`, the error of the squared distance is below `2 p r · 1.9 · 0.76 / √(d − 1)` in at
    /// least 94 of 100 cases (1.9 standard deviations), and has no bias.
    @Test(arguments: Metric.allCases) func estimatesAreUnbiasedWithinTheirBound(metric: Metric) throws {
        let dimension = 128
        var source = ClusteredVectors(dimension: dimension, clusters: 3, seed: 62)
        let vectors = source.next(33)
        let query = source.next()
        var errors: [Double] = []
        var within = 0
        for seed in 0..<60 as Range<UInt64> {
            let (rows, view) = try star(vectors, metric, seed: seed)
            let padded = prepared(query, metric, view)
            let scratch = SearchScratch()
            let coded = padded.withUnsafeBufferPointer { CodedQuery($0.baseAddress!, for: rows, scratch.codes) }
            let exact = padded.withUnsafeBufferPointer { pointer in
                (0..<33).map {
                    MetricKernel(metric).pair(pointer.baseAddress!, view.row(UInt32($0)), count: view.stride)
                }
            }
            let center = Double(exact[0])
            #expect(abs(Double(coded.distance(to: rows.row(0), rows.layout)) - center) < 0.02 * max(abs(center), 1))
            let p = length(padded, view, 0)
            for place in 0..<32 {
                let estimate = estimate(rows, coded, place: place, center: exact[0])
                let half = metric == .squaredEuclidean ? 1.0 : 0.5
                let bound =
                    half * 2 * p * length(view.vector(UInt32(place + 1)), view, 0) * 1.9 * 0.76 / 127.0.squareRoot()
                let error = Double(estimate - exact[place + 1])
                errors.append(error / bound)
                if abs(error) <= bound { within += 1 }
            }
        }
        let mean = errors.reduce(0, +) / Double(errors.count)
        #expect(abs(mean) < 0.05, "mean error in bounds, seed 62")
        #expect(Double(within) >= 0.93 * Double(errors.count), "seed 62")
        // The bound is not vacuous: errors do reach a good part of it.
        #expect(errors.contains { abs($0) > 0.6 })
    }

    @Test(arguments: Metric.allCases, [8, 48, 130]) func walksFindWhatExactSearchFinds(
        metric: Metric, dimension: Int
    ) throws {
        var source = ClusteredVectors(dimension: dimension, seed: 63)
        var judged = JudgedIndex(dimension: dimension, metric: metric)
        judged.append(source.next(3_000))
        try judged.index.sealNow()
        #expect(judged.index.snapshot.graph?.rows != nil)
        let (recall, plans) = judged.recall(source.next(50), efSearch: 60)
        #expect(plans == [.graph])
        #expect(recall >= 0.95, "seed 63")
        // Later vectors go into the graph one by one; rows of unchanged nodes are taken over.
        judged.append(source.next(300))
        var random = SplitMix64(seed: 64)
        judged.removeRandom(200, using: &random)
        try judged.index.sealNow()
        #expect(judged.recall(source.next(50), efSearch: 60).recall >= 0.95, "seeds 63 and 64")
    }

    @Test func copiedRowsEqualFreshOnes() throws {
        var source = ClusteredVectors(dimension: 20, seed: 65)
        var judged = JudgedIndex(dimension: 20, metric: .squaredEuclidean)
        judged.append(source.next(2_500))
        try judged.index.sealNow()
        judged.append(source.next(40))
        try judged.index.sealNow()
        let sealed = try #require(judged.index.sealedGraph)
        let copied = try #require(sealed.rows)
        let fresh = try #require(
            CodeRows(graph: sealed.graph, view: judged.index.view.widened(), base: nil, threads: 2))
        // The mean of the base is kept, so own codes differ a little; links, signs and edge lengths do not.
        for slot in 0..<UInt32(2_540) {
            let a = UnsafeRawBufferPointer(start: copied.row(slot), count: copied.layout.stride)
            let b = UnsafeRawBufferPointer(start: fresh.row(slot), count: fresh.layout.stride)
            #expect(
                a[copied.layout.ids..<copied.layout.signs].elementsEqual(b[copied.layout.ids..<copied.layout.signs]))
        }
    }

    @Test func theAnswerIsMeasuredExactlyAndCounted() throws {
        var source = ClusteredVectors(dimension: 64, seed: 66)
        var judged = JudgedIndex(dimension: 64, metric: .squaredEuclidean)
        judged.append(source.next(4_000))
        try judged.index.sealNow()
        let query = source.next()
        let result = judged.index.snapshot.search(query, k: 5, efSearch: 40)
        for neighbor in result.neighbors {
            let row = judged.index.snapshot.vector(neighbor.slot)
            let exact = zip(row, query).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            #expect(abs(neighbor.distance - exact) <= 1e-4 * max(exact, 1))
        }
        let layout = try #require(judged.index.sealedGraph?.rows?.layout)
        let counters = result.counters
        #expect(counters.codeEvaluations > 0 && counters.codeEvaluations % (layout.neighbors + 1) == 0)
        #expect(counters.codeBytes == counters.codeEvaluations / (layout.neighbors + 1) * layout.stride)
        // Exactly measured: the way down the upper levels and 25 of the nodes visited, not each neighbor of each hop.
        #expect(counters.distanceComputations < counters.codeEvaluations / 4)
    }

    @Test func lengthsThatFloatsCannotSquareAreWalkedExactly() throws {
        for scale in [Float(1e-16), 1e16] {
            var source = ClusteredVectors(dimension: 8, seed: 67)
            var judged = JudgedIndex(dimension: 8, metric: .squaredEuclidean)
            judged.append(source.next(800).map { $0.map { $0 * scale } })
            try judged.index.sealNow()
            #expect(judged.index.sealedGraph?.rows == nil)
            #expect(judged.recall(source.next(20).map { $0.map { $0 * scale } }, efSearch: 60).recall >= 0.9)
        }
    }

    @Test func equalVectorsAndZeros() throws {
        for metric in [Metric.squaredEuclidean, .dotProduct, .cosine] {
            for vector in [[Float](repeating: 0, count: 5), [1, 2, 3, 4, 5]] {
                var judged = JudgedIndex(dimension: 5, metric: metric)
                judged.append([[Float]](repeating: vector, count: 2_100))
                try judged.index.sealNow()
                let found = judged.index.snapshot.search([1, 0, 0, 0, 0], k: 10, efSearch: 20)
                #expect(found.neighbors.count == 10)
                #expect(Set(found.neighbors.map(\.slot)).count == 10)
            }
        }
    }

    // MARK: - Support

    /// A graph whose node 0 has all others as neighbors, and its rows.
    private func star(_ vectors: [[Float]], _ metric: Metric, seed: UInt64) throws -> (CodeRows, VectorView) {
        let index = AdaptiveIndex(dimension: vectors[0].count, metric: metric)
        for vector in vectors { index.append(vector) }
        let graph = HNSWGraph(
            parameters: HNSWParameters(m: 16, seed: seed), metric: metric, dimension: vectors[0].count,
            capacity: vectors.count)
        for slot in 0..<UInt32(vectors.count) { graph.addNode(slot, level: 0) }
        graph.count = vectors.count
        let others = Array(1..<UInt32(vectors.count))
        graph.setNeighbors(0, level: 0, others, count: others.count)
        return (try #require(CodeRows(graph: graph, view: index.view, threads: 1)), index.view)
    }

    private func prepared(_ query: [Float], _ metric: Metric, _ view: VectorView) -> [Float] {
        var padded = query + [Float](repeating: 0, count: view.stride - query.count)
        if metric.normalizesRows {
            query.withUnsafeBufferPointer { source in
                padded.withUnsafeMutableBufferPointer { Normalization.normalize(source, into: $0.baseAddress!) }
            }
        }
        return padded
    }

    /// Length of the difference from a stored row.
    private func length(_ vector: [Float], _ view: VectorView, _ slot: UInt32) -> Double {
        let row = view.vector(slot)
        return zip(vector, row).reduce(0.0) { $0 + pow2(Double($1.0) - Double($1.1)) }.squareRoot()
    }

    private func pow2(_ value: Double) -> Double { value * value }

    /// The estimate for one neighbor of node 0, by the formula of ``CodeRows`` instead of the kernel.
    private func estimate(_ rows: CodeRows, _ query: CodedQuery, place: Int, center: Float) -> Float {
        let row = UnsafeRawPointer(rows.row(0))
        let add = (row + rows.layout.add).assumingMemoryBound(to: Float.self)[place]
        let rescale = (row + rows.layout.rescale).assumingMemoryBound(to: Float.self)[place]
        let block = (row + rows.layout.signs).assumingMemoryBound(to: UInt8.self)
        var sum = 0
        for group in 0..<rows.layout.padded / 4 {
            let byte = block[group * 16 + place % 16]
            sum += Int(query.table[group * 16 + Int(place < 16 ? byte & 15 : byte >> 4)])
        }
        return center + add + rescale * (query.tableScale * Float(sum) + query.tableOffset)
    }
}
