import CSQLite

/// Moves commits from the write-ahead log to the database, so that the log stays short.
///
/// SQLite would do so by itself, but then drops the error when that fails, and a failed fsync would go unnoticed. Here it
/// runs on the writer's thread between commits, after their answers, and its errors are thrown.
final class Checkpointer {
    /// Frames in the log when it is due.
    private let pages: Int
    /// Frames in the log, as the last commit left it.
    private var frames = 0
    private var due: Int

    /// - Parameter connection: kept by the caller as long as this.
    init(connection: Connection, pages: Int) throws(StorageError) {
        self.pages = pages
        due = pages
        try connection.execute("PRAGMA wal_autocheckpoint = 0")
        sqlite3_wal_hook(
            connection.handle,
            { context, _, _, frames in
                guard let context else { return SQLITE_OK }
                Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue().frames = Int(frames)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Runs when the log is long. Readers are not waited for: what they still need stays in the log.
    ///
    /// - Throws: `io`; a full disk is no error, as the log keeps everything.
    func runIfDue(_ connection: Connection) throws(StorageError) {
        // The log was begun anew.
        if frames < pages { due = pages }
        guard frames >= due else { return }
        let status = sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        // Readers may keep the log from being begun anew: asking at every commit would sync the database each time.
        due = max(pages, frames + pages / 4)
        guard status & 0xFF == SQLITE_IOERR else { return }
        throw connection.error(status)
    }
}
