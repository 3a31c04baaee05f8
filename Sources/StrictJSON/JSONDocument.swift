import CSimdJSON
import Synchronization

/// One whole JSON text, parsed and checked.
///
/// ```swift
/// let document = try JSONDocument(parsing: bytes)
/// var essence = try document.root.object()
/// let title = try essence.requiredString("title", bytes: 1...1024)
/// try essence.rejectUnknownFields()
/// ```
///
/// What is refused, beyond RFC 8259's grammar: bytes that are not UTF-8 (overlong forms and lone surrogates included),
/// anything but white space after the document, nesting deeper than `depthMax`, whole numbers beyond 64 bits and numbers
/// beyond a double. Two fields of one name are refused when the object is read, because parsers disagree on which counts.
/// `-0` is the whole number zero; `-0.0` keeps its sign.
public struct JSONDocument: Sendable {
    /// Levels of arrays and objects that a document may nest. An empty one is no level.
    public static let depthMax = 64
    /// Largest text in bytes: the tape counts in 32 bits.
    public static let bytesMax = 1 << 31

    let parsed: ParsedDocument

    /// - Throws: `JSONError`, naming the first fault with its line and column.
    /// - Complexity: O(bytes); one copy of the text, no other allocation when a pooled parser has room.
    public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        parsed = try ParsedDocument(bytes)
    }

    public init(parsing bytes: [UInt8]) throws(JSONError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(JSONError) in try ParsedDocument(buffer) }
        }
        parsed = try result.get()
    }

    /// The document's value.
    public var root: JSONElement { JSONElement(document: parsed, index: 1) }
}

/// Owner of a parser and of the document in it.
///
/// Safe to share: the memory does not change between `init` and `deinit`, and the one late addition is behind a lock.
final class ParsedDocument: @unchecked Sendable {
    let handle: ParserHandle
    let tape: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>
    let source: UnsafeRawBufferPointer
    /// Made when a float has to be read from the text again, which is rare.
    let numberOffsets = Mutex<[NumberOffset]?>(nil)

    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        guard bytes.count <= JSONDocument.bytesMax else {
            throw JSONError(
                .outOfRange, "a JSON text may hold at most \(JSONDocument.bytesMax) bytes, got \(bytes.count)",
                limit: "\(JSONDocument.bytesMax) bytes")
        }
        guard let handle = ParserPool.take() else { throw Self.memoryError }
        guard let buffer = csimdjson_parser_buffer(handle.pointer, bytes.count) else {
            ParserPool.giveBack(handle)
            throw Self.memoryError
        }
        let copy = UnsafeMutableRawBufferPointer(start: buffer, count: bytes.count)
        copy.copyMemory(from: bytes)

        var described = csimdjson_tape()
        let status =
            bytes.isEmpty ? CSIMDJSON_MALFORMED : csimdjson_parse(handle.pointer, bytes.count, &described)
        guard status == CSIMDJSON_OK, let tape = described.tape, let strings = described.strings else {
            defer { ParserPool.giveBack(handle) }
            if status == CSIMDJSON_OUT_OF_MEMORY { throw Self.memoryError }
            throw JSONFaultLocator.error(in: UnsafeRawBufferPointer(copy))
        }
        self.handle = handle
        self.tape = tape
        self.strings = strings
        source = UnsafeRawBufferPointer(copy)
    }

    deinit { ParserPool.giveBack(handle) }

    private static var memoryError: JSONError {
        JSONError(.outOfMemory, "there is no memory for the document")
    }
}
