import CZlib
import Foundation

/// Files that can be made again from the truth: written beside their place, synced, renamed, and verified when read.
///
/// ```
/// "ARCNDRV1" | seq u64 | count u64 | payload length u64 | payload | CRC-32 of all before, u32      little-endian
/// ```
public struct DerivedFiles: Sendable {
    private static let magic = Array("ARCNDRV1".utf8)
    private static let headerSize = 32

    let directory: String

    /// Replaces a file. A crash leaves the old one or the new one, never a mixture.
    ///
    /// - Parameters:
    ///   - seq: sequence of the namespace that the content covers.
    ///   - count: entries in it.
    public func write(_ name: String, seq: UInt64, count: UInt64, _ payload: [UInt8]) throws(StorageError) {
        let path = directory + "/" + name
        let temporary = path + ".new"
        var header = Self.magic
        for number in [seq, count, UInt64(payload.count)] {
            withUnsafeBytes(of: number.littleEndian) { header.append(contentsOf: $0) }
        }
        let sum = payload.withUnsafeBytes { Self.checksum(header, $0) }
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("create", temporary) }
        let isWritten =
            header.withUnsafeBytes { Self.writeAll(descriptor, $0) }
            && payload.withUnsafeBytes { Self.writeAll(descriptor, $0) }
            && withUnsafeBytes(of: sum.littleEndian) { Self.writeAll(descriptor, $0) }
            && fsync(descriptor) == 0
        let problem = Self.failure("write", temporary)
        close(descriptor)
        guard isWritten else {
            unlink(temporary)
            throw problem
        }
        guard rename(temporary, path) == 0 else { throw Self.failure("rename", temporary) }
        try Self.syncDirectory(directory)
    }

    /// The content of a file after its checksum was verified; `nil` when there is none.
    ///
    /// - Throws: `corrupt` when the file is damaged: the caller makes it again.
    public func read<Value>(_ name: String, _ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value? {
        let path = directory + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        return try data.withUnsafeBytes { bytes in
            guard bytes.count >= Self.headerSize + 4, bytes.prefix(8).elementsEqual(Self.magic) else {
                throw StorageError(.corrupt, "the file is cut or not a derived file", path: path)
            }
            let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
            guard length == UInt64(bytes.count - Self.headerSize - 4) else {
                throw StorageError(.corrupt, "the file is cut", path: path)
            }
            let payload = UnsafeRawBufferPointer(rebasing: bytes[Self.headerSize..<bytes.count - 4])
            let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self))
            guard Self.checksum(Array(bytes.prefix(Self.headerSize)), payload) == stored else {
                throw StorageError(.corrupt, "the file fails its checksum", path: path)
            }
            return try body(payload)
        }
    }

    private static func checksum(_ header: [UInt8], _ payload: UnsafeRawBufferPointer) -> UInt32 {
        let first = crc32_z(0, header, header.count)
        guard let base = payload.bindMemory(to: UInt8.self).baseAddress else { return UInt32(first) }
        return UInt32(crc32_z(first, base, payload.count))
    }

    private static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while position < bytes.count {
            let count = Foundation.write(descriptor, bytes.baseAddress! + position, bytes.count - position)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            position += count
        }
        return true
    }

    /// Makes a created or renamed entry durable: without this a crash may forget the name of a synced file.
    static func syncDirectory(_ directory: String) throws(StorageError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", directory) }
    }

    private static func failure(_ what: String, _ path: String) -> StorageError {
        let number = errno
        return StorageError(
            number == ENOSPC ? .full : .io, "cannot \(what): \(String(cString: strerror(number)))", path: path)
    }
}
