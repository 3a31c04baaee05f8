extension JSONElement {
    /// The value as minified JSON: same fields in the same order, shortest escapes, numbers in their shortest form.
    ///
    /// - Complexity: O(value).
    public func rawJSON() -> [UInt8] {
        var output: [UInt8] = []
        appendJSON(to: &output)
        return output
    }

    /// Nesting is bounded by `JSONDocument.depthMax`, so recursion is safe.
    private func appendJSON(to output: inout [UInt8]) {
        switch tag {
        case Tag.object:
            output.append(UInt8(ascii: "{"))
            var cursor = index + 1
            let end = indexAfter - 1
            while cursor < end {
                if cursor > index + 1 { output.append(UInt8(ascii: ",")) }
                JSONText.append(JSONElement(document: document, index: cursor).stringBytes, to: &output)
                output.append(UInt8(ascii: ":"))
                let value = JSONElement(document: document, index: cursor + 1)
                value.appendJSON(to: &output)
                cursor = value.indexAfter
            }
            output.append(UInt8(ascii: "}"))
        case Tag.array:
            output.append(UInt8(ascii: "["))
            for (position, value) in JSONArray(element: self).enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                value.appendJSON(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case Tag.string: JSONText.append(stringBytes, to: &output)
        case Tag.double: JSONText.append(Double(bitPattern: document.tape[index + 1]), to: &output)
        default: output.append(contentsOf: excerpt.utf8)
        }
    }
}

/// Scalars as JSON text.
enum JSONText {
    /// A quoted string: `"`, `\` and control characters are escaped, all else stands as it is.
    static func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var start = 0
        for (position, byte) in bytes.enumerated()
        where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<position]))
            appendEscaped(byte, to: &output)
            start = position + 1
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        output.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(_ byte: UInt8, to output: inout [UInt8]) {
        let short: UInt8? =
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
            case 0x08: UInt8(ascii: "b")
            case 0x09: UInt8(ascii: "t")
            case 0x0A: UInt8(ascii: "n")
            case 0x0C: UInt8(ascii: "f")
            case 0x0D: UInt8(ascii: "r")
            default: nil
            }
        output.append(UInt8(ascii: "\\"))
        if let short { return output.append(short) }
        output.append(contentsOf: "u00".utf8)
        for digit in [byte >> 4, byte & 15] {
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    /// A finite number that reads back as the same double, and as a double (`2.0`, not `2`).
    static func append(_ value: Double, to output: inout [UInt8]) {
        output.append(contentsOf: value.description.utf8)
    }
}
