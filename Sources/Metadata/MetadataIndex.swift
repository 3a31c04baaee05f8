import Synchronization

/// Which ordinals have which values: every field of every record is indexed.
///
/// Strings and booleans have a bitmap per value. Numbers have one too, in a list of values that is sorted when a range
/// is asked for, so that a range is two binary searches and a union. One writer and any number of readers: a lock is held
/// for the length of one change, or of one evaluation's look-ups.
public final class MetadataIndex: Sendable {
    private let state = Mutex(State())

    public init() {}

    /// Adds a record's fields.
    ///
    /// - Complexity: O(values), amortized.
    public func insert(_ ordinal: UInt32, _ record: MetadataRecord) {
        state.withLock { state in
            state.all.insert(ordinal)
            for (field, value) in record { state.fields[field, default: FieldIndex()].insert(ordinal, value) }
        }
    }

    /// Takes a record's fields out again; they must be those that it was inserted with.
    public func remove(_ ordinal: UInt32, _ record: MetadataRecord) {
        state.withLock { state in
            state.all.remove(ordinal)
            for (field, value) in record { state.fields[field]?.remove(ordinal, value) }
        }
    }

    /// The ordinals of all records that satisfy a filter.
    ///
    /// - Complexity: one bitmap operation per condition; a numeric range unites one bitmap per distinct value in it.
    public func evaluate(_ filter: MetadataFilter) -> RoaringBitmap {
        state.withLock { $0.evaluate(filter) }
    }

    private struct State {
        /// Every record, with or without fields: what negations are taken from.
        var all = RoaringBitmap()
        var fields: [String: FieldIndex] = [:]

        mutating func evaluate(_ filter: MetadataFilter) -> RoaringBitmap {
            switch filter {
            case .equals(let field, let value): fields[field]?.ordinals(value) ?? RoaringBitmap()
            case .notEquals(let field, let value): all.subtracting(evaluate(.equals(field, value)))
            case .greater(let field, let bound): range(field, bound, .infinity, includesLower: false)
            case .greaterOrEqual(let field, let bound): range(field, bound, .infinity)
            case .less(let field, let bound): range(field, -.infinity, bound, includesUpper: false)
            case .lessOrEqual(let field, let bound): range(field, -.infinity, bound)
            case .isIn(let field, let values):
                values.reduce(into: RoaringBitmap()) { result, value in
                    if let ordinals = fields[field]?.ordinals(value) { result.formUnion(ordinals) }
                }
            case .isNotIn(let field, let values): all.subtracting(evaluate(.isIn(field, values)))
            case .exists(let field, true): fields[field]?.present ?? RoaringBitmap()
            case .exists(let field, false): all.subtracting(fields[field]?.present ?? RoaringBitmap())
            case .and(let members):
                members.dropFirst().reduce(members.first.map { evaluate($0) } ?? all) { result, member in
                    result.isEmpty ? result : result.intersection(evaluate(member))
                }
            case .or(let members):
                members.reduce(into: RoaringBitmap()) { $0.formUnion(evaluate($1)) }
            }
        }

        private mutating func range(
            _ field: String, _ lower: Double, _ upper: Double, includesLower: Bool = true, includesUpper: Bool = true
        ) -> RoaringBitmap {
            fields[field]?.range(lower, upper, includesLower: includesLower, includesUpper: includesUpper)
                ?? RoaringBitmap()
        }
    }
}

/// The values of one field.
private struct FieldIndex {
    /// Records that have the field.
    private(set) var present = RoaringBitmap()
    private var strings: [String: RoaringBitmap] = [:]
    private var bools: [Bool: RoaringBitmap] = [:]
    private var numbers: [Double: RoaringBitmap] = [:]
    /// Keys of `numbers` in order; `nil` since the last change of the set of keys.
    private var sortedNumbers: [Double]?

    mutating func insert(_ ordinal: UInt32, _ value: MetadataValue) {
        present.insert(ordinal)
        switch value {
        case .string(let text): strings[text, default: RoaringBitmap()].insert(ordinal)
        case .bool(let flag): bools[flag, default: RoaringBitmap()].insert(ordinal)
        case .strings(let texts):
            for text in texts { strings[text, default: RoaringBitmap()].insert(ordinal) }
        case .number(let number):
            if numbers[number] == nil { note(number) }
            numbers[number, default: RoaringBitmap()].insert(ordinal)
        }
    }

    mutating func remove(_ ordinal: UInt32, _ value: MetadataValue) {
        present.remove(ordinal)
        switch value {
        case .string(let text): Self.remove(ordinal, text, from: &strings)
        case .bool(let flag): Self.remove(ordinal, flag, from: &bools)
        case .strings(let texts):
            for text in texts { Self.remove(ordinal, text, from: &strings) }
        case .number(let number):
            Self.remove(ordinal, number, from: &numbers)
            if numbers[number] == nil { sortedNumbers = nil }
        }
    }

    /// Keeps the sorted keys while values arrive in order, as times do; sorts again later otherwise.
    private mutating func note(_ number: Double) {
        if let last = sortedNumbers?.last, number < last {
            sortedNumbers = nil
        } else {
            sortedNumbers?.append(number)
        }
    }

    private static func remove<Key>(_ ordinal: UInt32, _ key: Key, from bitmaps: inout [Key: RoaringBitmap]) {
        bitmaps[key]?.remove(ordinal)
        if bitmaps[key]?.isEmpty == true { bitmaps[key] = nil }
    }

    func ordinals(_ value: MetadataValue) -> RoaringBitmap? {
        switch value {
        case .string(let text): strings[text]
        case .bool(let flag): bools[flag]
        case .number(let number): numbers[number]
        case .strings: nil
        }
    }

    mutating func range(
        _ lower: Double, _ upper: Double, includesLower: Bool, includesUpper: Bool
    ) -> RoaringBitmap {
        let sorted = sortedNumbers ?? numbers.keys.sorted()
        sortedNumbers = sorted
        let start = sorted.partitioningIndex { includesLower ? $0 >= lower : $0 > lower }
        let end = sorted.partitioningIndex { includesUpper ? $0 > upper : $0 >= upper }
        var result = RoaringBitmap()
        for number in sorted[start..<Swift.max(start, end)] {
            if let ordinals = numbers[number] { result.formUnion(ordinals) }
        }
        return result
    }
}

extension Array {
    /// The first index whose element satisfies a predicate that is false up to there and true from there on.
    fileprivate func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
