/// Times as RFC 3339 writes them, without a formatter object.
///
/// Inside the product a time is milliseconds since 1970-01-01 UTC in the proleptic Gregorian calendar.
public enum RFC3339 {
    /// What `parse` accepts, for error messages.
    public static let limit = "0001-01-01T00:00:00Z…9999-12-31T23:59:59.999Z"

    /// First and last representable millisecond.
    public static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// Strict: four-digit year 0001–9999, `T` and `Z` (either case), a zone, an existing day, seconds 00–59, a fraction
    /// of at most nine digits of which milliseconds are kept (the rest must be there as digits and is cut off). A leap
    /// second is refused: the count of milliseconds has no room for one.
    public static func parse(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { parse($0) }
    }

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var reader = Reader(bytes: bytes)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("T") || reader.skip("t"), let hour = reader.number(2),
            reader.skip(":"), let minute = reader.number(2), reader.skip(":"), let second = reader.number(2),
            let milliseconds = reader.fraction(), let zone = reader.zoneMinutes(), reader.isAtEnd,
            year >= 1, (1...12).contains(month), day >= 1, day <= daysInMonth(month, year: year), hour < 24,
            minute < 60, second < 60
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        let seconds = ((days * 24 + Int64(hour)) * 60 + Int64(minute - zone)) * 60 + Int64(second)
        let result = seconds * 1_000 + Int64(milliseconds)
        return range.contains(result) ? result : nil
    }

    /// In UTC; the fraction only where there is one: `2026-11-20T08:15:00Z`, `2026-11-20T08:15:00.250Z`. Times outside
    /// `range` are clamped to it.
    public static func format(_ milliseconds: Int64) -> String {
        let time = min(max(milliseconds, range.lowerBound), range.upperBound)
        let (seconds, fraction) = floorDivide(time, 1_000)
        let (days, secondOfDay) = floorDivide(seconds, 86_400)
        let (year, month, day) = civil(days)
        return String(unsafeUninitializedCapacity: 24) { buffer in
            var end = 0
            func put(_ value: Int, _ digits: Int) {
                var value = value
                for position in (end..<end + digits).reversed() {
                    buffer[position] = UInt8(ascii: "0") + UInt8(value % 10)
                    value /= 10
                }
                end += digits
            }
            func put(_ separator: Unicode.Scalar) {
                buffer[end] = UInt8(ascii: separator)
                end += 1
            }
            put(year, 4)
            put("-")
            put(month, 2)
            put("-")
            put(day, 2)
            put("T")
            put(Int(secondOfDay / 3_600), 2)
            put(":")
            put(Int(secondOfDay / 60 % 60), 2)
            put(":")
            put(Int(secondOfDay % 60), 2)
            if fraction > 0 {
                put(".")
                put(Int(fraction), 3)
            }
            put("Z")
            return end
        }
    }
}

// MARK: - Calendar

extension RFC3339 {
    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func daysInMonth(_ month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = (a % b + b) % b
        return ((a - remainder) / b, remainder)
    }

    /// Days from 1970-01-01. Years are counted from March, so that the leap day is the last day of a year, in eras of 400
    /// years of 146,097 days; 719,468 days lie between 0000-03-01 and 1970-01-01.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted % 400
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    /// Inverse of `daysSince1970`, for years 0001–9999.
    private static func civil(_ days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        var offset = 0

        var isAtEnd: Bool { offset == bytes.count }

        var digit: Int? {
            guard offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) else {
                return nil
            }
            return Int(bytes[offset] - UInt8(ascii: "0"))
        }

        mutating func number(_ digits: Int) -> Int? {
            var value = 0
            for _ in 0..<digits {
                guard let digit else { return nil }
                value = value * 10 + digit
                offset += 1
            }
            return value
        }

        mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: scalar) else { return false }
            offset += 1
            return true
        }

        mutating func fraction() -> Int? {
            guard skip(".") else { return 0 }
            var milliseconds = 0
            var digits = 0
            while let digit, digits < 9 {
                if digits < 3 { milliseconds = milliseconds * 10 + digit }
                digits += 1
                offset += 1
            }
            guard digits > 0 else { return nil }
            for _ in min(digits, 3)..<3 { milliseconds *= 10 }
            return milliseconds
        }

        mutating func zoneMinutes() -> Int? {
            if skip("Z") || skip("z") { return 0 }
            let sign = skip("+") ? 1 : skip("-") ? -1 : 0
            guard sign != 0, let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else {
                return nil
            }
            return sign * (hours * 60 + minutes)
        }
    }
}
