import Storage

/// What a store takes of the disk.
public struct StoreSpace: Sendable, Encodable, Equatable {
    /// Of the database, without its log and derived files.
    public var bytes: Int
    /// Of pages in it that deletions freed: later writes use them, or they are given back.
    public var freeBytes: Int

    init(_ space: DatabaseSpace) {
        bytes = space.bytes
        freeBytes = space.freeBytes
    }
}

/// What a compaction gave back.
public struct ReclaimedSpace: Sendable, Encodable, Equatable {
    public var before: StoreSpace
    public var after: StoreSpace
    public var reclaimedBytes: Int

    init(_ spaces: (before: DatabaseSpace, after: DatabaseSpace)) {
        before = StoreSpace(spaces.before)
        after = StoreSpace(spaces.after)
        reclaimedBytes = spaces.before.bytes - spaces.after.bytes
    }
}

extension Store {
    /// What the database takes of the disk.
    public func space() throws -> StoreSpace {
        try translating { StoreSpace(try database.readers.read { try $0.space() }) }
    }

    /// Gives what deletions freed back to the disk, in small transactions between other writes. It also happens by itself
    /// when a quarter of the database is free.
    ///
    /// - Parameter progress: told the share that is done, in 0…1.
    public func compact(progress: @escaping @Sendable (Double) -> Void = { _ in }) async throws -> ReclaimedSpace {
        guard configuration.mode == .readWrite else {
            throw EngineError(.failedPrecondition, "the store in \(configuration.directory) is open for reading only")
        }
        do {
            return ReclaimedSpace(try await database.commits.reclaim(progress: progress))
        } catch {
            throw EngineError(translating: error)
        }
    }
}

extension StoreMaintenance {
    /// Writes the database of a store anew, without free pages and with rows packed. No process may have the store open for
    /// writing.
    ///
    /// - Throws: `unavailable` when one has; `outOfSpace`: the database is needed twice for a while.
    public static func compact(directory: String) throws -> ReclaimedSpace {
        do {
            let store = try SQLiteStore.open(directory: directory, mode: .readWrite)
            defer { store.close() }
            return ReclaimedSpace(try store.rebuild())
        } catch {
            throw EngineError(translating: error)
        }
    }
}
