import Storage

/// A backup, a verification or a compaction that was asked for, and what became of it.
public struct MaintenanceJob: Sendable, Encodable {
    public enum Kind: String, Sendable, Encodable {
        case backup
        case verify
        case compact
    }

    public enum State: String, Sendable, Encodable {
        case running
        case succeeded
        /// `error` says why.
        case failed
    }

    public var id: String
    public var kind: Kind
    public var state = State.running
    /// The share that is done, 0…1.
    public var progress = 0.0
    /// Milliseconds since 1970 UTC.
    public var startedAt: Int64
    public var endedAt: Int64?
    /// Of a backup.
    public var name: String?
    /// Of a verification.
    public var deep: Bool?
    public var backup: Backup?
    public var verification: Verification?
    public var compaction: ReclaimedSpace?
    public var error: Failure?

    init(id: String, kind: Kind, startedAt: Int64) {
        self.id = id
        self.kind = kind
        self.startedAt = startedAt
    }

    /// What is in a backup; its files are named in its manifest.
    public struct Backup: Sendable, Encodable {
        public var bytes: Int
        public var files: Int
        public var namespaces: [Namespace]

        init(_ manifest: BackupManifest) {
            bytes = manifest.bytes
            files = manifest.files.count
            namespaces = manifest.namespaces.map(Namespace.init)
        }
    }

    /// A namespace as of the moment of a backup.
    public struct Namespace: Sendable, Encodable {
        public var name: String
        public var seq: UInt64
        public var records: Int
        public var edges: Int

        init(_ namespace: BackupManifest.Namespace) {
            name = namespace.name
            seq = namespace.seq
            records = namespace.records
            edges = namespace.edges
        }
    }

    /// What a verification has seen.
    public struct Verification: Sendable, Encodable {
        public var records: Int
        public var edges: Int
        public var events: Int
        /// Derived files.
        public var files: Int
        public var bytes: Int
        /// True when something is damaged that cannot be made again: restore a backup.
        public var hasDamagedTruth: Bool
        public var damageCount: Int
        /// The first of them.
        public var damages: [Damage]

        init(_ report: VerificationReport) {
            records = report.records
            edges = report.edges
            events = report.events
            files = report.files
            bytes = report.bytes
            hasDamagedTruth = report.hasDamagedTruth
            damageCount = report.damageCount
            damages = report.damages.map {
                Damage(kind: $0.kind.rawValue, subject: $0.subject, problem: $0.problem)
            }
        }
    }

    /// One thing that is not as it was written.
    public struct Damage: Sendable, Encodable {
        /// `truth`, or `derived` of a file that the next start makes again.
        public var kind: String
        public var subject: String
        public var problem: String
    }

    public struct Failure: Sendable, Encodable {
        public var code: String
        public var message: String

        init(_ error: EngineError) {
            code = error.code.rawValue
            message = error.message
        }
    }
}
