/// A 64-bit sum over a row's columns. SQLite itself does not notice flipped bits in its pages: without this a damaged
/// vector would be served as if it were right.
///
/// Numbers are mixed in one by one, texts and blobs after their lengths, so that two different rows do not run together.
struct RowChecksum {
    private var state: UInt64 = 0

    /// As it is stored.
    var value: Int64 { Int64(bitPattern: XXH64.avalanche(state)) }

    mutating func add(_ number: Int64) {
        state = XXH64.mixed(state, UInt64(bitPattern: number))
    }

    mutating func add(_ number: UInt64) { add(Int64(bitPattern: number)) }

    mutating func add(_ number: Double) { add(number.bitPattern) }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(Int64(bytes.count))
        state = XXH64.hash(bytes, seed: state)
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }
}

/// The hash function XXH64 (Y. Collet, "xxHash fast digest algorithm", specification 0.1.1): several bytes a cycle in
/// plain Swift, four times as fast here as zlib's CRC-32, and twice as wide.
enum XXH64 {
    static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var position = 0
        var hash = seed &+ prime5
        func lane(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position + offset, as: UInt64.self))
        }
        if bytes.count >= 32 {
            var (a, b, c, d) = (seed &+ prime1 &+ prime2, seed &+ prime2, seed, seed &- prime1)
            while position <= bytes.count - 32 {
                a = round(a, lane(0))
                b = round(b, lane(8))
                c = round(c, lane(16))
                d = round(d, lane(24))
                position += 32
            }
            hash = merged((a, b, c, d))
        }
        return finished(hash &+ UInt64(bytes.count), UnsafeRawBufferPointer(rebasing: bytes[position...]))
    }

    /// The four sums over whole blocks of 32 bytes as one.
    static func merged(_ lanes: (UInt64, UInt64, UInt64, UInt64)) -> UInt64 {
        let hash = rotated(lanes.0, 1) &+ rotated(lanes.1, 7) &+ rotated(lanes.2, 12) &+ rotated(lanes.3, 18)
        func take(_ hash: UInt64, _ lane: UInt64) -> UInt64 { (hash ^ round(0, lane)) &* prime1 &+ prime4 }
        return take(take(take(take(hash, lanes.0), lanes.1), lanes.2), lanes.3)
    }

    /// Takes in the bytes behind the last whole block.
    static func finished(_ start: UInt64, _ rest: UnsafeRawBufferPointer) -> UInt64 {
        var hash = start
        var position = 0
        while position <= rest.count - 8 {
            hash = mixed(hash, UInt64(littleEndian: rest.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
            position += 8
        }
        if position <= rest.count - 4 {
            let half = UInt32(littleEndian: rest.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            hash = rotated(hash ^ (UInt64(half) &* prime1), 23) &* prime2 &+ prime3
            position += 4
        }
        while position < rest.count {
            hash = rotated(hash ^ (UInt64(rest[position]) &* prime5), 11) &* prime1
            position += 1
        }
        return avalanche(hash)
    }

    /// The algorithm's step for eight bytes: one-to-one in either argument, so that a change of one number always shows.
    static func mixed(_ hash: UInt64, _ lane: UInt64) -> UInt64 {
        rotated(hash ^ round(0, lane), 27) &* prime1 &+ prime4
    }

    static func avalanche(_ hash: UInt64) -> UInt64 {
        var hash = hash
        hash = (hash ^ (hash >> 33)) &* prime2
        hash = (hash ^ (hash >> 29)) &* prime3
        return hash ^ (hash >> 32)
    }

    static func round(_ accumulator: UInt64, _ lane: UInt64) -> UInt64 {
        rotated(accumulator &+ lane &* prime2, 31) &* prime1
    }

    private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value << count | value >> (64 &- count)
    }
}
