import Foundation

/// A data directory: `arcanea.sqlite` (the truth), derived files, and the lock of the one process that writes.
public final class SQLiteStore: Sendable {
    public enum Mode: Sendable {
        case readWrite
        /// Beside a running writer, without its lock.
        case readOnly
    }

    public let readers: Readers
    public let derivedFiles: DerivedFiles
    private let lock: DirectoryLock?
    private let writer: CommitQueue?

    /// The writer. Only in a store that was opened for writing.
    public var commits: CommitQueue {
        guard let writer else { preconditionFailure("the store is open for reading only") }
        return writer
    }

    /// Opens a directory, making it (mode 0700) when it is to be written and does not exist.
    ///
    /// - Parameter serverURL: told to a second process that finds the directory locked.
    /// - Throws: `locked`, `incompatible`, `io`.
    public static func open(directory: String, mode: Mode, serverURL: String? = nil) throws(StorageError) -> SQLiteStore {
        try SQLiteStore(directory: directory, mode: mode, serverURL: serverURL)
    }

    private init(directory: String, mode: Mode, serverURL: String?) throws(StorageError) {
        let path = directory + "/" + Schema.fileName
        derivedFiles = DerivedFiles(directory: directory)
        readers = Readers(path: path)
        guard mode == .readWrite else {
            guard FileManager.default.fileExists(atPath: path) else {
                throw StorageError(.io, "there is no store", path: directory)
            }
            lock = nil
            writer = nil
            return
        }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StorageError(.io, "cannot make the directory: \(error.localizedDescription)", path: directory)
        }
        lock = try DirectoryLock(directory: directory, serverURL: serverURL)
        // SQLite makes its own files with the mode of the database: private from the first byte.
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(.io, "cannot create the database", path: path) }
        Foundation.close(descriptor)
        let connection = try Connection(path: path, readOnly: false)
        try Schema.prepare(connection, readOnly: false)
        try DerivedFiles.syncDirectory(directory)
        writer = CommitQueue(session: WriteSession(connection: connection))
    }

    /// Gives the directory back. No use of the store may follow.
    public func close() {
        readers.close()
        lock?.release()
    }
}
