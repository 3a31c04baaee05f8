import Testing
import Vectors

@testable import VectorIndex

/// Graphs whose vectors are kept as float16: what they return, and when they do not.
@Suite struct RoundedRowsTests {
    private static let count = RoundedRows.minimumNodes + 152

    /// Index and oracle with the same vectors, sealed.
    private func sealed(
        _ vectors: [[Float]], _ metric: Metric, originals: RowPrecision = .float16
    ) throws -> JudgedIndex {
        var parameters = AdaptiveParameters.small
        parameters.originals = originals
        var judged = JudgedIndex(dimension: vectors[0].count, metric: metric, parameters: parameters)
        judged.append(vectors)
        try judged.index.sealNow()
        return judged
    }

    /// Rounding moves a vector by at most 2⁻¹¹ of its length: so much a distance may be off, and no more.
    @Test(arguments: Metric.allCases) func distancesAreWithinTheStatedError(metric: Metric) throws {
        var source = ClusteredVectors(dimension: 40, seed: 81)
        let judged = try sealed(source.next(Self.count), metric)
        let index = judged.index
        #expect(index.sealedGraph?.originals == .float16, "seed 81")
        #expect(index.memory.originals == Self.count * 48 * 2)
        let snapshot = index.snapshot
        let filter = SlotBitmap((0..<UInt32(Self.count)).filter { $0 % 40 == 0 })
        for query in source.next(20) {
            let normalized = metric.normalizesRows ? unit(query) : query
            for parameters in [SearchParameters(k: 10), SearchParameters(k: 10, filter: filter)] {
                let found = snapshot.search(query, parameters).neighbors
                #expect(found.count == 10)
                let exact = Dictionary(
                    uniqueKeysWithValues: judged.oracle.search(query, SearchParameters(k: Self.count)).neighbors
                        .map { ($0.slot, $0.distance) })
                for neighbor in found {
                    let expected = try #require(exact[neighbor.slot])
                    let moved = 0x1p-11 * length(snapshot.vector(neighbor.slot)) * 1.001
                    // float32's own rounding comes on top.
                    switch metric {
                    case .squaredEuclidean:
                        let error = abs(neighbor.distance.squareRoot() - expected.squareRoot())
                        #expect(error <= moved + 1e-5, "seed 81")
                    case .cosine, .dotProduct:
                        #expect(abs(neighbor.distance - expected) <= moved * length(normalized) + 1e-5, "seed 81")
                    }
                }
            }
        }
        #expect(judged.recall(source.next(40)).recall >= 0.93, "seed 81")
    }

    /// The order of neighbors is the one of float32, but for one in a thousand.
    @Test(arguments: Metric.allCases) func neighborsAreThoseOfFloat32(metric: Metric) throws {
        var source = ClusteredVectors(dimension: 40, seed: 82)
        let vectors = source.next(Self.count)
        let half = try sealed(vectors, metric).index
        let float = try sealed(vectors, metric, originals: .float32).index
        #expect(half.sealedGraph?.originals == .float16 && float.sealedGraph?.originals == .float32)
        #expect(float.memory.originals == 2 * half.memory.originals)
        var same = 0
        for query in source.next(200) {
            let a = Set(half.snapshot.search(query, k: 10, efSearch: 60).neighbors.map(\.slot))
            same += float.snapshot.search(query, k: 10, efSearch: 60).neighbors.count { a.contains($0.slot) }
        }
        #expect(same >= 1_995, "\(same) of 2,000, seed 82")
    }

    @Test func whatFloat16CannotHoldStaysFloat32() throws {
        var random = SplitMix64(seed: 83)
        func vectors(_ make: (Int) -> Float) -> [[Float]] {
            (0..<Self.count).map { _ in (0..<8).map(make) }
        }
        let cases: [(String, [[Float]])] = [
            ("beyond 65,504", vectors { _ in Float.random(in: -1e5...1e5, using: &random) }),
            ("one element beyond", vectors { $0 == 3 ? 70_000 : Float.random(in: -1...1, using: &random) }),
            ("subnormal", vectors { _ in Float.random(in: -1e-6...1e-6, using: &random) }),
            ("too small for any", vectors { _ in Float.random(in: -1e-9...1e-9, using: &random) }),
            ("close together, far away", vectors { _ in 1_000 + Float.random(in: 0...0.5, using: &random) }),
        ]
        for (name, vectors) in cases {
            let judged = try sealed(vectors, .squaredEuclidean)
            #expect(judged.index.sealedGraph?.originals == .float32, "\(name)")
            let bytes = try #require(judged.index.segmentContent).bytes()
            #expect(try Segment(copying: bytes).originals == .float32, "\(name)")
            let query = vectors[7]
            let found = judged.index.snapshot.search(query, k: 5, efSearch: 100).neighbors
            #expect(found.first?.slot == 7 && found.first?.distance == 0, "\(name)")
        }
        // Zeros and whole numbers lose nothing.
        let exact = try sealed(
            vectors { $0 == 0 ? 0 : Float(Int.random(in: 0...255, using: &random)) }, .squaredEuclidean)
        #expect(exact.index.sealedGraph?.originals == .float16)
        for slot in [0, 5, 900] {
            let query = exact.oracle.search(exact.index.snapshot.vector(UInt32(slot)), SearchParameters(k: 1))
            #expect(query.neighbors.first?.distance == 0)
        }
    }

    /// A vector that does not fit takes the whole graph to float32, and back when it is gone; the file says which.
    @Test func precisionFollowsTheVectors() throws {
        var source = ClusteredVectors(dimension: 16, seed: 84)
        var judged = try sealed(source.next(Self.count), .squaredEuclidean)
        let index = judged.index
        let queries = source.next(30)
        #expect(index.sealedGraph?.originals == .float16)
        judged.append(source.next(80))
        judged.append([[Float](repeating: 1e5, count: 16)])
        // Some rows are float16, some float32, in one search.
        #expect(judged.recall(queries, efSearch: 60).recall >= 0.98, "seed 84")
        let far = index.snapshot.search([Float](repeating: 9e4, count: 16), k: 3)
        #expect(far.neighbors.first?.slot == UInt32(Self.count + 80))
        try index.sealNow()
        #expect(index.sealedGraph?.originals == .float32 && index.memory.originals > Self.count * 16 * 2)
        #expect(judged.recall(queries, efSearch: 60).recall >= 0.98, "seed 84")
        // As a file it is float32 too, also those vectors that were rounded before.
        let segment = try Segment(copying: #require(index.segmentContent).bytes())
        #expect(segment.originals == .float32)
        #expect(index.install(try segment.sealedGraph()))
        index.publish()
        #expect(index.view.halves == 0 && index.view.base?.count == index.count)
        #expect(judged.recall(queries, efSearch: 60).recall >= 0.98, "seed 84")
    }

    /// From memory to a file and back: the same vectors, neighbors and bytes; vectors that come later are float32.
    @Test(arguments: Metric.allCases) func filesOfFloat16(metric: Metric) throws {
        var source = ClusteredVectors(dimension: 24, seed: 85)
        var judged = try sealed(source.next(Self.count), metric)
        let index = judged.index
        let before = index.snapshot
        let content = try #require(index.segmentContent)
        let bytes = try content.bytes(sequence: 5)
        #expect(bytes.count == content.byteCount(tags: 0))
        let segment = try Segment(copying: bytes)
        #expect(segment.originals == .float16)
        #expect(index.install(try segment.sealedGraph()))
        index.publish()
        #expect(try #require(index.segmentContent).bytes(sequence: 5) == bytes)
        for slot in stride(from: UInt32(0), to: UInt32(Self.count), by: 101) {
            #expect(index.snapshot.vector(slot) == before.vector(slot))
            #expect(try segment.sealedGraph().vector(slot) == before.vector(slot))
            #expect(index.snapshot.cosine(slot, 3) == before.cosine(slot, 3))
        }
        for query in source.next(20) {
            let expected = before.search(query, k: 10).neighbors
            #expect(index.snapshot.search(query, k: 10).neighbors == expected)
            let found = try query.withUnsafeBufferPointer { try segment.search($0, SearchParameters(k: 10)) }
            #expect(found.neighbors == expected)
        }
        judged.append(source.next(150))
        #expect(judged.recall(source.next(20), efSearch: 60).recall >= 0.95, "seed 85")
        try index.sealNow()
        #expect(index.view.halves == index.count)
        #expect(judged.recall(source.next(20), efSearch: 60).recall >= 0.95, "seed 85")
        // A damaged vector is found out.
        for position in stride(from: bytes.count - Self.count * 48, to: bytes.count, by: 20_011) {
            var damaged = bytes
            damaged[position] ^= 8
            #expect(throws: SegmentError.self, "byte \(position)") { try Segment(copying: damaged).sealedGraph() }
        }
    }

    /// Queries at once are compared with rows of both precisions as single ones are.
    @Test func batchesReadBothPrecisions() throws {
        var source = ClusteredVectors(dimension: 20, seed: 86)
        var judged = try sealed(source.next(Self.count), .cosine)
        judged.append(source.next(40))
        let snapshot = judged.index.snapshot
        // As if the graph were none, so that all is compared.
        let flat = IndexSnapshot(
            metric: .cosine, view: snapshot.view, dead: SlotBitmap(), deadCount: 0, graph: nil)
        let queries = source.next(6)
        let batch = queries.flatMap { $0 }.withUnsafeBufferPointer { flat.search(batch: $0, SearchParameters(k: 12)) }
        for (query, result) in zip(queries, batch) {
            #expect(result.neighbors == flat.search(query, k: 12).neighbors, "seed 86")
        }
    }

    private func length(_ vector: [Float]) -> Float { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    private func unit(_ vector: [Float]) -> [Float] { vector.map { $0 / length(vector) } }
}
