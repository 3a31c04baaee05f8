/// Two memories that say nearly the same.
public struct MemoryPair: Sendable, Equatable {
    public var first: UInt32
    public var second: UInt32
    public var cosine: Double

    public init(_ first: UInt32, _ second: UInt32, cosine: Double) {
        self.first = first
        self.second = second
        self.cosine = cosine
    }
}

/// Groups memories for a caller's model to summarize: complete-link clusters, all pairs of which are alike.
///
/// Agglomerative: the two clusters whose least alike pair is most alike merge first (ties: smaller ordinals), as long
/// as every pair across them is at least `cosineMin` alike and the size allows. Complete link keeps chains of
/// small steps from joining memories that have nothing in common.
public struct MemoryClustering: Sendable, Equatable {
    public var cosineMin: Double
    public var sizeMax: Int

    public init(cosineMin: Double = 0.90, sizeMax: Int = 32) {
        precondition(sizeMax >= 2, "a cluster holds at least two memories")
        self.cosineMin = cosineMin
        self.sizeMax = sizeMax
    }

    /// Clusters of at least two memories, ordinals ascending inside, largest cluster first, then by first ordinal.
    ///
    /// - Parameter pairs: all pairs with a cosine of at least `cosineMin`; a pair that is missing counts as unlike.
    /// - Complexity: O(P · d) for P pairs and at most d pairs per memory, besides sorting.
    public func clusters(_ pairs: [MemoryPair]) -> [[UInt32]] {
        var links: [UInt32: [UInt32: Double]] = [:]
        for pair in pairs where pair.cosine >= cosineMin && pair.first != pair.second {
            links[pair.first, default: [:]][pair.second] = pair.cosine
            links[pair.second, default: [:]][pair.first] = pair.cosine
        }
        // A cluster goes by its smallest ordinal.
        var members: [UInt32: [UInt32]] = [:]
        for ordinal in links.keys { members[ordinal] = [ordinal] }
        var candidates = links.flatMap { a, others in
            others.compactMap { b, cosine in a < b ? MemoryPair(a, b, cosine: cosine) : nil }
        }
        candidates.sort(by: mergesLater)
        while let pair = candidates.popLast() {
            // Entries of merged or changed clusters are stale.
            guard let left = members[pair.first], let right = members[pair.second],
                links[pair.first]?[pair.second] == pair.cosine, left.count + right.count <= sizeMax
            else { continue }
            members[pair.first] = left + right
            members[pair.second] = nil
            let (kept, lost) = (links[pair.first] ?? [:], links[pair.second] ?? [:])
            links[pair.second] = nil
            var merged: [UInt32: Double] = [:]
            for (other, cosine) in kept where other != pair.second {
                links[other]?[pair.first] = nil
                guard let across = lost[other] else { continue }
                merged[other] = min(cosine, across)
            }
            for other in lost.keys { links[other]?[pair.second] = nil }
            links[pair.first] = merged
            for (other, cosine) in merged {
                links[other]?[pair.first] = cosine
                insert(MemoryPair(min(pair.first, other), max(pair.first, other), cosine: cosine), into: &candidates)
            }
        }
        return members.values.filter { $0.count > 1 }.map { $0.sorted() }
            .sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
    }

    private func mergesLater(_ a: MemoryPair, _ b: MemoryPair) -> Bool {
        if a.cosine != b.cosine { return a.cosine < b.cosine }
        return (a.first, a.second) > (b.first, b.second)
    }

    /// Keeps the array sorted; merged cosines only fall, so most insertions are near the place they came from.
    private func insert(_ pair: MemoryPair, into sorted: inout [MemoryPair]) {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if mergesLater(sorted[middle], pair) { low = middle + 1 } else { high = middle }
        }
        sorted.insert(pair, at: low)
    }
}
