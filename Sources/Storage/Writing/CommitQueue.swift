import Dispatch
import Synchronization

/// The one writer: runs requests' changes on a thread of its own, many requests to a commit.
///
/// Requests that wait while a commit is under way share the next one, each in a savepoint: one that throws undoes only
/// itself. After the commit their `apply` closures run in order, and only then are they answered. No delay is added: an
/// idle writer commits a lone request at once.
///
/// When the operating system fails a commit (a failed fsync above all), the queue stops for good: the kernel may have
/// dropped what it could not write, so a later success would prove nothing (Rebello et al., "Can Applications Recover
/// from fsync Failures?", USENIX ATC 2020). Opening the store again recovers what the log holds.
public final class CommitQueue: Sendable {
    /// Requests that may wait. More are refused, so that memory stays bounded and callers learn to slow down.
    public static let waitingMax = 10_000
    /// Requests of one commit, so that a long queue does not make the first of it wait for the last.
    static let groupMax = 256

    /// What the queue has done since it was opened.
    public struct Counters: Sendable, Equatable {
        /// Transactions that were made durable.
        public var commits = 0
        /// Requests that were part of them.
        public var requests = 0
        /// Bytes that were given back to the disk.
        public var reclaimedBytes = 0
    }

    /// One request: made by a caller, run and answered by the queue.
    private struct Job: Sendable {
        var isBarrier: Bool
        /// Whether it may need more room on the disk than it gives back.
        var grows: Bool
        /// Runs the body; notes its result.
        var run: @Sendable (WriteSession) throws -> Void
        /// After the commit: applies to memory.
        var apply: @Sendable () -> Void
        /// Answers, with the error when there is one.
        var answer: @Sendable ((any Error)?) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var isDraining = false
        /// Why no more requests are taken.
        var refusal: StorageError?
        var isReclaiming = false
        var counters = Counters()
    }

    /// The writer's session; used on `queue` only, which makes the unchecked conformance sound.
    private final class Writer: @unchecked Sendable {
        var session: WriteSession?
        let checkpointer: Checkpointer

        init(session: WriteSession, checkpointer: Checkpointer) {
            self.session = session
            self.checkpointer = checkpointer
        }
    }

    private let writer: Writer
    private let queue = DispatchQueue(label: "arcanea.writer", qos: .userInitiated)
    private let state = Mutex(State())
    private let disk: DiskGuard
    private let onFailedIO: @Sendable (StorageError) -> Void

    init(
        session: WriteSession, checkpointer: Checkpointer, disk: DiskGuard,
        onFailedIO: @escaping @Sendable (StorageError) -> Void
    ) {
        writer = Writer(session: session, checkpointer: checkpointer)
        self.disk = disk
        self.onFailedIO = onFailedIO
    }

    public var counters: Counters { state.withLock(\.counters) }

    // MARK: Submitting

    /// Runs `body` inside a transaction and returns its value once the transaction is durable and `apply` has run.
    ///
    /// - Parameters:
    ///   - barrier: runs alone in its transaction, after everything before it was committed and applied.
    ///   - grows: false for what removes more than it adds: it is let through when the disk is at its floor, and tried
    ///     again with the reserve when the disk is full.
    ///   - body: makes changes; returns its value and what to apply to memory. It runs on the writer's thread, once, or
    ///     again after its first try was undone, and must not wait for another request.
    /// - Throws: what `body` throws, or `StorageError`: `overloaded` when too many wait, `full` or `io` when the commit
    ///   fails. Nothing was changed then, and nothing applied.
    public func submit<Value: Sendable>(
        barrier: Bool = false, grows: Bool = true,
        _ body: @escaping @Sendable (WriteSession) throws -> (Value, () -> Void)
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let outcome = Outcome<Value>()
            enqueue(
                Job(
                    isBarrier: barrier, grows: grows,
                    run: { session in outcome.result = try body(session) },
                    apply: { outcome.result?.apply() },
                    answer: { error in
                        if let error { return continuation.resume(throwing: error) }
                        guard let result = outcome.result else {
                            preconditionFailure("a request is answered only after it ran")
                        }
                        continuation.resume(returning: result.value)
                    }))
        }
    }

    /// Runs `body` in a transaction of its own, waiting on the calling thread. For start-up.
    public func runNow<Value: Sendable>(_ body: @escaping @Sendable (WriteSession) throws -> Value) throws -> Value {
        try queue.sync {
            guard let session = writer.session else { throw Self.closed }
            do {
                try session.begin()
                let value = try body(session)
                try session.commit()
                checkpoint(session)
                return value
            } catch {
                session.rollback()
                if let error = error as? StorageError, error.isFailedIO {
                    stop(error)
                    onFailedIO(error)
                }
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

    /// Moves the log into the database and cuts it to nothing, so that no earlier form of a row is left in it. Readers of
    /// an older state hold it up: then the log is cut by a later call.
    ///
    /// - Returns: true when the log is empty.
    @discardableResult
    public func checkpoint() async -> Bool {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                continuation.resume(returning: emptyLog())
            }
        }
    }

    /// Runs `body` on the writer's connection outside of a transaction, with nothing else under way.
    func alone<Value>(_ body: (Connection) throws -> Value) throws -> Value {
        try queue.sync {
            drainAll()
            guard let session = writer.session else { throw Self.closed }
            return try body(session.connection)
        }
    }

    /// Answers what waits, then closes the writer's connection. Later requests are refused.
    func close() {
        state.withLock { $0.refusal = $0.refusal ?? Self.closed }
        queue.sync {
            drainAll()
            writer.session = nil
        }
    }

    private static var closed: StorageError { StorageError(.misuse, "the store is closed") }

    private func enqueue(_ job: Job) {
        enum Admission {
            case start, wait
            case refuse(StorageError)
        }
        let admission: Admission = state.withLock { state in
            if let refusal = state.refusal { return .refuse(refusal) }
            guard state.jobs.count < Self.waitingMax else {
                return .refuse(
                    StorageError(.overloaded, "\(Self.waitingMax) writes are waiting already; ask again in a moment"))
            }
            state.jobs.append(job)
            defer { state.isDraining = true }
            return state.isDraining ? .wait : .start
        }
        switch admission {
        case .start: queue.async { self.drainAll() }
        case .wait: break
        case .refuse(let error): job.answer(error)
        }
    }

    // MARK: On the writer's thread

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
                ? 1
                : state.jobs.prefix(Self.groupMax).firstIndex(where: \.isBarrier)
                    ?? min(Self.groupMax, state.jobs.count)
            let group = Array(state.jobs[..<length])
            state.jobs.removeFirst(length)
            return group
        }
    }

    private func commit(_ group: [Job]) {
        guard let session = writer.session else {
            for job in group { job.answer(Self.closed) }
            return
        }
        guard let refusal = group.contains(where: \.grows) ? disk.refusal() : nil else {
            return commit(group, session)
        }
        for job in group where job.grows { job.answer(refusal) }
        let shrinking = group.filter { !$0.grows }
        if !shrinking.isEmpty { commit(shrinking, session) }
    }

    private func commit(_ group: [Job], _ session: WriteSession) {
        var refused: [(job: Job, reason: any Error)] = []
        var accepted: [Job] = []
        do {
            try session.begin()
            for job in group {
                do {
                    if group.count == 1 { try session.lone(job.run) } else { try session.savepoint(job.run) }
                    accepted.append(job)
                } catch let refusal as RequestRefused {
                    refused.append((job, refusal.reason))
                }
            }
            if accepted.isEmpty { session.rollback() } else { try session.commit() }
        } catch {
            session.rollback()
            if (error as? StorageError)?.code == .full, group.contains(where: { !$0.grows }), disk.releaseReserve() {
                for job in group where job.grows { job.answer(error) }
                return commit(group.filter { !$0.grows }, session)
            }
            let failedIO = (error as? StorageError).flatMap { $0.isFailedIO ? $0 : nil }
            if let failedIO { stop(failedIO) }
            // Those that were refused get their own reason, all others that of the transaction.
            for job in group.dropFirst(accepted.count + refused.count) + accepted { job.answer(error) }
            for (job, reason) in refused { job.answer(reason) }
            if let failedIO { onFailedIO(failedIO) }
            return
        }
        state.withLock { state in
            state.counters.commits += accepted.isEmpty ? 0 : 1
            state.counters.requests += accepted.count
        }
        for job in accepted { job.apply() }
        for job in accepted { job.answer(nil) }
        for (job, reason) in refused { job.answer(reason) }
        checkpoint(session)
        disk.keepReserve()
        reclaimIfWorth(session)
    }

    /// - Returns: whether the log is empty now.
    private func emptyLog() -> Bool {
        guard let session = writer.session, state.withLock({ $0.refusal == nil }) else { return false }
        do throws(StorageError) {
            return try session.connection.integer("PRAGMA wal_checkpoint(TRUNCATE)") == 0
        } catch {
            if error.isFailedIO {
                stop(error)
                onFailedIO(error)
            }
            return false
        }
    }

    /// Behind the answers: what was committed is safe in the log, wherever this ends.
    private func checkpoint(_ session: WriteSession) {
        do throws(StorageError) {
            try writer.checkpointer.runIfDue(session.connection)
        } catch {
            stop(error)
            onFailedIO(error)
        }
    }

    /// Now and then: what deletions freed goes back to the disk, in the background.
    private func reclaimIfWorth(_ session: WriteSession) {
        guard state.withLock(\.counters.commits) % Self.commitsPerLook == 0,
            let space = try? DatabaseSpace(session.connection), Self.isWorthReclaiming(space),
            state.withLock({ state in
                defer { state.isReclaiming = true }
                return !state.isReclaiming && state.refusal == nil
            })
        else { return }
        Task(priority: .utility) {
            // A failure costs room, and the next writes will meet it themselves.
            _ = try? await reclaim()
            state.withLock { $0.isReclaiming = false }
        }
    }

    /// Counts what was given back.
    func didReclaim(_ bytes: Int) { state.withLock { $0.counters.reclaimedBytes += max(0, bytes) } }

    /// Takes no more requests, and fails those that wait.
    private func stop(_ error: StorageError) {
        let message = "writing has stopped after an I/O error (\(error.message)): open the store again"
        let refusal = StorageError(.io, message, path: error.path, sqliteCode: error.sqliteCode)
        let waiting = state.withLock { state in
            state.refusal = refusal
            defer { state.jobs.removeAll() }
            return state.jobs
        }
        for job in waiting { job.answer(refusal) }
    }

    /// What a body returned, on its way to the commit. Used on the writer's queue only.
    private final class Outcome<Value>: @unchecked Sendable {
        var result: (value: Value, apply: () -> Void)?
    }
}
