import Engine
import Ranking

/// What a preview of fading asks.
public struct DecayQuery: Sendable {
    /// Memories that are, or will be, below this.
    public var threshold: Double
    /// Of the whole score that a memory would have for a question to which it has this relevance; of the recency alone
    /// when absent.
    public var relevance: Double?
    /// Only what falls below within so many days.
    public var withinDays: Double?
    public var limit: Int

    public init(threshold: Double = 0.3, relevance: Double? = nil, withinDays: Double? = nil, limit: Int = 100) {
        self.threshold = threshold
        self.relevance = relevance
        self.withinDays = withinDays
        self.limit = limit
    }
}

/// A memory that fades below a threshold.
public struct FadingMemory: Sendable, Encodable {
    public struct Parts: Sendable, Encodable {
        /// Where the measure tends as the memory grows old.
        public var limit: Double
        public var uses: Int
    }

    public var id: String
    /// The measure now.
    public var score: Double
    public var parts: Parts
    /// The first moment below the threshold if nobody uses the memory; the present when it is below already.
    public var fallsBelowAt: Timestamp
    public var kind: String
    public var text: String?
}

/// What a look for memories to summarize asks.
public struct ConsolidationQuery: Sendable {
    /// All pairs of a cluster are at least this alike.
    public var cosineMin: Double
    public var sizeMax: Int
    /// The newest memories that are looked at: the cost grows with the square.
    public var newest: Int
    public var kinds: [String]?

    public init(cosineMin: Double = 0.90, sizeMax: Int = 32, newest: Int = 2_000, kinds: [String]? = nil) {
        self.cosineMin = cosineMin
        self.sizeMax = sizeMax
        self.newest = newest
        self.kinds = kinds
    }

    static let newestRange = 2...10_000
    static let sizeRange = 2...1_000
}

/// Memories that say nearly the same, for the caller's model to summarize into one that supersedes them.
public struct MemoryCluster: Sendable, Encodable {
    public struct Parts: Sendable, Encodable {
        /// Cosine of the least alike pair.
        public var cosineMin: Double
    }

    /// Id of the first memory.
    public var id: String
    /// Number of memories.
    public var score: Double
    public var parts: Parts
    public var memories: [Memory]
}

extension NexusService {
    /// What will fall below a threshold, and when, if nobody uses it: soonest first. Changes nothing.
    ///
    /// Kinds that do not fade, pinned memories, and those whose floor is above the threshold are left out. The agent's own
    /// half-lives and weights count.
    ///
    /// - Throws: `invalidArgument` naming the field.
    /// - Complexity: O(memories · log memories).
    public func decay(_ nexusId: String, _ query: DecayQuery) throws -> Listing<FadingMemory> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(nexusId: nexusId)
        try ArgumentCheck.check(query.limit, "limit", Limits.batchCount)
        try ArgumentCheck.check(query.threshold, "threshold", 0...10)
        if let relevance = query.relevance { try ArgumentCheck.check(relevance, "relevance", 0...1) }
        if let days = query.withinDays { try ArgumentCheck.check(days, "withinDays", 0...36_500) }
        let now = clock()
        let scorer: RecallScorer
        do {
            scorer = try RecallScorer(
                parameters: (settings[nexusId]?.settings ?? NexusSettings()).parameters(), calibration: calibration,
                now: now)
        } catch let error as ParameterError { throw EngineError(error) }
        guard let remembered = remembered(nexusId, kinds: nil, now: now) else {
            return Listing(items: [], seq: 0, tookMicros: timer.micros)
        }
        let signals = remembered.ordinals.map { remembered.rows[Int($0)].signals(ordinal: $0, cosine: 0) }
        let horizon = query.withinDays.map { now + Int64($0 * 86_400_000) } ?? Int64.max
        let forecast = scorer.decayForecast(
            signals, threshold: query.threshold, measure: query.relevance.map { .score(relevance: $0) } ?? .recency,
            horizon: horizon
        ).prefix(query.limit)
        let records = try store.records(forecast.map(\.ordinal), in: remembered.namespace)
        let items = try zip(forecast, records).map { entry, record in
            let memory = try Memory(record, nexusId: nexusId)
            return FadingMemory(
                id: memory.id, score: entry.current, parts: .init(limit: entry.limit, uses: memory.uses),
                fallsBelowAt: Timestamp(milliseconds: min(entry.fallsBelowAt, ArgumentCheck.years.upperBound)),
                kind: memory.kind, text: memory.text)
        }
        return Listing(items: items, seq: remembered.snapshot.seq, tookMicros: timer.micros)
    }

    /// Groups of memories that say nearly the same, largest first, each memory in one group at most.
    ///
    /// The engine writes no summary: a caller's model does, and the summary takes the place of the group by `supersede`.
    ///
    /// - Throws: `invalidArgument` naming the field.
    /// - Complexity: O(newest² · dimension).
    public func consolidation(_ nexusId: String, _ query: ConsolidationQuery) throws -> Listing<MemoryCluster> {
        let timer = AnswerTimer()
        try ArgumentCheck.check(nexusId: nexusId)
        try ArgumentCheck.check(query.cosineMin, "cosineMin", 0...1)
        try ArgumentCheck.check(query.sizeMax, "sizeMax", ConsolidationQuery.sizeRange)
        try ArgumentCheck.check(query.newest, "newest", ConsolidationQuery.newestRange)
        var kinds: Set<MemoryKind>?
        do { kinds = try query.kinds.map(MemoryEligibility.kinds(named:)) } catch { throw EngineError(error) }
        guard let remembered = remembered(nexusId, kinds: kinds, now: clock()) else {
            return Listing(items: [], seq: 0, tookMicros: timer.micros)
        }
        let (rows, snapshot) = (remembered.rows, remembered.snapshot)
        let newest = remembered.ordinals
            .sorted { (rows[Int($0)].createdAt, $0) > (rows[Int($1)].createdAt, $1) }.prefix(query.newest).sorted()
        var pairs: [MemoryPair] = []
        for (place, first) in newest.enumerated() {
            for second in newest[(place + 1)...] {
                let cosine = Double(snapshot.cosine(first, second))
                if cosine >= query.cosineMin { pairs.append(MemoryPair(first, second, cosine: cosine)) }
            }
        }
        let clusters = MemoryClustering(cosineMin: query.cosineMin, sizeMax: query.sizeMax).clusters(pairs)
        let items = try clusters.map { members in
            let memories = try store.records(members, in: remembered.namespace).map {
                try Memory($0, nexusId: nexusId)
            }
            var least = 1.0
            for (place, first) in members.enumerated() {
                for second in members[(place + 1)...] { least = min(least, Double(snapshot.cosine(first, second))) }
            }
            return MemoryCluster(
                id: memories.first?.id ?? "", score: Double(memories.count), parts: .init(cosineMin: least),
                memories: memories)
        }
        return Listing(items: items, seq: snapshot.seq, tookMicros: timer.micros)
    }

    /// What a nexus remembers now.
    private struct Remembered {
        var namespace: Namespace
        var snapshot: NamespaceSnapshot
        var rows: ChunkedArray<MemoryRow>
        /// Of the memories that hold, ascending.
        var ordinals: [UInt32]
    }

    private func remembered(_ nexusId: String, kinds: Set<MemoryKind>?, now: Int64) -> Remembered? {
        guard let namespace = store.namespace(MemoryDirectory.collection, nexusId),
            let columns = memories.columns(of: nexusId)
        else { return nil }
        let snapshot = namespace.snapshot
        let view = columns.view
        let filter = MemoryFilter(
            kinds: kinds, tags: nil, entities: nil, from: nil, to: nil, moment: .now(now), columns: columns, view: view)
        let ordinals = (0..<UInt32(snapshot.rows.count)).filter {
            snapshot.rows[Int($0)].exists && filter.admits(view.rows[Int($0)])
        }
        return Remembered(namespace: namespace, snapshot: snapshot, rows: view.rows, ordinals: ordinals)
    }
}
