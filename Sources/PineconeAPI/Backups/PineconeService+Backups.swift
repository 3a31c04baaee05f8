import Engine
import Foundation

extension PineconeService {
    /// Begins to copy an index as it is now.
    ///
    /// - Throws: `notFound`.
    public func createBackup(_ draft: BackupDraft, of indexName: String) async throws -> PineconeBackup {
        let index = try vectorIndex(indexName)
        let backup = PineconeBackup(
            id: UUID().uuidString.lowercased(), name: draft.name, text: draft.text, createdAt: clock(),
            status: .initializing, source: index, schemas: catalog.schemas(of: index.id), summary: ArchiveSummary())
        try await save(backup)
        // The answer goes out once the moment of the copy has come, not once the copy is done.
        await withCheckedContinuation { moment in
            let begun = Once { moment.resume() }
            background.addAtOnce { [self] in
                defer { begun.run() }
                var finished = backup
                do {
                    finished.summary = try await store.archive(
                        index.collection, as: backup.id, isCancelled: { [background] in background.isStopping },
                        didBegin: { begun.run() })
                    finished.status = .ready
                } catch {
                    finished.status = .failed
                }
                try await save(finished, onlyIfThere: true)
            } orElse: {
                begun.run()
            }
        }
        return backup
    }

    /// - Throws: `notFound`.
    public func backup(_ id: String) throws -> PineconeBackup {
        guard let backup = catalog.backup(id) else {
            throw EngineError(.notFound, "Resource backup \(id.prefix(64)) not found")
        }
        return backup
    }

    /// A page of backups in the order of their making.
    ///
    /// - Parameter indexName: only those of this index, which need not be there anymore.
    public func backups(
        of indexName: String?, limit: Int, token: String?
    ) throws -> (page: [PineconeBackup], next: String?) {
        let all = catalog.backups.filter { indexName == nil || $0.source.name == indexName }
        return try page(all, limit, token, \.id)
    }

    /// - Throws: `notFound`.
    public func deleteBackup(_ id: String) async throws {
        let catalog = catalog
        try await store.write(barrier: true) { [self] transaction in
            try transaction.removeFact(backup(id).factKey)
            transaction.afterCommit { catalog.removeBackup(id) }
        }
        // A copy that is under way finds its backup gone when it ends, and is removed then.
        try await store.removeArchive(id)
        removeDropped()
    }

    /// Ends a copy that the last process did not finish.
    func giveUp(_ backup: PineconeBackup) async throws {
        var failed = backup
        failed.status = .failed
        try await save(failed, onlyIfThere: true)
    }

    private func save(_ backup: PineconeBackup, onlyIfThere: Bool = false) async throws {
        let catalog = catalog
        let isThere = try await store.write(barrier: true) { transaction in
            guard !onlyIfThere || catalog.backup(backup.id) != nil else { return false }
            try transaction.setFact(backup.factKey, backup.encoded())
            transaction.afterCommit { catalog.set(backup) }
            return true
        }
        guard !isThere || backup.status == .failed else { return }
        try await store.removeArchive(backup.id)
        removeDropped()
    }

    func page<Element>(
        _ all: [Element], _ limit: Int, _ token: String?, _ id: (Element) -> String
    ) throws -> (page: [Element], next: String?) {
        let last = try token.map(PageToken.decode)
        let start = last.flatMap { last in all.firstIndex { id($0) == last }.map { $0 + 1 } } ?? 0
        let page = Array(all[start...].prefix(limit))
        return (page, start + page.count < all.count ? page.last.map { PageToken.encode(id($0)) } : nil)
    }
}
