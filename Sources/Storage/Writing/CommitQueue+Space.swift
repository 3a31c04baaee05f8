/// Pages of the database, and those of them that hold nothing.
public struct DatabaseSpace: Sendable, Equatable {
    /// Of the database without its log.
    public var bytes: Int
    /// Of pages that deletions freed: later writes use them, and ``CommitQueue/reclaim(progress:)`` gives them back.
    public var freeBytes: Int

    init(_ connection: Connection) throws(StorageError) {
        let page = Int(try connection.integer("PRAGMA page_size"))
        bytes = Int(try connection.integer("PRAGMA page_count")) * page
        freeBytes = Int(try connection.integer("PRAGMA freelist_count")) * page
    }
}

extension ReadSnapshot {
    /// The database's pages as of this view.
    public func space() throws(StorageError) -> DatabaseSpace { try DatabaseSpace(connection) }
}

/// Room that deletions freed goes back to the disk.
extension CommitQueue {
    /// Pages of one transaction: a few milliseconds, between the writes of others.
    static let reclaimedPages = 256
    /// Commits between two looks at what is free.
    static let commitsPerLook = 16

    /// Gives all free pages back, in small transactions between other writes.
    ///
    /// - Parameter progress: told the share that is done, in 0…1.
    /// - Returns: the database's pages before and after. Its file is cut when the log has been moved to it, which a reader
    ///   of an older state can hold up for a while.
    /// - Throws: `full`, `io`. What was given back stays so.
    /// - Complexity: O(pages that are moved from the end into free places, at most those that are free).
    public func reclaim(
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws -> (before: DatabaseSpace, after: DatabaseSpace) {
        let before = try await submit(grows: false) { session in (try DatabaseSpace(session.connection), {}) }
        var after = before
        while after.freeBytes > 0 {
            try Task.checkCancellation()
            let step = try await reclaimStep()
            after = step.after
            didReclaim(step.before.bytes - step.after.bytes)
            // A file of an older program, whose pages cannot be moved.
            guard step.after.freeBytes < step.before.freeBytes else { break }
            progress(max(0, 1 - Double(after.freeBytes) / Double(before.freeBytes)))
        }
        await checkpoint()
        return (before, after)
    }

    private func reclaimStep() async throws -> (before: DatabaseSpace, after: DatabaseSpace) {
        try await submit(barrier: true, grows: false) { session in
            let before = try DatabaseSpace(session.connection)
            try session.connection.execute("PRAGMA incremental_vacuum(\(Self.reclaimedPages))")
            return ((before, try DatabaseSpace(session.connection)), {})
        }
    }

    /// Writes the whole database anew, without free pages and with rows packed. For a store that nobody else uses: it needs
    /// as much room again, and writes wait.
    func rebuild() throws -> (before: DatabaseSpace, after: DatabaseSpace) {
        try alone { connection in
            let before = try DatabaseSpace(connection)
            try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            try connection.execute("VACUUM")
            try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            let after = try DatabaseSpace(connection)
            didReclaim(before.bytes - after.bytes)
            return (before, after)
        }
    }

    /// When so much is free that giving it back pays: a quarter of the pages, and 8 MiB at least.
    static func isWorthReclaiming(_ space: DatabaseSpace) -> Bool {
        space.freeBytes >= max(8 << 20, space.bytes / 4)
    }
}
