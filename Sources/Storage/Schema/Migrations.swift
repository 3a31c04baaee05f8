/// The database's tables, as the steps that made them. A new store takes all steps, an older one those that it lacks.
///
/// Steps are never edited once a release has written stores with them: a change is a new step.
enum Migrations {
    /// Step `n` (from 0) leads from format `n` to format `n + 1`.
    static let steps = [version1]

    static var newest: Int64 { Int64(steps.count) }

    private static let version1 = """
        CREATE TABLE store_meta (
          key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE collection (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimension INTEGER NOT NULL, metric TEXT NOT NULL,
          embedder TEXT NOT NULL, created_at INTEGER NOT NULL, checksum INTEGER NOT NULL);
        CREATE TABLE namespace (
          id INTEGER PRIMARY KEY, collection_id INTEGER NOT NULL REFERENCES collection (id), name TEXT NOT NULL,
          seq INTEGER NOT NULL, next_ordinal INTEGER NOT NULL, record_count INTEGER NOT NULL,
          record_digest INTEGER NOT NULL, edge_count INTEGER NOT NULL, edge_digest INTEGER NOT NULL,
          checksum INTEGER NOT NULL, UNIQUE (collection_id, name));
        -- id = namespace_id << 32 | ordinal: rows of a namespace lie together, in the order of creation.
        CREATE TABLE record (
          id INTEGER PRIMARY KEY, namespace_id INTEGER NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
          vector_seq INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
          state INTEGER NOT NULL, payload BLOB NOT NULL, metadata BLOB NOT NULL, vector BLOB,
          checksum INTEGER NOT NULL);
        CREATE UNIQUE INDEX record_key ON record (namespace_id, key);
        -- id = namespace_id << 32 | place in the order of arrival.
        CREATE TABLE edge (
          id INTEGER PRIMARY KEY, namespace_id INTEGER NOT NULL, child INTEGER NOT NULL, parent INTEGER NOT NULL,
          kind INTEGER NOT NULL, weight REAL NOT NULL, flags INTEGER NOT NULL, at INTEGER NOT NULL, reason TEXT,
          seq INTEGER NOT NULL, checksum INTEGER NOT NULL, UNIQUE (namespace_id, child, parent));
        -- id: the order of arrival.
        CREATE TABLE event (
          id INTEGER PRIMARY KEY, viewer TEXT NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL,
          weight REAL NOT NULL, at INTEGER NOT NULL, checksum INTEGER NOT NULL, UNIQUE (viewer, target, kind));
        CREATE TABLE event_head (
          id INTEGER PRIMARY KEY CHECK (id = 1), next_id INTEGER NOT NULL, event_count INTEGER NOT NULL,
          event_digest INTEGER NOT NULL, checksum INTEGER NOT NULL);
        CREATE TABLE idempotency (
          key TEXT PRIMARY KEY, at INTEGER NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
          checksum INTEGER NOT NULL);
        CREATE INDEX idempotency_at ON idempotency (at);
        """
}
