import Vectors

/// Rows that are equal bit by bit, found once before a graph is built.
///
/// A crowd of copies would fill each other's neighbor lists and cut itself off from the rest. So the graph is built over
/// one row of each crowd, and the copies take its neighbors over.
struct RowCopies {
    /// The first slot of each crowd, crowds of one included; ascending.
    private(set) var first: [UInt32] = []
    /// The other slots of a crowd, ascending, by its first slot. Only crowds of more than one.
    private(set) var others: [UInt32: [UInt32]] = [:]

    /// - Parameter slots: ascending.
    /// - Complexity: O(slots · dimension).
    init(of slots: [UInt32], in view: VectorView) {
        var firstOfHash: [Int: [UInt32]] = [:]
        firstOfHash.reserveCapacity(slots.count)
        for slot in slots {
            let bytes = UnsafeRawBufferPointer(start: view.row(slot), count: view.dimension * MemoryLayout<Float>.size)
            var hasher = Hasher()
            hasher.combine(bytes: bytes)
            let hash = hasher.finalize()
            let same = firstOfHash[hash]?.first { candidate in
                UnsafeRawBufferPointer(start: view.row(candidate), count: bytes.count).elementsEqual(bytes)
            }
            if let same {
                others[same, default: []].append(slot)
            } else {
                firstOfHash[hash, default: []].append(slot)
                first.append(slot)
            }
        }
    }
}

extension HNSWGraph {
    /// Copies that a member of a crowd links to: enough to walk through a crowd, few enough to leave it.
    private static let copiesPerList = 8

    /// Links the copies on level 0: each to the next copies of its crowd, around in a ring, and to neighbors of the crowd's
    /// first row: the nearest and the farthest of them in turn, so that the crowd as a whole keeps them all. Some node may
    /// be reached through one of them only.
    func linkCopies(_ copies: RowCopies) {
        for (first, others) in copies.others {
            let crowd = [first] + others
            let shown = min(Self.copiesPerList, levelZeroLinks / 2, others.count)
            let outside = Array(neighbors(first, level: 0))
            let room = levelZeroLinks - shown
            for (position, slot) in crowd.enumerated() {
                let kept = position % 2 == 0 ? outside.prefix(room) : outside.suffix(room)
                let list = (1...shown).map { crowd[(position + $0) % crowd.count] } + kept
                setNeighbors(slot, level: 0, list, count: list.count)
            }
        }
    }
}
