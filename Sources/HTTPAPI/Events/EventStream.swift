import Hummingbird
import NIOCore
import Platform
import ServiceLifecycle

/// One listener's stream: everything after its place, then each event as it happens, until it leaves or the service stops.
///
/// Nothing is kept for a listener but its place: a slow one reads later from the truth what a fast one has had, and one that
/// does not read at all is cut off by ``SlowReaderHandler`` and comes back with its last id.
struct EventStream: Sendable {
    let events: RealmEventService
    let subscription: RealmEventSubscription
    let start: RealmEventPosition
    let heartbeat: Duration
    let seat: ListenerSeats.Seat

    /// The body of the answer, written while the caller stays.
    func body(of request: Request, on channel: any Channel) -> ResponseBody {
        ResponseBody { writer in
            // A connection that is only played in a test has no end to watch.
            if channel.remoteAddress == nil {
                try await write(to: &writer)
            } else {
                let unfinished = writer
                do {
                    try await request.body.consumeWithCancellationOnInboundClose { _ in
                        var writer = unfinished
                        try await write(to: &writer)
                    }
                } catch is CancellationError {
                    // The caller has left.
                }
            }
            try await writer.finish(nil)
        }
    }

    private func write(to writer: inout any ResponseBodyWriter) async throws {
        let (wakes, wake) = events.changes()
        defer { wake.finish() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: heartbeat)
                    wake.yield()
                }
            }
            defer { group.cancelAll() }
            try await withGracefulShutdownHandler {
                try await follow(wakes, &writer)
            } onGracefulShutdown: {
                wake.finish()
            }
        }
    }

    private func follow(_ wakes: AsyncStream<Void>, _ writer: inout any ResponseBodyWriter) async throws {
        var position = start
        // The first id makes a caller that loses its connection early come back to where it began.
        try await writer.write(ByteBuffer(string: "retry: 2000\nid: \(position.text)\nevent: ready\ndata: {}\n\n"))
        var written = ContinuousClock.now
        var isStopping = false
        var iterator = wakes.makeAsyncIterator()
        while !isStopping {
            while true {
                let page = try await events.page(after: position, for: subscription)
                position = page.position
                for event in page.events { try await writer.write(Self.text(of: event)) }
                if !page.events.isEmpty { written = .now }
                guard !page.isLast, !Task.isCancelled, !Task.isShuttingDownGracefully else { break }
                await Task.yield()
            }
            if ContinuousClock.now - written >= heartbeat {
                // An id without data moves the caller's place and calls no one.
                try await writer.write(ByteBuffer(string: ":\nid: \(position.text)\n\n"))
                written = .now
            }
            isStopping = await iterator.next() == nil
        }
        try Task.checkCancellation()
        try await writer.write(ByteBuffer(string: ": stopping, come back\nid: \(position.text)\n\n"))
    }

    /// ```
    /// id: PLACE
    /// event: remix
    /// data: {…}
    /// ```
    private static func text(of event: RealmEvent) -> ByteBuffer {
        var text = ByteBuffer(string: "id: \(event.position.text)\nevent: \(event.kind.rawValue)\ndata: ")
        text.writeBytes(event.data)
        text.writeString("\n\n")
        return text
    }
}
