/// The values of one field.
///
/// Strings and booleans have a bitmap per value; numbers lie in sorted runs. A field may hold different types in
/// different records.
struct FieldIndex {
    /// Records that have the field.
    private(set) var present = RoaringBitmap()
    private var strings: [String: RoaringBitmap] = [:]
    private var bools: [Bool: RoaringBitmap] = [:]
    private var numbers = NumberRuns()

    mutating func insert(_ ordinal: UInt32, _ value: MetadataValue) {
        present.insert(ordinal)
        switch value {
        case .string(let text): strings[text, default: RoaringBitmap()].insert(ordinal)
        case .bool(let flag): bools[flag, default: RoaringBitmap()].insert(ordinal)
        case .strings(let texts):
            for text in texts { strings[text, default: RoaringBitmap()].insert(ordinal) }
        case .number(let number): numbers.toggle(number, ordinal)
        }
    }

    mutating func remove(_ ordinal: UInt32, _ value: MetadataValue) {
        present.remove(ordinal)
        switch value {
        case .string(let text): Self.remove(ordinal, text, from: &strings)
        case .bool(let flag): Self.remove(ordinal, flag, from: &bools)
        case .strings(let texts):
            for text in texts { Self.remove(ordinal, text, from: &strings) }
        case .number(let number): numbers.toggle(number, ordinal)
        }
    }

    private static func remove<Key>(_ ordinal: UInt32, _ key: Key, from bitmaps: inout [Key: RoaringBitmap]) {
        bitmaps[key]?.remove(ordinal)
        if bitmaps[key]?.isEmpty == true { bitmaps[key] = nil }
    }

    /// The ordinals with any of these values.
    ///
    /// - Parameter bound: above every ordinal.
    func ordinals(withAnyOf values: [MetadataValue], bound: UInt32) -> RoaringBitmap {
        var bitmaps: [RoaringBitmap] = []
        // A set, so that no number is toggled twice; equal zeros of both signs are one element.
        var asked: Set<Double> = []
        for value in values {
            switch value {
            case .string(let text): if let bitmap = strings[text] { bitmaps.append(bitmap) }
            case .bool(let flag): if let bitmap = bools[flag] { bitmaps.append(bitmap) }
            case .number(let number): if !number.isNaN { asked.insert(number) }
            case .strings: break
            }
        }
        if !asked.isEmpty {
            let points = asked.map { NumberRuns.Interval(lower: $0, upper: $0) }
            bitmaps.append(numbers.ordinals(in: points, bound: bound))
        }
        return RoaringBitmap.union(of: bitmaps)
    }

    /// The ordinals with a number in an interval.
    func ordinals(in interval: NumberRuns.Interval, bound: UInt32) -> RoaringBitmap {
        numbers.ordinals(in: [interval], bound: bound)
    }
}
