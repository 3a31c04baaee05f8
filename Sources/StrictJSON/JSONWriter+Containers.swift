/// `Codable`'s three containers over the writer.

struct JSONValueEncoder: Encoder {
    let writer: JSONWriter
    /// Number of frames that are open around this value.
    let depth: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(
            JSONKeyedContainer(writer: writer, depth: depth, serial: writer.open(isObject: true, at: depth)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONUnkeyedContainer(writer: writer, depth: depth, serial: writer.open(isObject: false, at: depth))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONSingleContainer(writer: writer) }
}

private struct JSONKeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    let depth: Int
    let serial: Int

    var codingPath: [any CodingKey] { [] }

    private func begin(_ key: some CodingKey) { writer.beginField(key.stringValue, at: depth, serial: serial) }

    mutating func encodeNil(forKey key: Key) {
        begin(key)
        writer.append("null")
    }

    mutating func encode(_ value: Bool, forKey key: Key) {
        begin(key)
        writer.write(value)
    }

    mutating func encode(_ value: String, forKey key: Key) {
        begin(key)
        writer.write(value)
    }

    mutating func encode(_ value: Double, forKey key: Key) throws {
        begin(key)
        try writer.write(value)
    }

    mutating func encode(_ value: Float, forKey key: Key) throws {
        begin(key)
        try writer.write(value)
    }

    mutating func encode(_ value: Int, forKey key: Key) { encodeInteger(value, forKey: key) }
    mutating func encode(_ value: Int8, forKey key: Key) { encodeInteger(value, forKey: key) }
    mutating func encode(_ value: Int16, forKey key: Key) { encodeInteger(value, forKey: key) }
    mutating func encode(_ value: Int32, forKey key: Key) { encodeInteger(value, forKey: key) }
    mutating func encode(_ value: Int64, forKey key: Key) { encodeInteger(value, forKey: key) }
    mutating func encode(_ value: UInt, forKey key: Key) { encodeInteger(value, forKey: key) }
    mutating func encode(_ value: UInt8, forKey key: Key) { encodeInteger(value, forKey: key) }
    mutating func encode(_ value: UInt16, forKey key: Key) { encodeInteger(value, forKey: key) }
    mutating func encode(_ value: UInt32, forKey key: Key) { encodeInteger(value, forKey: key) }
    mutating func encode(_ value: UInt64, forKey key: Key) { encodeInteger(value, forKey: key) }

    private func encodeInteger(_ value: some FixedWidthInteger, forKey key: Key) {
        begin(key)
        writer.write(integer: value)
    }

    mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        begin(key)
        try writer.encode(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        begin(key)
        return JSONValueEncoder(writer: writer, depth: depth + 1).container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        begin(key)
        return JSONValueEncoder(writer: writer, depth: depth + 1).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        writer.beginField("super", at: depth, serial: serial)
        return JSONValueEncoder(writer: writer, depth: depth + 1)
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        begin(key)
        return JSONValueEncoder(writer: writer, depth: depth + 1)
    }
}

private struct JSONUnkeyedContainer: UnkeyedEncodingContainer {
    let writer: JSONWriter
    let depth: Int
    let serial: Int
    var count = 0

    var codingPath: [any CodingKey] { [] }

    private mutating func begin() {
        count += 1
        writer.beginElement(at: depth, serial: serial)
    }

    mutating func encodeNil() {
        begin()
        writer.append("null")
    }

    mutating func encode(_ value: String) {
        begin()
        writer.write(value)
    }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        begin()
        try writer.encode(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        begin()
        return JSONValueEncoder(writer: writer, depth: depth + 1).container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        begin()
        return JSONValueEncoder(writer: writer, depth: depth + 1).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        begin()
        return JSONValueEncoder(writer: writer, depth: depth + 1)
    }
}

/// Scalars of the standard library encode themselves through this container, so each needs its own overload: the
/// generic one would call back without end.
private struct JSONSingleContainer: SingleValueEncodingContainer {
    let writer: JSONWriter

    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil() { writer.append("null") }
    mutating func encode(_ value: Bool) { writer.write(value) }
    mutating func encode(_ value: String) { writer.write(value) }
    mutating func encode(_ value: Double) throws { try writer.write(value) }
    mutating func encode(_ value: Float) throws { try writer.write(value) }
    mutating func encode(_ value: Int) { writer.write(integer: value) }
    mutating func encode(_ value: Int8) { writer.write(integer: value) }
    mutating func encode(_ value: Int16) { writer.write(integer: value) }
    mutating func encode(_ value: Int32) { writer.write(integer: value) }
    mutating func encode(_ value: Int64) { writer.write(integer: value) }
    mutating func encode(_ value: UInt) { writer.write(integer: value) }
    mutating func encode(_ value: UInt8) { writer.write(integer: value) }
    mutating func encode(_ value: UInt16) { writer.write(integer: value) }
    mutating func encode(_ value: UInt32) { writer.write(integer: value) }
    mutating func encode(_ value: UInt64) { writer.write(integer: value) }
    mutating func encode<Value: Encodable>(_ value: Value) throws { try writer.encode(value) }
}
