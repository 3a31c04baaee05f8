import Dispatch
import Synchronization

/// Runs the numbered tasks of one build phase after another on several threads.
///
/// Tasks must write to places of their own or under a lock: which thread runs a task, and when, is not determined.
final class BuildCrew {
    let threads: Int
    private let isCancelled: @Sendable () -> Bool
    private let progress: (@Sendable (Double) -> Void)?
    private var reported = 0.0

    init(threads: Int, progress: (@Sendable (Double) -> Void)?, isCancelled: @escaping @Sendable () -> Bool) {
        self.threads = threads
        self.progress = progress
        self.isCancelled = isCancelled
    }

    /// Reports a share of the whole build, never less than before.
    func report(_ share: Double) {
        guard share > reported else { return }
        reported = share
        progress?(share)
    }

    /// - Parameters:
    ///   - share: how far the whole build is when all tasks are done, 0...1.
    ///   - body: given the worker, below `threads`, and the task.
    /// - Throws: `CancellationError`, after the running tasks ended.
    func run(_ tasks: Int, until share: Double, _ body: (_ worker: Int, _ task: Int) -> Void) throws {
        let start = reported
        let next = Atomic<Int>(0)
        let stop = Atomic<Bool>(isCancelled())
        withoutActuallyEscaping(body) { body in
            let shared = Shared(crew: self, body: body)
            DispatchQueue.concurrentPerform(iterations: threads) { worker in
                while !stop.load(ordering: .relaxed) {
                    let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard task < tasks else { break }
                    shared.body(worker, task)
                    if shared.crew.isCancelled() { stop.store(true, ordering: .relaxed) }
                    // One worker reports, so that reports never overlap.
                    if worker == 0 { shared.crew.report(start + (share - start) * Double(task) / Double(tasks)) }
                }
            }
        }
        if stop.load(ordering: .relaxed) { throw CancellationError() }
        report(share)
    }

    /// The same for items in blocks of `block`.
    func run(
        items: Int, block: Int, until share: Double, _ body: (_ worker: Int, _ range: Range<Int>) -> Void
    ) throws {
        try run((items + block - 1) / block, until: share) { worker, task in
            body(worker, task * block..<min((task + 1) * block, items))
        }
    }

    /// Tasks keep to places of their own, and only worker 0 reports: hence safe to share.
    private struct Shared: @unchecked Sendable {
        let crew: BuildCrew
        let body: (_ worker: Int, _ task: Int) -> Void
    }
}
