/// Which ordinals have which values: every field of every record is indexed.
///
/// One writer and any number of readers: a lock inside is held for the length of one change, or shared for the length of
/// one evaluation. The result of an evaluation is a value of its own that later changes leave alone.
public final class MetadataIndex: @unchecked Sendable {
    // SAFETY: `all`, `bound` and `fields` are touched only inside `lock`, and changed only inside its writing side.
    private let lock = ReadersWriterLock()
    /// Every record, with or without fields: what negations are taken from.
    private var all = RoaringBitmap()
    /// One above the highest ordinal so far.
    private var bound: UInt32 = 0
    private var fields: [String: FieldIndex] = [:]

    public init() {}

    /// Adds a record's fields.
    ///
    /// - Precondition: the ordinal is not in the index, and is below `UInt32.max`.
    /// - Complexity: O(values · log records), amortized.
    public func insert(_ ordinal: UInt32, _ record: MetadataRecord) {
        lock.write {
            precondition(!all.contains(ordinal), "ordinal \(ordinal) is in the index already: remove it first")
            all.insert(ordinal)
            bound = max(bound, ordinal + 1)
            for (field, value) in record { fields[field, default: FieldIndex()].insert(ordinal, value) }
        }
    }

    /// Takes a record out again. An ordinal that is not in the index stays so.
    ///
    /// - Parameter record: the fields that the ordinal was inserted with; others would leave the index wrong.
    public func remove(_ ordinal: UInt32, _ record: MetadataRecord) {
        lock.write {
            guard all.contains(ordinal) else { return }
            all.remove(ordinal)
            for (field, value) in record {
                fields[field]?.remove(ordinal, value)
                if fields[field]?.present.isEmpty == true { fields[field] = nil }
            }
        }
    }

    /// The ordinals of all records that satisfy a filter: exactly those for which ``MetadataFilter/matches(_:)`` is true.
    ///
    /// - Complexity: one or two bitmap operations per condition; O(log n) plus the hits for each number or range.
    public func evaluate(_ filter: MetadataFilter) -> RoaringBitmap {
        lock.read { ordinals(filter) }
    }

    private func ordinals(_ filter: MetadataFilter) -> RoaringBitmap {
        switch filter {
        case .equals(let field, let value): anyOf(field, [value])
        case .notEquals(let field, let value): all.subtracting(anyOf(field, [value]))
        case .greater(let field, let limit): range(field, .init(lower: limit, includesLower: false))
        case .greaterOrEqual(let field, let limit): range(field, .init(lower: limit))
        case .less(let field, let limit): range(field, .init(upper: limit, includesUpper: false))
        case .lessOrEqual(let field, let limit): range(field, .init(upper: limit))
        case .isIn(let field, let values): anyOf(field, values)
        case .isNotIn(let field, let values): all.subtracting(anyOf(field, values))
        case .exists(let field, true): fields[field]?.present ?? RoaringBitmap()
        case .exists(let field, false): all.subtracting(fields[field]?.present ?? RoaringBitmap())
        case .and(let members): intersection(members)
        case .or(let members): RoaringBitmap.union(of: members.map(ordinals))
        }
    }

    private func intersection(_ members: [MetadataFilter]) -> RoaringBitmap {
        guard let first = members.first else { return all }
        var result = ordinals(first)
        for member in members.dropFirst() {
            guard !result.isEmpty else { break }
            result.formIntersection(ordinals(member))
        }
        return result
    }

    private func anyOf(_ field: String, _ values: [MetadataValue]) -> RoaringBitmap {
        fields[field]?.ordinals(withAnyOf: values, bound: bound) ?? RoaringBitmap()
    }

    private func range(_ field: String, _ interval: NumberRuns.Interval) -> RoaringBitmap {
        fields[field]?.ordinals(in: interval, bound: bound) ?? RoaringBitmap()
    }
}
