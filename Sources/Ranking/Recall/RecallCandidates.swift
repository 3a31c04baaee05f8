/// How a recall looks for the best memories without scoring all of them.
public struct RecallCandidatePolicy: Sendable, Equatable {
    /// Namespaces up to this size are scanned whole: about as fast as a graph walk.
    public var exactScanMax: Int
    /// Above it, at least this many neighbors are looked at …
    public var neighborMin: Int
    /// … or this many per wanted memory, whichever is more.
    public var neighborsPerResult: Int
    /// Share of the memories above which those that could still win are scored by a scan of all, 0…1.
    public var scanShare: Double

    public init(
        exactScanMax: Int = 20_000, neighborMin: Int = 200, neighborsPerResult: Int = 10, scanShare: Double = 0.25
    ) {
        self.exactScanMax = exactScanMax
        self.neighborMin = neighborMin
        self.neighborsPerResult = neighborsPerResult
        self.scanShare = scanShare
    }

    public func scansExactly(liveCount: Int) -> Bool {
        liveCount <= exactScanMax
    }

    /// Neighbors to ask the index for: max(200, 10 k).
    public func neighborCount(k: Int) -> Int {
        max(neighborMin, k * neighborsPerResult)
    }
}

/// What to do with a new memory that resembles stored ones.
public struct MemoryDedupPolicy: Sendable, Equatable {
    /// Stored memories at least this alike are reported back.
    public var similarCosine: Double
    /// Memories of the same kind at least this alike say the same.
    public var mergeCosine: Double
    /// Most memories reported.
    public var similarMax: Int

    public init(similarCosine: Double = 0.90, mergeCosine: Double = 0.97, similarMax: Int = 5) {
        self.similarCosine = similarCosine
        self.mergeCosine = mergeCosine
        self.similarMax = similarMax
    }

    /// One stored memory close to the new one.
    public struct Neighbor: Sendable, Equatable {
        public var ordinal: UInt32
        public var cosine: Double
        public var kind: MemoryKind

        public init(ordinal: UInt32, cosine: Double, kind: MemoryKind) {
            self.ordinal = ordinal
            self.cosine = cosine
            self.kind = kind
        }
    }

    /// The memories to report, closest first (ties: older ordinal), and the one to merge into, if any.
    public func decide(kind: MemoryKind, neighbors: [Neighbor]) -> (similar: [Neighbor], mergeInto: UInt32?) {
        let ranked = neighbors.filter { $0.cosine >= similarCosine }
            .sorted { ($1.cosine, $0.ordinal) < ($0.cosine, $1.ordinal) }
        let merge = ranked.first { $0.kind == kind && $0.cosine >= mergeCosine }
        return (Array(ranked.prefix(similarMax)), merge?.ordinal)
    }
}
