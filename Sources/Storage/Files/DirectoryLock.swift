import Foundation
import Synchronization

/// The right to write to a data directory: an advisory lock on a file in it, held while the process lives.
///
/// The file tells who holds it, so that a second process can say so. The kernel releases the lock with the process,
/// however that ends, and a stale text in the file means nothing.
final class DirectoryLock: Sendable {
    static let fileName = "lock"
    private let descriptor: Mutex<Int32?>

    /// - Throws: `locked`, with the holder's process and server in the message; `io`.
    init(directory: String, serverURL: String?) throws(StorageError) {
        let path = directory + "/" + Self.fileName
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileIO.failure("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let failure = FileIO.failure("lock", path)
            let holder = (try? FileIO.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            close(descriptor)
            guard isHeld else { throw failure }
            throw StorageError(
                .locked,
                "the directory is in use by \(holder.isEmpty ? "another process" : holder): stop it, or choose another "
                    + "directory", path: directory)
        }
        self.descriptor = Mutex(descriptor)
        let text = "process \(getpid())" + (serverURL.map { " serving \($0)" } ?? "")
        // Only a courtesy to others: the lock itself is held whatever becomes of the text.
        if ftruncate(descriptor, 0) == 0 { _ = FileIO.writeAll(descriptor, Array(text.utf8)) }
    }

    /// Whether nobody writes to a directory at this moment.
    static func isFree(_ directory: String) -> Bool {
        let descriptor = open(directory + "/" + fileName, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) == 0
    }

    /// Gives the directory back. Later calls do nothing.
    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }

    deinit { release() }
}
