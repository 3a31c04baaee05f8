import Foundation

/// The right to write to a data directory: an advisory lock on a file in it, held while the process lives.
///
/// The file tells who holds it, so that a second process can say so. The kernel releases the lock with the process, however
/// that ends.
final class DirectoryLock: Sendable {
    static let fileName = "lock"
    private let descriptor: Int32

    init(directory: String, serverURL: String?) throws(StorageError) {
        let path = directory + "/" + Self.fileName
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(.io, "cannot open the lock file: \(String(cString: strerror(errno)))", path: path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            close(descriptor)
            throw StorageError(
                .locked,
                "the directory is in use by \(holder.isEmpty ? "another process" : holder): stop it, or choose another directory",
                path: directory)
        }
        self.descriptor = descriptor
        let text = "process \(getpid())" + (serverURL.map { " serving \($0)" } ?? "")
        _ = ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    func release() { close(descriptor) }
}
