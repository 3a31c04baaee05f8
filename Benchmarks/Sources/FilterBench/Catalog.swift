import Engine
import Metadata
import Vectors

/// Records as a shop or a library of texts has them: ten fields of every type, from two values to one per record.
struct Catalog {
    static let collection = CollectionSpecification(
        name: "bench", dimension: 32, metric: .cosine, embedder: "external", hasLineage: false)
    static let fieldCount = 10

    private(set) var records: [MetadataRecord] = []
    private var generator = Generator(state: 1)

    init(count: Int) {
        records.reserveCapacity(count)
        for number in 0..<count { records.append(record(number)) }
    }

    private mutating func record(_ number: Int) -> MetadataRecord {
        [
            "url": .string("https://example.org/works/\(number)"),
            "genre": .string("genre-\(skewed(20))"),
            "creator": .string("creator-\(skewed(2_000))"),
            "language": .string(["en", "de", "fr", "ja", "pt"][skewed(5)]),
            "tags": .strings((0..<1 + below(4)).map { _ in "tag-\(skewed(200))" }),
            "isPublic": .bool(below(10) != 0),
            "year": .number(Double(1_950 + below(75))),
            "price": .number(Double(below(100_000)) / 100),
            "createdAt": .number(1.7e12 + Double(below(1 << 36))),
            "pages": .number(Double(1 + skewed(500))),
        ]
    }

    func draft(_ number: Int, _ generator: inout Generator) -> RecordDraft {
        RecordDraft(
            key: "record-\(number)", createdAt: Int64(number), payload: [], metadata: records[number],
            vector: (0..<Self.collection.dimension).map { _ in Float(generator.unit()) - 0.5 })
    }

    private mutating func below(_ limit: Int) -> Int { Int(generator.next() % UInt64(limit)) }

    /// 0 to `limit` - 1, small ones more often.
    private mutating func skewed(_ limit: Int) -> Int {
        let unit = generator.unit()
        return Int(unit * unit * Double(limit))
    }
}

/// SplitMix64: the same numbers in every run.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// In 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
