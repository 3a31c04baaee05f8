/// Measures of how varied and how fair feeds are.
public enum FeedMetrics {
    /// Mean of 1 - similarity over all pairs of a page; `nil` for fewer than two items. O(k²).
    public static func intraListDistance(count: Int, similarity: (Int, Int) -> Double) -> Double? {
        guard count > 1 else { return nil }
        var sum = 0.0
        for i in 1..<count {
            for j in 0..<i { sum += 1 - similarity(i, j) }
        }
        return sum / (Double(count) * Double(count - 1) / 2)
    }

    /// The Gini coefficient of impressions over creators: 0 when all get the same, near 1 when one gets all.
    ///
    /// Values below 0 count as 0; `nil` when there are none, or all are 0. O(n log n).
    public static func gini(_ impressions: some Sequence<Double>) -> Double? {
        let sorted = impressions.map { $0 > 0 ? $0 : 0 }.sorted()
        let total = sorted.reduce(0, +)
        guard total > 0 else { return nil }
        let weighted = sorted.enumerated().reduce(0.0) { $0 + Double($1.offset + 1) * $1.element }
        let count = Double(sorted.count)
        return 2 * weighted / (count * total) - (count + 1) / count
    }

    /// Distinct creators and root families of a page.
    public static func distinct(
        _ works: some Sequence<(creator: UInt32, rootFamily: UInt32)>
    ) -> (creators: Int, rootFamilies: Int) {
        var creators: Set<UInt32> = []
        var roots: Set<UInt32> = []
        for work in works {
            creators.insert(work.creator)
            roots.insert(work.rootFamily)
        }
        return (creators.count, roots.count)
    }
}
