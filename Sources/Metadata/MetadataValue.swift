/// A value that filters can ask for. Types never convert: the number 1 is not the string "1".
///
/// Strings are equal when their UTF-8 bytes are, which is stricter than Swift's own equality: "é" as one scalar is not "é" as
/// a letter with an accent.
public enum MetadataValue: Sendable {
    case string(String)
    /// Finite. A NaN equals nothing and lies in no range.
    case number(Double)
    case bool(Bool)
    /// Conditions on strings hold when they hold for any element.
    case strings([String])
}

extension MetadataValue: Hashable {
    public static func == (a: MetadataValue, b: MetadataValue) -> Bool {
        switch (a, b) {
        case (.string(let x), .string(let y)): x.hasSameBytes(as: y)
        case (.number(let x), .number(let y)): x == y
        case (.bool(let x), .bool(let y)): x == y
        case (.strings(let x), .strings(let y)): x.elementsEqual(y) { $0.hasSameBytes(as: $1) }
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .string(let text): hasher.combine(text)
        case .number(let number): hasher.combine(number)
        case .bool(let flag): hasher.combine(flag)
        case .strings(let texts): hasher.combine(texts)
        }
    }
}

extension String {
    func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}

/// The filterable fields of one record, by name.
public typealias MetadataRecord = [String: MetadataValue]
