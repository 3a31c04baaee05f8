/// The types of a JSON value. Whole numbers and numbers with a fraction or an exponent are told apart.
public enum JSONType: String, Sendable {
    case object, array, string, integer, double, bool, null
}

/// One value of a document. Cheap to copy; keeps the document alive.
///
/// Accessors either give the value or throw a `JSONError` that names the value's path, what was expected and what is
/// there.
public struct JSONElement: Sendable {
    let document: ParsedDocument
    /// Position of the value's first word on the tape.
    let index: Int

    /// SAFETY: `index` comes from the document's own tape, whose skip words stay within it.
    var word: UInt64 { document.tape[index] }
    var tag: UInt8 { UInt8(truncatingIfNeeded: word >> 56) }

    public var type: JSONType {
        switch tag {
        case Tag.object: .object
        case Tag.array: .array
        case Tag.string: .string
        case Tag.int64, Tag.uint64: .integer
        case Tag.double: .double
        case Tag.true, Tag.false: .bool
        default: .null
        }
    }

    public var isNull: Bool { tag == Tag.null }

    /// Position just past the value on the tape.
    var indexAfter: Int {
        switch tag {
        case Tag.object, Tag.array: Int(word & 0xFFFF_FFFF)
        case Tag.int64, Tag.uint64, Tag.double: index + 2
        default: index + 1
        }
    }

    /// Type letters of the tape.
    enum Tag {
        static let object = UInt8(ascii: "{")
        static let objectEnd = UInt8(ascii: "}")
        static let array = UInt8(ascii: "[")
        static let arrayEnd = UInt8(ascii: "]")
        static let string = UInt8(ascii: "\"")
        static let int64 = UInt8(ascii: "l")
        static let uint64 = UInt8(ascii: "u")
        static let double = UInt8(ascii: "d")
        static let `true` = UInt8(ascii: "t")
        static let `false` = UInt8(ascii: "f")
        static let null = UInt8(ascii: "n")
    }
}

// MARK: - Scalars

extension JSONElement {
    /// The string's bytes, valid UTF-8, within the document's memory.
    ///
    /// SAFETY: valid while the document lives; callers use it at once and do not keep it.
    var stringBytes: UnsafeBufferPointer<UInt8> {
        let start = document.strings + Int(word & 0x00FF_FFFF_FFFF_FFFF)
        let count = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return UnsafeBufferPointer(start: start + 4, count: Int(count))
    }

    public func string() throws(JSONError) -> String {
        guard tag == Tag.string else { throw wrongType("a string") }
        return String(decoding: stringBytes, as: UTF8.self)
    }

    /// - Parameter bytes: allowed length in bytes of UTF-8.
    public func string(bytes: ClosedRange<Int>) throws(JSONError) -> String {
        guard tag == Tag.string else { throw wrongType("a string") }
        let found = stringBytes.count
        guard bytes.contains(found) else {
            let limit = "\(bytes.lowerBound)…\(bytes.upperBound) bytes"
            throw outOfRange("must be \(limit) of UTF-8, got \(found) bytes", limit: limit)
        }
        return String(decoding: stringBytes, as: UTF8.self)
    }

    public func bool() throws(JSONError) -> Bool {
        switch tag {
        case Tag.true: return true
        case Tag.false: return false
        default: throw wrongType("true or false")
        }
    }

    /// The whole number when it is one and fits; a double such as `2.0` is not a whole number.
    public func integer(in range: ClosedRange<Int> = Int.min...Int.max) throws(JSONError) -> Int {
        let unlimited = range == Int.min...Int.max
        let limit = unlimited ? "whole number" : "\(range.lowerBound)…\(range.upperBound)"
        let expected = unlimited ? "a whole number" : "a whole number in \(limit)"
        guard tag == Tag.int64 else {
            if tag == Tag.uint64 { throw outOfRange("must be \(expected), got \(excerpt)", limit: limit) }
            throw wrongType(expected, limit: unlimited ? nil : limit)
        }
        let value = Int(Int64(bitPattern: document.tape[index + 1]))
        guard range.contains(value) else { throw outOfRange("must be \(expected), got \(value)", limit: limit) }
        return value
    }

    /// The whole number in 0…2^64-1.
    public func unsignedInteger() throws(JSONError) -> UInt64 {
        let payload = { document.tape[index + 1] }
        switch tag {
        case Tag.uint64: return payload()
        case Tag.int64 where Int64(bitPattern: payload()) >= 0: return payload()
        default: throw wrongType("a whole number in 0…\(UInt64.max)", limit: "0…\(UInt64.max)")
        }
    }

    /// Any number, rounded to the nearest double. Never NaN, never infinite.
    public func double(in range: NumberRange = .any) throws(JSONError) -> Double {
        guard let value = number else { throw wrongType(range.expectation, limit: range.limit) }
        guard range.contains(value) else {
            throw outOfRange("must be \(range.expectation), got \(excerpt)", limit: range.limit)
        }
        return value
    }

    /// The value as a double when it is a number.
    var number: Double? {
        switch tag {
        case Tag.double: Double(bitPattern: document.tape[index + 1])
        case Tag.int64: Double(Int64(bitPattern: document.tape[index + 1]))
        case Tag.uint64: Double(document.tape[index + 1])
        default: nil
        }
    }

    /// RFC 3339 time as milliseconds since 1970 UTC.
    public func timestamp() throws(JSONError) -> Int64 {
        guard tag == Tag.string else { throw wrongType("a time such as \"2026-11-20T08:15:00Z\"") }
        guard let milliseconds = RFC3339.parse(stringBytes) else {
            throw outOfRange(
                "must be an RFC 3339 time with a zone such as \"2026-11-20T08:15:00Z\", got \(excerpt)",
                limit: RFC3339.limit)
        }
        return milliseconds
    }

    /// One of the raw values of a string enumeration.
    public func choice<Value>(of: Value.Type) throws(JSONError) -> Value
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        let allowed = Value.allCases.map(\.rawValue)
        guard let value = Value(rawValue: try choice(from: allowed)) else { throw wrongType("a known value") }
        return value
    }

    /// One of the listed strings.
    public func choice(from allowed: [String]) throws(JSONError) -> String {
        let limit = allowed.joined(separator: ", ")
        guard tag == Tag.string else { throw wrongType("one of \(limit)", limit: limit) }
        let value = String(decoding: stringBytes, as: UTF8.self)
        guard allowed.contains(value) else {
            throw outOfRange("must be one of \(limit), got \(excerpt)", limit: limit)
        }
        return value
    }
}
