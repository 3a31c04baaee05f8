import Synchronization

/// For every row the nearest candidates that were offered, at most `capacity`, in ascending order of their keys.
///
/// The content does not depend on the order of the offers: of a candidate offered twice the smaller distance counts,
/// and the smallest `capacity` keys stay. Rows may be offered to from several threads.
final class CandidateReservoirs: @unchecked Sendable {
    private static let stripes = 8192

    let capacity: Int
    private let keys: UnsafeMutablePointer<UInt64>
    private let counts: UnsafeMutablePointer<UInt16>
    private let locks: UnsafeMutablePointer<Atomic<Bool>>

    init(rows: Int, capacity: Int) {
        self.capacity = capacity
        keys = .allocate(capacity: max(rows * capacity, 1))
        counts = .allocate(capacity: max(rows, 1))
        counts.initialize(repeating: 0, count: rows)
        locks = .allocate(capacity: Self.stripes)
        for stripe in 0..<Self.stripes { (locks + stripe).initialize(to: Atomic(false)) }
    }

    deinit {
        keys.deallocate()
        counts.deallocate()
        locks.deinitialize(count: Self.stripes)
        locks.deallocate()
    }

    /// The candidates of one row, nearest first. Not to be used while offers are made.
    @inline(__always)
    func candidates(of row: Int) -> UnsafeBufferPointer<UInt64> {
        UnsafeBufferPointer(start: keys + row * capacity, count: Int(counts[row]))
    }

    /// Offers candidates to one row; their keys hold their distance to it.
    func offer(_ offered: UnsafeBufferPointer<UInt64>, to row: UInt32) {
        let lock = locks + Int(row) % Self.stripes
        while lock.pointee.exchange(true, ordering: .acquiring) {}
        for key in offered where BuildKey.row(key) != row { insert(key, Int(row)) }
        lock.pointee.store(false, ordering: .releasing)
    }

    @inline(__always)
    private func insert(_ key: UInt64, _ row: Int) {
        let list = keys + row * capacity
        let count = Int(counts[row])
        if count == capacity, key >= list[count - 1] { return }
        // Backwards to the place; a twin before the place is nearer and stays, one behind it is replaced.
        var place = count
        var twin = -1
        let id = BuildKey.row(key)
        while place > 0, list[place - 1] > key {
            place -= 1
            if BuildKey.row(list[place]) == id { twin = place }
        }
        if twin < 0 {
            for index in 0..<place where BuildKey.row(list[index]) == id { return }
        }
        let end: Int
        if twin >= 0 {
            end = twin
        } else if count < capacity {
            end = count
            counts[row] = UInt16(count + 1)
        } else {
            end = count - 1
        }
        var index = end
        while index > place {
            list[index] = list[index - 1]
            index -= 1
        }
        list[place] = key
    }
}
