import Engine
import Synchronization

/// Bounds the number of listeners: each holds a connection for as long as it likes.
final class ListenerSeats: Sendable {
    /// Given back when nobody holds it anymore, also when its answer is never written.
    final class Seat: Sendable {
        private let seats: ListenerSeats

        fileprivate init(_ seats: ListenerSeats) { self.seats = seats }

        deinit { seats.taken.subtract(1, ordering: .relaxed) }
    }

    private let count: Int
    private let taken = Atomic(0)

    init(count: Int) { self.count = count }

    /// - Throws: `overloaded` when all are taken.
    func take() throws -> Seat {
        let seat = Seat(self)
        guard taken.add(1, ordering: .relaxed).newValue <= count else {
            // The seat goes back by itself.
            throw EngineError(.overloaded, "too many listeners; ask again later", limit: "\(count) listeners")
        }
        return seat
    }
}
