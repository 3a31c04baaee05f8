/// Typed fields. `required…` throws when the field is absent or null, `optional…` gives `nil`.
extension JSONObjectReader {
    /// - Parameter bytes: allowed length in bytes of UTF-8.
    public mutating func requiredString(_ name: String, bytes: ClosedRange<Int>) throws(JSONError) -> String {
        try requiredValue(name).string(bytes: bytes)
    }

    /// - Parameter bytes: allowed length in bytes of UTF-8.
    public mutating func optionalString(_ name: String, bytes: ClosedRange<Int>) throws(JSONError) -> String? {
        guard let value = value(name) else { return nil }
        return try value.string(bytes: bytes)
    }

    public mutating func optionalDouble(_ name: String, in range: NumberRange = .any) throws(JSONError) -> Double? {
        guard let value = value(name) else { return nil }
        return try value.double(in: range)
    }

    public mutating func optionalDouble(_ name: String, in range: ClosedRange<Double>) throws(JSONError) -> Double? {
        try optionalDouble(name, in: .closed(range))
    }

    public mutating func optionalInt(_ name: String, in range: ClosedRange<Int>) throws(JSONError) -> Int? {
        guard let value = value(name) else { return nil }
        return try value.integer(in: range)
    }

    public mutating func optionalUnsigned(_ name: String) throws(JSONError) -> UInt64? {
        guard let value = value(name) else { return nil }
        return try value.unsignedInteger()
    }

    public mutating func optionalBool(_ name: String) throws(JSONError) -> Bool? {
        guard let value = value(name) else { return nil }
        return try value.bool()
    }

    /// Milliseconds since 1970 UTC, from RFC 3339.
    public mutating func optionalTimestamp(_ name: String) throws(JSONError) -> Int64? {
        guard let value = value(name) else { return nil }
        return try value.timestamp()
    }

    public mutating func optionalChoice<Value>(_ name: String, of type: Value.Type) throws(JSONError) -> Value?
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        guard let value = value(name) else { return nil }
        return try value.choice(of: type)
    }

    public mutating func optionalChoice(_ name: String, from allowed: [String]) throws(JSONError) -> String? {
        guard let value = value(name) else { return nil }
        return try value.choice(from: allowed)
    }

    public mutating func optionalStrings(
        _ name: String, count: ClosedRange<Int>, bytes: ClosedRange<Int>
    ) throws(JSONError) -> [String]? {
        guard let value = value(name) else { return nil }
        return try value.strings(count: count, bytes: bytes)
    }

    public mutating func optionalArray(_ name: String, count: ClosedRange<Int>) throws(JSONError) -> JSONArray? {
        guard let value = value(name) else { return nil }
        return try value.array(count: count)
    }

    public mutating func requiredArray(_ name: String, count: ClosedRange<Int>) throws(JSONError) -> JSONArray {
        try requiredValue(name).array(count: count)
    }

    public mutating func optionalObject(_ name: String) throws(JSONError) -> JSONObjectReader? {
        guard let value = value(name) else { return nil }
        return try value.object()
    }

    /// Numbers straight into floats, each rounded once and finite.
    ///
    /// - Parameter count: allowed number of values: a dimension, or a range of them.
    public mutating func optionalFloats(_ name: String, count: ClosedRange<Int>) throws(JSONError) -> [Float]? {
        guard let value = value(name) else { return nil }
        return try value.floats(count: count)
    }

    /// A free-form object, kept as it is.
    ///
    /// - Parameter bytesMax: limit of the object's minified JSON.
    public mutating func optionalFreeForm(_ name: String, bytesMax: Int) throws(JSONError) -> JSONValue? {
        guard let value = value(name) else { return nil }
        guard value.type == .object else { throw value.wrongType("an object") }
        let bytes = value.rawJSON().count
        guard bytes <= bytesMax else {
            throw value.outOfRange(
                "must be at most \(bytesMax) bytes of JSON, got \(bytes)", limit: "\(bytesMax) bytes")
        }
        return try JSONValue(value)
    }
}
