/// Estimated numbers of descendants of all works, in one sweep.
public struct ReachEstimates: Sendable {
    /// Per node: live descendants in the window, in no case negative. Exact up to `sketchSize - 1`.
    public var counts: [Double]
    /// Standard deviation of the estimates relative to the true counts, for those that are not exact.
    public var relativeError: Double
}

extension LineageSnapshot {
    /// Live descendants of every work, estimated with bottom-k sketches (Cohen, "Size-Estimation Framework with Applications
    /// to Transitive Closure and Reachability", 1997): each work keeps the `k` smallest hashes among its descendants.
    ///
    /// States: hidden, redacted and merged works are passed through, not counted; retracted edges are not followed.
    ///
    /// - Parameters:
    ///   - sketchSize: k, in 4…256. The relative standard deviation is `1 / sqrt(k - 2)`: 18 % for 32, 6.4 % for 256.
    ///   - window: counts only descendants created in this range of milliseconds since 1970 UTC.
    /// - Complexity: O((nodes + edges) · k) time; 4k bytes for each work below which something is unfinished, which is far
    ///   less than all.
    public func estimatedDescendantCounts(sketchSize: Int = 32, window: Range<Int64>? = nil) -> ReachEstimates {
        precondition(4...256 ~= sketchSize, "a sketch keeps 4 to 256 hashes")
        let counts = withExtendedLifetime(storage) {
            var sweep = SketchSweep(view: view, size: sketchSize)
            return sweep.run { node in isCounted(node, window) }
        }
        return ReachEstimates(counts: counts, relativeError: 1 / Double(sketchSize - 2).squareRoot())
    }

    /// As ``topByDescendants(_:window:)``, from estimates: the works with the largest estimates, ten for each wanted and at
    /// least 100, are counted exactly. A work is missed only when its estimate is too small by the whole distance to theirs.
    ///
    /// - Complexity: that of ``estimatedDescendantCounts(sketchSize:window:)``, plus the descendants of the works counted.
    public func likelyTopByDescendants(_ count: Int, window: Range<Int64>? = nil) -> [RankedNode] {
        guard count > 0 else { return [] }
        let estimates = estimatedDescendantCounts(window: window).counts
        let candidates = (0..<UInt32(nodeCount)).lazy.filter { estimates[Int($0)] > 0 && self.state(of: $0) == .live }
        let likely = Self.largest(
            max(100, 10 * count), candidates.map { RankedNode(node: $0, count: Int(estimates[Int($0)])) })
        let counted = likely.map { RankedNode(node: $0.node, count: descendantCount(of: $0.node, window: window)) }
        return Array(counted.filter { $0.count > 0 }.sorted(by: RankedNode.isBetter).prefix(count))
    }
}

/// One sweep against the ranks: a work's sketch is whole when the sweep meets it, is handed to its parents, and is gone.
private struct SketchSweep: ~Copyable {
    private let view: GraphView
    private let size: Int
    /// Per node: 1 + place of its sketch, or 0.
    private var places: [UInt32]
    /// Sketches of `size` hashes, ascending; their counts apart.
    private var hashes: [UInt32] = []
    private var counts: [Int] = []
    private var free: [UInt32] = []

    init(view: GraphView, size: Int) {
        self.view = view
        self.size = size
        places = [UInt32](repeating: 0, count: Int(view.nodeCount))
    }

    mutating func run(_ isCounted: (UInt32) -> Bool) -> [Double] {
        var estimates = [Double](repeating: 0, count: Int(view.nodeCount))
        let plan = LabelPlan(count: view.nodeCount, order: view.ranksAreNumbers ? nil : view.nodesByRank())
        for position in (0..<plan.count).reversed() {
            let node = plan.node(at: position)
            estimates[Int(node)] = estimate(node)
            let own = isCounted(node) ? Self.hash(node) : nil
            if own == nil, places[Int(node)] == 0 { continue }
            view.forEachParent(of: node) { parent in
                merge(node, into: parent, own)
                return true
            }
            if places[Int(node)] > 0 {
                counts[Int(places[Int(node)] - 1)] = 0
                free.append(places[Int(node)])
                places[Int(node)] = 0
            }
        }
        return estimates
    }

    /// Below `k` hashes the sketch is the set; at `k` the largest one tells how dense the set is.
    private func estimate(_ node: UInt32) -> Double {
        guard places[Int(node)] > 0 else { return 0 }
        let place = Int(places[Int(node)] - 1)
        if counts[place] < size { return Double(counts[place]) }
        return Double(size - 1) * 4_294_967_296 / (Double(hashes[place * size + size - 1]) + 1)
    }

    private mutating func merge(_ node: UInt32, into parent: UInt32, _ own: UInt32?) {
        if places[Int(parent)] == 0 { places[Int(parent)] = newPlace() }
        let target = Int(places[Int(parent)] - 1)
        if let own { insert(own, target) }
        guard places[Int(node)] > 0 else { return }
        let source = Int(places[Int(node)] - 1)
        for index in 0..<counts[source] {
            let hash = hashes[source * size + index]
            // Ascending: what does not fit is followed by what does not fit either.
            if counts[target] == size, hash >= hashes[target * size + size - 1] { break }
            insert(hash, target)
        }
    }

    private mutating func insert(_ hash: UInt32, _ place: Int) {
        let start = place * size
        var low = 0
        var high = counts[place]
        while low < high {
            let middle = (low + high) / 2
            if hashes[start + middle] < hash { low = middle + 1 } else { high = middle }
        }
        if low < counts[place], hashes[start + low] == hash { return }
        if low == size { return }
        var index = min(counts[place], size - 1)
        while index > low {
            hashes[start + index] = hashes[start + index - 1]
            index -= 1
        }
        hashes[start + low] = hash
        if counts[place] < size { counts[place] += 1 }
    }

    private mutating func newPlace() -> UInt32 {
        if let place = free.popLast() { return place }
        counts.append(0)
        hashes.append(contentsOf: repeatElement(0, count: size))
        return UInt32(counts.count)
    }

    /// A bijection of 32 bits, so that no two works share a hash (finalizer of MurmurHash3, Appleby 2011).
    private static func hash(_ node: UInt32) -> UInt32 {
        var value = node &+ 0x9E37_79B9
        value = (value ^ (value >> 16)) &* 0x85EB_CA6B
        value = (value ^ (value >> 13)) &* 0xC2B2_AE35
        return value ^ (value >> 16)
    }
}
