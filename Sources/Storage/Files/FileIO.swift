import Foundation

/// The few calls of the operating system that files here need, with their errors kept.
enum FileIO {
    /// The last call's error as ours. Ask before any other call.
    static func failure(_ what: String, _ path: String) -> StorageError {
        let number = errno
        let code: StorageError.Code = number == ENOSPC || number == EDQUOT || number == EFBIG ? .full : .io
        return StorageError(code, "cannot \(what): \(String(cString: strerror(number)))", path: path)
    }

    /// Writes all bytes; false with `errno` set when that fails.
    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                let count = Foundation.write(descriptor, bytes.baseAddress! + position, bytes.count - position)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                position += count
            }
            return true
        }
    }

    /// The bytes of a file, or `nil` when there is none.
    ///
    /// Read, not mapped: an unreadable block is an error here, where it would be a signal in a mapping.
    static func read(_ path: String) throws(StorageError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("examine", path) }
        var problem: StorageError?
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, initialized in
            while initialized < buffer.count {
                let rest = buffer.count - initialized
                let count = Foundation.read(descriptor, buffer.baseAddress! + initialized, rest)
                if count < 0 && errno == EINTR { continue }
                if count < 0 { problem = failure("read", path) }
                guard count > 0 else { return }
                initialized += count
            }
        }
        if let problem { throw problem }
        return bytes
    }

    /// A file mapped for reading, or `nil` when there is none.
    ///
    /// An unreadable block of a mapping is a signal, not an error: only for files that a caller reads in full, and
    /// verifies, before it relies on them.
    static func map(_ path: String) throws(StorageError) -> MappedFile? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("examine", path) }
        let count = Int(status.st_size)
        if count == 0 { return MappedFile(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
            throw failure("map", path)
        }
        return MappedFile(UnsafeRawBufferPointer(start: memory, count: count))
    }

    /// Makes a created or renamed entry durable: without this a crash may forget the name of a synced file.
    static func syncDirectory(_ directory: String) throws(StorageError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", directory) }
    }
}

/// The bytes of a file, mapped as long as anyone refers to this. Files here are replaced, never changed in place, so the
/// bytes stay as they are even when the file has a successor.
public final class MappedFile: @unchecked Sendable {
    // Safe: an address and a size, which never change, of memory that nobody writes to.
    let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}
