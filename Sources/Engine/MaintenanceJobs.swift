import Dispatch
import Foundation
import Storage
import Synchronization

/// Backups, verifications and compactions of a store that is open, one at a time, in the background.
///
/// Each reads the directory through connections of its own, beside the writer, which does not wait for it.
public final class MaintenanceJobs: Sendable {
    /// A backup that is there.
    public struct BackupEntry: Sendable, Encodable {
        public var name: String
        /// Milliseconds since 1970 UTC.
        public var createdAt: Int64
        public var bytes: Int
        public var namespaces: [MaintenanceJob.Namespace]
    }

    /// Jobs that are remembered after their end.
    public static let keptJobs = 100
    /// Bytes of a backup's name: `a`–`z`, `0`–`9` and `-`.
    public static let nameBytes = 1...64

    private struct Book {
        var jobs: [MaintenanceJob] = []
        var started = 0
    }

    private let directory: String
    private let folder: String
    private let clock: @Sendable () -> Int64
    private let book = Mutex(Book())

    /// - Parameters:
    ///   - directory: of the store.
    ///   - backups: directory that holds the backups, made with the first of them; beside the store's when `nil`.
    public init(directory: String, backups: String?, clock: @escaping @Sendable () -> Int64) {
        self.directory = directory
        folder = backups ?? URL(fileURLWithPath: directory).standardized.path + ".backups"
        self.clock = clock
    }

    // MARK: Starting

    /// Begins a backup into a directory of that name.
    ///
    /// - Throws: `invalidArgument` for a name that is not of letters, digits and hyphens, so that none leaves the folder;
    ///   `alreadyExists`; `failedPrecondition` while another job runs.
    public func startBackup(name: String, allowsDamage: Bool) throws -> MaintenanceJob {
        guard Self.isName(name) else {
            throw EngineError.invalid(
                "name", "name must be of lower-case letters, digits and hyphens, got \"\(name.prefix(80))\"",
                limit: "1 to 64 of a–z, 0–9, -")
        }
        guard !FileManager.default.fileExists(atPath: path(name)) else {
            throw EngineError(.alreadyExists, "there is a backup \"\(name)\" already", field: "name")
        }
        return try startReading(.backup, name: name) { [self] progress in
            try makeFolder()
            let manifest = try StoreMaintenance.backup(
                directory: directory, to: path(name), allowsDamage: allowsDamage, now: clock(), progress: progress)
            return { $0.backup = .init(manifest) }
        }
    }

    /// Begins to read everything in the store.
    ///
    /// - Parameter deep: also compares indexes with tables, and derived files with the rows that they were made of.
    /// - Throws: `failedPrecondition` while another job runs.
    public func startVerification(deep: Bool) throws -> MaintenanceJob {
        try startReading(.verify, deep: deep) { [self] progress in
            let report = try StoreMaintenance.verify(directory: directory, deep: deep, progress: progress)
            return { $0.verification = .init(report) }
        }
    }

    /// Begins to give what deletions freed back to the disk.
    ///
    /// - Throws: `failedPrecondition` while another job runs.
    public func startCompaction(of store: Store) throws -> MaintenanceJob {
        let job = try begin(.compact)
        Task(priority: .utility) {
            do {
                let space = try await store.compact(progress: { share in self.edit(job.id) { $0.progress = share } })
                end(job.id, .success({ $0.compaction = space }))
            } catch {
                end(job.id, .failure(error))
            }
        }
        return job
    }

    private typealias Finish = (inout MaintenanceJob) -> Void

    /// On a thread of its own: the work waits for the disk.
    private func startReading(
        _ kind: MaintenanceJob.Kind, name: String? = nil, deep: Bool? = nil,
        _ work: @escaping @Sendable (_ progress: @escaping (Double) -> Void) throws -> Finish
    ) throws -> MaintenanceJob {
        let job = try begin(kind, name: name, deep: deep)
        DispatchQueue.global(qos: .utility).async { [self] in
            let outcome = Result { try work { share in self.edit(job.id) { $0.progress = share } } }
            end(job.id, outcome)
        }
        return job
    }

    private func begin(_ kind: MaintenanceJob.Kind, name: String? = nil, deep: Bool? = nil) throws -> MaintenanceJob {
        let startedAt = clock()
        return try book.withLock { book in
            if let running = book.jobs.first(where: { $0.state == .running }) {
                throw EngineError(
                    .failedPrecondition,
                    "job \(running.id) (\(running.kind.rawValue)) is running: wait until it has ended",
                    limit: "one job at a time")
            }
            book.started += 1
            var job = MaintenanceJob(
                id: "\(kind.rawValue)-\(startedAt)-\(book.started)", kind: kind, startedAt: startedAt)
            job.name = name
            job.deep = deep
            if book.jobs.count >= Self.keptJobs { book.jobs.removeFirst() }
            book.jobs.append(job)
            return job
        }
    }

    private func end(_ id: String, _ outcome: Result<Finish, any Error>) {
        let endedAt = clock()
        edit(id) { job in
            job.endedAt = endedAt
            switch outcome {
            case .success(let finish):
                job.state = .succeeded
                job.progress = 1
                finish(&job)
            case .failure(let error):
                job.state = .failed
                job.error = .init(EngineError(translating: error))
            }
        }
    }

    private func edit(_ id: String, _ change: (inout MaintenanceJob) -> Void) {
        book.withLock { book in
            guard let position = book.jobs.lastIndex(where: { $0.id == id }) else { return }
            change(&book.jobs[position])
        }
    }

    // MARK: Looking

    /// - Throws: `notFound` also for jobs that are forgotten: those of earlier processes, and of more than ``keptJobs`` ago.
    public func job(_ id: String) throws -> MaintenanceJob {
        guard let job = book.withLock({ $0.jobs.last { $0.id == id } }) else { throw EngineError.notFound("job", id) }
        return job
    }

    /// The newest first.
    public var jobs: [MaintenanceJob] { book.withLock { $0.jobs.reversed() } }

    /// The backups in the folder, by name. A directory without a whole manifest is none.
    public func backups() -> [BackupEntry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter(Self.isName).sorted().compactMap { name in
            guard let manifest = try? BackupManifest.read(from: path(name)) else { return nil }
            return BackupEntry(
                name: name, createdAt: manifest.createdAt, bytes: manifest.bytes,
                namespaces: manifest.namespaces.map(MaintenanceJob.Namespace.init))
        }
    }

    // MARK: The folder

    private func path(_ name: String) -> String { folder + "/" + name }

    private static func isName(_ name: String) -> Bool {
        nameBytes.contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Makes the folder, private as the store is, and removes what a process that ended in the middle left in it.
    private func makeFolder() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw EngineError(.unavailable, "cannot make the folder of backups: \(error.localizedDescription)")
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.contains(".partial-") {
            try? FileManager.default.removeItem(atPath: path(name))
        }
    }
}
