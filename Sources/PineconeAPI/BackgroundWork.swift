import Synchronization

/// Work that nobody waits for. What is cut short is taken up again after the next opening, from what the truth holds.
final class BackgroundWork: Sendable {
    private struct State {
        /// The end of the queue.
        var last: Task<Void, Never>?
        /// What runs beside the queue, by number.
        var atOnce: [Int: Task<Void, Never>] = [:]
        var number = 0
        var isStopped = false
    }

    private let state = Mutex(State())

    /// Whether work should come to an end.
    var isStopping: Bool { state.withLock { $0.isStopped } }

    /// Runs work after all that was added before it.
    func add(_ work: @escaping @Sendable () async throws -> Void) {
        state.withLock { state in
            guard !state.isStopped else { return }
            let before = state.last
            state.last = Task {
                await before?.value
                if !Task.isCancelled { try? await work() }
            }
        }
    }

    /// Runs work now, beside the queue.
    ///
    /// - Parameter refused: called instead when no more work is taken.
    func addAtOnce(_ work: @escaping @Sendable () async throws -> Void, orElse refused: () -> Void) {
        let isTaken = state.withLock { state in
            guard !state.isStopped else { return false }
            let number = state.number
            state.number += 1
            state.atOnce[number] = Task { [weak self] in
                try? await work()
                self?.state.withLock { $0.atOnce[number] = nil }
            }
            return true
        }
        if !isTaken { refused() }
    }

    /// Waits for all work that was added so far.
    func drain() async {
        let (last, atOnce) = state.withLock { ($0.last, Array($0.atOnce.values)) }
        for task in atOnce { await task.value }
        await last?.value
    }

    /// Ends running work early and takes no more.
    func stop() async {
        state.withLock { state in
            state.isStopped = true
            state.last?.cancel()
            for task in state.atOnce.values { task.cancel() }
        }
        await drain()
    }
}

/// Something to be run one time, by whoever comes first.
final class Once: Sendable {
    private let work: Mutex<(@Sendable () -> Void)?>

    init(_ work: @escaping @Sendable () -> Void) { self.work = Mutex(work) }

    func run() {
        let work = work.withLock { work in
            defer { work = nil }
            return work
        }
        work?()
    }
}
