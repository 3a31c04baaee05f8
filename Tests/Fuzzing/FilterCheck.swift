import Metadata
import PineconeAPI
import StrictJSON

/// Filters that are accepted are also answered: by the index, and by the plain reading of each record.
enum FilterCheck {
    private static let values: [MetadataValue] = [
        .string("a"), .string("b"), .string(""), .string("a text that is longer than a key"), .number(0), .number(1),
        .number(-2.5), .number(1e300), .bool(true), .bool(false), .strings([]), .strings(["a", "b"]),
        .strings(["a", "a"]),
    ]
    /// Every value in each of two fields, and neither.
    private static let records: [MetadataRecord] =
        [[:]] + values.flatMap { a in values.map { ["x": a, "y": $0] } } + values.map { ["x": $0] }
    private static let index: MetadataIndex = {
        let index = MetadataIndex()
        for (ordinal, record) in records.enumerated() { index.insert(UInt32(ordinal), record) }
        return index
    }()

    /// - Parameter json: a body that has a filter in `filter`, as that of a query.
    static func run(_ json: JSONElement) throws(JSONError) {
        guard let filter = try QueryRequest(json: json).filter else { return }
        let found = index.evaluate(filter).values
        let expected = records.indices.filter { filter.matches(records[$0]) }.map(UInt32.init)
        precondition(found == expected, "\(filter) finds \(found) and should find \(expected)")
        precondition(index.countBound(filter) >= found.count, "\(filter) is bounded below \(found.count)")
    }
}
