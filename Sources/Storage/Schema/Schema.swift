/// The pragmas that make an acknowledged write durable, and the check of what kind of file it is.
enum Schema {
    /// "ARCN" in SQLite's header tells what the file is.
    static let applicationID: Int64 = 0x4152_434E
    static let fileName = "arcanea.sqlite"

    /// Bytes of a page. Larger pages take larger vectors without overflow pages; see the module's article for figures.
    static let pageSize = 8_192
    /// Pages in the write-ahead log before they are moved to the database: 32 MB.
    static let checkpointPages = 4_000

    /// Readies a writer's connection: makes the tables, or brings older ones up to date, and refuses newer ones.
    ///
    /// - Throws: `incompatible`; `misuse` when the connection would not be durable.
    static func prepareWriter(_ connection: Connection) throws(StorageError) {
        try connection.execute("PRAGMA page_size = \(pageSize)")
        // Asked before anything is written: a file that is not ours stays as it is.
        let version = try checkedVersion(connection)
        // Of a new file: pages that deletions free can be given back in small steps, between other writes. It would write to
        // an old one.
        if version == 0 { try connection.execute("PRAGMA auto_vacuum = INCREMENTAL") }
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA foreign_keys = ON")
        try connection.execute("PRAGMA journal_size_limit = 67108864")
        try connection.execute("PRAGMA cache_size = -16384")
        // What is deleted is overwritten with zeros: forgetting must not leave a text behind in free pages.
        try connection.execute("PRAGMA secure_delete = ON")
        try migrate(connection, from: version)
        try requireDurability(connection)
    }

    /// Readies a reader's connection.
    ///
    /// - Throws: `incompatible`.
    static func prepareReader(_ connection: Connection) throws(StorageError) {
        try connection.execute("PRAGMA query_only = ON")
        try connection.execute("PRAGMA cache_size = -4096")
        guard try checkedVersion(connection) > 0 else { throw notAStore(connection) }
    }

    /// Refuses to go on with anything less than a log that is synced before each answer.
    ///
    /// `synchronous=NORMAL` looks the same until the power goes: then acknowledged writes are gone. Libraries have been
    /// seen to set it behind their user's back, so it is read back rather than believed.
    static func requireDurability(_ connection: Connection) throws(StorageError) {
        let full: Int64 = 2
        let synchronous = try connection.integer("PRAGMA synchronous")
        let journal = try connection.text("PRAGMA journal_mode")
        guard synchronous == full, journal == "wal" else {
            throw StorageError(
                .misuse,
                "the database is not durable: synchronous is \(synchronous) and not 2 (FULL), or the journal mode is "
                    + "\(journal) and not wal; refusing to run", path: connection.path)
        }
    }

    /// The file's format, 0 when it is empty.
    private static func checkedVersion(_ connection: Connection) throws(StorageError) -> Int64 {
        let application = try connection.integer("PRAGMA application_id")
        let version = try connection.integer("PRAGMA user_version")
        guard application == applicationID else {
            // A new file, or one whose making was cut short: the tables, id and version come in one transaction.
            let isEmpty = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
            guard application == 0, version == 0, isEmpty else { throw notAStore(connection) }
            return 0
        }
        guard version <= Migrations.newest else {
            throw StorageError(
                .incompatible,
                "the store has format \(version) and this program reads formats up to \(Migrations.newest): use a newer "
                    + "program", path: connection.path)
        }
        return version
    }

    private static func migrate(_ connection: Connection, from version: Int64) throws(StorageError) {
        guard version < Migrations.newest else { return }
        try connection.execute("BEGIN IMMEDIATE")
        do {
            for step in Migrations.steps[Int(version)...] { try connection.execute(step) }
            try connection.execute("PRAGMA application_id = \(applicationID)")
            try connection.execute("PRAGMA user_version = \(Migrations.newest)")
            try connection.execute("COMMIT")
        } catch {
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    private static func notAStore(_ connection: Connection) -> StorageError {
        StorageError(.incompatible, "the file is not a store of this program", path: connection.path)
    }
}
