import Foundation

/// What share of the true neighbors a graph finds for each length of the candidate list, measured after it was built.
///
/// The queries are vectors of the graph itself, drawn at random, each of which its own search leaves out. The graph was
/// built with them, though, and leads to their surroundings better than to those of other queries; ``unseen(_:)`` makes up
/// for it.
public struct RecallTable: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public var efSearch: Int
        /// recall@10, in 0…1.
        public var recallAt10: Double
        /// recall@100, in 0…1; 0 below the lengths that hold 100.
        public var recallAt100: Double
    }

    /// By rising `efSearch`.
    public let entries: [Entry]
    /// Nodes that came into the graph or left it since the table was measured.
    public internal(set) var changes: Int

    /// Lengths that are measured; the later ones only when the earlier fall short of ``enough``.
    static let ladder = [10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640, 896]
    static let enough = 0.997
    /// Neighbors that queries miss which the graph was not built with, per neighbor that its own vectors miss when they
    /// are left out. Measured: 2.0 to 2.4 on SIFT descriptors, 1.8 to 2.5 on texts searched by other texts, at every
    /// length of the list; 0.7 to 1.3 on evenly distributed vectors.
    private static let missedByOthers = 2.4
    /// A recall that is this near the best measured one counts as that: more is chance.
    private static let resolution = 0.001

    init(entries: [Entry], changes: Int = 0) {
        precondition(entries.count <= Self.ladder.count, "a table has at most \(Self.ladder.count) entries")
        self.entries = entries
        self.changes = changes
    }

    /// What queries from elsewhere find where the graph's own vectors find `recall`: the odds of a miss are
    /// ``missedByOthers`` times as high.
    static func unseen(_ recall: Double) -> Double {
        let missed = min(max(1 - recall, 0), 1) * missedByOthers
        return recall > 0 ? recall / (recall + missed) : 0
    }

    /// The length of the candidate list that reaches a recall; when none does, the one from which on longer lists gain
    /// nothing.
    ///
    /// Between two entries, the logarithm of what is missed falls in proportion to the logarithm of the length.
    /// - Parameters:
    ///   - target: in 0…1.
    ///   - k: neighbors wanted. Up to 10, the table for 10 holds; from 100 on, lengths grow with `k`.
    public func efSearch(reaching target: Double, k: Int) -> Int? {
        func length(_ recall: (Entry) -> Double) -> Double? {
            let measured = entries.filter { recall($0) > 0 }
            guard let first = measured.first, let best = measured.map(recall).max() else { return nil }
            guard let above = measured.firstIndex(where: { recall($0) >= min(target, best - Self.resolution) }) else {
                return nil
            }
            if above == 0 { return Double(first.efSearch) }
            func missed(_ entry: Entry) -> Double { log(max(1 - recall(entry), 1e-4)) }
            func place(_ entry: Entry) -> Double { log(Double(entry.efSearch)) }
            let (a, b) = (measured[above - 1], measured[above])
            let part = (missed(a) - log(max(1 - target, 1e-4))) / max(missed(a) - missed(b), 1e-9)
            return exp(place(a) + min(max(part, 0), 1) * (place(b) - place(a)))
        }
        guard let ten = length({ $0.recallAt10 }) else { return nil }
        let hundred = length { $0.recallAt100 } ?? 10 * ten
        if k <= 10 { return Int(ten.rounded(.up)) }
        if k >= 100 { return Int((hundred * Double(k) / 100).rounded(.up)) }
        return Int((ten + (hundred - ten) * Double(k - 10) / 90).rounded(.up))
    }
}
