/// A condition on metadata, in the filter language that Pinecone's users know: `$eq $ne $gt $gte $lt $lte $in $nin
/// $exists $and $or`, an implicit `$eq` for a plain value, an implicit `$and` between the members of an object.
///
/// A list of strings satisfies `$eq` and `$in` when any of its elements does; `$ne` and `$nin` are the exact negation of
/// `$eq` and `$in`, so records that lack the field satisfy them. Comparisons are for numbers: other types, and records
/// without the field, never satisfy them. Types never convert: `1` is not `"1"`.
public indirect enum MetadataFilter: Sendable, Equatable {
    case equals(String, MetadataValue)
    case notEquals(String, MetadataValue)
    case greater(String, than: Double)
    case greaterOrEqual(String, to: Double)
    case less(String, than: Double)
    case lessOrEqual(String, to: Double)
    /// Any of these strings, numbers or booleans.
    case isIn(String, [MetadataValue])
    case isNotIn(String, [MetadataValue])
    case exists(String, Bool)
    /// True when there are no members.
    case and([MetadataFilter])
    /// False when there are no members.
    case or([MetadataFilter])
}

extension MetadataFilter {
    /// Whether one record satisfies the filter: the plain reading that the index is tested against.
    ///
    /// - Complexity: O(conditions · values).
    public func matches(_ record: MetadataRecord) -> Bool {
        switch self {
        case .equals(let field, let value): Self.holds(record[field], value)
        case .notEquals(let field, let value): !Self.holds(record[field], value)
        case .greater(let field, let bound): Self.number(record[field]).map { $0 > bound } ?? false
        case .greaterOrEqual(let field, let bound): Self.number(record[field]).map { $0 >= bound } ?? false
        case .less(let field, let bound): Self.number(record[field]).map { $0 < bound } ?? false
        case .lessOrEqual(let field, let bound): Self.number(record[field]).map { $0 <= bound } ?? false
        case .isIn(let field, let values): values.contains { Self.holds(record[field], $0) }
        case .isNotIn(let field, let values): !values.contains { Self.holds(record[field], $0) }
        case .exists(let field, let isPresent): (record[field] != nil) == isPresent
        case .and(let members): members.allSatisfy { $0.matches(record) }
        case .or(let members): members.contains { $0.matches(record) }
        }
    }

    private static func holds(_ stored: MetadataValue?, _ asked: MetadataValue) -> Bool {
        switch (stored, asked) {
        case (_, .strings): false  // A list is not something to ask for; the parser refuses it.
        case (.strings(let elements)?, .string(let text)): elements.contains { $0.hasSameBytes(as: text) }
        default: stored == asked
        }
    }

    private static func number(_ stored: MetadataValue?) -> Double? {
        if case .number(let number)? = stored { number } else { nil }
    }
}
