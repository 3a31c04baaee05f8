/// The values of one field.
///
/// Strings and booleans have a set of records per value; numbers lie in sorted runs. A field may hold different types in
/// different records.
struct FieldIndex {
    /// Records that have the field.
    private(set) var present = RoaringBitmap()
    private var strings: [TextKey: OrdinalSet] = [:]
    private var bools: [Bool: OrdinalSet] = [:]
    private var numbers = NumberRuns()

    mutating func insert(_ ordinal: UInt32, _ value: MetadataValue) {
        present.insert(ordinal)
        switch value {
        case .string(let text): strings.insert(ordinal, at: TextKey(text))
        case .bool(let flag): bools.insert(ordinal, at: flag)
        case .strings(let texts): for text in texts { strings.insert(ordinal, at: TextKey(text)) }
        case .number(let number): numbers.toggle(number, ordinal)
        }
    }

    mutating func remove(_ ordinal: UInt32, _ value: MetadataValue) {
        present.remove(ordinal)
        switch value {
        case .string(let text): strings.remove(ordinal, at: TextKey(text))
        case .bool(let flag): bools.remove(ordinal, at: flag)
        case .strings(let texts): for text in texts { strings.remove(ordinal, at: TextKey(text)) }
        case .number(let number): numbers.toggle(number, ordinal)
        }
    }

    // MARK: Questions

    /// The ordinals with any of these values.
    ///
    /// - Parameter bound: above every ordinal.
    func ordinals(withAnyOf values: [MetadataValue], bound: UInt32) -> RoaringBitmap {
        var bitmaps: [RoaringBitmap] = []
        var singles: [UInt32] = []
        for set in sets(of: values) {
            switch set {
            case .one(let ordinal): singles.append(ordinal)
            case .many(let bitmap): bitmaps.append(bitmap)
            }
        }
        if !singles.isEmpty { bitmaps.append(RoaringBitmap(singles)) }
        let points = Self.points(values)
        if !points.isEmpty { bitmaps.append(numbers.ordinals(in: points, bound: bound)) }
        return RoaringBitmap.union(of: bitmaps)
    }

    /// The ordinals with a number in an interval.
    func ordinals(in interval: NumberRuns.Interval, bound: UInt32) -> RoaringBitmap {
        numbers.ordinals(in: [interval], bound: bound)
    }

    /// At least as many as ``ordinals(withAnyOf:bound:)`` has, from counts alone.
    func countBound(withAnyOf values: [MetadataValue]) -> Int {
        let points = Self.points(values)
        return sets(of: values).reduce(points.isEmpty ? 0 : numbers.countBound(in: points)) { $0 + $1.count }
    }

    /// At least as many as ``ordinals(in:bound:)`` has, from counts alone.
    func countBound(in interval: NumberRuns.Interval) -> Int { numbers.countBound(in: [interval]) }

    private func sets(of values: [MetadataValue]) -> [OrdinalSet] {
        values.compactMap { value in
            switch value {
            case .string(let text): strings[TextKey(text)]
            case .bool(let flag): bools[flag]
            case .number, .strings: nil
            }
        }
    }

    /// The numbers among the values, each once: none may be toggled twice, and equal zeros of both signs are one.
    private static func points(_ values: [MetadataValue]) -> [NumberRuns.Interval] {
        var asked: Set<Double> = []
        for case .number(let number) in values where !number.isNaN { asked.insert(number) }
        return asked.map { NumberRuns.Interval(lower: $0, upper: $0) }
    }
}
