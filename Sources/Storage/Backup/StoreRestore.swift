import Foundation

/// Makes a store from a backup.
public struct StoreRestore {
    private let backup: String
    private let directory: String
    private let progress: (Double) -> Void

    /// - Parameters:
    ///   - backup: a directory that ``StoreBackup`` made.
    ///   - directory: of the new store. It must not exist, or be an empty directory.
    ///   - progress: told the share that is done, in 0…1.
    public init(backup: String, directory: String, progress: @escaping (Double) -> Void = { _ in }) {
        self.backup = backup
        self.directory = directory
        self.progress = progress
    }

    /// Copies every file, compares the copies with the manifest, and gives them the directory's name.
    ///
    /// - Throws: `corrupt` when the backup is not what was made, `incompatible` when it is none, `occupied` when the
    ///   directory is in use, `full`, `io`. There is no store then.
    @discardableResult
    public func run() throws -> BackupManifest {
        let manifest = try BackupManifest.read(from: backup)
        let place = try NewDirectory(directory)
        do {
            var done = 0
            for file in manifest.files {
                let (source, copy) = (backup + "/" + file.name, place.path + "/" + file.name)
                guard try FileIO.copy(source, to: copy) else {
                    throw StorageError(.corrupt, "the backup lacks the file \(file.name)", path: backup)
                }
                // Of the copy, after it was made: what is verified is what will be used.
                let (digest, bytes) = try FileDigest.of(copy) { count in
                    done += count
                    progress(0.6 * Double(done) / Double(max(1, manifest.bytes)))
                }
                guard bytes == file.bytes, digest == file.xxh64 else {
                    throw StorageError(
                        .corrupt,
                        "the file is not what the manifest says: \(bytes) bytes with sum \(digest), where "
                            + "\(file.bytes) with \(file.xxh64) were written", path: source)
                }
            }
            try verify(place.path, manifest)
            try place.publish()
            return manifest
        } catch {
            place.discard()
            throw error
        }
    }

    private func verify(_ folder: String, _ manifest: BackupManifest) throws {
        let connection = try Connection(path: folder + "/" + Schema.fileName, readOnly: true)
        try Schema.prepareReader(connection)
        let found = try ReadSnapshot(connection: connection).namespaces().map { namespace in
            BackupManifest.Namespace(
                id: namespace.id, name: namespace.name, seq: namespace.seq, records: namespace.recordCount,
                edges: namespace.edgeCount)
        }
        guard found == manifest.namespaces else {
            throw StorageError(.corrupt, "the database holds other namespaces than the manifest says", path: backup)
        }
        progress(1)
    }
}
