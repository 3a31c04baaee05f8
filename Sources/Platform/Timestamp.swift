import StrictJSON

/// A moment: milliseconds since 1970-01-01 UTC inside, RFC 3339 outside.
public struct Timestamp: Sendable, Hashable, Comparable, Encodable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(RFC3339.format(milliseconds))
    }
}
