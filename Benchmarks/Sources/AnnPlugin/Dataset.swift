import Foundation
import Vectors

/// A folder with `base.*.npy`, `queries.*.npy` and `meta.json`, as the harness describes it.
struct Dataset {
    let metric: Metric
    let dimension: Int
    let baseCount: Int
    let queryCount: Int
    private let base: [Float]
    private let queries: [Float]

    /// - Parameters:
    ///   - baseLimit: takes only the first rows, when given.
    ///   - queryLimit: takes only the first queries, when given.
    init(folder: String, baseLimit: Int?, queryLimit: Int?) throws {
        func load(_ name: String) throws -> NPY {
            for type in ["f32", "f16", "u8", "i8"] {
                let path = "\(folder)/\(name).\(type).npy"
                if FileManager.default.fileExists(atPath: path) { return try NPY(path: path) }
            }
            throw NPY.Failure.invalid("no \(name).{f32,f16,u8,i8}.npy in \(folder)")
        }
        struct Meta: Decodable { var metric: String? }
        let meta = try? JSONDecoder().decode(
            Meta.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/meta.json")))
        metric =
            switch meta?.metric ?? "l2" {
            case "ip", "dot": .dotProduct
            case "cos", "cosine", "angular": .cosine
            default: .squaredEuclidean
            }
        let baseFile = try load("base")
        let queryFile = try load("queries")
        guard baseFile.columns == queryFile.columns, baseFile.columns > 0 else {
            throw NPY.Failure.invalid("base and queries in \(folder) have different dimensions")
        }
        dimension = baseFile.columns
        baseCount = min(baseFile.rows, baseLimit ?? .max)
        queryCount = min(queryFile.rows, queryLimit ?? .max)
        base = baseFile.floats()
        queries = queryFile.floats()
    }

    func withBaseRow<R>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
        base.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[row * dimension..<(row + 1) * dimension]))
        }
    }

    func withQuery<R>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
        queries.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[row * dimension..<(row + 1) * dimension]))
        }
    }
}
