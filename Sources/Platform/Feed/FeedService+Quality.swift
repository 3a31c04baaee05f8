import Ranking

extension FeedService {
    /// How well works were received, 0…1: the Wilson lower bound of their success, relative to what is usual.
    func quality(of works: [UInt32]) -> [Double] {
        let signals = state.signals
        return works.map { signals.baseline.quality(of: signals.signals(of: $0).counters) }
    }

    /// Distinct viewers who saw a work so far.
    func viewers(of work: UInt32) -> Int { Int(state.signals.signals(of: work).viewers) }
}
