/// The tables, and the pragmas that make an acknowledged write durable.
enum Schema {
    /// "ARCN" in SQLite's header tells what the file is.
    static let applicationID: Int64 = 0x4152_434E
    /// Raised with every change of the tables; newer files are refused.
    static let version: Int64 = 1
    static let fileName = "arcanea.sqlite"

    static func prepare(_ connection: Connection, readOnly: Bool) throws(StorageError) {
        if !readOnly {
            try connection.execute("PRAGMA page_size = 8192")
            try connection.execute("PRAGMA journal_mode = WAL")
            try connection.execute("PRAGMA synchronous = FULL")
            try connection.execute("PRAGMA wal_autocheckpoint = 4000")
            try connection.execute("PRAGMA journal_size_limit = 67108864")
        }
        try connection.execute("PRAGMA cache_size = -16384")
        let found = try connection.integer("PRAGMA user_version")
        let application = try connection.integer("PRAGMA application_id")
        if found == 0 && application == 0 {
            guard !readOnly else { throw StorageError(.incompatible, "the file is not a store of this program") }
            try connection.execute("BEGIN IMMEDIATE")
            try connection.execute(tables)
            try connection.execute("PRAGMA application_id = \(applicationID)")
            try connection.execute("PRAGMA user_version = \(version)")
            try connection.execute("COMMIT")
        } else if application != applicationID {
            throw StorageError(.incompatible, "the file is not a store of this program")
        } else if found > version {
            throw StorageError(
                .incompatible,
                "the store has format \(found) and this program reads formats up to \(version): use a newer program")
        }
        if !readOnly {
            // 2 is FULL. Anything less loses acknowledged writes when the power goes.
            let synchronous = try connection.integer("PRAGMA synchronous")
            guard synchronous == 2 else {
                throw StorageError(.misuse, "PRAGMA synchronous is \(synchronous), not FULL: refusing to run")
            }
        }
    }

    private static let tables = """
        CREATE TABLE collection (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimension INTEGER NOT NULL, metric TEXT NOT NULL,
          embedder TEXT NOT NULL, created_at INTEGER NOT NULL);
        CREATE TABLE namespace (
          id INTEGER PRIMARY KEY, collection_id INTEGER NOT NULL REFERENCES collection(id), name TEXT NOT NULL,
          seq INTEGER NOT NULL, record_count INTEGER NOT NULL, next_ordinal INTEGER NOT NULL,
          UNIQUE (collection_id, name));
        -- id = namespace_id << 32 | ordinal: rows of a namespace lie together, in the order of creation.
        CREATE TABLE record (
          id INTEGER PRIMARY KEY, namespace_id INTEGER NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
          vector_seq INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
          state INTEGER NOT NULL, payload BLOB NOT NULL, metadata BLOB NOT NULL, vector BLOB,
          checksum INTEGER NOT NULL);
        CREATE UNIQUE INDEX record_key ON record (namespace_id, key);
        CREATE TABLE edge (
          id INTEGER PRIMARY KEY, namespace_id INTEGER NOT NULL, child INTEGER NOT NULL, parent INTEGER NOT NULL,
          kind INTEGER NOT NULL, weight REAL NOT NULL, flags INTEGER NOT NULL, at INTEGER NOT NULL, reason TEXT,
          seq INTEGER NOT NULL, checksum INTEGER NOT NULL, UNIQUE (namespace_id, child, parent));
        CREATE TABLE event (
          id INTEGER PRIMARY KEY, viewer TEXT NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL,
          weight REAL NOT NULL, at INTEGER NOT NULL, checksum INTEGER NOT NULL, UNIQUE (viewer, target, kind));
        """
}
