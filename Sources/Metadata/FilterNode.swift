/// A tree of plain values, as a JSON parser gives it: what a filter is read from.
public indirect enum FilterNode: Sendable, Equatable {
    case object([(name: String, value: FilterNode)])
    case array([FilterNode])
    case string(String)
    case number(Double)
    case bool(Bool)
    case null

    public static func == (a: FilterNode, b: FilterNode) -> Bool {
        switch (a, b) {
        case (.object(let x), .object(let y)): x.elementsEqual(y) { $0.name == $1.name && $0.value == $1.value }
        case (.array(let x), .array(let y)): x == y
        case (.string(let x), .string(let y)): x == y
        case (.number(let x), .number(let y)): x == y
        case (.bool(let x), .bool(let y)): x == y
        case (.null, .null): true
        default: false
        }
    }
}

/// Why a filter was refused.
public struct FilterError: Error, Sendable, Equatable {
    /// Where, from the filter's root: `$and[1].year.$gt`.
    public var path: String
    public var message: String
    public var limit: String?
}
