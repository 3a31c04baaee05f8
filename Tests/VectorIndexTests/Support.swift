import Vectors

@testable import VectorIndex

/// The generator of Steele, Lea and Flood (OOPSLA 2014): small, and the same on every machine.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Seeded vectors around random centers, like those of texts on a few topics.
struct ClusteredVectors {
    let dimension: Int
    private let centers: [[Float]]
    private let spread: Float
    private var random: SplitMix64

    init(dimension: Int, clusters: Int = 40, spread: Float = 0.6, seed: UInt64) {
        self.dimension = dimension
        self.spread = spread
        var random = SplitMix64(seed: seed)
        centers = (0..<clusters).map { _ in (0..<dimension).map { _ in Float.random(in: -1...1, using: &random) } }
        self.random = random
    }

    mutating func next() -> [Float] {
        let center = centers[Int.random(in: 0..<centers.count, using: &random)]
        return center.map { $0 + Float.random(in: -spread...spread, using: &random) }
    }

    mutating func next(_ count: Int) -> [[Float]] { (0..<count).map { _ in next() } }
}

/// Share of the exact neighbors that were found; ties at the last place count as found. Distances of vectors that are kept
/// as float16 are a little off, so slots are compared first.
func recall(_ found: [Neighbor], exact: [Neighbor]) -> Double {
    guard let last = exact.last else { return 1 }
    let limit = last.distance + max(abs(last.distance), 1) * 1e-5
    let slots = Set(exact.map(\.slot))
    let right = found.count { slots.contains($0.slot) || $0.distance <= limit }
    return Double(min(right, exact.count)) / Double(exact.count)
}

extension AdaptiveIndex {
    @discardableResult
    func append(_ vector: [Float]) -> UInt32 { vector.withUnsafeBufferPointer { append($0) } }

    /// Seals until nothing wants it, on this thread.
    func sealNow() throws {
        install(try makeSealJob().run(progress: { _ in }, isCancelled: { false }))
        publish()
    }
}

extension SearchScratch {
    /// Whether no slot is marked as visited, as it must be between searches.
    var isClear: Bool { (0..<visitedWords).allSatisfy { visited[$0] == 0 } }
}

extension SegmentContent {
    func bytes(sequence: UInt64 = 0, tags: [UInt8] = []) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try write(sequence: sequence, tags: tags) { bytes.append(contentsOf: $0) }
        return bytes
    }
}

extension Segment {
    /// A segment in memory, as if it were mapped.
    convenience init(copying bytes: [UInt8]) throws {
        let memory = AlignedMemory(byteCount: bytes.count)
        bytes.withUnsafeBytes {
            if let start = $0.baseAddress { memory.start.copyMemory(from: start, byteCount: $0.count) }
        }
        try self.init(mapping: UnsafeRawBufferPointer(start: memory.start, count: bytes.count), owner: memory)
    }
}

extension FlatIndex {
    @discardableResult
    func append(_ vector: [Float]) -> UInt32 { vector.withUnsafeBufferPointer { append($0) } }

    func search(_ query: [Float], _ parameters: SearchParameters) -> SearchResult {
        query.withUnsafeBufferPointer { search($0, parameters) }
    }
}

extension IndexSnapshot {
    func search(_ query: [Float], _ parameters: SearchParameters) -> SearchResult {
        query.withUnsafeBufferPointer { search($0, parameters) }
    }

    func search(_ query: [Float], k: Int, efSearch: Int? = nil, filter: SlotBitmap? = nil) -> SearchResult {
        search(query, SearchParameters(k: k, efSearch: efSearch, filter: filter))
    }
}

/// An adaptive index and the exact index that judges it, always given the same writes.
struct JudgedIndex {
    let index: AdaptiveIndex
    let oracle: FlatIndex
    private(set) var live: [UInt32] = []

    init(dimension: Int, metric: Metric, parameters: AdaptiveParameters = .small) {
        index = AdaptiveIndex(dimension: dimension, metric: metric, parameters: parameters)
        oracle = FlatIndex(dimension: dimension, metric: metric)
    }

    mutating func append(_ vectors: [[Float]]) {
        for vector in vectors {
            live.append(index.append(vector))
            oracle.append(vector)
        }
        index.publish()
    }

    mutating func removeRandom(_ count: Int, using random: inout SplitMix64) {
        for _ in 0..<count {
            let position = Int.random(in: 0..<live.count, using: &random)
            live.swapAt(position, live.count - 1)
            remove(live.removeLast())
        }
        index.publish()
    }

    private func remove(_ slot: UInt32) {
        index.remove(slot)
        oracle.remove(slot)
    }

    /// Mean recall@k over queries, with the plans used.
    func recall(
        _ queries: [[Float]], k: Int = 10, efSearch: Int? = nil, targetRecall: Double = 0.95,
        filter: SlotBitmap? = nil
    ) -> (recall: Double, plans: Set<SearchPlan>) {
        let snapshot = index.snapshot
        var sum = 0.0
        var plans = Set<SearchPlan>()
        for query in queries {
            let parameters = SearchParameters(
                k: k, efSearch: efSearch, targetRecall: targetRecall, filter: filter)
            let result = snapshot.search(query, parameters)
            plans.insert(result.counters.plan)
            sum += VectorIndexTests.recall(result.neighbors, exact: oracle.search(query, parameters).neighbors)
        }
        return (sum / Double(queries.count), plans)
    }
}

extension AdaptiveParameters {
    /// A graph from a few hundred vectors on, so that tests exercise it at sizes that a debug build handles.
    static let small = AdaptiveParameters(
        graph: HNSWParameters(m: 12, efConstruction: 80), graphThreshold: 500, tailLimit: 200)
}
