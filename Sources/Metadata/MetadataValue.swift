/// A value that filters can ask for.
public enum MetadataValue: Sendable, Hashable {
    case string(String)
    case number(Double)
    case bool(Bool)
    case strings([String])
}

/// The filterable fields of one record.
public typealias MetadataRecord = [String: MetadataValue]
