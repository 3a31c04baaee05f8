import Engine
import Lineage
import Ranking

/// How a calibration is made.
public struct CalibrationRequest: Sendable {
    /// False alarms per work that are acceptable.
    public var falseAlarmsPerWork: Double
    /// Share of works believed to be uncredited remixes; estimated from the look-alikes when absent.
    public var baseRate: Double?
    /// Works that are looked at.
    public var sample: Int
    public var seed: UInt64

    public init(
        falseAlarmsPerWork: Double = 1e-4, baseRate: Double? = nil, sample: Int = 200_000, seed: UInt64 = 0
    ) {
        self.falseAlarmsPerWork = falseAlarmsPerWork
        self.baseRate = baseRate
        self.sample = sample
        self.seed = seed
    }

    static let sampleRange = 1_000...1_000_000
}

/// The calibration in force.
public struct CalibrationAnswer: Sendable, Encodable {
    public struct Sample: Sendable, Encodable {
        public var count: Int
        /// Quantiles of the cosines; absent while there are too few.
        public var q01: Double?
        public var q50: Double?
        public var q99: Double?
        public var q9999: Double?
    }

    public struct Anchors: Sendable, Encodable {
        public var c0: Double
        public var c1: Double
    }

    public var embedder: String
    /// 0 before the first calibration: then the threshold is a cold one for near copies only.
    public var version: Int
    public var at: Timestamp?
    public var works: Int
    public var threshold: Double
    public var baseRate: Double
    public var credited: Sample
    public var randomPairs: Sample
    /// Works whose nearest unlinked look-alike was looked for.
    public var nearestCount: Int
    /// What cosines mean.
    public var relevance: Anchors
}

extension LineageService {
    /// Learns from the works and credits that there are when a likeness is suspicious, and stores it for the embedding model.
    ///
    /// Credited remixes are what remixes look like; random pairs of works by different creators, and each sampled work's
    /// nearest unlinked look-alike (siblings included, works with the same text not), are what chance and common sources
    /// look like. The threshold is the least cosine at which at most the accepted number of works have a look-alike by
    /// chance, and at most as many mistake what works resemble whose credits are hidden from the search. A vector store whose model is not known learns what its cosines mean as well.
    ///
    /// - Throws: `invalidArgument` naming the field.
    /// - Complexity: O(works) and a search for each sampled work; about 20 s for 117,659 works.
    public func calibrate(_ request: CalibrationRequest = CalibrationRequest()) async throws
        -> WriteReceipt<CalibrationAnswer>
    {
        let timer = AnswerTimer()
        try ArgumentCheck.check(request.falseAlarmsPerWork, "falseAlarmsPerWork", 1e-6...0.1)
        if let rate = request.baseRate { try ArgumentCheck.check(rate, "baseRate", 0...0.9) }
        try ArgumentCheck.check(request.sample, "sample", CalibrationRequest.sampleRange)
        let view = try view()
        let samples = LikenessSamples(view: view, rows: columns.rows, request: request)
        var requirements = UncreditedCalibration.Requirements(falseAlarmsPerWork: request.falseAlarmsPerWork)
        let nearest = QuantileTable(samples.nearest)
        let credited = samples.credited.table()
        let chance = UncreditedBaseRate(
            nearestUnlinked: nearest, works: samples.works, credited: credited,
            falseAlarmsPerWork: request.falseAlarmsPerWork / 2)
        requirements.baseRate = request.baseRate ?? chance.share
        // Works without any look-alike count as far away.
        let padded = QuantileTable(samples.nearest + repeatElement(-1, count: samples.works - samples.nearest.count))
        let uncredited = UncreditedCalibration(
            credited: credited, randomPairs: samples.random.table(), nearestUnlinked: padded,
            hiddenFalse: QuantileTable(samples.hiddenFalse), requirements: requirements)
        let anchors = CosineAnchors(samples)
        let (calibration, seq) = try await store.write(barrier: true) { [calibrations] transaction in
            let namespace = try transaction.namespace(EssenceService.collection, EssenceService.namespace)
            let stored = StoredCalibration(
                version: (calibrations.current?.version ?? 0) + 1, at: transaction.now,
                works: view.snapshot.recordCount,
                uncredited: try UncreditedCalibration(
                    storedThreshold: uncredited.threshold, credited: uncredited.credited.map(StoredCalibration.thinned),
                    randomPairs: uncredited.randomPairs.map(StoredCalibration.thinned), baseRate: uncredited.baseRate),
                relevance: anchors.relevance,
                creditedCount: samples.credited.seen, randomCount: samples.random.seen, nearestCount: samples.works)
            _ = try FactStore.put(calibrations.embedder, stored.encoded(), kind: .calibration, in: transaction)
            transaction.afterCommit { calibrations.set(stored) }
            // Answers about likeness differ from now on: they get a sequence of the works.
            return (stored, try transaction.seq(namespace))
        }
        if learnsRelevance, let relevance = calibration.relevance { learned.set(relevance) }
        return WriteReceipt(value: answer(calibration), seq: seq, tookMicros: timer.micros)
    }

    /// The calibration in force, or what stands in for one.
    public func calibrationAnswer() -> CalibrationAnswer { answer(calibrations.current) }

    private func answer(_ calibration: StoredCalibration?) -> CalibrationAnswer {
        let uncredited = calibration?.uncredited ?? .cold
        return CalibrationAnswer(
            embedder: calibrations.embedder, version: calibration?.version ?? 0,
            at: calibration.map { Timestamp(milliseconds: $0.at) }, works: calibration?.works ?? 0,
            threshold: uncredited.threshold, baseRate: uncredited.baseRate,
            credited: Self.sample(uncredited.credited, count: calibration?.creditedCount ?? 0),
            randomPairs: Self.sample(uncredited.randomPairs, count: calibration?.randomCount ?? 0),
            nearestCount: calibration?.nearestCount ?? 0,
            relevance: CalibrationAnswer.Anchors(c0: self.calibration.c0, c1: self.calibration.c1))
    }

    private static func sample(_ table: QuantileTable?, count: Int) -> CalibrationAnswer.Sample {
        CalibrationAnswer.Sample(
            count: count, q01: table?.quantile(0.01), q50: table?.quantile(0.5), q99: table?.quantile(0.99),
            q9999: table?.quantile(0.9999))
    }
}

/// The two anchors of relevance out of the same samples.
private struct CosineAnchors {
    let relevance: CosineCalibration?

    init(_ samples: LikenessSamples) {
        let near = QuantileTable(samples.neighbors)
        guard samples.random.seen >= 1_000, near.count >= 1_000, let c0 = samples.random.table().quantile(0.5),
            let c1 = near.quantile(0.999)
        else {
            relevance = nil
            return
        }
        // Rounding can carry the cosine of equal vectors past 1 by an ulp or two.
        relevance = try? CosineCalibration(c0: max(-1, c0), c1: min(1, c1))
    }
}

/// Cosines that tell what remixes, strangers and look-alikes are like.
private struct LikenessSamples {
    private(set) var credited = ReservoirQuantiles(capacity: 20_000)
    private(set) var random = ReservoirQuantiles(capacity: 200_000)
    /// Largest cosine of sampled works to an unlinked older work of another creator, of those that have one.
    private(set) var nearest: [Double] = []
    /// Largest cosine of a false finding for sampled works whose credits are hidden; -2 for none.
    private(set) var hiddenFalse: [Double] = []
    /// Largest cosine of sampled works to any other work.
    private(set) var neighbors: [Double] = []
    /// Works of the sample.
    private(set) var works = 0

    /// Works at least this alike say the same: that is no chance.
    private static let sameText = 0.9999
    private static let randomPairCount = 200_000
    private static let neighborCount = 65

    init(view: LineageService.View, rows: ChunkedArray<EssenceRow>, request: CalibrationRequest) {
        let snapshot = view.snapshot
        let nodes = (0..<UInt32(snapshot.rows.count)).filter {
            rows[Int($0)].state == .live && snapshot.rows[Int($0)].slot != RecordRow.noSlot
        }
        guard nodes.count > 1 else { return }
        var generator = SplitMix64(seed: request.seed)
        credited = ReservoirQuantiles(capacity: 20_000, seed: request.seed)
        for node in nodes {
            for link in view.lineage.parents(of: node) where link.kind != .inspiredBy {
                guard snapshot.rows[Int(link.parent)].slot != RecordRow.noSlot else { continue }
                credited.add(Double(snapshot.cosine(node, link.parent)))
            }
        }
        // A small store has few pairs: drawn again and again they would pass for many.
        for _ in 0..<min(Self.randomPairCount, nodes.count * (nodes.count - 1) / 8) {
            let a = nodes[Int.random(in: 0..<nodes.count, using: &generator)]
            let b = nodes[Int.random(in: 0..<nodes.count, using: &generator)]
            guard a != b, rows[Int(a)].realm != rows[Int(b)].realm, !view.lineage.isAncestor(min(a, b), of: max(a, b))
            else { continue }
            random.add(Double(snapshot.cosine(a, b)))
        }
        sampleNearest(nodes, view, rows, min(request.sample, nodes.count), &generator)
    }

    private mutating func sampleNearest(
        _ nodes: [UInt32], _ view: LineageService.View, _ rows: ChunkedArray<EssenceRow>, _ count: Int,
        _ generator: inout SplitMix64
    ) {
        var order = nodes
        for place in 0..<count { order.swapAt(place, Int.random(in: place..<order.count, using: &generator)) }
        guard let all = try? UncreditedCalibration.cold.with(threshold: -1) else { return }
        let detector = UncreditedDetector(calibration: all)
        for node in order.prefix(count) {
            guard let vector = view.snapshot.vector(of: node) else { continue }
            works += 1
            let hits = view.snapshot.search(vector, k: Self.neighborCount).hits.filter { $0.ordinal != node }
            if let first = hits.first { neighbors.append(Double(first.score)) }
            let candidates = hits.map { LineageService.candidate($0, rows, wasRejected: false) }
                .filter { $0.cosine < Self.sameText }
            let parents = view.lineage.parents(of: node)
            func findings(
                parentCosines: [Double], isLinked: (UInt32) -> Bool
            ) -> [UncreditedFinding] {
                detector.findings(
                    among: candidates, createdAt: rows[Int(node)].createdAt, creator: rows[Int(node)].realm,
                    parentCosines: parentCosines, isLinked: isLinked, sharesAncestry: { _ in false },
                    isAncestor: { view.lineage.isAncestor($0, of: $1) })
            }
            let unlinked = findings(
                parentCosines: parents.map { Double(view.snapshot.cosine(node, $0.parent)) },
                isLinked: { view.lineage.isAncestor($0, of: node) || view.lineage.isAncestor(node, of: $0) })
            if let largest = unlinked.map(\.cosine).max() { nearest.append(largest) }
            // As if it credited nobody: what is found then is known to be true or false.
            guard parents.contains(where: { rows[Int($0.parent)].realm != rows[Int(node)].realm }) else { continue }
            let asHidden = findings(parentCosines: [], isLinked: { view.lineage.isAncestor(node, of: $0) })
            let mistakes = asHidden.filter { !view.lineage.isAncestor($0.ordinal, of: node) }
            hiddenFalse.append(mistakes.map(\.cosine).max() ?? -2)
        }
    }
}
