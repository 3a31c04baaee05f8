import Engine

/// What looking at each new work has found, kept for the listeners that ask after the first one.
///
/// Works are looked at only while someone listens, one at a time.
actor SuspicionLog {
    private static let keptMax = 16_384

    private let lineage: LineageService
    private var found: [UInt32: [UncreditedHit]] = [:]
    /// Works in `found` in the order in which they were looked at; a ring when it is full.
    private var order: [UInt32] = []
    private var oldest = 0

    init(lineage: LineageService) { self.lineage = lineage }

    /// Works that a work may derive from without saying so, the likeliest first.
    func hits(of work: UInt32, id: String) throws -> [UncreditedHit] {
        if let known = found[work] { return known }
        let hits: [UncreditedHit]
        do {
            hits = try lineage.uncredited(id, limit: 20, threshold: nil).items
        } catch let error as EngineError where error.code == .failedPrecondition || error.code == .notFound {
            // Taken down since.
            hits = []
        }
        if order.count < Self.keptMax {
            order.append(work)
        } else {
            found[order[oldest]] = nil
            order[oldest] = work
            oldest = (oldest + 1) % Self.keptMax
        }
        found[work] = hits
        return hits
    }
}
