import Foundation

/// The XXH64 sum of a whole file, as `xxhsum -H1` prints it.
enum FileDigest {
    private static let chunk = 1 << 20

    /// - Parameter read: told of each run of bytes.
    /// - Returns: 16 hexadecimal digits, and the count of bytes.
    /// - Throws: `io`, also when there is no such file.
    static func of(_ path: String, read: (Int) -> Void = { _ in }) throws(StorageError) -> (digest: String, bytes: Int)
    {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileIO.failure("open", path) }
        defer { close(descriptor) }
        var stream = XXH64.Stream()
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            // Whole chunks, so that only the last one is not a multiple of the algorithm's block.
            let count = try fill(&buffer, descriptor, path)
            read(count)
            let isLast = count < chunk
            buffer.withUnsafeBytes { stream.add(UnsafeRawBufferPointer(rebasing: $0[..<count]), isLast: isLast) }
            if isLast { break }
        }
        let text = String(stream.value, radix: 16)
        return (String(repeating: "0", count: 16 - text.count) + text, stream.count)
    }

    private static func fill(_ buffer: inout [UInt8], _ descriptor: Int32, _ path: String) throws(StorageError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = buffer.withUnsafeMutableBytes { bytes in
                Foundation.read(descriptor, bytes.baseAddress! + filled, bytes.count - filled)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileIO.failure("read", path) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }
}

extension XXH64 {
    /// The hash of bytes that come in pieces, each but the last a multiple of 32 bytes.
    struct Stream {
        private var lanes: (UInt64, UInt64, UInt64, UInt64) = (prime1 &+ prime2, prime2, 0, 0 &- prime1)
        private(set) var count = 0
        private(set) var value: UInt64 = 0

        mutating func add(_ bytes: UnsafeRawBufferPointer, isLast: Bool) {
            precondition(isLast || bytes.count % 32 == 0, "only the last piece may have any length")
            var position = 0
            func lane(_ offset: Int) -> UInt64 {
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position + offset, as: UInt64.self))
            }
            while position <= bytes.count - 32 {
                lanes.0 = round(lanes.0, lane(0))
                lanes.1 = round(lanes.1, lane(8))
                lanes.2 = round(lanes.2, lane(16))
                lanes.3 = round(lanes.3, lane(24))
                position += 32
            }
            count += bytes.count
            guard isLast else { return }
            var hash = prime5
            if count >= 32 {
                hash = merged(lanes)
            }
            value = finished(hash &+ UInt64(count), UnsafeRawBufferPointer(rebasing: bytes[position...]))
        }
    }
}
