/// One thing that is not as it was written.
public struct Damage: Sendable, Equatable, Encodable {
    /// How bad it is.
    public enum Kind: String, Sendable, Encodable {
        /// Of the truth: it is to be restored from a backup.
        case truth
        /// Of a file that the next start makes again from the truth.
        case derived
    }

    public var kind: Kind
    /// What it is: `record "a" (#3 of namespace 1)`, `index-1.segment`.
    public var subject: String
    /// What is wrong with it.
    public var problem: String

    public init(_ kind: Kind, _ subject: String, _ problem: String) {
        self.kind = kind
        self.subject = subject
        self.problem = problem
    }
}

/// What a verification has seen.
public struct VerificationReport: Sendable, Encodable {
    public var records = 0
    public var edges = 0
    public var events = 0
    /// Derived files.
    public var files = 0
    /// Bytes of the database, its log and the derived files.
    public var bytes = 0
    /// The first of what is damaged; ``damageCount`` counts all.
    public private(set) var damages: [Damage] = []
    public private(set) var damageCount = 0
    /// False when a process was writing: its log cannot be judged while it changes.
    public var judgedLog = true

    /// Damages that are kept in full.
    public static let damagesMax = 1_000

    public init() {}

    public mutating func add(_ damage: Damage) {
        damageCount += 1
        hasDamagedTruth = hasDamagedTruth || damage.kind == .truth
        if damages.count < Self.damagesMax { damages.append(damage) }
    }

    /// True when something is damaged that cannot be made again.
    public private(set) var hasDamagedTruth = false
}
