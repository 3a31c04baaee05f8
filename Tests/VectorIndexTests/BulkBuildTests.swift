import Foundation
import Synchronization
import Testing
import Vectors

@testable import VectorIndex

/// Graphs built in bulk: their invariants, their quality, and inputs that a partition could choke on.
@Suite struct BulkBuildTests {
    @Test func theGraphDependsOnTheSeedAndNotOnTheThreads() throws {
        var source = ClusteredVectors(dimension: 24, seed: 71)
        let vectors = source.next(3_000)
        let alone = try build(vectors, threads: 1)
        let together = try build(vectors, threads: 3)
        #expect(alone.graph.ids == together.graph.ids && alone.graph.counts == together.graph.counts)
        #expect(alone.order == together.order && alone.medoid == together.medoid)
        #expect(try build(vectors, threads: 1, seed: 8).graph.ids != alone.graph.ids)
    }

    @Test(arguments: [0, 1, 2, 3, 33, 700, 3_000]) func listsAreSoundAndAllIsReachable(count: Int) throws {
        var source = ClusteredVectors(dimension: 12, seed: 72)
        try expectSound(build(source.next(count), threads: 2), vectors: count, "clusters, seed 72")
    }

    @Test func hardInputs() throws {
        var random = SplitMix64(seed: 73)
        let line = (0..<1_500).map { [Float($0), 0] }
        let equal = [[Float]](repeating: [1, 2, 3], count: 1_500)
        let twoPlaces = (0..<1_500).map { $0 % 2 == 0 ? [Float(0), 0] : [1e-3, 1] }
        let huge = (0..<700).map { _ in (0..<4).map { _ in Float.random(in: -1e18...1e18, using: &random) } }
        let tiny = huge.map { $0.map { $0 * 1e-38 } }
        let oneDimension = (0..<900).map { _ in [Float.random(in: -1...1, using: &random)] }
        for (name, vectors) in [
            ("line", line), ("equal", equal), ("two places", twoPlaces), ("huge", huge), ("tiny", tiny),
            ("one dimension", oneDimension),
        ] {
            try expectSound(build(vectors, threads: 2), vectors: vectors.count, name)
        }
    }

    /// Best-first search with exact distances from the medoid finds the neighbors with few distances.
    @Test func walksFindNeighbors() throws {
        var source = ClusteredVectors(dimension: 32, seed: 74)
        let vectors = source.next(4_000)
        let result = try build(vectors, threads: 2)
        #expect(result.matrixPairs > 4_000 && result.matrixPairs < 4_000 * 4_000 * 3)
        var found = 0
        var computed = 0
        for query in source.next(40) {
            let exact = vectors.map { distance($0, query) }.enumerated().sorted { $0.element < $1.element }
            let (nearest, distances) = walk(result, vectors, query, width: 48)
            found += Set(exact.prefix(10).map(\.offset)).intersection(nearest.prefix(10)).count
            computed += distances
        }
        #expect(Double(found) / 400 >= 0.97, "seed 74")
        #expect(computed / 40 < 1_600, "distances per query, of 4,000; seed 74")
    }

    @Test func progressRisesAndCancellingStops() throws {
        var source = ClusteredVectors(dimension: 8, seed: 75)
        let vectors = source.next(2_500)
        let reports = Mutex<[Double]>([])
        _ = try build(vectors, threads: 2) { share in reports.withLock { $0.append(share) } }
        let seen = reports.withLock { $0 }
        #expect(seen.last == 1 && seen == seen.sorted() && seen.count > 4)
        for limit in [0, 1, 5] {
            let asked = Atomic(0)
            #expect(throws: CancellationError.self) {
                try build(vectors, threads: 2, isCancelled: { asked.add(1, ordering: .relaxed).oldValue >= limit })
            }
        }
    }

    /// Copies take places in the lists of their crowd's first row; what these places led to stays reachable through them.
    @Test func crowdsOfCopiesKeepAllTheirNeighbors() throws {
        var source = ClusteredVectors(dimension: 12, seed: 77)
        let index = AdaptiveIndex(dimension: 12, metric: .squaredEuclidean, parameters: .small)
        let distinct = source.next(2_100)
        for vector in distinct { index.append(vector) }
        try index.sealNow()
        let alone = try #require(index.sealedGraph).graph
        let crowded = AdaptiveIndex(dimension: 12, metric: .squaredEuclidean, parameters: .small)
        for vector in distinct { crowded.append(vector) }
        // Every seventh row once or more often again.
        var firstOfSlot: [UInt32: UInt32] = [:]
        for first in stride(from: UInt32(0), to: 2_100, by: 7) {
            for _ in 0...Int(first % 11) { firstOfSlot[crowded.append(distinct[Int(first)])] = first }
        }
        try crowded.sealNow()
        let graph = try #require(crowded.sealedGraph).graph
        #expect(graph.nodeCount == 2_100 + firstOfSlot.count)
        #expect(graph.violations(limit: 3).isEmpty)
        var outside: [UInt32: Set<UInt32>] = [:]
        for slot in 0..<UInt32(graph.count) {
            let first = firstOfSlot[slot] ?? slot
            for neighbor in graph.neighbors(slot, level: 0) where (firstOfSlot[neighbor] ?? neighbor) != first {
                outside[first, default: []].insert(neighbor)
            }
        }
        for first in 0..<UInt32(2_100) {
            #expect(outside[first] == Set(alone.neighbors(first, level: 0)), "row \(first), seed 77")
        }
    }

    /// The lift to one more dimension keeps the order of inner products: a graph over rows of very different lengths
    /// finds the long ones.
    @Test func innerProductsOfUnequalLengths() throws {
        var random = SplitMix64(seed: 76)
        var source = ClusteredVectors(dimension: 16, seed: 76)
        var judged = JudgedIndex(dimension: 16, metric: .dotProduct)
        judged.append(
            source.next(3_000).map { vector in
                let scale = Float.random(in: 0.1...4, using: &random)
                return vector.map { $0 * scale }
            })
        try judged.index.sealNow()
        #expect(judged.recall(source.next(40), efSearch: 80).recall >= 0.95, "seed 76")
    }

    // MARK: - Support

    @discardableResult
    private func build(
        _ vectors: [[Float]], threads: Int, seed: UInt64 = 7, progress: (@Sendable (Double) -> Void)? = nil,
        isCancelled: @Sendable () -> Bool = { false }
    ) throws -> BulkBuildResult {
        // One element more, so that an empty set has an address too.
        let rows: [Float] = vectors.reduce(into: []) { $0 += $1 } + [0]
        return try rows.withUnsafeBufferPointer { rows in
            try BulkGraphBuilder.build(
                rows: try #require(rows.baseAddress), count: vectors.count, dimension: vectors.first?.count ?? 1,
                parameters: BulkBuildParameters(seed: seed, threads: threads), progress: progress,
                isCancelled: isCancelled)
        }
    }

    private func expectSound(_ result: BulkBuildResult, vectors: Int, _ name: String) throws {
        let graph = result.graph
        #expect(graph.nodeCount == vectors)
        #expect(result.order.sorted() == Array(0..<UInt32(vectors)), "\(name): an order of all rows")
        for node in 0..<vectors {
            let list = graph.neighbors(of: node)
            #expect(Set(list).count == list.count, "\(name): no neighbor twice")
            #expect(!list.contains(UInt32(node)) && list.allSatisfy { $0 < vectors }, "\(name): neighbors of \(node)")
            let rest = graph.ids[(node * graph.degree + list.count)..<(node + 1) * graph.degree]
            #expect(rest.allSatisfy { $0 == NeighborGraph.unused }, "\(name): unused places are marked")
        }
        guard vectors > 0 else { return }
        var reached: Set<UInt32> = [result.medoid]
        var waiting = [result.medoid]
        while let node = waiting.popLast() {
            for neighbor in graph.neighbors(of: Int(node)) where reached.insert(neighbor).inserted {
                waiting.append(neighbor)
            }
        }
        #expect(reached.count == vectors, "\(name): everything is reachable")
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    private func walk(
        _ result: BulkBuildResult, _ vectors: [[Float]], _ query: [Float], width: Int
    ) -> (nearest: [Int], distances: Int) {
        var seen: Set<Int> = [Int(result.medoid)]
        var list = [(distance: distance(vectors[Int(result.medoid)], query), node: Int(result.medoid), isDone: false)]
        var distances = 1
        while let next = list.firstIndex(where: { !$0.isDone }) {
            list[next].isDone = true
            for neighbor in result.graph.neighbors(of: list[next].node) where seen.insert(Int(neighbor)).inserted {
                distances += 1
                list.append((distance(vectors[Int(neighbor)], query), Int(neighbor), false))
            }
            list.sort { $0.distance < $1.distance }
            list.removeSubrange(min(width, list.count)...)
        }
        return (list.map(\.node), distances)
    }
}
