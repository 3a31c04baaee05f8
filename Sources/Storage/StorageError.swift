/// What went wrong below the engine: a code to act on, a sentence to read, and SQLite's own code where there is one.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// Another process holds the directory, or the database for longer than the busy time-out.
        case locked
        /// The disk, or the space given to the store, is full. Nothing was written; reads go on.
        case full
        /// Stored bytes fail their checksum, or the database's own structure is damaged.
        case corrupt
        /// Made by a newer program, or not a store at all.
        case incompatible
        /// The operating system refused to read or write.
        case io
        /// Too many writes are waiting. Nothing was written.
        case overloaded
        /// Something is where a new directory was to be made. Nothing was written.
        case occupied
        /// A defect of the caller.
        case misuse
    }

    public var code: Code
    public var message: String
    /// The file or directory that it is about.
    public var path: String?
    /// SQLite's extended result code, whole (1034 is a failed fsync, for example).
    public var sqliteCode: Int32?
    /// True when the operating system could not sync a file of ours: what it dropped is not known.
    public internal(set) var isFailedSync = false

    public init(_ code: Code, _ message: String, path: String? = nil, sqliteCode: Int32? = nil) {
        self.code = code
        self.message = message
        self.path = path
        self.sqliteCode = sqliteCode
    }

    public var description: String {
        message + (path.map { " (\($0))" } ?? "") + (sqliteCode.map { " [SQLite \($0)]" } ?? "")
    }
}

extension StorageError {
    /// True when the operating system failed to read, write or sync (SQLite's `IOERR` family).
    var isFailedIO: Bool { code == .io && sqliteCode.map { $0 & 0xFF == 10 } ?? false }
}
