/// A string as a key of 16 bytes, so that an index holds no texts: metadata often carries whole paragraphs.
///
/// Up to 15 bytes of UTF-8 are the key itself. Longer strings are known by 120 bits of two keyed hashes (SipHash with the
/// process's random key), so that two different ones share a key with a chance of 2⁻¹²⁰, and nobody can choose such two.
/// Equality is that of the bytes: composed and decomposed accents differ, as they do in JSON.
struct TextKey: Hashable {
    private var low: UInt64
    /// The last byte is the length, or 255 for a hash.
    private var high: UInt64

    private static let inlineMax = 15

    init(_ text: String) {
        var text = text
        (low, high) = text.withUTF8 { bytes in
            bytes.count <= Self.inlineMax ? Self.inline(bytes) : Self.hashed(bytes)
        }
    }

    private static func inline(_ bytes: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64) {
        var low: UInt64 = 0
        var high = UInt64(bytes.count) << 56
        for (position, byte) in bytes.enumerated() {
            if position < 8 {
                low |= UInt64(byte) << UInt64(position * 8)
            } else {
                high |= UInt64(byte) << UInt64((position - 8) * 8)
            }
        }
        return (low, high)
    }

    private static func hashed(_ bytes: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64) {
        func hash(_ salt: UInt8) -> UInt64 {
            var hasher = Hasher()
            hasher.combine(salt)
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
        return (hash(1), hash(2) | 0xFF << 56)
    }
}
