import Lineage
import StrictJSON

/// What any format may hold.
public enum ExchangeLimits {
    /// Bytes of UTF-8 of an id and of a creator.
    public static let idBytes = 1...512
    /// Bytes of UTF-8 of a title.
    public static let titleBytesMax = 4_096
    /// Bytes of one line, one CSV record or one element.
    public static let lineBytesMax = 1 << 20
    /// Bytes of a file that is read as a whole (PROV-JSON).
    public static let wholeFileBytesMax = 1 << 30

    static let times = RFC3339.range
}

/// How the values of a lineage are written in every format, and read back.
enum ExchangeText {
    static func state(_ text: String, field: String) throws(FieldFault) -> NodeState {
        switch text {
        case "live": return .live
        case "hidden": return .hidden
        case "redacted": return .redacted
        case "merged": return .merged
        default:
            throw FieldFault(
                field, "unknown state \(text.excerpt)", limit: NodeState.allCases.map(name).joined(separator: ", "))
        }
    }

    static func name(_ state: NodeState) -> String {
        switch state {
        case .live: "live"
        case .hidden: "hidden"
        case .redacted: "redacted"
        case .merged: "merged"
        }
    }

    static func kind(_ text: String, field: String) throws(FieldFault) -> EdgeKind {
        guard let kind = EdgeKind(name: text) else {
            let named = EdgeKind.named.map(\.name).joined(separator: ", ")
            throw FieldFault(field, "unknown kind \(text.excerpt)", limit: "\(named), kind4…kind15")
        }
        return kind
    }

    static func flags(_ names: [String], field: String) throws(FieldFault) -> EdgeFlags {
        var flags: EdgeFlags = []
        for name in names {
            guard let flag = EdgeFlags(name: name) else {
                throw FieldFault(
                    field, "unknown flag \(name.excerpt)", limit: "retracted, late, disputed, inferred")
            }
            flags.insert(flag)
        }
        return flags
    }

    /// Flags in one text: `late|disputed`, empty for none.
    static func flags(joined text: String, field: String) throws(FieldFault) -> EdgeFlags {
        try flags(text.split(separator: "|", omittingEmptySubsequences: true).map(String.init), field: field)
    }

    static func joined(_ flags: EdgeFlags) -> String { flags.names.joined(separator: "|") }

    static func weight(_ text: String, field: String) throws(FieldFault) -> Float {
        guard let weight = Float(text) else {
            throw FieldFault(field, "must be a number, got \(text.excerpt)", limit: weightLimit)
        }
        return weight
    }

    static let weightLimit = "above 0, at most 1"

    static func time(_ text: String, field: String) throws(FieldFault) -> Int64 {
        guard let time = RFC3339.parse(text) else {
            throw FieldFault(field, "must be a time as RFC 3339 writes it, got \(text.excerpt)", limit: RFC3339.limit)
        }
        return time
    }

    static func text(_ time: Int64) -> String { RFC3339.format(time) }
}
