/// Rounds shares that sum to 1 to whole parts per million that sum to exactly 1,000,000, by largest remainder.
///
/// Remainders are compared to 2^-32 of a part, so that the last bits of a sum of doubles decide nothing; ties go to the
/// earlier share. O(shares).
func partsPerMillion(_ shares: [Double]) -> [Int] {
    let million = 1_000_000
    var parts = [Int](repeating: 0, count: shares.count)
    var keys = [UInt64](repeating: 0, count: shares.count)
    var missing = million
    for index in shares.indices {
        let scaled = shares[index] * Double(million)
        let part = scaled.rounded(.down)
        parts[index] = Int(part)
        missing -= Int(part)
        // Small keys first: large remainder, then early share.
        let remainder = min((scaled - part) * 4_294_967_296, 4_294_967_295)
        keys[index] = UInt64(UInt32.max - UInt32(remainder)) << 32 | UInt64(index)
    }
    if shares.isEmpty { return parts }
    if missing > 0 {
        let whole = missing / shares.count
        if whole > 0 { for index in parts.indices { parts[index] += whole } }
        let rest = missing % shares.count
        for key in smallest(rest, of: &keys) { parts[Int(key & 0xFFFF_FFFF)] += 1 }
    } else if missing < 0 {
        // Sums of rounded doubles may lie a unit too high; it is taken back from the smallest remainders.
        keys.sort(by: >)
        for key in keys where missing < 0 && parts[Int(key & 0xFFFF_FFFF)] > 0 {
            parts[Int(key & 0xFFFF_FFFF)] -= 1
            missing += 1
        }
    }
    return parts
}

/// The `count` smallest keys, in no particular order, by quickselect (Hoare 1961). Rearranges the keys; they are distinct.
private func smallest(_ count: Int, of keys: inout [UInt64]) -> ArraySlice<UInt64> {
    if count == 0 || count == keys.count { return keys.prefix(count) }
    var low = 0
    var high = keys.count - 1
    while low < high {
        let pivot = keys[low + (high - low) / 2]
        var left = low
        var right = high
        while left <= right {
            while keys[left] < pivot { left += 1 }
            while keys[right] > pivot { right -= 1 }
            if left <= right {
                keys.swapAt(left, right)
                left += 1
                right -= 1
            }
        }
        if count <= right {
            high = right
        } else if count >= left {
            low = left
        } else {
            break
        }
    }
    return keys.prefix(count)
}
