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
        bytes.withUnsafeBytes { writeAll(descriptor, $0) }
    }

    static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while position < bytes.count {
            let count = Foundation.write(descriptor, bytes.baseAddress! + position, bytes.count - position)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            position += count
        }
        return true
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
    /// An unreadable block of a mapping is a signal, not an error: only for files that can be made again.
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
        // A file begins on the boundary of a huge page, or its pages cannot be mapped as such.
        let room = count + MappedFile.hugePage
        guard let reserved = mmap(nil, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), reserved != MAP_FAILED
        else {
            throw failure("map", path)
        }
        let address = (Int(bitPattern: reserved) + MappedFile.hugePage - 1) & ~(MappedFile.hugePage - 1)
        guard
            let memory = mmap(
                UnsafeMutableRawPointer(bitPattern: address), count, PROT_READ, MAP_SHARED | MAP_FIXED, descriptor, 0),
            memory != MAP_FAILED
        else {
            let problem = failure("map", path)
            munmap(reserved, room)
            throw problem
        }
        return MappedFile(
            UnsafeRawBufferPointer(start: memory, count: count),
            reserved: UnsafeMutableRawBufferPointer(start: reserved, count: room))
    }

    /// Makes a file of these bytes, mode 0600. It is not synced.
    static func create(_ path: String, _ bytes: [UInt8]) throws(StorageError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create", path) }
        defer { close(descriptor) }
        guard writeAll(descriptor, bytes) else { throw failure("write", path) }
    }

    /// Copies a file to a new one, mode 0600. It is not synced.
    ///
    /// - Returns: false when there is no such file.
    static func copy(_ source: String, to target: String) throws(StorageError) -> Bool {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else {
            if errno == ENOENT { return false }
            throw failure("open", source)
        }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure("create", target) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = buffer.withUnsafeMutableBytes { Foundation.read(input, $0.baseAddress!, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", source) }
            if count == 0 { return true }
            let isWritten = buffer.withUnsafeBytes {
                writeAll(output, UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
            guard isWritten else { throw failure("write", target) }
        }
    }

    /// Makes what was written to a file durable.
    static func syncFile(_ path: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        try sync(descriptor, path)
    }

    /// Bytes of a file; 0 when there is none.
    static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Makes a directory (mode 0700) and those above it that do not exist, each entry durable.
    static func makeDirectory(_ directory: String) throws(StorageError) {
        let parent = URL(fileURLWithPath: directory).deletingLastPathComponent().path
        if !FileManager.default.fileExists(atPath: parent), parent != directory { try makeDirectory(parent) }
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw failure("make the directory", directory) }
        try syncDirectory(parent)
    }

    /// Makes a created or renamed entry durable: without this a crash may forget the name of a synced file.
    static func syncDirectory(_ directory: String) throws(StorageError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", directory) }
        defer { close(descriptor) }
        try sync(descriptor, directory)
    }

    /// Makes what was written durable. Never to be asked again for a file for which it failed: the kernel takes the pages
    /// for clean then, and the second call would succeed without them.
    static func sync(_ descriptor: Int32, _ path: String) throws(StorageError) {
        guard fsync(descriptor) == 0 else {
            var error = failure("sync", path)
            error.isFailedSync = true
            throw error
        }
    }
}

/// The bytes of a file, mapped as long as anyone refers to this. Files here are replaced, never changed in place, so the
/// bytes stay as they are even when the file has a successor.
public final class MappedFile: @unchecked Sendable {
    static let hugePage = 1 << 21

    // Safe: an address and a size, which never change, of memory that nobody writes to.
    public let bytes: UnsafeRawBufferPointer
    private let reserved: UnsafeMutableRawBufferPointer

    init(
        _ bytes: UnsafeRawBufferPointer,
        reserved: UnsafeMutableRawBufferPointer = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    ) {
        self.bytes = bytes
        self.reserved = reserved
    }

    deinit {
        if let start = reserved.baseAddress { munmap(start, reserved.count) }
    }

    /// Reads the file into memory, in huge pages where the file system has them: random access is then about a quarter
    /// cheaper. Pages that are in memory already stay as they are.
    public func load() {
        #if os(Linux)
            guard let start = bytes.baseAddress else { return }
            madvise(UnsafeMutableRawPointer(mutating: start), bytes.count, Int32(MADV_HUGEPAGE))
            madvise(UnsafeMutableRawPointer(mutating: start), bytes.count, Self.populateRead)
        #endif
    }

    /// Reads the file into memory but for a part that is read here and there, and seldom: of it, only what is read comes
    /// into memory, in small pages.
    ///
    /// - Parameter sparse: begins on a page and ends with the file, or nearly.
    public func load(except sparse: Range<Int>) {
        #if os(Linux)
            guard reserved.baseAddress != nil, let first = bytes.baseAddress else { return }
            let start = UnsafeMutableRawPointer(mutating: first)
            madvise(start, sparse.lowerBound, Int32(MADV_HUGEPAGE))
            madvise(start, sparse.lowerBound, Self.populateRead)
            madvise(start + sparse.lowerBound, sparse.count, Int32(MADV_NOHUGEPAGE))
            madvise(start + sparse.lowerBound, sparse.count, Int32(MADV_RANDOM))
        #endif
    }

    /// Takes a part out of the process's memory; what is read of it again comes from the page cache, or the disk.
    ///
    /// - Parameter part: begins on a page.
    public func giveBack(_ part: Range<Int>) {
        #if os(Linux)
            // Only of a mapping: other memory would lose its content.
            guard reserved.baseAddress != nil, let start = bytes.baseAddress else { return }
            madvise(UnsafeMutableRawPointer(mutating: start) + part.lowerBound, part.count, Int32(MADV_DONTNEED))
        #endif
    }

    /// `MADV_POPULATE_READ` of Linux 5.14; older ones refuse it, and pages are read when they are touched.
    private static let populateRead: Int32 = 22
}
