#if canImport(Glibc)
    import Glibc
#else
    import Foundation
#endif

/// How many works seem to be uncredited remixes, judged by the look-alikes themselves.
///
/// A work's nearest unlinked look-alike is a maximum over many works that have nothing to do with it, so by chance it
/// follows an extreme-value law (Gumbel, "Statistics of Extremes", 1958). Near a work, the number of others within a
/// distance grows as a power of it, so it is `-log(1 - cosine)` that follows Gumbel's law; the quartiles give its location
/// and scale, and a few uncredited remixes do not move quartiles. What exceeds that law, and looks at least like what is credited, is no chance.
public struct UncreditedBaseRate: Sendable, Equatable {
    /// Cosine above which chance alone makes at most the accepted number of alarms; `nil` when the look-alikes do not tell.
    public let chanceCeiling: Double?
    /// Share of works whose look-alike lies above it.
    public let share: Double

    /// - Parameters:
    ///   - nearestUnlinked: largest cosine of each work of a sample that has a look-alike at all.
    ///   - works: works of the sample, with and without look-alikes.
    ///   - credited: cosines of credited pairs.
    ///   - falseAlarmsPerWork: accepted.
    public init(nearestUnlinked: QuantileTable, works: Int, credited: QuantileTable, falseAlarmsPerWork: Double) {
        guard works > 0, nearestUnlinked.count >= 1_000, credited.count >= 100,
            let low = nearestUnlinked.quantile(0.25).map(Self.closeness),
            let middle = nearestUnlinked.quantile(0.5).map(Self.closeness),
            let high = nearestUnlinked.quantile(0.75).map(Self.closeness), high > low,
            let least = credited.quantile(0.05), let quarter = credited.quantile(0.25)
        else {
            self.init(chanceCeiling: nil, share: 0)
            return
        }
        let scale = (high - low) / (log(log(4)) - log(log(4.0 / 3)))
        let location = middle + scale * log(log(2))
        let accepted = min(0.5, falseAlarmsPerWork * Double(works) / Double(nearestUnlinked.count))
        let ceiling = 1 - exp(-(location - scale * log(-log(1 - accepted))))
        let above = nearestUnlinked.values.filter { $0 >= ceiling }
        // Most remixes must stand out from chance. A long tail of chance lies just above the ceiling; remixes look like
        // remixes.
        guard ceiling < quarter, let typical = QuantileTable(above).quantile(0.25), typical >= least else {
            self.init(chanceCeiling: nil, share: 0)
            return
        }
        self.init(chanceCeiling: ceiling, share: Double(above.count) / Double(works))
    }

    private static func closeness(_ cosine: Double) -> Double { -log(max(1 - cosine, 1e-9)) }

    private init(chanceCeiling: Double?, share: Double) {
        self.chanceCeiling = chanceCeiling
        self.share = share
    }
}
