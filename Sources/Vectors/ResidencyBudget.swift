import Synchronization

/// How much of a mapped file may be in memory because of reads here and there.
///
/// Each read of a row brings up to 16 pages around it into the process, which stay. This counts the rows that were read and
/// gives all back when they may be too many; the next reads find them in the page cache.
public final class ResidencyBudget: Sendable {
    /// The kernel maps up to this much around a page that is read (`fault_around_bytes`).
    private static let bytesPerRead = 1 << 16
    private let touched = Atomic(0)
    private let limit: Int
    private let giveBack: @Sendable () -> Void

    /// - Parameters:
    ///   - bytes: that may be in memory.
    ///   - giveBack: takes them out; called from any thread, while others read.
    public init(bytes: Int, giveBack: @escaping @Sendable () -> Void) {
        limit = max(bytes / Self.bytesPerRead, 16)
        self.giveBack = giveBack
    }

    /// Counts rows that were read.
    public func didRead(_ rows: Int) {
        let (old, new) = touched.add(rows, ordering: .relaxed)
        guard old < limit, new >= limit else { return }
        touched.store(0, ordering: .relaxed)
        giveBack()
    }
}
