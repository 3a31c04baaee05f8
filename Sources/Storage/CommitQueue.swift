import Dispatch
import Synchronization

/// The one writer: runs requests' changes on a thread of its own, many requests to a commit.
///
/// Requests that wait while a commit is under way share the next one, each in a savepoint: one that throws undoes only
/// itself. After the commit their `apply` closures run in order, and only then are they answered. No delay is added: an
/// idle writer commits a lone request at once.
public final class CommitQueue: Sendable {
    /// Requests that may wait. More are refused, so that memory stays bounded and callers learn to slow down.
    public static let waitingMax = 10_000
    /// Requests of one commit, so that a long queue does not make the first of it wait for the last.
    static let groupMax = 256

    /// One request: made by a caller, run and answered by the queue.
    private struct Job: Sendable {
        var isBarrier: Bool
        /// Runs the body; notes its result.
        var run: @Sendable (WriteSession) throws -> Void
        /// Runs `apply` and answers; or answers with the error of the commit.
        var finish: @Sendable ((any Error)?) -> Void
        /// Answers with the error of the body.
        var refuse: @Sendable (any Error) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var isDraining = false
    }

    /// The writer's connection is used on `queue` only.
    private struct Writer: @unchecked Sendable {
        let session: WriteSession
    }

    private let writer: Writer
    private let queue = DispatchQueue(label: "arcanea.writer", qos: .userInitiated)
    private let state = Mutex(State())

    init(session: WriteSession) {
        writer = Writer(session: session)
    }

    /// Runs `body` inside a transaction and returns its value once the transaction is durable and `apply` has run.
    ///
    /// - Parameters:
    ///   - barrier: runs alone in its transaction, after everything before it was committed and applied.
    ///   - body: makes changes; returns its value and what to apply to memory.
    /// - Throws: what `body` throws, or `StorageError` when the commit fails: nothing was changed then.
    public func submit<Value: Sendable>(
        barrier: Bool = false, _ body: @escaping @Sendable (WriteSession) throws -> (Value, () -> Void)
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let outcome = Outcome<Value>()
            enqueue(
                Job(
                    isBarrier: barrier,
                    run: { session in outcome.value = try body(session) },
                    finish: { error in
                        if let error { return continuation.resume(throwing: error) }
                        guard let (value, apply) = outcome.value else {
                            preconditionFailure("a request is finished only after it ran")
                        }
                        apply()
                        continuation.resume(returning: value)
                    },
                    refuse: { continuation.resume(throwing: $0) }))
        }
    }

    /// As ``submit(barrier:_:)``, waiting on the calling thread. For start-up.
    public func runNow<Value: Sendable>(_ body: @escaping @Sendable (WriteSession) throws -> Value) throws -> Value {
        try queue.sync {
            let connection = writer.session.connection
            try connection.execute("BEGIN IMMEDIATE")
            do {
                let value = try body(writer.session)
                try connection.execute("COMMIT")
                return value
            } catch {
                try? connection.execute("ROLLBACK")
                throw error
            }
        }
    }

    /// Returns when everything submitted before has been answered.
    public func drain() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                drainAll()
                continuation.resume()
            }
        }
    }

    private func enqueue(_ job: Job) {
        let mustStart: Bool? = state.withLock { state in
            guard state.jobs.count < Self.waitingMax else { return nil }
            state.jobs.append(job)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        switch mustStart {
        case nil:
            job.refuse(
                StorageError(.overloaded, "\(Self.waitingMax) writes are waiting already; ask again in a moment"))
        case true?: queue.async { self.drainAll() }
        case false?: break
        }
    }

    private func drainAll() {
        while let group = nextGroup() { commit(group) }
    }

    private func nextGroup() -> [Job]? {
        state.withLock { state in
            guard let first = state.jobs.first else {
                state.isDraining = false
                return nil
            }
            let length =
                first.isBarrier
                ? 1 : min(Self.groupMax, state.jobs.firstIndex(where: \.isBarrier) ?? state.jobs.count)
            let group = Array(state.jobs[..<length])
            state.jobs.removeFirst(length)
            return group
        }
    }

    private func commit(_ group: [Job]) {
        let connection = writer.session.connection
        var open = group[...]
        var accepted: [Job] = []
        do {
            try connection.execute("BEGIN IMMEDIATE")
            while let job = open.first {
                try connection.execute("SAVEPOINT request")
                do {
                    try job.run(writer.session)
                    accepted.append(job)
                    open.removeFirst()
                } catch {
                    // A full disk or an I/O error may have undone the whole transaction. Then there is no savepoint to
                    // return to, this throws, and the group fails as one.
                    try connection.execute("ROLLBACK TO request")
                    open.removeFirst()
                    job.refuse(error)
                }
                try connection.execute("RELEASE request")
            }
            try connection.execute("COMMIT")
        } catch {
            try? connection.execute("ROLLBACK")
            for job in accepted + open { job.finish(error) }
            return
        }
        for job in accepted { job.finish(nil) }
    }

    /// What a body returned, on its way to the commit. Used on the writer's queue only.
    private final class Outcome<Value>: @unchecked Sendable {
        var value: (Value, () -> Void)?
    }
}
