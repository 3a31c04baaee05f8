import StrictJSON

/// A moment: milliseconds since 1970-01-01 UTC inside, RFC 3339 outside.
public struct Timestamp: Sendable, Hashable, Comparable, Encodable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads RFC 3339; `nil` when the text is not a time with a zone.
    public init?(_ text: String) {
        guard let milliseconds = RFC3339.parse(text) else { return nil }
        self.milliseconds = milliseconds
    }

    /// RFC 3339 in UTC, such as `2026-11-20T08:15:00.250Z`.
    public var formatted: String { RFC3339.format(milliseconds) }

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(formatted)
    }
}
