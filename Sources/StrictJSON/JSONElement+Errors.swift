/// Paths and excerpts are worked out only when something is refused: reading a good document pays nothing for them.
extension JSONElement {
    /// Path from the root, such as `remixFrom[2].weight`; empty for the root.
    ///
    /// - Complexity: O(siblings on the way down).
    public var path: String {
        var path = ""
        var container = JSONElement(document: document, index: 1)
        while container.index != index {
            guard container.isContainer else { return path }
            let isObject = container.tag == Tag.object
            let end = container.indexAfter - 1
            var position = 0
            var cursor = container.index + 1
            var next: JSONElement?
            while cursor < end {
                let value = JSONElement(document: document, index: isObject ? cursor + 1 : cursor)
                if index < value.indexAfter {
                    let key = isObject ? JSONElement(document: document, index: cursor) : nil
                    path = JSONPath.appending(key.map { .field($0.stringBytes) } ?? .item(position), to: path)
                    next = value
                    break
                }
                cursor = value.indexAfter
                position += 1
            }
            guard let next else { return path }
            container = next
        }
        return path
    }

    var isContainer: Bool { tag == Tag.object || tag == Tag.array }

    /// The value in a few words, for error messages.
    var excerpt: String {
        switch tag {
        case Tag.string: return JSONPath.quoted(stringBytes)
        case Tag.int64: return String(Int64(bitPattern: document.tape[index + 1]))
        case Tag.uint64: return String(document.tape[index + 1])
        case Tag.double: return JSONNumber.text(Double(bitPattern: document.tape[index + 1]))
        case Tag.true: return "true"
        case Tag.false: return "false"
        case Tag.object: return "an object"
        case Tag.array: return "an array"
        default: return "null"
        }
    }

    func wrongType(_ expected: String, limit: String? = nil) -> JSONError {
        refusal(.wrongType, "must be \(expected), got \(excerpt)", limit: limit)
    }

    func outOfRange(_ rest: String, limit: String?) -> JSONError {
        refusal(.outOfRange, rest, limit: limit)
    }

    /// An error about this value for checks that a caller makes itself.
    ///
    /// - Parameter message: the sentence after the path, such as `must not name the work itself`.
    public func refusal(_ code: JSONError.Code, _ message: String, limit: String? = nil) -> JSONError {
        let path = path
        return JSONError(
            code, (path.isEmpty ? "the document" : path) + " " + message, field: path.isEmpty ? nil : path, limit: limit
        )
    }
}

/// How paths and excerpts are written.
enum JSONPath {
    enum Step {
        case field(UnsafeBufferPointer<UInt8>)
        case item(Int)
    }

    private static let fieldBytesMax = 80
    private static let pathBytesMax = 512
    private static let excerptBytesMax = 60

    static func appending(_ step: Step, to path: String) -> String {
        guard path.utf8.count < pathBytesMax else { return path }
        switch step {
        case .item(let position): return "\(path)[\(position)]"
        case .field(let name):
            let text = clipped(name, fieldBytesMax)
            return path.isEmpty ? text : "\(path).\(text)"
        }
    }

    static func quoted(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        "\"\(clipped(bytes, excerptBytesMax))\""
    }

    /// The text without control characters, cut at a character's border.
    static func clipped(_ bytes: UnsafeBufferPointer<UInt8>, _ bytesMax: Int) -> String {
        var end = min(bytes.count, bytesMax)
        while end < bytes.count, end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[..<end]), as: UTF8.self)
        let visible = String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }))
        return end < bytes.count ? visible + "…" : visible
    }
}
