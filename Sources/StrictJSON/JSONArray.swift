/// The values of an array, in order.
public struct JSONArray: Sendable, Sequence {
    public let element: JSONElement

    /// - Complexity: O(1); for arrays of 16,777,215 values and more O(count), because the tape saturates there.
    public var count: Int {
        let stored = Int(element.word >> 32 & 0xFF_FFFF)
        return stored < 0xFF_FFFF ? stored : reduce(0) { count, _ in count + 1 }
    }

    public func makeIterator() -> Iterator {
        Iterator(document: element.document, cursor: element.index + 1, end: element.indexAfter - 1)
    }

    public struct Iterator: IteratorProtocol {
        let document: ParsedDocument
        var cursor: Int
        let end: Int

        public mutating func next() -> JSONElement? {
            guard cursor < end else { return nil }
            let value = JSONElement(document: document, index: cursor)
            cursor = value.indexAfter
            return value
        }
    }
}

extension JSONElement {
    /// - Parameter count: allowed number of values.
    public func array(count range: ClosedRange<Int> = 0...Int.max) throws(JSONError) -> JSONArray {
        guard tag == Tag.array else { throw wrongType("an array") }
        let array = JSONArray(element: self)
        let found = array.count
        guard range.contains(found) else {
            let limit = range.lowerBound == range.upperBound ? "\(range.lowerBound)" : range.text
            throw outOfRange("must hold \(limit) items, got \(found)", limit: limit + " items")
        }
        return array
    }

    /// An array of strings.
    public func strings(count: ClosedRange<Int>, bytes: ClosedRange<Int>) throws(JSONError) -> [String] {
        let array = try array(count: count)
        var strings: [String] = []
        strings.reserveCapacity(array.count)
        for value in array { strings.append(try value.string(bytes: bytes)) }
        return strings
    }

    /// The object's fields, each to be asked for by name.
    public func object() throws(JSONError) -> JSONObjectReader { try JSONObjectReader(self) }
}

extension ClosedRange<Int> {
    /// `1…1024`, or `≥ 1` without an upper limit.
    var text: String { upperBound == .max ? "≥ \(lowerBound)" : "\(lowerBound)…\(upperBound)" }
}
