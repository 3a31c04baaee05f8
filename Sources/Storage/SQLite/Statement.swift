import CSQLite

/// A prepared statement: bind by position from 1, read by column from 0.
final class Statement {
    private let handle: OpaquePointer
    private unowned let connection: Connection
    /// The first value that could not be bound: thrown by the next step, so that nothing runs with a hole in it.
    private var bindStatus = SQLITE_OK
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

    /// Makes the statement ready again and forgets what was bound.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        bindStatus = SQLITE_OK
    }

    /// True when there is a row to read.
    func step() throws(StorageError) -> Bool {
        let status = bindStatus == SQLITE_OK ? sqlite3_step(handle) : bindStatus
        if status == SQLITE_ROW { return true }
        if status == SQLITE_DONE { return false }
        let error = connection.error(status)
        sqlite3_reset(handle)
        throw error
    }

    /// Runs to the end and makes the statement ready again.
    func run() throws(StorageError) {
        defer { reset() }
        while try step() {}
    }

    // MARK: Binding

    func bind(_ position: Int32, _ value: Int64) { note(sqlite3_bind_int64(handle, position, value)) }

    func bind(_ position: Int32, _ value: UInt64) { bind(position, Int64(bitPattern: value)) }

    func bind(_ position: Int32, _ value: Double) { note(sqlite3_bind_double(handle, position, value)) }

    func bind(_ position: Int32, _ value: String) {
        var value = value
        value.withUTF8 { bytes in
            // An empty buffer may have no address, and binding no address would bind NULL.
            let base = UnsafeRawPointer(bytes.baseAddress) ?? UnsafeRawPointer(bitPattern: 1)
            note(
                sqlite3_bind_text64(
                    handle, position, base?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count), Self.transient,
                    UInt8(SQLITE_UTF8)))
        }
    }

    /// Binds bytes by copying them.
    func bind(_ position: Int32, _ bytes: UnsafeRawBufferPointer) { bind(position, bytes, Self.transient) }

    /// Binds bytes without copying them.
    ///
    /// - Precondition: they stay where they are until the statement is reset.
    func bindBorrowed(_ position: Int32, _ bytes: UnsafeRawBufferPointer) { bind(position, bytes, nil) }

    func bindNull(_ position: Int32) { note(sqlite3_bind_null(handle, position)) }

    private func bind(_ position: Int32, _ bytes: UnsafeRawBufferPointer, _ destructor: sqlite3_destructor_type?) {
        if let base = bytes.baseAddress, !bytes.isEmpty {
            note(sqlite3_bind_blob64(handle, position, base, UInt64(bytes.count), destructor))
        } else {
            note(sqlite3_bind_zeroblob(handle, position, 0))
        }
    }

    private func note(_ status: Int32) {
        if bindStatus == SQLITE_OK { bindStatus = status }
    }

    // MARK: Reading

    var columnCount: Int32 { sqlite3_column_count(handle) }

    /// Bytes of a column, about: numbers count as 8.
    func byteCount(_ column: Int32) -> Int {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_TEXT, SQLITE_BLOB: Int(sqlite3_column_bytes(handle, column))
        default: 8
        }
    }

    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func uint64(_ column: Int32) -> UInt64 { UInt64(bitPattern: int64(column)) }

    func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func string(_ column: Int32) -> String { String(decoding: blob(column), as: UTF8.self) }

    /// The bytes of a text or a blob, valid until the next step or reset.
    func blob(_ column: Int32) -> UnsafeRawBufferPointer {
        let base = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(handle, column)))
    }
}
