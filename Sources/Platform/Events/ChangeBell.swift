import Engine
import Synchronization

/// Wakes listeners when works or credits have changed and every read sees the change.
///
/// A listener that is busy is woken once for all that happened meanwhile: what happened is read from the truth, so that
/// nothing waits in memory for anyone.
final class ChangeBell: EssenceObserver {
    private struct State {
        var nextID: UInt64 = 0
        var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
    }

    /// Marks transactions that ring already.
    private struct Rings {
        var isSet = false
    }

    private let state = Mutex(State())

    /// - Returns: a stream of wakes, and what ends it.
    func listen() -> (wakes: AsyncStream<Void>, wake: AsyncStream<Void>.Continuation) {
        let (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.nextID += 1
            state.listeners[state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: id) }
        }
        return (wakes, continuation)
    }

    var listenerCount: Int { state.withLock { $0.listeners.count } }

    func essenceCreated(_: CreatedEssence, in transaction: StoreTransaction) throws { ring(after: transaction) }

    func essencesChanged(in transaction: StoreTransaction) { ring(after: transaction) }

    private func ring(after transaction: StoreTransaction) {
        let isFirst = transaction.withNote(Rings()) { note in
            defer { note.isSet = true }
            return !note.isSet
        }
        guard isFirst else { return }
        transaction.afterPublication { [self] in
            let listeners = state.withLock { $0.listeners.isEmpty ? [] : Array($0.listeners.values) }
            for listener in listeners { listener.yield() }
        }
    }
}
