import Engine
import Lineage
import Synchronization

/// The credits that arrived last, read from the truth once for all listeners. Older ones are read for whoever asks.
final class RecentCredits: Sendable {
    private struct State {
        /// Place of the first kept credit.
        var first = 0
        var edges: [ArrivedEdge] = []
        /// Sequence up to which the credits are complete; 0 before the first use.
        var seq: UInt64 = 0

        var end: Int { first + edges.count }
    }

    private static let keptMax = 8_192
    private static let pageSize = 1_024

    private let state = Mutex(State())

    /// A page of credits that a snapshot shows.
    ///
    /// - Returns: credits with places `place..<end`, as long as `end` is not beyond `known`, the number of credits that the
    ///   snapshot's sequence covers.
    func page(
        from place: Int, limit: Int, of namespace: Namespace, seq: UInt64, in store: Store
    ) throws -> (edges: ArraySlice<ArrivedEdge>, known: Int) {
        let (kept, known) = try state.withLock { state -> (ArraySlice<ArrivedEdge>?, Int) in
            try Self.follow(&state, namespace, seq, store)
            guard place >= state.first else { return (nil, state.end) }
            let start = min(place, state.end) - state.first
            return (state.edges[start..<min(start + limit, state.edges.count)], state.end)
        }
        if let kept { return (kept, known) }
        return (try store.edges(of: namespace, from: place, limit: min(limit, known - place))[...], known)
    }

    private static func follow(_ state: inout State, _ namespace: Namespace, _ seq: UInt64, _ store: Store) throws {
        guard state.seq < seq else { return }
        if state.seq == 0 { state.first = max(0, try store.edgeCount(of: namespace) - pageSize) }
        while true {
            let page = try store.edges(of: namespace, from: state.end, limit: pageSize)
            // The truth may be ahead of the snapshot. A later change of an older credit, its retraction, is no arrival.
            let shown = page.prefix { $0.seq <= seq || $0.link.flags.contains(.retracted) }
            state.edges.append(contentsOf: shown)
            if shown.count < pageSize { break }
        }
        state.seq = seq
        if state.edges.count > keptMax {
            let surplus = state.edges.count - keptMax / 2
            state.edges.removeFirst(surplus)
            state.first += surplus
        }
    }
}
