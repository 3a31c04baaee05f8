public import ServiceLifecycle
import Synchronization

/// Whether new requests should come here. A service that is about to stop says no for a while before it takes no
/// connections anymore, so that whoever spreads the load sends none into the void.
public final class Readiness: Sendable {
    private let draining = Atomic(false)

    public init() {}

    /// From now on `/readyz` is answered 503; everything else goes on.
    public func drain() { draining.store(true, ordering: .releasing) }

    public var isDraining: Bool { draining.load(ordering: .acquiring) }
}

/// Holds back the stop of the services before it in a group: marks the service as draining and lets some time pass.
public struct DrainService: Service {
    private let readiness: Readiness
    private let delay: Duration

    /// - Parameter delay: at least the time between two questions of the monitor.
    public init(readiness: Readiness, delay: Duration) {
        self.readiness = readiness
        self.delay = delay
    }

    public func run() async throws {
        // Ends by itself when the group asks its services to stop, the last one first.
        try await gracefulShutdown()
        readiness.drain()
        try await Task.sleep(for: delay)
    }
}
