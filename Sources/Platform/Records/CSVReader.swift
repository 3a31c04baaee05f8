import Engine

/// Rows of a CSV file (RFC 4180), plain or gzip: fields may be quoted, quoted ones may hold commas, line breaks, and quotes
/// that are doubled.
struct CSVReader: ~Copyable {
    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")

    private var lines: LineReader
    private let path: String
    /// Line on which the last row began.
    private(set) var lineNumber = 0

    init(path: String) throws {
        lines = try LineReader(path: path)
        self.path = path
    }

    var bytesRead: Int { lines.bytesRead }

    /// The next row that is not empty, or `nil` at the end of the file.
    ///
    /// - Throws: `invalidArgument` for a quote that is out of place or never closed, and text that is not UTF-8.
    mutating func next() throws -> [String]? {
        while var line = try lines.next() {
            lineNumber = lines.lineNumber
            if lineNumber == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
            while Self.endsInsideQuotes(line) {
                guard let more = try lines.next() else { throw fault("a quote is never closed") }
                line.append(UInt8(ascii: "\n"))
                line += more
                guard line.count <= 4 << 20 else { throw fault("a row is longer than 4 MiB") }
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty { continue }
            return try fields(line)
        }
        return nil
    }

    private static func endsInsideQuotes(_ line: [UInt8]) -> Bool {
        line.reduce(into: 0) { $0 += $1 == quote ? 1 : 0 } % 2 == 1
    }

    private func fields(_ line: [UInt8]) throws -> [String] {
        var fields: [String] = []
        var position = 0
        while true {
            var field: [UInt8] = []
            if position < line.count, line[position] == Self.quote {
                position += 1
                while true {
                    guard position < line.count else { throw fault("a quote is never closed") }
                    if line[position] != Self.quote {
                        field.append(line[position])
                        position += 1
                    } else if position + 1 < line.count, line[position + 1] == Self.quote {
                        field.append(Self.quote)
                        position += 2
                    } else {
                        position += 1
                        break
                    }
                }
                guard position == line.count || line[position] == Self.comma else {
                    throw fault("text follows a closing quote")
                }
            } else {
                let end = line[position...].firstIndex(of: Self.comma) ?? line.count
                field = Array(line[position..<end])
                guard !field.contains(Self.quote) else { throw fault("a quote stands within a field") }
                position = end
            }
            guard let text = String(validating: field, as: UTF8.self) else { throw fault("text is not UTF-8") }
            fields.append(text)
            guard position < line.count else { return fields }
            position += 1
        }
    }

    private func fault(_ problem: String) -> EngineError {
        .invalid(path, "line \(lineNumber) of \(path): \(problem)", limit: "RFC 4180")
    }
}
