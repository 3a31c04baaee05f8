import CZlib
import Foundation

/// Files that can be made again from the truth: written beside their place, synced, renamed, and verified when read.
///
/// ```
/// header   "ARCNDRV1" | format u32 | block size u32 | seq u64 | count u64 | payload length u64 | CRC-32 of these, u32
///          | zeros up to 64 bytes
/// payload
/// table    CRC-32 of each block of the payload, u32 each
/// footer   CRC-32 of the table, u32 | "ARCNEND1"
/// ```
/// Little-endian. The sums of the blocks tell where a file is damaged, and allow one that is read in part to be verified
/// in part.
public struct DerivedFiles: Sendable {
    private static let magic = Array("ARCNDRV1".utf8)
    private static let endMagic = Array("ARCNEND1".utf8)
    private static let format: UInt32 = 1
    private static let headerSize = 64
    /// Bytes of the header that its own sum covers.
    private static let headerSummed = 40
    static let blockSize = 65_536

    /// What a file says of itself.
    public struct Header: Sendable, Equatable {
        /// Sequence of the namespace that the content covers.
        public var seq: UInt64
        /// Entries in it.
        public var count: UInt64
    }

    /// What the name of a file ends with until it is whole.
    private static let unfinished = ".new"

    let directory: String
    private let disk: DiskGuard?
    private let onFailedSync: @Sendable (StorageError) -> Void

    /// - Parameter directory: exists.
    public init(directory: String) { self.init(directory: directory, disk: nil, onFailedSync: { _ in }) }

    /// - Parameters:
    ///   - disk: asked for room before each file.
    ///   - onFailedSync: told when the disk cannot sync, beside the caller.
    init(directory: String, disk: DiskGuard?, onFailedSync: @escaping @Sendable (StorageError) -> Void) {
        self.directory = directory
        self.disk = disk
        self.onFailedSync = onFailedSync
    }

    /// Replaces a file. A crash leaves the old one or the new one, never a mixture.
    ///
    /// - Parameters:
    ///   - seq: sequence of the namespace that the content covers.
    ///   - count: entries in it.
    /// - Throws: `full`, also when the disk is at its floor, and `io`; the old file is in place then.
    public func write(_ name: String, seq: UInt64, count: UInt64, _ payload: [UInt8]) throws {
        try writePlain(name) { sink in
            try Self.header(seq: seq, count: count, length: payload.count).withUnsafeBytes(sink)
            try payload.withUnsafeBytes(sink)
            try Self.trailer(payload).withUnsafeBytes(sink)
        }
    }

    /// Replaces a file that carries its own checksums, without header and table. A crash leaves the old one or the new one.
    ///
    /// - Parameter content: hands the file's bytes to its argument, piece by piece.
    /// - Throws: `full`, `io`, and what `content` throws; the old file is in place then.
    public func writePlain(
        _ name: String, _ content: (_ sink: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        // What can be made again has no claim on the room that is kept free.
        if let refusal = disk?.refusal() { throw refusal }
        let path = directory + "/" + name
        let temporary = path + Self.unfinished
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileIO.failure("create", temporary) }
        do {
            defer { close(descriptor) }
            try content { bytes in
                guard FileIO.writeAll(descriptor, bytes) else { throw FileIO.failure("write", temporary) }
            }
            try FileIO.sync(descriptor, temporary)
            #if os(Linux)
                // Pages written in pieces are small ones; the next reader gets large ones.
                posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_DONTNEED))
            #endif
        } catch {
            unlink(temporary)
            report(error)
            throw error
        }
        guard rename(temporary, path) == 0 else { throw FileIO.failure("rename", temporary) }
        try syncDirectory()
    }

    private func syncDirectory() throws(StorageError) {
        do {
            try FileIO.syncDirectory(directory)
        } catch {
            report(error)
            throw error
        }
    }

    /// Callers go on without a file that cannot be written; a disk that cannot sync is another matter.
    private func report(_ error: any Error) {
        if let error = error as? StorageError, error.isFailedSync { onFailedSync(error) }
    }

    /// Names of the derived files of a directory, in alphabetical order.
    public static func names(in directory: String) throws(StorageError) -> [String] {
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            return names.filter { $0.hasSuffix(".segment") || $0.hasSuffix(".edges") }.sorted()
        } catch {
            throw StorageError(.io, "cannot list the directory: \(error.localizedDescription)", path: directory)
        }
    }

    /// Removes what a process that ended in the middle of a write left beside its place.
    func removeUnfinished() throws(StorageError) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names where name.hasSuffix(Self.unfinished) { try remove(name) }
    }

    /// Maps a file that ``writePlain(_:_:)`` wrote; `nil` when there is none. Nothing of it is verified.
    public func mapPlain(_ name: String) throws(StorageError) -> MappedFile? {
        try FileIO.map(directory + "/" + name)
    }

    /// Hands out the content of a file after all its sums were verified; `nil` when there is none.
    ///
    /// - Throws: `corrupt` when the file is damaged or of another format: the caller makes it again; what `body` throws.
    public func read<Value>(_ name: String, _ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value? {
        try readWithHeader(name) { _, payload in try body(payload) }
    }

    /// As ``read(_:_:)``, with what the file says of itself.
    public func readWithHeader<Value>(
        _ name: String, _ body: (Header, UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value? {
        let path = directory + "/" + name
        guard let bytes = try FileIO.read(path) else { return nil }
        return try bytes.withUnsafeBytes { bytes in
            let (header, payload) = try Self.verified(bytes, path)
            return try body(header, payload)
        }
    }

    /// As ``read(_:_:)``, without reading the file into memory: the content lies in a mapping, at an address that is a
    /// multiple of 8, and stays there as long as `body` or what it makes refers to the mapped file.
    public func map<Value>(
        _ name: String, _ body: (UnsafeRawBufferPointer, MappedFile) throws -> Value
    ) throws -> Value? {
        let path = directory + "/" + name
        guard let file = try FileIO.map(path) else { return nil }
        let (_, payload) = try Self.verified(file.bytes, path)
        return try body(payload, file)
    }

    /// Removes a file, when there is one.
    public func remove(_ name: String) throws(StorageError) {
        let path = directory + "/" + name
        guard unlink(path) == 0 || errno == ENOENT else { throw FileIO.failure("remove", path) }
        try syncDirectory()
    }

    // MARK: Bytes

    private static func header(seq: UInt64, count: UInt64, length: Int) -> [UInt8] {
        var bytes = magic
        append(format, to: &bytes)
        append(UInt32(blockSize), to: &bytes)
        for number in [seq, count, UInt64(length)] { append(number, to: &bytes) }
        append(bytes.withUnsafeBytes(checksum), to: &bytes)
        return bytes + [UInt8](repeating: 0, count: headerSize - bytes.count)
    }

    private static func trailer(_ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        payload.withUnsafeBytes { payload in
            for block in blocks(of: payload) { append(checksum(block), to: &bytes) }
        }
        append(bytes.withUnsafeBytes(checksum), to: &bytes)
        return bytes + endMagic
    }

    private static func verified(
        _ bytes: UnsafeRawBufferPointer, _ path: String
    ) throws(StorageError) -> (Header, UnsafeRawBufferPointer) {
        func number<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) -> Value {
            Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
        func damaged(_ what: String) -> StorageError { StorageError(.corrupt, what, path: path) }

        let footerSize = 4 + endMagic.count
        guard bytes.count >= headerSize + footerSize, bytes.prefix(magic.count).elementsEqual(magic) else {
            throw damaged("the file is cut or not a derived file")
        }
        let summed = UnsafeRawBufferPointer(rebasing: bytes[..<headerSummed])
        guard number(headerSummed, UInt32.self) == checksum(summed),
            bytes[(headerSummed + 4)..<headerSize].allSatisfy({ $0 == 0 })
        else { throw damaged("the file's header fails its checksum") }
        guard number(8, UInt32.self) == format, number(12, UInt32.self) == UInt32(blockSize) else {
            throw damaged("the file has another format")
        }
        // The header's sum is good, so the length is what was written; it may still be more than there is.
        guard let length = Int(exactly: number(32, UInt64.self)), length <= bytes.count else {
            throw damaged("the file is cut")
        }
        let tableSize = (length + blockSize - 1) / blockSize * 4
        let tableStart = headerSize + length
        guard bytes.count == tableStart + tableSize + footerSize, bytes.suffix(endMagic.count).elementsEqual(endMagic)
        else { throw damaged("the file is cut") }
        let table = UnsafeRawBufferPointer(rebasing: bytes[tableStart..<tableStart + tableSize])
        guard number(tableStart + tableSize, UInt32.self) == checksum(table) else {
            throw damaged("the file's table of checksums fails its own")
        }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[headerSize..<tableStart])
        for (position, block) in blocks(of: payload).enumerated() {
            guard number(tableStart + position * 4, UInt32.self) == checksum(block) else {
                throw damaged("block \(position) of the file fails its checksum")
            }
        }
        return (Header(seq: number(16, UInt64.self), count: number(24, UInt64.self)), payload)
    }

    private static func blocks(of payload: UnsafeRawBufferPointer) -> some Sequence<UnsafeRawBufferPointer> {
        stride(from: 0, to: payload.count, by: blockSize).lazy.map { start in
            UnsafeRawBufferPointer(rebasing: payload[start..<min(start + blockSize, payload.count)])
        }
    }

    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard let base = bytes.baseAddress else { return 0 }
        return UInt32(crc32_z(0, base.assumingMemoryBound(to: UInt8.self), bytes.count))
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
