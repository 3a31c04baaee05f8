import CZlib

/// CRC-32 over a row's columns. SQLite itself does not notice flipped bits in its pages: without this a damaged vector
/// would be served as if it were right.
enum RowChecksum {
    /// The sum of a row's numbers, then the lengths of its texts and blobs, then their bytes. The lengths keep two
    /// different rows from running together.
    static func of(_ numbers: [Int64], _ parts: [UnsafeRawBufferPointer] = []) -> Int64 {
        var head = numbers
        head.reserveCapacity(numbers.count + parts.count)
        for part in parts { head.append(Int64(part.count)) }
        for index in head.indices { head[index] = head[index].littleEndian }
        var sum = head.withUnsafeBytes { update(0, $0) }
        for part in parts { sum = update(sum, part) }
        return Int64(sum)
    }

    /// As ``of(_:_:)``, for texts.
    static func of(_ numbers: [Int64], texts: [String]) -> Int64 {
        // Joined, so that one buffer is enough; the lengths tell where each ends.
        let lengths = texts.map { Int64($0.utf8.count) }
        return Array(texts.joined().utf8).withUnsafeBytes { of(numbers + lengths, [$0]) }
    }

    static func update(_ sum: UInt, _ bytes: UnsafeRawBufferPointer) -> UInt {
        guard let base = bytes.baseAddress else { return sum }
        return UInt(crc32_z(sum, base.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}
