import CSQLite
import Foundation

/// Copies a store while it is in use: the database as of one moment, derived files, and a manifest with checksums.
///
/// The copy is made beside its place, verified, synced, and renamed: a backup that has its name is whole.
public struct StoreBackup {
    /// Pages between two looks at the progress.
    private static let stepPages: Int32 = 256

    private let directory: String
    private let target: String
    private let allowsDamage: Bool
    private let progress: (Double) -> Void

    /// - Parameters:
    ///   - directory: of the store; a process may be writing to it.
    ///   - target: of the backup. It must not exist, or be an empty directory.
    ///   - allowsDamage: whether damaged rows may be in the backup, but for those of namespaces. Otherwise they are a reason
    ///     to make none.
    ///   - progress: told the share that is done, in 0…1.
    public init(
        directory: String, target: String, allowsDamage: Bool = false, progress: @escaping (Double) -> Void = { _ in }
    ) {
        self.directory = directory
        self.target = target
        self.allowsDamage = allowsDamage
        self.progress = progress
    }

    /// - Throws: `occupied` when the target is in use, `corrupt` when the store is damaged, `full`, `io`. There is no target
    ///   then.
    @discardableResult
    public func run(now: Int64) throws -> BackupManifest {
        let place = try NewDirectory(target)
        do {
            let manifest = try fill(place.path, now)
            try place.publish()
            return manifest
        } catch {
            place.discard()
            throw error
        }
    }

    private func fill(_ folder: String, _ now: Int64) throws -> BackupManifest {
        // Derived files first: what they cover must be in the database that is copied after them.
        var names = try copyDerivedFiles(to: folder)
        try copyDatabase(to: folder + "/" + Schema.fileName)
        names.append(Schema.fileName)
        let namespaces = try verified(folder)
        var files: [BackupManifest.File] = []
        for name in names.sorted() {
            let (digest, bytes) = try FileDigest.of(folder + "/" + name)
            files.append(BackupManifest.File(name: name, bytes: bytes, xxh64: digest))
        }
        let manifest = BackupManifest(createdAt: now, source: directory, namespaces: namespaces, files: files)
        try FileIO.create(folder + "/" + BackupManifest.fileName, try manifest.encoded())
        return manifest
    }

    /// Links where both are on one file system: files are replaced and never changed, so the link keeps what it has.
    private func copyDerivedFiles(to folder: String) throws -> [String] {
        try DerivedFiles.names(in: directory).filter { name in
            let (source, copy) = (directory + "/" + name, folder + "/" + name)
            if link(source, copy) == 0 { return true }
            // Replaced by its successor, or given up, since the directory was read.
            if errno == ENOENT { return false }
            return try FileIO.copy(source, to: copy)
        }
    }

    private func copyDatabase(to path: String) throws {
        let source = try Connection(path: directory + "/" + Schema.fileName, readOnly: true)
        try Schema.prepareReader(source)
        // One view for the whole copy: without it each step would see the writes since the last, and begin again.
        try source.execute("BEGIN")
        _ = try source.integer("SELECT count(*) FROM namespace")
        try FileIO.create(path, [])
        let copy = try Connection(path: path, readOnly: false)
        // Synced as a whole, before the backup gets its name.
        try copy.execute("PRAGMA synchronous = OFF")
        guard let backup = sqlite3_backup_init(copy.handle, "main", source.handle, "main") else {
            throw copy.error(sqlite3_errcode(copy.handle))
        }
        var status = SQLITE_OK
        while status == SQLITE_OK {
            status = sqlite3_backup_step(backup, Self.stepPages)
            let (total, rest) = (sqlite3_backup_pagecount(backup), sqlite3_backup_remaining(backup))
            progress(0.8 * Double(total - rest) / Double(max(1, total)))
        }
        let finished = sqlite3_backup_finish(backup)
        guard status == SQLITE_DONE, finished == SQLITE_OK else {
            throw copy.error(status == SQLITE_DONE ? finished : status)
        }
        // A file of its own, without a log beside it.
        try copy.execute("PRAGMA journal_mode = DELETE")
    }

    /// Reads every row of the copy: a backup that cannot be restored is none.
    private func verified(_ folder: String) throws -> [BackupManifest.Namespace] {
        try FileIO.syncFile(folder + "/" + Schema.fileName)
        let connection = try Connection(path: folder + "/" + Schema.fileName, readOnly: true)
        try Schema.prepareReader(connection)
        let snapshot = ReadSnapshot(connection: connection)
        var verifier = try RowVerifier(
            snapshot, report: VerificationReport(), progress: { progress(0.8 + 0.2 * $0) })
        try verifier.run()
        if let damage = verifier.report.damages.first, !allowsDamage {
            throw StorageError(
                .corrupt,
                "the store is damaged, and no backup was made: \(damage.subject): \(damage.problem). Run `arcanea verify`; "
                    + "--allow-damage makes a backup with what is there", path: directory)
        }
        return try snapshot.namespaces().map { namespace in
            BackupManifest.Namespace(
                id: namespace.id, name: namespace.name, seq: namespace.seq, records: namespace.recordCount,
                edges: namespace.edgeCount)
        }
    }
}
