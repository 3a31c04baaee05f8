import CSQLite

/// A prepared statement: bind by position from 1, read by column from 0.
final class Statement {
    let handle: OpaquePointer
    private unowned let connection: Connection
    /// SQLite copies the bytes before `bind` returns.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ connection: Connection, _ sql: String) throws(StorageError) {
        var handle: OpaquePointer?
        let status = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard status == SQLITE_OK, let handle else { throw connection.error(status) }
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// True when there is a row to read.
    func step() throws(StorageError) -> Bool {
        let status = sqlite3_step(handle)
        if status == SQLITE_ROW { return true }
        if status == SQLITE_DONE { return false }
        let error = connection.error(status)
        sqlite3_reset(handle)
        throw error
    }

    /// Runs to the end and makes the statement ready again.
    func run() throws(StorageError) {
        while try step() {}
        sqlite3_reset(handle)
    }

    func bind(_ position: Int32, _ value: Int64) { sqlite3_bind_int64(handle, position, value) }
    func bind(_ position: Int32, _ value: Double) { sqlite3_bind_double(handle, position, value) }
    func bind(_ position: Int32, _ value: String) {
        var value = value
        value.withUTF8 { bytes in
            _ = sqlite3_bind_text(handle, position, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), Self.transient)
        }
    }
    func bind(_ position: Int32, _ bytes: UnsafeRawBufferPointer) {
        if let base = bytes.baseAddress, bytes.count > 0 {
            sqlite3_bind_blob64(handle, position, base, UInt64(bytes.count), Self.transient)
        } else {
            sqlite3_bind_zeroblob(handle, position, 0)
        }
    }
    func bindNull(_ position: Int32) { sqlite3_bind_null(handle, position) }

    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func string(_ column: Int32) -> String {
        let bytes = blob(column)
        return String(decoding: bytes, as: UTF8.self)
    }
    /// Valid until the next step.
    func blob(_ column: Int32) -> UnsafeRawBufferPointer {
        let base = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(handle, column)))
    }
}
