import Foundation

/// Reads everything in a data directory, beside its writer if there is one, and tells what is not as it was written.
public struct StoreVerifier {
    private let directory: String
    private let deep: Bool
    private let progress: (Double) -> Void

    /// - Parameters:
    ///   - deep: SQLite's indexes are compared with their tables as well.
    ///   - progress: told the share of the rows that is done, in 0…1.
    public init(directory: String, deep: Bool, progress: @escaping (Double) -> Void = { _ in }) {
        self.directory = directory
        self.deep = deep
        self.progress = progress
    }

    /// Every row's checksum, the digests of the head rows, the database's structure, the log, and derived files with sums
    /// of this module.
    ///
    /// - Parameter body: looks at more through the same view of the rows, such as at files of other formats.
    /// - Throws: `StorageError` when there is no store or it cannot be opened at all; damage is no error.
    public func run(
        also body: (ReadSnapshot, DerivedFiles, inout VerificationReport) throws -> Void = { _, _, _ in }
    ) throws -> VerificationReport {
        let path = directory + "/" + Schema.fileName
        guard FileManager.default.fileExists(atPath: path) else {
            throw StorageError(.io, "there is no store", path: directory)
        }
        var report = VerificationReport()
        report.bytes = try DerivedFiles.names(in: directory).reduce(0) { $0 + FileIO.size(directory + "/" + $1) }
        report.bytes += FileIO.size(path) + FileIO.size(path + "-wal")
        // Before SQLite opens it: a log that is damaged would be cut by the next writer.
        report.judgedLog = DirectoryLock.isFree(directory)
        if report.judgedLog, let bytes = try FileIO.read(path + "-wal"),
            let damage = bytes.withUnsafeBytes(LogFile.damage)
        {
            report.add(Damage(.truth, Schema.fileName + "-wal", damage.error(path + "-wal").message))
        }
        do throws(StorageError) {
            try rows(&report, body)
        } catch {
            guard error.code == .corrupt || error.code == .incompatible && Self.isOurs(path) else { throw error }
            report.add(Damage(.truth, Schema.fileName, error.description))
        }
        return report
    }

    private func rows(
        _ report: inout VerificationReport,
        _ body: (ReadSnapshot, DerivedFiles, inout VerificationReport) throws -> Void
    ) throws(StorageError) {
        do {
            let store = try SQLiteStore.open(directory: directory, mode: .readOnly)
            defer { store.close() }
            report = try store.readers.read { snapshot in
                var report = report
                for damage in try snapshot.structureDamages(deep: deep) { report.add(damage) }
                var verifier = try RowVerifier(snapshot, report: report, progress: progress)
                try verifier.run()
                report = verifier.report
                files(store.derivedFiles, &report)
                try body(snapshot, store.derivedFiles, &report)
                return report
            }
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(.misuse, "\(error)")
        }
    }

    private func files(_ files: DerivedFiles, _ report: inout VerificationReport) {
        for name in (try? DerivedFiles.names(in: directory)) ?? [] {
            report.files += 1
            guard !name.hasSuffix(".segment") else { continue }
            do {
                _ = try files.read(name) { _ in }
            } catch {
                report.add(Damage(.derived, name, (error as? StorageError)?.message ?? "\(error)"))
            }
        }
    }

    /// A database that was ours by any sign: its first bytes may be what is damaged.
    private static func isOurs(_ path: String) -> Bool {
        FileIO.size(path) >= Schema.pageSize
    }
}
