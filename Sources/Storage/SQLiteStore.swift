import Foundation

/// A data directory: `arcanea.sqlite` (the truth), derived files, and the lock of the one process that writes.
public final class SQLiteStore: Sendable {
    public enum Mode: Sendable {
        case readWrite
        /// Beside a running writer, without its lock.
        case readOnly
    }

    /// What an operator may choose.
    public struct Options: Sendable {
        /// Pages in the write-ahead log before they are moved to the database.
        public var checkpointPages = Schema.checkpointPages
        public var floor = DiskFloor.automatic
        /// Bytes of the file that is given back when the disk is full, so that something can be removed.
        public var reserveSize = 16 << 20
        /// Told once when the operating system failed a commit or a sync. What is on the disk is not known then: the process
        /// should end, and the next one take what the log holds. Until it ends, writes are refused.
        public var onFailedIO: @Sendable (StorageError) -> Void = { _ in }

        public init() {}
    }

    public let readers: Readers
    public let derivedFiles: DerivedFiles
    private let lock: DirectoryLock?
    private let writer: CommitQueue?
    private let disk: DiskGuard

    /// Room on the disk; `nil` when the file system does not say.
    public var space: DiskSpace? { disk.space }

    /// The writer.
    ///
    /// - Precondition: the store was opened for writing.
    public var commits: CommitQueue {
        guard let writer else { preconditionFailure("the store is open for reading only") }
        return writer
    }

    /// Opens a directory, making it (mode 0700, its files 0600) when it is to be written and does not exist.
    ///
    /// - Parameter serverURL: told to a second process that finds the directory locked.
    /// - Throws: `locked`, with who holds the directory; `incompatible`; `io`.
    public static func open(
        directory: String, mode: Mode, serverURL: String? = nil, options: Options = Options()
    ) throws(StorageError) -> SQLiteStore {
        try SQLiteStore(directory: directory, mode: mode, serverURL: serverURL, options: options)
    }

    private init(directory: String, mode: Mode, serverURL: String?, options: Options) throws(StorageError) {
        let path = directory + "/" + Schema.fileName
        let disk = DiskGuard(directory: directory, floor: options.floor, reserveSize: options.reserveSize)
        self.disk = disk
        derivedFiles = DerivedFiles(directory: directory, disk: disk, onFailedSync: options.onFailedIO)
        readers = Readers(path: path)
        guard mode == .readWrite else {
            guard FileManager.default.fileExists(atPath: path) else {
                throw StorageError(.io, "there is no store", path: directory)
            }
            lock = nil
            writer = nil
            // A connection is opened now, so that a store that cannot be read is refused here and not at the first read.
            try Self.check(readers)
            return
        }
        try Self.makeDirectory(directory)
        lock = try DirectoryLock(directory: directory, serverURL: serverURL)
        // SQLite gives its log the mode of the database: private from the first byte.
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileIO.failure("create", path) }
        Foundation.close(descriptor)
        try LogFile.renew(database: path)
        try derivedFiles.removeUnfinished()
        let connection = try Self.writerConnection(path, disk)
        try FileIO.syncDirectory(directory)
        writer = CommitQueue(
            session: WriteSession(connection: connection),
            checkpointer: try Checkpointer(connection: connection, pages: options.checkpointPages),
            disk: disk, onFailedIO: options.onFailedIO)
        disk.keepReserve()
    }

    /// A full disk must not keep a store from opening: what is removed then makes room.
    private static func writerConnection(_ path: String, _ disk: DiskGuard) throws(StorageError) -> Connection {
        let connection = try Connection(path: path, readOnly: false)
        do {
            try Schema.prepareWriter(connection)
            return connection
        } catch {
            guard error.code == .full, disk.releaseReserve() else { throw error }
        }
        let second = try Connection(path: path, readOnly: false)
        try Schema.prepareWriter(second)
        return second
    }

    private static func check(_ readers: Readers) throws(StorageError) {
        do {
            try readers.read { _ in }
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(.io, "cannot read the store: \(error)")
        }
    }

    private static func makeDirectory(_ directory: String) throws(StorageError) {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue {
            return
        }
        try FileIO.makeDirectory(directory)
    }

    /// Writes the whole database anew, without free pages and with rows packed; writes wait meanwhile.
    ///
    /// - Returns: the database's pages before and after.
    /// - Throws: `full`: the database is needed twice for a while.
    public func rebuild() throws -> (before: DatabaseSpace, after: DatabaseSpace) { try commits.rebuild() }

    /// Answers the writes that wait, closes the database and gives the directory back. Later calls do nothing; later
    /// reads and writes are refused.
    public func close() {
        readers.close()
        writer?.close()
        lock?.release()
    }
}
