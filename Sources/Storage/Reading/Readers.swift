import Synchronization

/// Read-only connections, lent to one caller at a time. Reads never wait for the writer (WAL).
///
/// As many connections are open as there are readers at one moment; a few are kept for the next ones.
public final class Readers: Sendable {
    private static let idleMax = 8

    /// A connection on its way between callers; only one has it at a time, which makes the unchecked conformance sound.
    private struct Lent: @unchecked Sendable {
        let connection: Connection
    }

    private struct State {
        var idle: [Lent] = []
        var isClosed = false
    }

    private let path: String
    private let state = Mutex(State())

    init(path: String) { self.path = path }

    /// Closes idle connections now, and lent ones when they come back.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.idle.removeAll()
        }
    }

    /// Lends a consistent view of the store: everything committed when `body` first reads, nothing later.
    ///
    /// - Throws: what `body` throws; `misuse` when the store is closed.
    public func read<Value>(_ body: (ReadSnapshot) throws -> Value) throws -> Value {
        let lent = try borrow()
        defer { giveBack(lent) }
        try lent.connection.statement("BEGIN").run()
        // Nothing was changed, so there is nothing that ending the transaction could lose.
        defer { try? lent.connection.statement("COMMIT").run() }
        return try body(ReadSnapshot(connection: lent.connection))
    }

    private func borrow() throws(StorageError) -> Lent {
        let (kept, isClosed) = state.withLock { state in (state.idle.popLast(), state.isClosed) }
        guard !isClosed else { throw StorageError(.misuse, "the store is closed") }
        if let kept { return kept }
        let connection = try Connection(path: path, readOnly: true)
        try Schema.prepareReader(connection)
        return Lent(connection: connection)
    }

    private func giveBack(_ lent: Lent) {
        state.withLock { state in
            if !state.isClosed && state.idle.count < Self.idleMax { state.idle.append(lent) }
        }
    }
}

// MARK: - Single questions

/// Each is a snapshot of its own; see ``ReadSnapshot`` for what they return.
extension Readers {
    public func collection(named name: String) throws -> StoredCollection? {
        try read { try $0.collection(named: name) }
    }

    public func namespaces() throws -> [StoredNamespace] { try read { try $0.namespaces() } }

    public func record(namespace: Int64, ordinal: UInt32) throws -> StoredRecord? {
        try read { try $0.record(namespace: namespace, ordinal: ordinal) }
    }

    public func record(namespace: Int64, key: String) throws -> StoredRecord? {
        try read { try $0.record(namespace: namespace, key: key) }
    }

    public func records(namespace: Int64, ordinals: [UInt32]) throws -> [StoredRecord] {
        try read { try $0.records(namespace: namespace, ordinals: ordinals) }
    }

    public func keys(namespace: Int64, prefix: String = "", after: String? = nil, limit: Int) throws -> [String] {
        try read { try $0.keys(namespace: namespace, prefix: prefix, after: after, limit: limit) }
    }

    public func scanRecords(namespace: Int64, _ body: (ScannedRecord) throws -> Void) throws {
        try read { try $0.scanRecords(namespace: namespace, body) }
    }

    public func edges(namespace: Int64) throws -> [StoredEdge] { try read { try $0.edges(namespace: namespace) } }

    public func scanEvents(_ body: (StoredEvent) throws -> Void) throws { try read { try $0.scanEvents(body) } }
}
