import Synchronization

/// Which nexuses have memories that expire, by the second in which they do. What is in it may have changed since: whoever
/// takes it looks again.
final class ExpirySchedule: Sendable {
    private static let second: Int64 = 1_000

    private let nexuses = Mutex<[Int64: Set<String>]>([:])

    /// - Parameter time: milliseconds since 1970 UTC.
    func note(_ nexusId: String, at time: Int64) {
        nexuses.withLock { _ = $0[Self.bucket(time), default: []].insert(nexusId) }
    }

    /// Takes out the nexuses of which a memory expired before or in this second.
    ///
    /// - Complexity: O(seconds in which something expires).
    func takeDue(at time: Int64) -> Set<String> {
        nexuses.withLock { nexuses in
            let due = nexuses.keys.filter { $0 <= Self.bucket(time) }
            return due.reduce(into: []) { $0.formUnion(nexuses.removeValue(forKey: $1) ?? []) }
        }
    }

    private static func bucket(_ time: Int64) -> Int64 { time / second }
}
