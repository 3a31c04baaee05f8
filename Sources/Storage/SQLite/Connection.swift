import CSQLite

/// One SQLite connection. Not thread-safe by itself: a connection has one user at a time.
final class Connection {
    /// How long to wait for another process's lock before giving up.
    private static let busyMilliseconds: Int32 = 10_000

    let handle: OpaquePointer
    let path: String
    private var statements: [String: Statement] = [:]

    init(path: String, readOnly: Bool) throws(StorageError) {
        var handle: OpaquePointer?
        let access = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let status = sqlite3_open_v2(path, &handle, access | SQLITE_OPEN_NOMUTEX, nil)
        guard status == SQLITE_OK, let handle else {
            sqlite3_close_v2(handle)
            throw StorageError(sqliteStatus: status, text: String(cString: sqlite3_errstr(status)), path: path)
        }
        self.handle = handle
        self.path = path
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, Self.busyMilliseconds)
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// False outside a transaction, also when SQLite undid one by itself because of a full disk or an I/O error.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows that the last statement changed.
    var changeCount: Int { Int(sqlite3_changes64(handle)) }

    func execute(_ sql: String) throws(StorageError) {
        let status = sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw error(status) }
    }

    /// A prepared statement, ready to bind, kept for the connection's life.
    func statement(_ sql: String) throws(StorageError) -> Statement {
        if let statement = statements[sql] {
            statement.reset()
            return statement
        }
        let statement = try Statement(self, sql)
        statements[sql] = statement
        return statement
    }

    /// The first column of a query's one row.
    func integer(_ sql: String) throws(StorageError) -> Int64 {
        let statement = try Statement(self, sql)
        guard try statement.step() else { throw StorageError(.misuse, "\(sql) gave no row") }
        return statement.int64(0)
    }

    /// As ``integer(_:)``, for text.
    func text(_ sql: String) throws(StorageError) -> String {
        let statement = try Statement(self, sql)
        guard try statement.step() else { throw StorageError(.misuse, "\(sql) gave no row") }
        return statement.string(0)
    }

    /// The connection's last error.
    func error(_ status: Int32) -> StorageError {
        StorageError(sqliteStatus: status, text: String(cString: sqlite3_errmsg(handle)), path: path)
    }
}

extension StorageError {
    /// SQLite's result code in the terms of this module; the code itself is kept whole.
    init(sqliteStatus status: Int32, text: String, path: String) {
        let code: Code =
            switch status & 0xFF {
            case SQLITE_FULL: .full
            // The shared memory of the log could not be made larger, which only a full disk does.
            case SQLITE_IOERR where status == SQLITE_IOERR | (19 << 8): .full
            case SQLITE_BUSY, SQLITE_LOCKED: .locked
            case SQLITE_CORRUPT: .corrupt
            case SQLITE_NOTADB: .incompatible
            case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_NOLFS, SQLITE_NOMEM: .io
            default: .misuse
            }
        self.init(code, text, path: path, sqliteCode: status)
    }
}
