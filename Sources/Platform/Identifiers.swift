import Engine
import Foundation

/// What the ids of works, realms, nexuses, memories and viewers must be, beyond their length.
enum Identifiers {
    /// Works cannot have these ids: `/essences/search` could not be told from the work of that id.
    private static let routes: Set<String> = ["search", "batch"]

    /// Checks an id that is about to be stored.
    ///
    /// Ids are compared by their bytes, here and in SQLite. Two texts that look alike and differ in bytes (`é` as one
    /// character or as `e` with an accent) must not become two ids, so only the composed form is taken.
    ///
    /// - Throws: `invalidArgument` for an empty or overlong id, one that is not in Unicode's composed form (NFC), and one
    ///   with control characters.
    static func check(_ id: String, field: String) throws {
        guard Limits.idBytes.contains(id.utf8.count) else {
            throw EngineError.invalid(
                field, "\(field) must have 1…512 bytes, got \(id.utf8.count)", limit: "1…512 bytes")
        }
        guard id.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw EngineError.invalid(
                field, "\(field) must not hold control characters", limit: "no control characters")
        }
        guard id.utf8.allSatisfy({ $0 < 0x80 }) || id.precomposedStringWithCanonicalMapping.utf8.elementsEqual(id.utf8)
        else {
            throw EngineError.invalid(
                field, "\(field) must be in Unicode's composed form (NFC), so that equal ids have equal bytes",
                limit: "NFC")
        }
    }

    /// Checks the id of a work, which stands in paths beside the names of routes, and in answers beside the names that
    /// redacted works get.
    static func check(workId id: String, field: String) throws {
        try check(id, field: field)
        guard !routes.contains(id) else {
            throw EngineError.invalid(field, "\"\(id)\" is the name of a route", limit: "not search, not batch")
        }
        guard !id.hasPrefix("redacted:") else {
            throw EngineError.invalid(
                field, "ids that start with redacted: are names of redacted works", limit: "another prefix")
        }
    }
}
