public import Engine

/// Codes that the Pinecone surface has beside the engine's.
extension EngineError.Code {
    /// The route exists where Pinecone runs and is not offered here.
    public static let notImplemented = EngineError.Code(rawValue: "not_implemented")
    /// The index is protected from deletion.
    public static let protected = EngineError.Code(rawValue: "deletion_protected")
}

extension EngineError {
    /// A value that is refused with 400.
    static func refused(_ field: String, _ message: String, limit: String? = nil) -> EngineError {
        .invalid(field, message, limit: limit)
    }

    /// What this server leaves out, and what to do instead.
    public static func notOffered(_ what: String, _ instead: String) -> EngineError {
        EngineError(.notImplemented, "\(what) is not offered by this server: \(instead)")
    }
}
