/// Finds the first fault of a text that simdjson refused.
///
/// simdjson's document parser says that a text is wrong, not where. This reader goes over the text once more, byte by
/// byte, by the letter of RFC 8259 with the additions listed at `JSONDocument`, and reports position and path. It also
/// serves the tests as an independent judge of what is valid.
struct JSONFaultLocator {
    private let text: UnsafeRawBufferPointer
    private var offset = 0
    private var depth = 0
    /// Open containers, outermost first: the name or position of the value being read.
    private var steps: [Step] = []

    private enum Step {
        case field(Range<Int>)
        case item(Int)
    }

    struct Fault: Error {
        var code = JSONError.Code.malformed
        var message: String
        var offset: Int
    }

    private init(_ text: UnsafeRawBufferPointer) { self.text = text }

    /// The error that describes the first fault.
    static func error(in text: UnsafeRawBufferPointer) -> JSONError {
        var locator = JSONFaultLocator(text)
        guard let fault = locator.firstFault() else {
            return JSONError(.malformed, "the document is not valid JSON")
        }
        let path = locator.path
        var line = 1
        var lineStart = 0
        for position in 0..<fault.offset where text[position] == UInt8(ascii: "\n") {
            line += 1
            lineStart = position + 1
        }
        let place = "line \(line), byte \(fault.offset - lineStart + 1)"
        let limit = fault.code == .tooDeep ? "\(JSONDocument.depthMax) levels" : nil
        return JSONError(
            fault.code, "not valid JSON at \(place)\(path.isEmpty ? "" : " (\(path))"): \(fault.message)",
            field: path.isEmpty ? nil : path, limit: limit)
    }

    /// True when the text is one valid document.
    static func isValid(_ text: UnsafeRawBufferPointer) -> Bool {
        var locator = JSONFaultLocator(text)
        return locator.firstFault() == nil
    }

    static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private mutating func firstFault() -> Fault? {
        do throws(Fault) {
            try value()
            skipSpace()
            guard offset == text.count else { throw fault("nothing may follow the document, found \(found)") }
            return nil
        } catch {
            return error
        }
    }

    private var path: String {
        steps.reduce("") { path, step in
            switch step {
            case .item(let position): JSONPath.appending(.item(position), to: path)
            case .field(let range):
                JSONPath.appending(
                    .field(UnsafeRawBufferPointer(rebasing: text[range]).bindMemory(to: UInt8.self)), to: path)
            }
        }
    }
}

// MARK: - Grammar

extension JSONFaultLocator {
    private var byte: UInt8? { offset < text.count ? text[offset] : nil }

    private var found: String {
        guard let byte else { return "the end" }
        guard (0x21...0x7E).contains(byte) else { return "byte 0x" + String(byte, radix: 16, uppercase: true) }
        return "'\(Character(Unicode.Scalar(byte)))'"
    }

    private func fault(_ message: String, code: JSONError.Code = .malformed, at place: Int? = nil) -> Fault {
        Fault(code: code, message: message, offset: place ?? offset)
    }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func value() throws(Fault) {
        skipSpace()
        switch byte ?? 0 {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: throw fault("a value was expected, found \(found)")
        }
    }

    /// Steps over the opening bracket; false when the closing one follows. Only what holds something is a level.
    private mutating func open(closedBy end: UInt8) throws(Fault) -> Bool {
        let start = offset
        offset += 1
        skipSpace()
        guard byte != end else {
            offset += 1
            return false
        }
        guard depth < JSONDocument.depthMax else {
            throw fault("nested deeper than \(JSONDocument.depthMax) levels", code: .tooDeep, at: start)
        }
        depth += 1
        return true
    }

    private mutating func object() throws(Fault) {
        guard try open(closedBy: UInt8(ascii: "}")) else { return }
        while true {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else {
                throw fault("a field name in quotes was expected, found \(found)")
            }
            steps.append(.field(try string()))
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw fault("':' was expected, found \(found)") }
            offset += 1
            try value()
            steps.removeLast()
            skipSpace()
            if byte == UInt8(ascii: "}") { break }
            guard byte == UInt8(ascii: ",") else { throw fault("',' or '}' was expected, found \(found)") }
            offset += 1
        }
        offset += 1
        depth -= 1
    }

    private mutating func array() throws(Fault) {
        guard try open(closedBy: UInt8(ascii: "]")) else { return }
        var position = 0
        while true {
            steps.append(.item(position))
            try value()
            steps.removeLast()
            position += 1
            skipSpace()
            if byte == UInt8(ascii: "]") { break }
            guard byte == UInt8(ascii: ",") else { throw fault("',' or ']' was expected, found \(found)") }
            offset += 1
        }
        offset += 1
        depth -= 1
    }

    private mutating func literal(_ word: StaticString) throws(Fault) {
        let start = offset
        for position in 0..<word.utf8CodeUnitCount {
            guard byte == word.utf8Start[position] else {
                throw fault("\(word) was expected, found \(found)", at: start)
            }
            offset += 1
        }
    }

    private mutating func digits() throws(Fault) {
        guard let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
            throw fault("a digit was expected, found \(found)")
        }
        while let byte = self.byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    }

    private mutating func number() throws(Fault) {
        let start = offset
        if byte == UInt8(ascii: "-") { offset += 1 }
        let first = byte
        let firstOffset = offset
        try digits()
        if first == UInt8(ascii: "0"), offset > firstOffset + 1 {
            throw fault("a number may not begin with a zero", at: firstOffset)
        }
        var isWhole = true
        if byte == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            try digits()
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            isWhole = false
            offset += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { offset += 1 }
            try digits()
        }
        let token = String(decoding: text[start..<offset], as: UTF8.self)
        if isWhole {
            guard Int64(token) != nil || UInt64(token) != nil else {
                throw fault("a whole number must fit in 64 bits", code: .outOfRange, at: start)
            }
        } else if Double(token)?.isFinite != true {
            throw fault("a number must fit in a 64-bit float", code: .outOfRange, at: start)
        }
    }
}

// MARK: - Strings

extension JSONFaultLocator {
    /// Steps over a string and gives the range of its bytes between the quotes.
    private mutating func string() throws(Fault) -> Range<Int> {
        offset += 1
        let start = offset
        while true {
            guard let byte else { throw fault("the string that begins here has no end", at: start - 1) }
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return start..<offset - 1
            case UInt8(ascii: "\\"): try escape()
            case ..<0x20: throw fault("control characters in a string must be escaped, found \(found)")
            case ..<0x80: offset += 1
            default: try multibyteScalar()
            }
        }
    }

    private mutating func escape() throws(Fault) {
        let start = offset
        offset += 1
        switch byte {
        case UInt8(ascii: "u"):
            offset += 1
            let unit = try hexUnit()
            if (0xD800..<0xDC00).contains(unit) {
                guard byte == UInt8(ascii: "\\"), offset + 1 < text.count, text[offset + 1] == UInt8(ascii: "u") else {
                    throw fault("a high surrogate must be followed by a low one", at: start)
                }
                offset += 2
                guard (0xDC00..<0xE000).contains(try hexUnit()) else {
                    throw fault("a high surrogate must be followed by a low one", at: start)
                }
            } else if (0xDC00..<0xE000).contains(unit) {
                throw fault("a low surrogate must follow a high one", at: start)
            }
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 1
        default: throw fault("an unknown escape", at: start)
        }
    }

    private mutating func hexUnit() throws(Fault) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw fault("four hexadecimal digits were expected, found \(found)")
            }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }

    /// Well-formed UTF-8 by table 3-7 of the Unicode standard.
    private mutating func multibyteScalar() throws(Fault) {
        let lead = text[offset]
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch lead {
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xE1...0xEC, 0xEE...0xEF: (3, 0x80...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            default: (0, 0...0)
            }
        guard length > 0, offset + length <= text.count, second.contains(text[offset + 1]),
            (2..<max(2, length)).allSatisfy({ (0x80...0xBF).contains(text[offset + $0]) })
        else { throw fault("not valid UTF-8, found \(found)") }
        offset += length
    }
}
