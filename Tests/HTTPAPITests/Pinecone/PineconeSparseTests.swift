import HTTPTypes
import StrictJSON
import TestSupport
import Testing

/// Sparse-only and hybrid indexes against sums worked out here, through updates, deletions and a restart.
struct PineconeSparseTests {
    private typealias Sparse = [Int: Double]

    private static func json(_ sparse: Sparse) -> String {
        let pairs = sparse.sorted { $0.key < $1.key }
        let indices = pairs.map { "\($0.key)" }.joined(separator: ",")
        let values = pairs.map { "\($0.value)" }.joined(separator: ",")
        return "{\"indices\":[\(indices)],\"values\":[\(values)]}"
    }

    private static func product(_ a: Sparse, _ b: Sparse) -> Double {
        a.reduce(0) { $0 + $1.value * (b[$1.key] ?? 0) }
    }

    /// Values are quarters, so that every sum is exact in single precision.
    private static func random(_ generator: inout SeededGenerator) -> Sparse {
        var sparse: Sparse = [:]
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            sparse[Int.random(in: 0..<30, using: &generator)] = Double(Int.random(in: 1...12, using: &generator)) / 4
        }
        return sparse
    }

    @Test("sparse and hybrid queries rank by exact sums, after updates, deletions and a restart")
    func sums() async throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed)
        var sparse: [String: Sparse] = [:]
        var dense: [String: [Double]] = [:]
        for number in 0..<120 {
            sparse["r\(number)"] = Self.random(&generator)
            dense["r\(number)"] = (0..<2).map { _ in Double(Int.random(in: -8...8, using: &generator)) / 4 + 0.125 }
        }
        let queries = (0..<8).map { _ in Self.random(&generator) }
        let changed = (0..<20).map { ("r\($0)", Self.random(&generator)) }
        let directory = TemporaryDirectory()
        let (first, points) = (sparse, dense)
        try await PineconeClient.run(directory) { client in
            try await client.create("words", dimension: nil)
            try await client.create("both", metric: "dotproduct")
            let records = first.map { id, values in "{\"id\":\"\(id)\",\"sparseValues\":\(Self.json(values))" }
            try await client.upsert("words", records.map { $0 + "}" }.joined(separator: ","))
            let hybrid = first.map { id, values in
                "{\"id\":\"\(id)\",\"values\":[\(points[id]![0]),\(points[id]![1])],\"sparseValues\":\(Self.json(values))}"
            }
            try await client.upsert("both", hybrid.joined(separator: ","))
            for index in ["words", "both"] {
                for (id, values) in changed {
                    let answer = try await client.data(
                        .post, index, "/vectors/update", "{\"id\":\"\(id)\",\"sparseValues\":\(Self.json(values))}")
                    #expect(answer.status == 200, "\(answer)")
                }
                let gone = (100..<120).map { "\"r\($0)\"" }.joined(separator: ",")
                let answer = try await client.data(.post, index, "/vectors/delete", "{\"ids\":[\(gone)]}")
                #expect(answer.status == 200, "\(answer)")
            }
        }
        for (id, values) in changed { sparse[id] = values }
        for number in 100..<120 { sparse["r\(number)"] = nil }
        let last = sparse
        try await PineconeClient.run(directory) { client in
            for query in queries {
                for (index, vector) in [("words", nil), ("both", [1.5, -0.5])] as [(String, [Double]?)] {
                    let scores = last.compactMapValues { values -> Double? in
                        let sum = Self.product(values, query)
                        return vector == nil && sum == 0 ? nil : sum
                    }.map { id, sum in
                        (id, sum + (vector.map { $0[0] * points[id]![0] + $0[1] * points[id]![1] } ?? 0))
                    }
                    let table = Dictionary(uniqueKeysWithValues: scores)
                    let part = vector.map { "\"vector\":[\($0[0]),\($0[1])]," } ?? ""
                    let answer = try await client.data(
                        .post, index, "/query", "{\(part)\"sparseVector\":\(Self.json(query)),\"topK\":12}")
                    let matches = answer["matches"]?.array ?? []
                    let best = table.values.sorted(by: >).prefix(12)
                    #expect(
                        matches.compactMap { $0["score"]?.number } == Array(best), "seed \(seed), \(index): \(answer)")
                    for match in matches {
                        #expect(
                            table[match["id"]?.string ?? ""] == match["score"]?.number,
                            "seed \(seed), \(index): \(match)")
                    }
                }
            }
        }
    }

    @Test("sparse vectors: numbers of values at their limit, and what is no sparse vector")
    func limits() async throws {
        try await PineconeClient.run { client in
            try await client.create("words", dimension: nil)
            func upsert(_ sparse: String) async throws -> Answer {
                try await client.upsert("words", "{\"id\":\"x\",\"sparseValues\":\(sparse)}")
            }
            for (count, status) in [(0, 400), (1, 200), (2_047, 200), (2_048, 200), (2_049, 400)] {
                let sparse = Sparse(uniqueKeysWithValues: (0..<count).map { ($0, 1) })
                let answer = try await upsert(Self.json(sparse))
                #expect(answer.status == status, "\(count) values: \(answer)")
            }
            #expect(try await upsert("{\"indices\":[4294967295],\"values\":[1]}").status == 200)
            for bad in [
                "{\"indices\":[4294967296],\"values\":[1]}", "{\"indices\":[-1],\"values\":[1]}",
                "{\"indices\":[1,1],\"values\":[1,1]}", "{\"indices\":[1],\"values\":[1,2]}",
                "{\"indices\":[1.5],\"values\":[1]}", "{\"indices\":[1],\"values\":[1e39]}", "{\"indices\":[1]}", "[]",
            ] {
                expectDataError(try await upsert(bad), 400, 3)
            }
            expectDataError(try await client.upsert("words", "{\"id\":\"y\",\"values\":[1,2]}"), 400, 3)
            let fetched = try await client.data(.get, "words", "/vectors/fetch?ids=x&ids=y")
            #expect(fetched["vectors.x.sparseValues.indices"] == .array([.int(4_294_967_295)]), "\(fetched)")
            #expect(fetched["vectors.y"] == nil)
        }
    }
}
