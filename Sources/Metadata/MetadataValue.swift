/// A value that filters can ask for. Types never convert: the number 1 is not the string "1".
public enum MetadataValue: Sendable, Hashable {
    case string(String)
    /// Finite. A NaN equals nothing and lies in no range.
    case number(Double)
    case bool(Bool)
    /// Conditions on strings hold when they hold for any element.
    case strings([String])
}

/// The filterable fields of one record, by name.
public typealias MetadataRecord = [String: MetadataValue]
