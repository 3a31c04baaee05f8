import Engine
import Synchronization

/// Collects stored events while a store loads: works have no numbers before that, so events wait until all are known.
///
/// Names are kept once each, so that a million events take about forty megabytes.
final class FeedEventLog: Sendable {
    struct Entry: Sendable {
        var viewer: UInt32
        var target: UInt32
        var kind: UInt32
        var weight: Double
        var at: Int64
    }

    private struct State {
        var entries: [Entry] = []
        var names: [String] = []
        var numbers: [String: UInt32] = [:]

        mutating func number(_ name: String) -> UInt32 {
            if let number = numbers[name] { return number }
            let number = UInt32(names.count)
            names.append(name)
            numbers[name] = number
            return number
        }
    }

    private let state = Mutex(State())

    /// Takes a stored event, in the order of arrival.
    func load(_ event: EngineEvent) {
        state.withLock { state in
            state.entries.append(
                Entry(
                    viewer: state.number(event.viewer), target: state.number(event.target),
                    kind: state.number(event.kind), weight: event.weight, at: event.at))
        }
    }

    /// Hands out all events in the order of arrival and forgets them.
    func drain(_ body: (EngineEvent) -> Void) {
        let taken = state.withLock { state in
            let taken = state
            state = State()
            return taken
        }
        for entry in taken.entries {
            body(
                EngineEvent(
                    viewer: taken.names[Int(entry.viewer)], target: taken.names[Int(entry.target)],
                    kind: taken.names[Int(entry.kind)], weight: entry.weight, at: entry.at))
        }
    }
}
