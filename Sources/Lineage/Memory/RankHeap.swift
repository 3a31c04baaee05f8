/// A binary heap of nodes by rank, in memory of a scratch. Ranks are part of the keys, so that moving them about touches
/// nothing else.
struct RankHeap {
    enum Order { case ascending, descending }

    private let keys: UnsafeMutablePointer<UInt64>
    private let flip: UInt32
    private(set) var count = 0

    init(_ memory: UnsafeMutablePointer<UInt64>, order: Order) {
        keys = memory
        flip = order == .ascending ? 0 : UInt32.max
    }

    @inline(__always)
    mutating func push(_ node: UInt32, rank: UInt32) {
        let key = UInt64(rank ^ flip) << 32 | UInt64(node)
        var index = count
        count &+= 1
        while index > 0 {
            let above = (index &- 1) >> 1
            if keys[above] <= key { break }
            keys[index] = keys[above]
            index = above
        }
        keys[index] = key
    }

    @inline(__always)
    mutating func pop() -> UInt32? {
        if count == 0 { return nil }
        let top = keys[0]
        count &-= 1
        let key = keys[count]
        var index = 0
        while true {
            var below = 2 &* index &+ 1
            if below >= count { break }
            if below &+ 1 < count, keys[below &+ 1] < keys[below] { below &+= 1 }
            if keys[below] >= key { break }
            keys[index] = keys[below]
            index = below
        }
        keys[index] = key
        return UInt32(truncatingIfNeeded: top)
    }
}
