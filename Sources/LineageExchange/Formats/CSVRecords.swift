/// Splits CSV into records as RFC 4180 says: fields in double quotes may hold commas, line ends and doubled quotes.
///
/// Line ends are CRLF or LF. Bytes are taken one at a time, so that a file needs no more memory than its longest record.
struct CSVRecords {
    private enum State { case start, plain, quoted, quoteInQuoted, returned }

    private let file: String
    private var state = State.start
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var recordBytes = 0
    private var line = 1
    /// Line in which the record began.
    private var recordLine = 1
    private var hasContent = false

    init(file: String) { self.file = file }

    /// Takes a piece and calls `body` with each record that it completes and the line where that began.
    mutating func add(_ bytes: some Sequence<UInt8>, _ body: ([String], Int) throws -> Void) throws {
        for byte in bytes { try add(byte, body) }
    }

    /// The last record, when the file does not end with a line end.
    mutating func finish(_ body: ([String], Int) throws -> Void) throws {
        switch state {
        case .quoted: throw fault("a quoted field is not closed", at: recordLine)
        case .returned: throw fault("CR without LF", at: line)
        default: if hasContent { try endRecord(body) }
        }
    }

    private mutating func add(_ byte: UInt8, _ body: ([String], Int) throws -> Void) throws {
        recordBytes += 1
        if recordBytes > ExchangeLimits.lineBytesMax {
            throw fault("the record is too long", at: recordLine, limit: "\(ExchangeLimits.lineBytesMax) bytes")
        }
        let isLineEnd = byte == UInt8(ascii: "\n")
        defer { if isLineEnd { line += 1 } }
        switch (state, byte) {
        case (.returned, UInt8(ascii: "\n")): try endRecord(body)
        case (.returned, _): throw fault("CR without LF", at: line)
        case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
        case (.quoted, _): field.append(byte)
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            field.append(byte)
            state = .quoted
        case (_, UInt8(ascii: ",")):
            hasContent = true
            try endField()
        case (_, UInt8(ascii: "\n")): try endRecord(body)
        case (_, UInt8(ascii: "\r")): state = .returned
        case (.quoteInQuoted, _): throw fault("a closing quote must end the field", at: line)
        case (.start, UInt8(ascii: "\"")):
            hasContent = true
            state = .quoted
        case (.plain, UInt8(ascii: "\"")): throw fault("a quote inside a field that is not quoted", at: line)
        default:
            hasContent = true
            state = .plain
            field.append(byte)
        }
    }

    private mutating func endField() throws {
        guard let text = String(validating: field, as: UTF8.self) else { throw fault("is not UTF-8", at: line) }
        fields.append(text)
        field.removeAll(keepingCapacity: true)
        state = .start
    }

    private mutating func endRecord(_ body: ([String], Int) throws -> Void) throws {
        // A line without anything is no record of one empty field.
        if hasContent {
            try endField()
            try body(fields, recordLine)
        }
        fields.removeAll(keepingCapacity: true)
        state = .start
        hasContent = false
        recordBytes = 0
        recordLine = line + 1
    }

    private func fault(_ message: String, at line: Int, limit: String? = nil) -> LineageFormatError {
        LineageFormatError(
            file: file, line: line, field: "field \(fields.count + 1)", message: message, limit: limit ?? "RFC 4180")
    }
}
