import Metadata

/// Filterable metadata as bytes: a compact, self-describing list of fields.
///
/// ```
/// count u16 | per field: name length u16, name, kind u8, value
/// kind 0 string: length u32, UTF-8    kind 1 number: Float64 bits
/// kind 2 bool: u8                     kind 3 strings: count u16, then strings
/// ```
/// Little-endian. Decoding a record takes well under a microsecond, which is what start-up pays for every record; a JSON
/// decoder takes ten.
enum MetadataCoding {
    static func encode(_ record: MetadataRecord) -> [UInt8] {
        var bytes: [UInt8] = []
        append(UInt16(record.count), to: &bytes)
        // Sorted, so that equal records have equal bytes and checksums.
        for (name, value) in record.sorted(by: { $0.key < $1.key }) {
            append(UInt16(name.utf8.count), to: &bytes)
            bytes.append(contentsOf: name.utf8)
            switch value {
            case .string(let text):
                bytes.append(0)
                append(text, to: &bytes)
            case .number(let number):
                bytes.append(1)
                append(number.bitPattern, to: &bytes)
            case .bool(let flag):
                bytes.append(2)
                bytes.append(flag ? 1 : 0)
            case .strings(let texts):
                bytes.append(3)
                append(UInt16(texts.count), to: &bytes)
                for text in texts { append(text, to: &bytes) }
            }
        }
        return bytes
    }

    /// - Throws: `dataLoss` when the bytes are not what ``encode(_:)`` writes.
    static func decode(_ bytes: UnsafeRawBufferPointer) throws -> MetadataRecord {
        guard !bytes.isEmpty else { return [:] }
        var reader = Reader(bytes: bytes)
        var record: MetadataRecord = [:]
        let count = Int(try reader.integer(UInt16.self))
        record.reserveCapacity(count)
        for _ in 0..<count {
            let name = try reader.text(length: Int(reader.integer(UInt16.self)))
            switch try reader.integer(UInt8.self) {
            case 0: record[name] = .string(try reader.text(length: Int(reader.integer(UInt32.self))))
            case 1: record[name] = .number(Double(bitPattern: try reader.integer(UInt64.self)))
            case 2: record[name] = .bool(try reader.integer(UInt8.self) != 0)
            case 3:
                let texts = try (0..<Int(reader.integer(UInt16.self))).map { _ in
                    try reader.text(length: Int(reader.integer(UInt32.self)))
                }
                record[name] = .strings(texts)
            case let kind: throw EngineError(.dataLoss, "metadata holds a value of unknown kind \(kind)")
            }
        }
        return record
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        append(UInt32(text.utf8.count), to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        mutating func integer<Value: FixedWidthInteger>(_: Value.Type) throws -> Value {
            let size = MemoryLayout<Value>.size
            guard bytes.count - position >= size else { throw EngineError(.dataLoss, "metadata ends too early") }
            defer { position += size }
            return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
        }

        mutating func text(length: Int) throws -> String {
            guard bytes.count - position >= length else { throw EngineError(.dataLoss, "metadata ends too early") }
            defer { position += length }
            return String(decoding: bytes[position..<position + length], as: UTF8.self)
        }
    }
}
