import CSQLite

/// One SQLite connection. Not thread-safe by itself: a connection has one user at a time.
final class Connection {
    let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    init(path: String, readOnly: Bool) throws(StorageError) {
        var handle: OpaquePointer?
        let flags =
            (readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOMUTEX
        let status = sqlite3_open_v2(path, &handle, flags, nil)
        guard status == SQLITE_OK, let handle else {
            sqlite3_close_v2(handle)
            throw StorageError(.io, "cannot open the database: \(String(cString: sqlite3_errstr(status)))", path: path, sqliteCode: status)
        }
        self.handle = handle
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, 10_000)
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    func execute(_ sql: String) throws(StorageError) {
        let status = sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw error(status) }
    }

    /// A prepared statement, kept for the connection's life.
    func statement(_ sql: String) throws(StorageError) -> Statement {
        if let statement = statements[sql] {
            statement.reset()
            return statement
        }
        let statement = try Statement(self, sql)
        statements[sql] = statement
        return statement
    }

    func integer(_ sql: String) throws(StorageError) -> Int64 {
        let statement = try Statement(self, sql)
        guard try statement.step() else { throw StorageError(.misuse, "\(sql) gave no row") }
        return statement.int64(0)
    }

    func error(_ status: Int32) -> StorageError {
        let text = String(cString: sqlite3_errmsg(handle))
        let code: StorageError.Code =
            switch status & 0xFF {
            case SQLITE_FULL: .full
            case SQLITE_BUSY, SQLITE_LOCKED: .locked
            case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
            case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY: .io
            default: .misuse
            }
        return StorageError(code, text, sqliteCode: status)
    }
}
