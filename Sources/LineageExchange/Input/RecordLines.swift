/// The lines where the records of a JSON text stand that is an object of objects, such as PROV-JSON: the parser's tape
/// keeps no places, and a report about a file has to name them.
///
/// The text must be well formed. O(bytes), one pass.
struct RecordLines {
    private var lines: [String: Int] = [:]

    init(_ bytes: [UInt8]) {
        var line = 1
        var depth = 0
        var section = ""
        var position = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                let start = position + 1
                position = Self.endOfString(bytes, from: start)
                if depth == 1 || depth == 2, Self.isName(bytes, end: position) {
                    let name = String(decoding: bytes[start..<position], as: UTF8.self)
                    if depth == 1 { section = name }
                    lines[depth == 1 ? name : section + "\n" + name] = line
                }
            default: break
            }
            position += 1
        }
    }

    /// The line of a record's name in a section, `nil` when the name was written with escapes.
    func line(of name: String, in section: String) -> Int? { lines[section + "\n" + name] }

    /// The line of a section's name.
    func line(ofSection name: String) -> Int? { lines[name] }

    /// Position of the closing quote.
    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var position = start
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(position, bytes.count)
    }

    private static func isName(_ bytes: [UInt8], end: Int) -> Bool {
        guard end < bytes.count else { return false }
        return bytes[(end + 1)...].first { $0 > 0x20 } == UInt8(ascii: ":")
    }

    /// The line that the parser's sentence about a text that is not well formed names.
    static func line(inMessage message: String) -> Int? {
        guard let range = message.firstRange(of: "line ") else { return nil }
        return Int(message[range.upperBound...].prefix(while: \.isNumber))
    }
}
