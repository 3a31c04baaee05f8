/// Which ordinals have which values: every field of every record is indexed.
///
/// One writer and any number of readers: a lock inside is held for the length of one change, or shared for the length of
/// one evaluation. The result of an evaluation is a value of its own that later changes leave alone.
public final class MetadataIndex: @unchecked Sendable {
    // SAFETY: `contents` is touched only inside `lock`, and changed only inside its writing side.
    private let lock = ReadersWriterLock()
    private var contents = MetadataContents()

    public init() {}

    /// Adds a record's fields.
    ///
    /// - Precondition: the ordinal is not in the index, and is below `UInt32.max`.
    /// - Complexity: O(values · log records), amortized.
    public func insert(_ ordinal: UInt32, _ record: MetadataRecord) {
        lock.write {
            precondition(!contents.all.contains(ordinal), "ordinal \(ordinal) is in the index: remove it first")
            contents.insert(ordinal, record)
        }
    }

    /// Puts a record's new fields in the place of its old ones, in one change: readers see the one or the other. Fields that
    /// stay as they are cost nothing.
    ///
    /// - Precondition: the ordinal is in the index with the old fields; others would leave the index wrong.
    public func replace(_ ordinal: UInt32, _ old: MetadataRecord, with new: MetadataRecord) {
        lock.write {
            precondition(contents.all.contains(ordinal), "ordinal \(ordinal) is not in the index")
            contents.replace(ordinal, old, with: new)
        }
    }

    /// Takes a record out again. An ordinal that is not in the index stays so.
    ///
    /// - Parameter record: the fields that the ordinal was inserted with; others would leave the index wrong.
    public func remove(_ ordinal: UInt32, _ record: MetadataRecord) {
        lock.write { contents.remove(ordinal, record) }
    }

    /// The ordinals of all records that satisfy a filter: exactly those for which ``MetadataFilter/matches(_:)`` is true.
    ///
    /// - Complexity: one or two bitmap operations per condition; O(log n) plus the hits for each number or range.
    public func evaluate(_ filter: MetadataFilter) -> RoaringBitmap {
        lock.read { contents.ordinals(filter) }
    }

    /// At least as many as ``evaluate(_:)`` finds, at most as many as there are records, from counts alone.
    ///
    /// - Complexity: O(values · log records), however many records satisfy the filter.
    public func countBound(_ filter: MetadataFilter) -> Int {
        lock.read { contents.countBound(filter) }
    }
}

/// What the lock guards.
struct MetadataContents {
    /// Every record, with or without fields: what negations are taken from.
    private(set) var all = RoaringBitmap()
    /// One above the highest ordinal so far.
    private(set) var bound: UInt32 = 0
    private var fields: [String: FieldIndex] = [:]

    mutating func insert(_ ordinal: UInt32, _ record: MetadataRecord) {
        all.insert(ordinal)
        bound = max(bound, ordinal + 1)
        for (field, value) in record { fields[field, default: FieldIndex()].insert(ordinal, value) }
    }

    mutating func replace(_ ordinal: UInt32, _ old: MetadataRecord, with new: MetadataRecord) {
        for (field, value) in old where new[field] != value { remove(ordinal, field, value) }
        for (field, value) in new where old[field] != value {
            fields[field, default: FieldIndex()].insert(ordinal, value)
        }
    }

    mutating func remove(_ ordinal: UInt32, _ record: MetadataRecord) {
        guard all.contains(ordinal) else { return }
        all.remove(ordinal)
        for (field, value) in record { remove(ordinal, field, value) }
    }

    private mutating func remove(_ ordinal: UInt32, _ field: String, _ value: MetadataValue) {
        fields[field]?.remove(ordinal, value)
        if fields[field]?.present.isEmpty == true { fields[field] = nil }
    }

    // MARK: Questions to one field

    func anyOf(_ field: String, _ values: [MetadataValue]) -> RoaringBitmap {
        fields[field]?.ordinals(withAnyOf: values, bound: bound) ?? RoaringBitmap()
    }

    func range(_ field: String, _ interval: NumberRuns.Interval) -> RoaringBitmap {
        fields[field]?.ordinals(in: interval, bound: bound) ?? RoaringBitmap()
    }

    func present(_ field: String) -> RoaringBitmap { fields[field]?.present ?? RoaringBitmap() }

    func countBound(_ field: String, _ values: [MetadataValue]) -> Int {
        fields[field]?.countBound(withAnyOf: values) ?? 0
    }

    func countBound(_ field: String, _ interval: NumberRuns.Interval) -> Int {
        fields[field]?.countBound(in: interval) ?? 0
    }
}
