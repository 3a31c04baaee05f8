/// What went wrong in the engine, in terms a caller can act on.
///
/// One error type serves the engine and the platform above it: adapters map `code` to an HTTP status or an exit status
/// in one place and print the rest as it stands.
public struct EngineError: Error, Sendable, Equatable {
    /// The kind of failure. Extensible: callers compare with the constants and treat unknown codes as internal.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// A value in the request is missing, malformed or outside its limits. The caller must change the request.
        public static let invalidArgument = Code(rawValue: "invalid_argument")
        /// The named record, node or edge does not exist.
        public static let notFound = Code(rawValue: "not_found")
        /// A record with this id, or this edge, exists already.
        public static let alreadyExists = Code(rawValue: "already_exists")
        /// The edge would close a cycle; `details["cycle"]` holds the ids along it.
        public static let cycle = Code(rawValue: "cycle")
        /// The request is well formed but the present state forbids it.
        public static let failedPrecondition = Code(rawValue: "failed_precondition")
        /// The request is larger than the limit it names.
        public static let tooLarge = Code(rawValue: "too_large")
        /// No key, or a wrong one.
        public static let unauthenticated = Code(rawValue: "unauthenticated")
        /// The principal may not do this.
        public static let permissionDenied = Code(rawValue: "permission_denied")
        /// Too much work is waiting already; retry later.
        public static let overloaded = Code(rawValue: "overloaded")
        /// Starting, stopping, or held by another process.
        public static let unavailable = Code(rawValue: "unavailable")
        /// The disk is full: nothing was written, reads go on.
        public static let outOfSpace = Code(rawValue: "out_of_space")
        /// Stored data failed its checksum. The record is reported, never served wrong.
        public static let dataLoss = Code(rawValue: "data_loss")
        /// A defect of this program.
        public static let `internal` = Code(rawValue: "internal")
    }

    public var code: Code
    /// One sentence for a person: what was expected, what was found.
    public var message: String
    /// Path of the offending field, such as `remixFrom[2].weight`.
    public var field: String?
    /// The limit that was passed, such as `1…10000`.
    public var limit: String?
    /// Machine-readable additions, such as the ids along a cycle.
    public var details: [String: [String]]

    public init(
        _ code: Code, _ message: String, field: String? = nil, limit: String? = nil, details: [String: [String]] = [:]
    ) {
        self.code = code
        self.message = message
        self.field = field
        self.limit = limit
        self.details = details
    }

    /// A value outside its limits.
    public static func invalid(_ field: String, _ message: String, limit: String? = nil) -> EngineError {
        EngineError(.invalidArgument, message, field: field, limit: limit)
    }

    /// A record that does not exist.
    public static func notFound(_ what: String, _ id: String, field: String? = nil) -> EngineError {
        EngineError(.notFound, "\(what) \"\(id)\" does not exist", field: field)
    }
}

extension EngineError: CustomStringConvertible {
    public var description: String {
        var text = "\(code.rawValue): \(message)"
        if let field { text += " (field: \(field)" + (limit.map { ", limit: \($0)" } ?? "") + ")" }
        return text
    }
}
