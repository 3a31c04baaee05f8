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
    static func append(_ bytes: some Collection<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0x08: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "b")])
            case 0x09: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            case 0x0A: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case 0x0C: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "f")])
            case 0x0D: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
            case ..<0x20:
                let hex = Array("0123456789abcdef".utf8)
                output.append(contentsOf: "\\u00".utf8)
                output.append(hex[Int(byte >> 4)])
                output.append(hex[Int(byte & 15)])
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// A finite number that reads back as the same double, and as a double (`2.0`, not `2`).
    static func append(_ value: Double, to output: inout [UInt8]) {
        output.append(contentsOf: value.description.utf8)
    }
}
