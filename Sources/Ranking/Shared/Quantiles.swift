/// A sorted sample that answers quantiles and ranks.
public struct QuantileTable: Sendable, Equatable, Codable {
    /// Ascending.
    public let values: [Double]

    /// Values that are not finite are left out.
    public init(_ sample: some Sequence<Double>) {
        values = sample.filter(\.isFinite).sorted()
    }

    public var count: Int { values.count }

    /// The `q`-quantile by linear interpolation between order statistics (Hyndman & Fan type 7); `nil` when empty.
    public func quantile(_ q: Double) -> Double? {
        guard let last = values.last else { return nil }
        let position = Swift.max(0, Swift.min(1, q)) * Double(values.count - 1)
        let lower = Int(position)
        guard lower + 1 < values.count else { return last }
        let fraction = position - Double(lower)
        return values[lower] + (values[lower + 1] - values[lower]) * fraction
    }

    /// Share of the sample that is ≤ `value`; 0 when empty. O(log n).
    public func rank(of value: Double) -> Double {
        guard !values.isEmpty else { return 0 }
        return Double(firstIndex { $0 > value }) / Double(values.count)
    }

    /// Share of the sample that is ≥ `value`; 0 when empty. O(log n).
    public func tail(from value: Double) -> Double {
        guard !values.isEmpty else { return 0 }
        return Double(values.count - firstIndex { $0 >= value }) / Double(values.count)
    }

    /// First index at which `isBeyond` holds, given that it holds for all later ones.
    private func firstIndex(where isBeyond: (Double) -> Bool) -> Int {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if isBeyond(values[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// A uniform sample of a stream in constant memory, for quantiles (Vitter's algorithm R, 1985).
///
/// The same values in the same order with the same seed keep the same sample.
public struct ReservoirQuantiles: Sendable {
    public let capacity: Int
    /// Finite values offered so far.
    public private(set) var seen = 0
    private var sample: [Double] = []
    private var generator: SplitMix64

    public init(capacity: Int, seed: UInt64 = 0) {
        precondition(capacity > 0, "a reservoir holds at least one value")
        self.capacity = capacity
        generator = SplitMix64(seed: seed)
    }

    /// Offers a value; one that is not finite is ignored. O(1).
    public mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        seen += 1
        if sample.count < capacity {
            sample.append(value)
        } else {
            let place = Int.random(in: 0..<seen, using: &generator)
            if place < capacity { sample[place] = value }
        }
    }

    /// What is known now, frozen. O(capacity log capacity).
    public func table() -> QuantileTable {
        QuantileTable(sample)
    }
}
