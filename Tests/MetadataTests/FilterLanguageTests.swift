import Metadata
import TestSupport
import Testing

/// The language as its users write it, from the tree of a request to the records that come back, against a reading of the
/// same tree that shares no code with parser and index.
@Suite struct FilterLanguageTests {
    @Test func requestsFindWhatAPlainReadingFinds() throws {
        let seed = testSeed()
        var writer = FilterWriter(generator: SeededGenerator(seed: seed))
        let index = MetadataIndex()
        let records = (0..<600).map { _ in writer.record() }
        for (ordinal, record) in records.enumerated() { index.insert(UInt32(ordinal), record) }
        var found = 0
        for round in 0..<600 {
            let node = writer.filter(depth: 3)
            let filter = try MetadataFilter(parsing: node)
            let expected = records.indices.filter { PlainReading.passes(records[$0], node) }.map(UInt32.init)
            #expect(index.evaluate(filter).values == expected, "seed \(seed), round \(round): \(node)")
            found += expected.count
        }
        // Most filters pass some records and refuse others: otherwise the comparison above would say little.
        #expect(found > 20_000 && found < 600 * 550, "seed \(seed): \(found)")
    }

    /// Trees with one fault each: refused, with a path that leads to the fault.
    @Test func faultsAreFoundWhereverTheyAre() {
        let seed = testSeed()
        var writer = FilterWriter(generator: SeededGenerator(seed: seed))
        for round in 0..<400 {
            let (node, path) = writer.faulty(depth: 3)
            #expect("seed \(seed), round \(round): \(node)") {
                _ = try MetadataFilter(parsing: node)
            } throws: {
                ($0 as? FilterError)?.path == path
            }
        }
    }
}

/// The rules of the language, straight from its description.
private enum PlainReading {
    static func passes(_ record: MetadataRecord, _ node: FilterNode) -> Bool {
        guard case .object(let members) = node else { return false }
        return members.allSatisfy { name, value in
            switch (name, value) {
            case ("$and", .array(let filters)): filters.allSatisfy { passes(record, $0) }
            case ("$or", .array(let filters)): filters.contains { passes(record, $0) }
            case (_, .object(let operators)):
                operators.allSatisfy { holds(record[name], $0.name, $0.value) }
            default: holds(record[name], "$eq", value)
            }
        }
    }

    private static func holds(_ stored: MetadataValue?, _ symbol: String, _ argument: FilterNode) -> Bool {
        switch (symbol, argument) {
        case ("$eq", _): equals(stored, argument)
        case ("$ne", _): !equals(stored, argument)
        case ("$in", .array(let values)): values.contains { equals(stored, $0) }
        case ("$nin", .array(let values)): !values.contains { equals(stored, $0) }
        case ("$exists", .bool(let isPresent)): (stored != nil) == isPresent
        case (_, .number(let limit)): compares(stored, symbol, limit)
        default: false
        }
    }

    private static func equals(_ stored: MetadataValue?, _ asked: FilterNode) -> Bool {
        switch (stored, asked) {
        case (.string(let a)?, .string(let b)): Array(a.utf8) == Array(b.utf8)
        case (.number(let a)?, .number(let b)): a == b
        case (.bool(let a)?, .bool(let b)): a == b
        case (.strings(let elements)?, .string(let b)): elements.contains { Array($0.utf8) == Array(b.utf8) }
        default: false
        }
    }

    private static func compares(_ stored: MetadataValue?, _ symbol: String, _ limit: Double) -> Bool {
        guard case .number(let number)? = stored else { return false }
        switch symbol {
        case "$gt": return number > limit
        case "$gte": return number >= limit
        case "$lt": return number < limit
        case "$lte": return number <= limit
        default: return false
        }
    }
}

/// Random records and filters over few fields and values, every type in every field.
private struct FilterWriter {
    var generator: SeededGenerator

    private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

    private mutating func field() -> String { ["genre", "year", "tags", "a.b", ""][below(5)] }

    private mutating func string() -> String {
        ["drama", "Drama", "2020", "true", "", "e\u{301}", "\u{E9}", "a text that is longer than a key"][below(8)]
    }

    private mutating func number() -> Double { [2_020, 2_019.5, 0, -0.0, 1, -7, 1e17][below(7)] }

    private mutating func scalar() -> FilterNode {
        switch below(3) {
        case 0: .string(string())
        case 1: .number(number())
        default: .bool(below(2) == 0)
        }
    }

    mutating func record() -> MetadataRecord {
        var record: MetadataRecord = [:]
        for _ in 0..<below(6) {
            switch below(4) {
            case 0: record[field()] = .string(string())
            case 1: record[field()] = .number(number())
            case 2: record[field()] = .bool(below(2) == 0)
            default: record[field()] = .strings((0..<below(4)).map { _ in string() })
            }
        }
        return record
    }

    mutating func filter(depth: Int) -> FilterNode {
        .object(
            (0..<1 + below(2)).map { _ in
                guard depth > 0, below(2) == 0 else { return (field(), condition()) }
                let members = (0..<1 + below(3)).map { _ in filter(depth: depth - 1) }
                return (below(2) == 0 ? "$and" : "$or", .array(members))
            })
    }

    private mutating func condition() -> FilterNode {
        guard below(4) > 0 else { return scalar() }
        return .object(
            (0..<1 + below(2)).map { _ in
                switch below(9) {
                case 0: ("$eq", scalar())
                case 1: ("$ne", scalar())
                case 2: ("$gt", .number(number()))
                case 3: ("$gte", .number(number()))
                case 4: ("$lt", .number(number()))
                case 5: ("$lte", .number(number()))
                case 6: ("$in", .array((0..<below(4)).map { _ in scalar() }))
                case 7: ("$nin", .array((0..<below(4)).map { _ in scalar() }))
                default: ("$exists", .bool(below(2) == 0))
                }
            })
    }

    /// A filter with one fault, and where it is.
    mutating func faulty(depth: Int) -> (FilterNode, path: String) {
        let symbol = below(2) == 0 ? "$and" : "$or"
        if depth > 0, below(3) > 0 {
            var members = (0..<below(3)).map { _ in filter(depth: 1) }
            let (inner, path) = faulty(depth: depth - 1)
            members.append(inner)
            let here = "\(symbol)[\(members.count - 1)]"
            return (.object([("year", scalar()), (symbol, .array(members))]), path.isEmpty ? here : "\(here).\(path)")
        }
        switch below(8) {
        case 0: return (scalar(), "")
        case 1: return (.object([]), "")
        case 2: return (.object([(symbol, .array([]))]), symbol)
        case 3: return (.object([("$not", filter(depth: 0))]), "$not")
        case 4: return (.object([("year", .object([("$gt", .string("2000"))]))]), "year.$gt")
        case 5: return (.object([("year", .object([("$in", .array([.number(1), .null]))]))]), "year.$in[1]")
        case 6: return (.object([("year", .object([("$exists", .number(1))]))]), "year.$exists")
        default: return (.object([("year", .array([.number(1)]))]), "year")
        }
    }
}
