import Engine
import Ranking

/// What a cursor goes on with. Part of its bytes, so that one kind is never taken for another.
enum CursorKind: UInt8 {
    case memories = 1
    case feed = 2
    case events = 3
}

/// Writes a cursor: numbers in few bytes, bound to an owner and a checksum, as text that needs no escaping in a URL.
///
/// ```
/// kind u8 | checksum of owner and body u64, little-endian | body: LEB128 numbers      then base64url (RFC 4648, section 5)
/// ```
/// The checksum tells damage and foreign owners; it is no secret, since a cursor grants nothing.
struct CursorWriter {
    private let kind: CursorKind
    private let owner: String
    private var body: [UInt8] = []

    init(kind: CursorKind, owner: String) {
        self.kind = kind
        self.owner = owner
    }

    mutating func append(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            body.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        body.append(UInt8(rest))
    }

    var text: String {
        var bytes: [UInt8] = [kind.rawValue]
        withUnsafeBytes(of: CursorChecksum.of(body, kind: kind, owner: owner).littleEndian) {
            bytes.append(contentsOf: $0)
        }
        return Base64URL.encode(bytes + body)
    }
}

/// Reads what ``CursorWriter`` wrote.
struct CursorReader {
    private var body: ArraySlice<UInt8>

    static let broken = EngineError.invalid(
        "cursor", "cursor was not handed out for this request, or is damaged", limit: "a cursor of the answer before")

    /// - Throws: `invalidArgument` for field `cursor` when the text is damaged, of another kind or of another owner.
    init(_ text: String, kind: CursorKind, owner: String) throws {
        guard let bytes = Base64URL.decode(text), bytes.count >= 9, bytes[0] == kind.rawValue else { throw Self.broken }
        body = bytes[9...]
        let stored = bytes[1..<9].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard stored == CursorChecksum.of(body, kind: kind, owner: owner) else { throw Self.broken }
    }

    mutating func number() throws -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = body.popFirst() {
            guard shift < 63 || byte <= 1 else { throw Self.broken }
            number |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return number }
            shift += 7
            guard shift < 64 else { throw Self.broken }
        }
        throw Self.broken
    }

    func finish() throws {
        guard body.isEmpty else { throw Self.broken }
    }
}

private enum CursorChecksum {
    static func of(_ body: some Sequence<UInt8>, kind: CursorKind, owner: String) -> UInt64 {
        var hash = StableHash()
        hash.combine(UInt64(kind.rawValue))
        hash.combine(owner)
        for byte in body { hash.combine(UInt64(byte)) }
        return hash.finalized()
    }
}

/// Base 64 with the alphabet for URLs, without padding (RFC 4648, section 5).
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    static func encode(_ bytes: [UInt8]) -> String {
        var letters: [UInt8] = []
        letters.reserveCapacity((bytes.count * 4 + 2) / 3)
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                letters.append(alphabet[Int(pending >> bits & 0x3F)])
            }
            pending &= 0xFF
        }
        if bits > 0 { letters.append(alphabet[Int(pending << (6 - bits) & 0x3F)]) }
        return String(decoding: letters, as: UTF8.self)
    }

    /// The bytes, or `nil` for text that ``encode(_:)`` does not write.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3 / 4)
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for letter in text.utf8 {
            let value = values[Int(letter)]
            guard value != 0xFF else { return nil }
            pending = pending << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
            }
            pending &= 0xFFFF
        }
        guard bits < 6, pending & ((1 << bits) - 1) == 0 else { return nil }
        return bytes
    }
}
