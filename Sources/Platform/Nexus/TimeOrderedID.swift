/// Ids made by the server: UUID version 7 (RFC 9562, section 5.7), which sort by the millisecond of their making.
enum TimeOrderedID {
    /// - Parameter now: milliseconds since 1970 UTC.
    static func make(now: Int64) -> String {
        var generator = SystemRandomNumberGenerator()
        let time = UInt64(clamping: now) & 0xFFFF_FFFF_FFFF
        let high = time << 16 | 0x7000 | generator.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | generator.next() & 0x3FFF_FFFF_FFFF_FFFF
        let digits = hexadecimal(high) + hexadecimal(low)
        var text = ""
        for (position, digit) in digits.enumerated() {
            if position == 8 || position == 12 || position == 16 || position == 20 { text.append("-") }
            text.append(digit)
        }
        return text
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
