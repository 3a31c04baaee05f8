/// A vector that is zero almost everywhere: its other values, by index.
///
/// Indices are in ascending order, values finite and not zero. Zeros that a caller states are dropped: they say no more than
/// an index that is not there.
public struct SparseVector: Sendable, Equatable {
    /// Values of one vector.
    public static let valueCountMax = 2_048

    /// Ascending, each once.
    public let indices: [UInt32]
    /// In the order of ``indices``.
    public let values: [Float]

    /// - Parameters:
    ///   - indices: in any order, each once.
    ///   - values: as many, finite.
    /// - Throws: `SparseVectorError`, naming the first fault.
    /// - Complexity: O(values · log values); O(values) when the indices are in order.
    public init(indices: [UInt32], values: [Float]) throws(SparseVectorError) {
        guard indices.count == values.count else {
            throw SparseVectorError(
                path: "values", message: "must be as many as indices: \(indices.count) indices, \(values.count) values",
                limit: "\(indices.count) values")
        }
        guard indices.count <= Self.valueCountMax else {
            throw SparseVectorError(
                path: "indices", message: "must be at most \(Self.valueCountMax), got \(indices.count)",
                limit: "\(Self.valueCountMax) values")
        }
        for (position, value) in values.enumerated() where !value.isFinite {
            throw SparseVectorError(
                path: "values[\(position)]", message: "must be a finite number", limit: "finite number")
        }
        var order = Array(indices.indices)
        if !zip(indices, indices.dropFirst()).allSatisfy(<) {
            // By index, then position, so that the later one of two equal indices is the one that is named.
            order.sort { (indices[$0], $0) < (indices[$1], $1) }
            for (a, b) in zip(order, order.dropFirst()) where indices[a] == indices[b] {
                throw SparseVectorError(
                    path: "indices[\(b)]", message: "names index \(indices[b]) a second time", limit: "once")
            }
        }
        order.removeAll { values[$0] == 0 }
        self.indices = order.map { indices[$0] }
        self.values = order.map { values[$0] }
    }

    /// Number of values.
    public var count: Int { indices.count }
    public var isEmpty: Bool { indices.isEmpty }

    /// The inner product, `nil` when the vectors have no index in common.
    ///
    /// The plain reading that the index is tested against. Products are exact in Double; so are sums, but for rounding.
    /// - Complexity: O(count + other.count).
    public func innerProduct(_ other: SparseVector) -> Double? {
        var sum = 0.0
        var hasCommon = false
        var i = 0
        var j = 0
        while i < indices.count && j < other.indices.count {
            if indices[i] < other.indices[j] {
                i += 1
            } else if other.indices[j] < indices[i] {
                j += 1
            } else {
                sum += Double(values[i]) * Double(other.values[j])
                hasCommon = true
                i += 1
                j += 1
            }
        }
        return hasCommon ? sum : nil
    }
}

/// Why a sparse vector was refused.
public struct SparseVectorError: Error, Sendable, Equatable {
    /// Where: `indices[3]`, `values`.
    public var path: String
    public var message: String
    public var limit: String?
}
