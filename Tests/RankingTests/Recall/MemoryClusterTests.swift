import Testing

@testable import Ranking

@Suite struct MemoryClusterTests {
    /// Complete-link agglomeration straight from the definition.
    func oracle(count: Int, sizeMax: Int, cosineMin: Double, _ cosine: (Int, Int) -> Double) -> [[UInt32]] {
        var clusters = (0..<count).map { [$0] }
        while true {
            var best: (cosine: Double, a: Int, b: Int)?
            for a in clusters.indices {
                for b in clusters.indices where a < b && clusters[a].count + clusters[b].count <= sizeMax {
                    let least = clusters[a].flatMap { i in clusters[b].map { cosine(i, $0) } }.min() ?? 0
                    if least >= cosineMin && least > best?.cosine ?? -2 { best = (least, a, b) }
                }
            }
            guard let best else { break }
            clusters[best.a] += clusters.remove(at: best.b)
        }
        return clusters.filter { $0.count > 1 }.map { $0.sorted().map { UInt32($0) } }
            .sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
    }

    @Test(arguments: 0..<25)
    func equalsCompleteLinkAgglomeration(seed: UInt64) {
        let vectors = randomUnitVectors(count: 40, dimension: 3, seed: seed, copyShare: 0.6)
        let cosine = { (i: Int, j: Int) in dot(vectors[i], vectors[j]) }
        var pairs: [MemoryPair] = []
        for i in 0..<40 {
            for j in 0..<i where cosine(i, j) >= 0.9 {
                pairs.append(MemoryPair(UInt32(i), UInt32(j), cosine: cosine(i, j)))
            }
        }
        var generator = SplitMix64(seed: seed)
        for sizeMax in [2, 4, 32] {
            let clusters = MemoryClustering(sizeMax: sizeMax).clusters(pairs.shuffled(using: &generator))
            #expect(clusters == oracle(count: 40, sizeMax: sizeMax, cosineMin: 0.9, cosine), "seed \(seed)")
            #expect(!clusters.isEmpty && clusters.allSatisfy { (2...sizeMax).contains($0.count) })
        }
    }

    @Test func chainsDoNotJoin() {
        let pairs = [MemoryPair(1, 2, cosine: 0.95), MemoryPair(2, 3, cosine: 0.94), MemoryPair(4, 3, cosine: 0.93)]
        #expect(MemoryClustering().clusters(pairs) == [[1, 2], [3, 4]])
        #expect(MemoryClustering().clusters([]).isEmpty)
        #expect(MemoryClustering().clusters([MemoryPair(1, 2, cosine: 0.89), MemoryPair(3, 3, cosine: 1)]).isEmpty)
    }
}
